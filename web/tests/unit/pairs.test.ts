import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode } from '../../src/data/files.ts'
import { rowsOf } from '../../src/pairs/file.ts'
import { lineOf, parseEnds, parsePairs, product, zip, type Pair } from '../../src/pairs/parse.ts'

const texts = (pairs: Pair[]) => pairs.map((it) => [it.source.join('+'), it.target.join('+')])
const read = (text: string) => texts(parsePairs(text).pairs)

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
  assert.deepEqual(pairs.map((it) => [it.line, it.source[0]]), [[1, 'a'], [4, 'c']])
  assert.deepEqual(unread.map((it) => it.line), [3, 5, 6])
})

test('empty columns at the end are what a spreadsheet leaves', () => assert.deepEqual(read('a\tb\t\t'), [['a', 'b']]))

test('every source goes with every target, or the first with the first', () => {
  const [sources, targets] = [[['1'], ['2']], [['x'], ['y']]]
  assert.deepEqual(texts(product(sources, targets)), [['1', 'x'], ['1', 'y'], ['2', 'x'], ['2', 'y']])
  assert.deepEqual(product(sources, targets).map((it) => it.line), [1, 2, 3, 4])
  assert.deepEqual(texts(zip(sources, targets)), [['1', 'x'], ['2', 'y']])
})

test('an end may be of several columns', () => {
  assert.deepEqual(texts(parsePairs('rack 1\t7\tsw-1\nrack 1,8 -> sw-2\nname=rack 1,position=9\tsw-3\nrack 1\tsw-4', [2, 1]).pairs), [['rack 1+7', 'sw-1'], ['rack 1+8', 'sw-2'], ['name=rack 1,position=9', 'sw-3']])
  assert.deepEqual(parseEnds('rack 1,7\n\nalone\nrack 2\t8', 2), { ends: [['rack 1', '7'], ['rack 2', '8']], unread: [{ line: 3, text: 'alone' }] })
})

test('a heading is no pair', () => assert.deepEqual(parsePairs('source,target\na,b').pairs.map((it) => it.line), [2]))

test('cells that were written as a line are read as the same cells', () => {
  const cells = ['a "b"', 'c\td']
  assert.deepEqual(read(lineOf(cells)), [cells])
})

test('a file is read in UTF-8 and in GB18030, with or without a mark', () => {
  const bytes = (...all: number[]): ArrayBuffer => new Uint8Array(all).buffer
  assert.equal(decode(new TextEncoder().encode('机柜,交换机').buffer as ArrayBuffer), '机柜,交换机')
  assert.equal(decode(bytes(0xbb, 0xfa, 0xb9, 0xf1, 0x2c, 0x61)), '机柜,a')
  assert.equal(decode(bytes(0xff, 0xfe, 0x3a, 0x67, 0x2c, 0x00)).replace('\uFEFF', ''), '机,')
  assert.deepEqual(rowsOf('a;b;c\r\n\r\n1;"2;3";4\r\n'), [['a', 'b', 'c'], ['1', '2;3', '4']])
})

test('ten thousand lines are read at once', () => {
  const started = performance.now()
  assert.equal(parsePairs(Array.from({ length: 10_000 }, (_, it) => `source ${it}\ttarget ${it}`).join('\n')).pairs.length, 10_000)
  assert.ok(performance.now() - started < 2000)
})
