import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shorten } from '../../src/graph/label.ts'
import { collapse, expand, keyOf, next, start, type Neighbour, type Picture } from '../../src/graph/picture.ts'

const near = (model: string, id: number, outward: boolean, total = 0): Neighbour => ({ node: { key: keyOf(model, id), model, id, name: `${model}${id}`, total }, outward, link: `${model}/${id}/${outward}`, name: 'a' })
const places = (picture: Picture) => Object.fromEntries([...picture.nodes.values()].map((it) => [it.key, `${it.column},${it.row}`]))

test('targets are to the right, sources to the left, each in its place', () => {
  const picture = start('r', 1, 'root')
  expand(picture, 'r:1', [near('b', 2, true), near('a', 1, true), near('c', 1, false)])
  assert.deepEqual(places(picture), { 'r:1': '0,0', 'a:1': '1,0', 'b:2': '1,1', 'c:1': '-1,0' })
  assert.deepEqual([...picture.edges.values()].map((it) => `${it.source}>${it.target}`), ['r:1>b:2', 'r:1>a:1', 'c:1>r:1'])
})

test('what is there never moves, and no two are in one place', () => {
  const picture = start('r', 1, 'root')
  expand(picture, 'r:1', Array.from({ length: 9 }, (_, it) => near('a', it, true)))
  for (let it = 0; it < 9; it++) {
    const before = places(picture)
    expand(picture, `a:${it}`, Array.from({ length: 5 }, (_, other) => near('b', it * 4 + other, true)))
    assert.deepEqual(Object.fromEntries(Object.keys(before).map((key) => [key, places(picture)[key]])), before)
  }
  assert.equal(new Set(Object.values(places(picture))).size, picture.nodes.size)
})

test('the same steps give the same picture, whatever the order of the answers', () => {
  const make = (order: Neighbour[]) => { const picture = start('r', 1, 'root'); expand(picture, 'r:1', order); return places(picture) }
  const some = [near('b', 1, true), near('a', 2, true), near('a', 1, true)]
  assert.deepEqual(make(some), make([...some].reverse()))
})

test('what an expansion has brought goes with it', () => {
  const picture = start('r', 1, 'root')
  expand(picture, 'r:1', [near('a', 1, true), near('a', 2, true)])
  const before = places(picture)
  expand(picture, 'a:1', [near('b', 1, true)])
  expand(picture, 'b:1', [near('c', 1, true), near('a', 2, false)])
  collapse(picture, 'a:1')
  assert.deepEqual(places(picture), before)
  assert.equal(picture.edges.size, 2)
  assert.deepEqual(picture.open, ['r:1'])
})

test('arrow keys go to the nearest', () => {
  const picture = start('r', 1, 'root')
  expand(picture, 'r:1', [near('a', 1, true), near('a', 2, true)])
  assert.equal(next(picture, 'r:1', 'right'), 'a:1')
  assert.equal(next(picture, 'a:1', 'down'), 'a:2')
  assert.equal(next(picture, 'a:2', 'left'), 'r:1')
  assert.equal(next(picture, 'r:1', 'left'), null)
})

test('long names keep their beginning and their end', () => {
  assert.equal(shorten('short', 10), 'short')
  assert.equal(shorten('DM-Akron/dmi01-akron-rtr01/GigabitEthernet0/0/1', 20), 'DM-Akro…thernet0/0/1')
  assert.equal(shorten('核心交换机房一号机柜', 11), '核心…号机柜')
})
