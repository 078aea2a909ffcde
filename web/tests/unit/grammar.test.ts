import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyView, formatView, operators, parseKey, parseView, takesList, takesValue, termsOf, textOf, type View } from '../../src/filter/grammar.ts'

const view = (change: Partial<View>): View => ({ ...emptyView(), ...change })

test('a view comes back from its query as it was', () => {
  const conditions = operators.map((operator) => ({
    attribute: 'bk_vendor', operator, values: !takesValue(operator) ? [] : takesList(operator) ? ['a,b', '100%', '华为', '%2C'] : ['x.y=1&z'],
  }))
  const full = view({ conditions, text: 'core', nested: '{"field":"a"}', sort: [{ attribute: 'bk_inst_id', descending: true }, { attribute: 'name', descending: false }], columns: ['a', 'b'], saved: 'mine' })
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
  assert.deepEqual(parseView({ view: null, sort: '', cols: ',' }), emptyView())
})

test('terms come back from the text of an address', () => {
  const terms = { 'f.a.contains': ['x', 'y'], 'f.b.in': '华为,a%2Cb', q: 'a b+c', sort: '-bk_inst_id' }
  assert.deepEqual(termsOf(textOf(terms)), terms)
})
