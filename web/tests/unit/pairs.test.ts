import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePairs, product } from '../../src/pairs/parse.ts'

const read = (text: string) => parsePairs(text).pairs.map((it) => [it.source, it.target])

test('every way to part two columns is read', () => {
  for (const separator of ['\t', ',', ';', '->', ' -> ', '，', '；', '→', ', ']) assert.deepEqual(read(`a 1${separator}b`), [['a 1', 'b']], separator)
})

test('a tab parts before a comma, which may be in a name', () => assert.deepEqual(read('Rack 1, row 2\tsw-1'), [['Rack 1, row 2', 'sw-1']]))

test('quotes hold a separator, and two of them are one', () => {
  assert.deepEqual(read('"a,b","say ""hi"""'), [['a,b', 'say "hi"']])
  assert.deepEqual(read('5" disk,x'), [['5" disk', 'x']])
})

test('lines keep their numbers, whatever ends them', () => {
  const { pairs, unread } = parsePairs('\uFEFFa,b\r\n\r\nalone\nc,d\re,f,g\n,x\n')
  assert.deepEqual(pairs.map((it) => [it.line, it.source]), [[1, 'a'], [4, 'c']])
  assert.deepEqual(unread.map((it) => it.line), [3, 5, 6])
})

test('empty columns at the end are what a spreadsheet leaves', () => assert.deepEqual(read('a\tb\t\t'), [['a', 'b']]))

test('every source goes with every target', () => assert.deepEqual(read(product(['1', '2'], ['x', 'y'])), [['1', 'x'], ['1', 'y'], ['2', 'x'], ['2', 'y']]))

test('ten thousand lines are read at once', () => {
  const started = performance.now()
  assert.equal(parsePairs(Array.from({ length: 10_000 }, (_, it) => `source ${it}\ttarget ${it}`).join('\n')).pairs.length, 10_000)
  assert.ok(performance.now() - started < 2000)
})
