import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attribute } from '../../src/data/models.ts'
import { cellOf, guess, operationOf, valueOf, type Plan } from '../../src/import/operations.ts'
import { decode } from '../../src/data/files.ts'
import { csvOf, parseTable } from '../../src/import/table.ts'

const attribute = (bk_property_id: string, bk_property_name: string, bk_property_type = 'singlechar', more: object = {}): Attribute =>
  ({ bk_property_id, bk_property_name, bk_property_type, isrequired: false, option: null, ...more }) as unknown as Attribute
const buffer = (bytes: number[]): ArrayBuffer => Uint8Array.from(bytes).buffer

test('quotes hold commas, quotes and line ends together, and a row knows its line', () => {
  const table = parseTable('\uFEFFname,note\r\na,"x, ""y""\nz"\r\n\r\nb,\r\n')
  assert.deepEqual(table.columns, ['name', 'note'])
  assert.deepEqual(table.rows, [{ line: 2, cells: ['a', 'x, "y"\nz'] }, { line: 5, cells: ['b', ''] }])
})

test('tabs, semicolons and full-width commas part as well', () => {
  for (const separator of ['\t', ';', '，']) assert.deepEqual(parseTable(['a', 'b c'].join(separator)).columns, ['a', 'b c'])
})

test('lines of JSON become columns; what is no object is told', () => {
  const table = parseTable('{"a":1}\nnonsense\n{"b":[2],"a":null}\n')
  assert.deepEqual(table.columns, ['a', 'b'])
  assert.deepEqual(table.rows.map((it) => [it.line, ...it.cells]), [[1, 1], [3, null, [2]]])
  assert.deepEqual(table.unread, [{ line: 2, text: 'nonsense' }])
})

test('a file is read as UTF-8, UTF-16 or GB18030', () => {
  assert.equal(decode(new TextEncoder().encode('华为').buffer as ArrayBuffer), '华为')
  assert.equal(decode(buffer([0xbb, 0xaa, 0xce, 0xaa])), '华为')
  assert.equal(decode(buffer([0xff, 0xfe, 0x4e, 0x53])).replace('\uFEFF', ''), '华')
})

test('what was written as CSV is read as it was', () => {
  const rows = [['a', 'b "c"'], ['x,y', 'line\nline']]
  const table = parseTable(csvOf(rows))
  assert.deepEqual([table.columns, ...table.rows.map((it) => it.cells)], rows)
})

test('columns are guessed by id, by name, and by an id behind a name; each attribute once', () => {
  const attributes = [attribute('bk_inst_name', '名称'), attribute('bk_vendor', '厂商')]
  assert.deepEqual(guess(['ID', '名称*', '厂商(bk_vendor)', 'bk_vendor', 'other'], attributes), ['bk_inst_id', 'bk_inst_name', 'bk_vendor', '', ''])
})

test('texts become what their attribute holds, and stay texts where they cannot', () => {
  const option = [{ id: '1', name: '运营中' }, { id: '2', name: '已下架' }]
  for (const [kind, text, value] of [
    ['int', ' 12 ', 12], ['int', 'x', 'x'], ['bool', '是', true], ['bool', 'No', false], ['bool', 'maybe', 'maybe'], ['enum', '已下架', '2'], ['enum', '1', '1'],
    ['enum', 'none', 'none'], ['enummulti', '运营中，2', ['1', '2']], ['organization', '3;4', [3, 4]], ['singlechar', ' a ', 'a'],
  ] as const) assert.deepEqual(valueOf(attribute('x', 'X', kind, { option }), text), value, `${kind} ${text}`)
})

test('the cell of a value is read as the same value', () => {
  const option = [{ id: '1', name: '运营中' }, { id: '2', name: 'a, b' }, { id: '3', name: '1' }]
  for (const [kind, value] of [
    ['int', 12], ['float', 1234.5], ['bool', true], ['bool', false], ['enum', '1'], ['enum', '2'], ['enum', '3'], ['enummulti', ['1', '2', '3']], ['organization', [3, 4]],
    ['singlechar', 'a'], ['time', '2026-01-01T00:00:00Z'],
  ] as const) {
    const it = attribute('x', 'X', kind, { option })
    const cell = parseTable(csvOf([['x'], [cellOf(it, value)]])).rows[0]?.cells[0]
    assert.deepEqual(valueOf(it, cell), value, `${kind} ${String(value)}`)
  }
  assert.equal(cellOf(attribute('x', 'X', 'enum', { option }), '1'), '运营中')
})

test('a row is a creation, a change by id, or whichever its key says', () => {
  const attributes = new Map([['sn', attribute('sn', 'SN')], ['note', attribute('note', 'Note')], ['must', attribute('must', 'Must', 'singlechar', { isrequired: true })]])
  const plan: Plan = { model: 'm', mapping: ['bk_inst_id', 'sn', 'note', 'must'], attributes, key: [], clears: false }
  const row = (...cells: unknown[]) => ({ line: 2, cells })
  assert.deepEqual(operationOf(row('', 'a', ' ', 'b'), plan), { op: 'create', model: 'm', attributes: { sn: 'a', must: 'b' } })
  assert.deepEqual(operationOf(row('7', 'a', '', ''), { ...plan, clears: true }), { op: 'update', model: 'm', instance: 7, attributes: { sn: 'a', note: null } })
  assert.deepEqual(operationOf(row('', 'a', 'n', 'b'), { ...plan, key: ['sn'] }), { op: 'upsert', model: 'm', instance: { sn: 'a' }, attributes: { sn: 'a', note: 'n', must: 'b' } })
  assert.deepEqual(operationOf(row('', '', 'n', 'b'), { ...plan, key: ['sn'] }), { op: 'create', model: 'm', attributes: { note: 'n', must: 'b' } })
})
