import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict as Answer } from '../../src/data/bulk.ts'
import { countVerdicts, isDone, isReady, take, type Link, type Row } from '../../src/links/verdicts.ts'

const row = (former: Link[] = []): Row => ({ line: 1, given: { source: ['a'], target: ['b'] }, source: 'a', target: 'b', sources: [], targets: [], verdict: 'waiting', detail: '', holder: '', link: null, former })
const told = (answer: Partial<Answer>, dryRun = true, former: Link[] = []): Row => {
  const it = row(former)
  take(it, { row: 1, status: 'failed', ...answer } as Answer, dryRun, (operation) => operation * 10)
  return it
}
const link = { id: 4, source: 1, target: 2 }

test('what would be done and what was done have words of their own', () => {
  assert.deepEqual([told({ status: 'created' }), told({ status: 'deleted' }), told({ status: 'created' }, true, [link])].map((it) => it.verdict), ['new', 'remove', 'replaces'])
  assert.deepEqual([told({ status: 'created', id: 7 }, false), told({ status: 'deleted' }, false), told({ status: 'created' }, false, [link])].map((it) => it.verdict), ['done', 'removed', 'replaced'])
  assert.equal(told({ status: 'created', id: 7 }, false).link, 7)
})

test('a link that is there is told by its number, one that an earlier line makes by that line', () => {
  const exists = told({ code: 1101038, conflicting_id: 9, message: 'linked already' })
  assert.deepEqual([exists.verdict, exists.link, exists.detail], ['exists', 9, 'linked already'])
  const repeated = told({ code: 1101038, conflicting_row: 3 })
  assert.deepEqual([repeated.verdict, repeated.detail], ['repeated', '30'])
})

test('each refusal of the server has its verdict, and its text is kept', () => {
  const codes = [1101073, 1101074, 1101052, 1101061, 9900403, 1199017]
  assert.deepEqual(codes.map((code) => told({ code, message: 'why' }).verdict), ['no_source', 'no_target', 'violates', 'violates', 'denied', 'failed'])
  assert.equal(told({ code: 1199017, message: 'why' }).detail, 'why')
})

test('what is not linked cannot be unlinked', () => assert.equal(told({ status: 'unchanged' }).verdict, 'not_linked'))

test('rows are ready before, done after, and counted', () => {
  const rows = [told({ status: 'created' }), told({ status: 'deleted' }, false), told({ code: 1101061 }), told({ status: 'created' })]
  assert.deepEqual([rows.map(isReady), rows.map(isDone)], [[true, false, false, true], [false, true, false, false]])
  assert.deepEqual(countVerdicts(rows), [['new', 2], ['removed', 1], ['violates', 1]])
})
