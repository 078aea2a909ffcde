import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyView, formatView, operators, parseKey, parseView, takesList, takesValue, type View } from '../../src/filter/grammar.ts'
import { filterOf } from '../../src/filter/rules.ts'

const view = (change: Partial<View>): View => ({ ...emptyView(), ...change })

test('a view comes back from its query as it was', () => {
  const conditions = operators.map((operator) => ({
    attribute: 'bk_vendor', operator, values: !takesValue(operator) ? [] : takesList(operator) ? ['a,b', '100%', '华为', '%2C'] : ['x.y=1&z'],
  }))
  const full = view({ conditions, text: 'core', nested: '{"field":"a"}', sort: [{ attribute: 'bk_inst_id', descending: true }, { attribute: 'name', descending: false }], columns: ['a', 'b'], page: 3, size: 200 })
  assert.deepEqual(parseView(formatView(full)), full)
})

test('the same field and operator may come twice', () => {
  const twice = view({ conditions: [{ attribute: 'a', operator: 'contains', values: ['x'] }, { attribute: 'a', operator: 'contains', values: ['y'] }] })
  assert.deepEqual(formatView(twice), { 'f.a.contains': ['x', 'y'] })
  assert.deepEqual(parseView(formatView(twice)), twice)
})

test('short names of operators are read', () => {
  for (const [short, long] of [['eq', 'equal'], ['ne', 'not_equal'], ['nin', 'not_in'], ['lt', 'less'], ['gte', 'greater_or_equal'], ['ct', 'contains'], ['bw', 'begins_with'], ['empty', 'is_empty']]) {
    assert.deepEqual(parseKey(`f.a.${short}`), { attribute: 'a', operator: long })
  }
  assert.equal(parseKey('f.a.nothing'), null)
  assert.equal(parseKey('panel'), null)
})

test('attributes may have dots', () => assert.deepEqual(parseKey('f.a.b.eq'), { attribute: 'a.b', operator: 'equal' }))

test('what is usual is in no link, and nonsense is as usual', () => {
  assert.deepEqual(formatView(emptyView()), {})
  assert.deepEqual(parseView({ page: '-4', size: '7', sort: '', cols: ',' }), emptyView())
})

test('values become what their attribute holds, and texts are no patterns', () => {
  const kinds: Record<string, string> = { n: 'int', b: 'bool', t: 'time', s: 'singlechar' }
  const conditions = [
    { attribute: 'n', operator: 'in' as const, values: ['1', '2'] },
    { attribute: 'b', operator: 'equal' as const, values: ['true'] },
    { attribute: 't', operator: 'greater' as const, values: ['2026-01-01 00:00:00'] },
    { attribute: 's', operator: 'contains' as const, values: ['a.b*'] },
    { attribute: 's', operator: 'is_empty' as const, values: [] },
  ]
  assert.deepEqual(filterOf(view({ conditions }), (id) => kinds[id] ?? ''), {
    condition: 'AND',
    rules: [
      { field: 'n', operator: 'in', value: [1, 2] },
      { field: 'b', operator: 'equal', value: true },
      { field: 't', operator: 'datetime_greater', value: '2026-01-01 00:00:00' },
      { field: 's', operator: 'contains', value: 'a\\.b\\*' },
      { condition: 'OR', rules: [{ field: 's', operator: 'is_null' }, { field: 's', operator: 'equal', value: '' }] },
    ],
  })
  assert.equal(filterOf(emptyView(), () => ''), null)
})
