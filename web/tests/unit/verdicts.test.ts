import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countVerdicts, decide, type Link, type Mapping, type Mode, type Row } from '../../src/links/verdicts.ts'

const row = (line: number, source: number | null, target: number | null): Row => {
  const ends = (id: number | null) => (id === null ? [] : [{ id, name: `n${id}` }])
  return { line, source: `s${source}`, target: `t${target}`, sources: ends(source), targets: ends(target), verdict: 'new', detail: '', link: null }
}
const judge = (rows: Row[], mapping: Mapping, links: Link[] = [], mode: Mode = 'create') => {
  decide(rows, links, mapping, mode)
  return rows.map((it) => it.verdict)
}

test('an end that is missing is named', () => assert.deepEqual(judge([row(1, null, 5), row(2, 1, null)], 'n:n'), ['no_source', 'no_target']))

test('a link that is there is not made again, and a line that repeats another names it', () => {
  const rows = [row(1, 1, 5), row(2, 1, 6), row(3, 1, 6)]
  assert.deepEqual(judge(rows, 'n:n', [{ id: 9, source: 1, target: 5 }]), ['exists', 'new', 'repeated'])
  assert.equal(rows[0]?.link, 9)
  assert.equal(rows[2]?.detail, '2')
})

test('a target has one source under 1:n, also among the lines', () => {
  assert.deepEqual(judge([row(1, 1, 5), row(2, 2, 5), row(3, 2, 6), row(4, 2, 7)], '1:n', [{ id: 9, source: 3, target: 7 }]), ['new', 'violates', 'new', 'violates'])
})

test('both ends have one link under 1:1', () => {
  assert.deepEqual(judge([row(1, 1, 5), row(2, 1, 6), row(3, 2, 5), row(4, 2, 6)], '1:1'), ['new', 'violates', 'violates', 'new'])
})

test('a name of several instances waits for a choice', () => {
  const rows = [row(1, 1, 5)]
  rows[0]?.targets.push({ id: 6, name: 'n5' })
  assert.deepEqual(judge(rows, 'n:n'), ['ambiguous'])
  rows[0]!.targets = [{ id: 6, name: 'n5' }]
  assert.deepEqual(judge(rows, 'n:n'), ['new'])
})

test('only what is linked is unlinked', () => {
  assert.deepEqual(judge([row(1, 1, 5), row(2, 1, 6)], '1:n', [{ id: 9, source: 1, target: 5 }], 'remove'), ['remove', 'not_linked'])
})

test('verdicts are counted', () => {
  const rows = [row(1, 1, 5), row(2, 1, 6), row(3, null, 6)]
  judge(rows, 'n:n')
  assert.deepEqual(countVerdicts(rows), [['new', 2], ['no_source', 1]])
})
