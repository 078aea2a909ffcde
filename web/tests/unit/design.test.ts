import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attribute } from '../../src/data/models.ts'
import { changeable, draftOf, emptyDraft, faultsOf, kinds, type Draft } from '../../src/models/draft.ts'
import { changes, moved, stepped } from '../../src/models/order.ts'
import { around, curve, height, layout, width } from '../../src/topology/layout.ts'

const draft = (more: Partial<Draft>): Draft => ({ ...emptyDraft('default'), id: 'a', name: 'A', ...more })
const option = (id: string, usual = false) => ({ id, name: id.toUpperCase(), usual })
const column = { id: 'port', name: 'Port', kind: 'int', required: true, options: [] }

/** A draft of each type that can be saved. */
const sound: Record<string, Partial<Draft>> = {
  singlechar: { pattern: '^x', usual: 'xy' }, longchar: {}, int: { min: '1', max: '9', usual: 3 }, float: { min: '', max: '1.5' }, enum: { options: [option('a', true), option('b')] },
  enummulti: { multiple: true, options: [option('a'), option('b', true)] }, bool: { usual: true }, date: { usual: '2026-01-02' }, time: {}, timezone: { usual: 'Asia/Shanghai' }, objuser: { usual: 'ann' },
  list: { options: [{ id: 'red', name: 'red', usual: false }], usual: 'red' }, enumquote: { quoted: 'site', instances: [3] }, organization: { multiple: true, usual: [1, 2] }, innertable: { columns: [column] },
}

test('a draft of every type is read again as it was written', () => {
  assert.deepEqual(Object.keys(sound).sort(), [...kinds].sort())
  for (const kind of kinds) {
    const before = draft({ kind, ...sound[kind] })
    assert.deepEqual(faultsOf(before), {}, kind)
    const stored = { ...changeable(before), bk_property_id: 'a', bk_property_type: kind, bk_property_group: 'default' } as unknown as Attribute
    assert.deepEqual(draftOf(stored), before, kind)
  }
})

test('what is wrong with a draft is known before it is sent', () => {
  const option_ = (more: Partial<Draft>) => faultsOf(draft(more)).option
  assert.deepEqual(faultsOf(draft({ id: '9', name: ' ' })), { id: 'id', name: 'required' })
  assert.equal(option_({ pattern: '(' }), 'pattern')
  assert.equal(option_({ kind: 'int', min: '1.5' }), 'number')
  assert.equal(option_({ kind: 'float', min: '2', max: '1' }), 'range')
  assert.equal(option_({ kind: 'enum' }), 'options')
  assert.equal(option_({ kind: 'enum', options: [option('a')] }), 'oneDefault')
  assert.equal(option_({ kind: 'enummulti', options: [option('a', true), option('b', true)] }), 'oneDefault')
  assert.equal(option_({ kind: 'list', options: [option('x'), option('x')] }), 'repeated')
  assert.equal(option_({ kind: 'enumquote', quoted: 'site', instances: [1, 2] }), 'oneInstance')
  assert.equal(option_({ kind: 'innertable', columns: [{ ...column, id: '' }] }), 'id')
})

const sections = [{ group: 'one', fields: [1, 2] }, { group: 'two', fields: [3] }, { group: 'three', fields: [] }]

test('a step leads through the sections, and ends at the first and the last place', () => {
  const walk = [1, 2, 3, 4, 5].reduce((all, _) => [...all, stepped(all.at(-1)!, 1, 1)], [sections])
  assert.deepEqual(walk.map((it) => it.map((one) => one.fields.join('')).join('|')), ['12|3|', '21|3|', '2|13|', '2|31|', '2|3|1', '2|3|1'])
  assert.deepEqual(stepped(sections, 1, -1), sections)
  assert.deepEqual(stepped(sections, 3, -1).map((it) => it.fields.join('')), ['123', '', ''])
})

test('of a move only what has another place is told', () => {
  assert.deepEqual(changes(sections, moved(sections, 3, 'one', 1)), [{ field: 1, group: 'one', place: 1 }, { field: 3, group: 'one', place: 2 }, { field: 2, group: 'one', place: 3 }])
  assert.deepEqual(changes(sections, sections), [])
})

const boxes = [...'abcdefgh'].map((id) => ({ id, group: id < 'f' ? 'x' : 'y' }))
const lines = [['a', 'b'], ['b', 'c'], ['c', 'a'], ['a', 'd'], ['d', 'd'], ['g', 'a']].map(([source, target], it) => ({ id: String(it), source: source!, target: target! }))
const overlap = (a: { x: number; y: number }, b: { x: number; y: number }): boolean => Math.abs(a.x - b.x) < width && Math.abs(a.y - b.y) < height

test('the same models have the same places, none on another, and each within its group alone', () => {
  const scene = layout(boxes, lines, new Map())
  assert.deepEqual(layout(boxes, lines, new Map()), scene)
  const places = [...scene.places.values()]
  places.forEach((it, at) => places.slice(at + 1).forEach((other) => assert.ok(!overlap(it, other))))
  for (const it of boxes) {
    const at = scene.places.get(it.id)!
    const inside = scene.frames.filter((frame) => at.x >= frame.x && at.x + width <= frame.x + frame.width && at.y >= frame.y && at.y + height <= frame.y + frame.height)
    assert.deepEqual(inside.map((frame) => frame.group), [it.group])
  }
  assert.ok(scene.places.get('a')!.x < scene.places.get('b')!.x && scene.places.get('b')!.x < scene.places.get('c')!.x)
})

test('a model that people have placed stays there, and others make room', () => {
  const free = layout(boxes, lines, new Map())
  const scene = layout(boxes, lines, new Map([['h', free.places.get('a')!]]))
  assert.deepEqual(scene.places.get('h'), free.places.get('a'))
  assert.ok(!overlap(scene.places.get('a')!, scene.places.get('h')!))
})

test('around a model is what it is associated with, both ways', () => {
  assert.deepEqual([...around('a', lines)].sort(), ['a', 'b', 'c', 'd', 'g'])
  assert.match(curve({ x: 0, y: 0 }, { x: 0, y: 0 }).path, /^M172,13 /)
  assert.deepEqual(curve({ x: 0, y: 0 }, { x: 400, y: 0 }).middle, { x: 286, y: 22 })
})
