import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learn, nothing, tally, type Known } from '../../src/graph/known.ts'
import { shorten } from '../../src/graph/label.ts'
import { formatLook, parseLook, withStep } from '../../src/graph/look.ts'
import { begin, collapse, expand, groupKey, groupOf, hiddenOf, keyOf, lay, next, openGroup, sizeOf, start, type Picture } from '../../src/graph/picture.ts'
import { jsonOf, svgOf } from '../../src/graph/svg.ts'
import type { Part } from '../../src/data/graph.ts'

/** Links `source>target`, an association for each pair of models; totals may be more than what is told. */
function part(links: string[], totals: Record<string, number> = {}): Part {
  const ends = links.map((it) => it.split('>') as [string, string])
  const modelOf = (key: string): string => key.split(':')[0] ?? ''
  const keys = [...new Set([...ends.flat(), ...Object.keys(totals).map((it) => it.split('/')[0] ?? '')])]
  const counts = new Map<string, number>()
  for (const [source, target] of ends) {
    const association = `${modelOf(source)}_${modelOf(target)}`
    for (const it of [`${source}/${association}:out`, `${target}/${association}:in`]) counts.set(it, (counts.get(it) ?? 0) + 1)
  }
  for (const [key, total] of Object.entries(totals)) counts.set(key, total)
  return {
    nodes: keys.map((key) => ({ key, model: modelOf(key), id: Number(key.split(':')[1]), name: key, distance: key === 'r:1' ? 0 : 1 })),
    links: ends.map(([source, target], index) => ({ id: index + 1, association: `${modelOf(source)}_${modelOf(target)}`, source, target })),
    groups: [...counts].map(([key, total]) => {
      const group = groupOf(key)
      const [from = '', to = ''] = group?.association.split('_') ?? []
      return { node: group?.node ?? '', association: group?.association ?? '', direction: group?.outward ? 'out' : 'in', model: group?.outward ? to : from, total, shown: 0 }
    }),
    truncated: [],
  }
}
const known = (links: string[], totals: Record<string, number> = {}): Known => { const it = nothing(); learn(it, part(links, totals), true); return it }
const places = (picture: Picture) => Object.fromEntries([...picture.nodes.values()].map((it) => [it.key, `${it.column},${it.row}`]))
const range = (count: number): number[] => Array.from({ length: count }, (_, it) => it + 1)

test('targets are to the right, sources to the left, each in its place', () => {
  const picture = start('r', 1, 'root')
  expand(picture, known(['r:1>b:2', 'r:1>a:1', 'c:1>r:1']), 'r:1', 20)
  assert.deepEqual(places(picture), { 'r:1': '0,0', 'a:1': '1,0', 'b:2': '1,1', 'c:1': '-1,0' })
  assert.deepEqual([...picture.edges.values()].map((it) => `${it.source}>${it.target}`).sort(), ['c:1>r:1', 'r:1>a:1', 'r:1>b:2'])
})

test('what is there never moves, and no two are in one place', () => {
  const picture = start('r', 1, 'root')
  const all = known([...range(9).map((it) => `r:1>a:${it}`), ...range(9).flatMap((it) => range(5).map((other) => `a:${it}>b:${it * 4 + other}`))])
  expand(picture, all, 'r:1', 20)
  for (const it of range(9)) {
    const before = places(picture)
    expand(picture, all, `a:${it}`, 20)
    assert.deepEqual(Object.fromEntries(Object.keys(before).map((key) => [key, places(picture)[key]])), before)
  }
  assert.equal(new Set(Object.values(places(picture))).size, picture.nodes.size)
})

test('the same steps give the same picture, whatever the order of the answers', () => {
  const make = (links: string[]) => { const picture = start('r', 1, 'root'); expand(picture, known(links), 'r:1', 20); return places(picture) }
  const some = ['r:1>b:1', 'r:1>a:2', 'r:1>a:1']
  assert.deepEqual(make(some), make([...some].reverse()))
})

test('many of a kind are one group with their number, which shrinks as members are shown and goes when all are', () => {
  const picture = start('r', 1, 'root')
  const all = known(range(20).map((it) => `r:1>a:${it}`), { 'r:1/r_a:out': 120 })
  expand(picture, all, 'r:1', 19)
  const key = groupKey('r:1', 'r_a', true)
  assert.deepEqual([...picture.nodes.keys()], ['r:1', key])
  assert.deepEqual([picture.nodes.get(key)?.total, picture.nodes.get(key)?.left], [120, 120])
  const before = places(picture)
  openGroup(picture, all, key, range(20).map((it) => `a:${it}`))
  assert.deepEqual([picture.nodes.get(key)?.total, picture.nodes.get(key)?.left], [120, 100])
  learn(all, part(range(120).map((it) => `r:1>a:${it}`)), false)
  openGroup(picture, all, key, range(120).map((it) => `a:${it}`))
  assert.equal(picture.nodes.has(key), false)
  assert.equal(picture.nodes.size, 121)
  assert.equal(places(picture)['r:1'], before['r:1'])
})

test('at first there are no more elements than there is room', () => {
  const picture = start('r', 1, 'root')
  const kinds = [...'abcdefghij']
  const all = known(kinds.flatMap((kind, index) => range(index + 5).map((it) => `r:1>${kind}:${it}`)))
  begin(picture, all, 1, 20, 60, false)
  assert.ok(sizeOf(picture) <= 60)
  const sum = [...picture.nodes.values()].reduce((count, it) => count + (it.total > 0 ? it.left : it.key === 'r:1' ? 0 : 1), 0)
  assert.equal(sum, kinds.reduce((count, _, index) => count + index + 5, 0))
  const whole = start('r', 1, 'root')
  begin(whole, all, 1, 20, 60, true)
  assert.equal(whole.nodes.size, 1 + sum)
})

test('more levels are shown as far as there is room, and the rest keeps its number', () => {
  const links = [...range(4).map((it) => `r:1>a:${it}`), ...range(4).flatMap((it) => range(6).map((other) => `a:${it}>b:${it * 10 + other}`))]
  const [wide, narrow] = [start('r', 1, 'root'), start('r', 1, 'root')]
  begin(wide, known(links), 2, 20, 300, false)
  assert.equal(wide.nodes.size, 1 + 4 + 24)
  begin(narrow, known(links), 2, 20, 25, false)
  assert.equal(narrow.nodes.size, 1 + 4 + 6)
  assert.deepEqual(range(4).map((it) => hiddenOf(narrow, known(links), `a:${it}`)), [0, 6, 6, 6])
})

test('what an expansion has brought goes with it', () => {
  const picture = start('r', 1, 'root')
  const first = known(['r:1>a:1', 'r:1>a:2'])
  expand(picture, first, 'r:1', 20)
  const before = places(picture)
  const all = known(['r:1>a:1', 'r:1>a:2', 'a:1>b:1', 'b:1>c:1', 'a:2>b:1'])
  expand(picture, all, 'a:1', 20)
  expand(picture, all, 'b:1', 20)
  assert.equal(picture.edges.size, 5)
  collapse(picture, 'a:1')
  assert.deepEqual(places(picture), before)
  assert.equal(picture.edges.size, 2)
  assert.deepEqual([...picture.open], ['r:1'])
  assert.equal(hiddenOf(picture, all, 'a:1'), 1)
})

test('a path is laid from what is there', () => {
  const picture = start('r', 1, 'root')
  const all = known(['r:1>a:1', 'b:1>a:1', 'b:1>c:1'])
  lay(picture, all, ['r:1', 'a:1', 'b:1', 'c:1'], [...all.links.values()])
  assert.deepEqual(places(picture), { 'r:1': '0,0', 'a:1': '1,0', 'b:1': '0,1', 'c:1': '1,1' })
  assert.equal(picture.edges.size, 3)
})

test('arrow keys go to the nearest', () => {
  const picture = start('r', 1, 'root')
  expand(picture, known(['r:1>a:1', 'r:1>a:2']), 'r:1', 20)
  assert.equal(next(picture, 'r:1', 'right'), 'a:1')
  assert.equal(next(picture, 'a:1', 'down'), 'a:2')
  assert.equal(next(picture, 'a:2', 'left'), 'r:1')
  assert.equal(next(picture, 'r:1', 'left'), null)
})

test('a view goes into the URL and comes out of it as it was', () => {
  const query = { depth: '3', dir: 'up', model: 'a,b', asst: 'x', group: '5', view: 'list', open: 'a:1,-a:1,r:1/r_a:out,~r:1~a:2' }
  assert.deepEqual(formatLook(parseLook(query)), query)
  assert.deepEqual(formatLook(parseLook({ depth: '99', dir: 'sideways', group: '-1' })), {})
})

test('a step that takes the last one back leaves neither', () => {
  assert.deepEqual(withStep(['a:1', 'b:1'], '-b:1'), ['a:1'])
  assert.deepEqual(withStep(['a:1', 'b:1'], '-a:1'), ['a:1', 'b:1', '-a:1'])
})

test('what there is to tick is counted', () => {
  const all = part(['r:1>a:1', 'r:1>a:2', 'b:1>r:1'])
  assert.deepEqual(tally(all, 1), { models: [['a', 2], ['b', 1]], associations: [['r_a', 2], ['b_r', 1]] })
  assert.deepEqual(tally(all, 2), { models: [['r', 3], ['a', 2], ['b', 1]], associations: [['r_a', 4], ['b_r', 2]] })
})

test('a picture is written as SVG and as JSON', () => {
  const picture = start('r', 1, 'a <b> & "c"')
  expand(picture, known(['r:1>a:1'], { 'r:1/r_b:out': 70 }), 'r:1', 20)
  const svg = svgOf(picture, (node) => node.name || `b ×${node.total}`, { text: '#000', muted: '#888', line: '#ccc', surface: '#fff', dark: false })
  assert.match(svg, /a &lt;b&gt; &amp; &quot;c&quot;/)
  assert.match(svg, /b ×70/)
  assert.equal([...svg.matchAll(/<line /g)].length, 2)
  const json = JSON.parse(jsonOf(picture)) as { nodes: unknown[]; links: unknown[] }
  assert.deepEqual([json.nodes.length, json.links.length], [3, 2])
})

test('a key is of a model and an instance', () => assert.equal(keyOf('rack', 7), 'rack:7'))

test('long names keep their beginning and their end', () => {
  assert.equal(shorten('short', 10), 'short')
  assert.equal(shorten('DM-Akron/dmi01-akron-rtr01/GigabitEthernet0/0/1', 20), 'DM-Akro…thernet0/0/1')
  assert.equal(shorten('核心交换机房一号机柜', 11), '核心…号机柜')
})
