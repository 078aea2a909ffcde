// What a graph shows and where. The root is in the middle, what it is the source of to the right, what it is the target of to
// the left. Whatever is there stays where it is. Pure, so that the same steps always give the same picture.

import { linksOf, type Known, type KnownLink } from './known.ts'

export interface Node {
  key: string
  model: string
  /** 0 for a group. */
  id: number
  /** Of the instance; a group has none of its own. */
  name: string
  /** Instances that a group stands for in all; 0 for an instance. */
  total: number
  /** Those of a group that are not drawn one by one. */
  left: number
  column: number
  row: number
  /** Whose expansion has brought it; empty for the root. */
  by: string
}

export interface Edge {
  key: string
  source: string
  target: string
  /** Textual id of the association. */
  name: string
}

export interface Picture {
  root: string
  nodes: Map<string, Node>
  edges: Map<string, Edge>
  /** Keys of what is expanded. */
  open: Set<string>
}

export const keyOf = (model: string, id: number): string => `${model}:${id}`

/** A group is of a node, an association and a direction. */
export const groupKey = (node: string, association: string, outward: boolean): string => `${node}/${association}:${outward ? 'out' : 'in'}`
export function groupOf(key: string): { node: string; association: string; outward: boolean } | null {
  const parts = /^(.+)\/([^/]+):(out|in)$/.exec(key)
  return parts?.[1] && parts[2] ? { node: parts[1], association: parts[2], outward: parts[3] === 'out' } : null
}

export function start(model: string, id: number, name: string): Picture {
  const key = keyOf(model, id)
  return { root: key, nodes: new Map([[key, { key, model, id, name, total: 0, left: 0, column: 0, row: 0, by: '' }]]), edges: new Map(), open: new Set() }
}

export const sizeOf = (picture: Picture): number => picture.nodes.size + picture.edges.size

/** The first row of a free stretch in a column, as near as can be to the wanted one. */
function freeRow(picture: Picture, column: number, wanted: number, length: number): number {
  const taken = new Set([...picture.nodes.values()].filter((it) => it.column === column).map((it) => it.row))
  const isFree = (first: number): boolean => Array.from({ length }, (_, it) => first + it).every((row) => !taken.has(row))
  for (let away = 0; ; away++) {
    if (isFree(wanted + away)) return wanted + away
    if (isFree(wanted - away)) return wanted - away
  }
}

type Fresh = Pick<Node, 'key' | 'model' | 'id' | 'name' | 'total' | 'left'>

/** By model, groups last, then by name. */
const order = (a: Fresh, b: Fresh): number =>
  (a.model === b.model ? 0 : a.model < b.model ? -1 : 1) || Math.sign(a.total) - Math.sign(b.total) || a.name.localeCompare(b.name) || a.id - b.id || (a.key < b.key ? -1 : 1)

/** Puts new nodes beside the one that brings them. */
function place(picture: Picture, from: Node, outward: boolean, fresh: Fresh[]): void {
  const some = [...new Map(fresh.filter((it) => !picture.nodes.has(it.key)).map((it) => [it.key, it])).values()].sort(order)
  const column = from.column + (outward ? 1 : -1)
  const first = freeRow(picture, column, from.row - Math.floor((some.length - 1) / 2), some.length)
  some.forEach((it, index) => picture.nodes.set(it.key, { ...it, column, row: first + index, by: from.key }))
}

function draw(picture: Picture, link: KnownLink): void {
  picture.edges.set(`${link.association}/${link.id}`, { key: `${link.association}/${link.id}`, source: link.source, target: link.target, name: link.association })
}
/** Draws every known link between what is there. */
function connect(picture: Picture, known: Known): void {
  for (const it of known.links.values()) if (picture.nodes.has(it.source) && picture.nodes.has(it.target)) draw(picture, it)
}

const drawnOf = (picture: Picture, node: string, association: string, outward: boolean): number =>
  [...picture.edges.values()].filter((it) => it.name === association && (outward ? it.source : it.target) === node && !picture.nodes.get(outward ? it.target : it.source)?.total).length

/** Groups stand for what is not drawn one by one; those that stand for nothing any more go. */
function settle(picture: Picture): void {
  for (const node of [...picture.nodes.values()]) {
    const group = node.total > 0 ? groupOf(node.key) : null
    if (!group) continue
    const left = node.total - drawnOf(picture, group.node, group.association, group.outward)
    if (left <= 0) remove(picture, node.key)
    else if (left !== node.left) picture.nodes.set(node.key, { ...node, left })
  }
}

const freshOf = (known: Known, key: string): Fresh => {
  const node = known.nodes.get(key)
  return { key, model: node?.model ?? '', id: node?.id ?? 0, name: node?.name ?? key, total: 0, left: 0 }
}

/** Shows the neighbours of a node: one by one where there are no more than `few` of a kind, else as one group. */
export function expand(picture: Picture, known: Known, key: string, few: number): void {
  const from = picture.nodes.get(key)
  if (!from) return
  picture.open.add(key)
  const groups = known.groups.get(key) ?? []
  for (const outward of [true, false]) {
    const fresh: Fresh[] = []
    for (const it of groups.filter((group) => (group.direction === 'out') === outward)) {
      const others = linksOf(known, key, it.association, outward).map((link) => (outward ? link.target : link.source))
      if (it.total <= few) fresh.push(...others.map((other) => freshOf(known, other)))
      const drawn = new Set(others.filter((other) => it.total <= few || picture.nodes.has(other))).size
      if (drawn < it.total) fresh.push({ key: groupKey(key, it.association, outward), model: it.model, id: 0, name: '', total: it.total, left: it.total - drawn })
    }
    place(picture, from, outward, fresh)
    for (const it of fresh.filter((one) => one.total > 0)) {
      const [source, target] = outward ? [key, it.key] : [it.key, key]
      picture.edges.set(`${it.key}/all`, { key: `${it.key}/all`, source, target, name: groupOf(it.key)?.association ?? '' })
    }
  }
  connect(picture, known)
  settle(picture)
}

/** Shows some members of a group one by one. */
export function openGroup(picture: Picture, known: Known, key: string, members: string[]): void {
  const group = groupOf(key)
  const from = group && picture.nodes.get(group.node)
  if (!group || !from) return
  place(picture, from, group.outward, members.map((it) => freshOf(known, it)))
  connect(picture, known)
  settle(picture)
}

/** Shows a chain of links, each of which begins or ends at what is there. */
export function lay(picture: Picture, known: Known, nodes: string[], links: KnownLink[]): void {
  links.forEach((link, index) => {
    const [from, to] = [picture.nodes.get(nodes[index] ?? ''), nodes[index + 1] ?? '']
    if (from && !picture.nodes.has(to)) place(picture, from, link.source === from.key, [freshOf(known, to)])
  })
  connect(picture, known)
  settle(picture)
}

/** Expands level by level as far as the depth says, while there is room; with fewer shown one by one where the first level is too much. */
export function begin(picture: Picture, known: Known, depth: number, few: number, room: number, exact: boolean): void {
  const first = [...picture.nodes.values()][0]
  if (!first) return
  for (const threshold of exact ? [few] : [few, ...[10, 5, 3, 2, 1, 0].filter((it) => it < few)]) {
    picture.nodes = new Map([[first.key, first]])
    picture.edges = new Map()
    picture.open = new Set()
    expand(picture, known, first.key, threshold)
    if (sizeOf(picture) <= room) break
  }
  let level = [...picture.nodes.keys()].filter((it) => it !== first.key)
  for (let at = 1; at < depth; at++) {
    const before = new Set(picture.nodes.keys())
    for (const key of level) {
      const node = picture.nodes.get(key)
      if (!node || node.total > 0) continue
      const kept = { nodes: new Map(picture.nodes), edges: new Map(picture.edges) }
      expand(picture, known, key, few)
      if (sizeOf(picture) <= room) continue
      Object.assign(picture, kept)
      picture.open.delete(key)
    }
    level = [...picture.nodes.keys()].filter((it) => !before.has(it))
  }
}

/** Links of a node that are not drawn; 0 for one that is expanded. */
export function hiddenOf(picture: Picture, known: Known, key: string): number {
  if (picture.open.has(key)) return 0
  return (known.groups.get(key) ?? []).reduce((sum, it) => sum + Math.max(0, it.total - drawnOf(picture, key, it.association, it.direction === 'out')), 0)
}

/** Takes away what the expansion of a node has brought, and what that has brought in turn. */
export function collapse(picture: Picture, key: string): void {
  picture.open.delete(key)
  for (const node of [...picture.nodes.values()]) {
    if (node.by !== key || !picture.nodes.has(node.key)) continue
    collapse(picture, node.key)
    remove(picture, node.key)
  }
}

function remove(picture: Picture, key: string): void {
  picture.nodes.delete(key)
  for (const edge of [...picture.edges.values()]) if (edge.source === key || edge.target === key) picture.edges.delete(edge.key)
}

/** The next node in a direction of the arrow keys. */
export function next(picture: Picture, key: string, arrow: 'left' | 'right' | 'up' | 'down'): string | null {
  const here = picture.nodes.get(key)
  if (!here) return null
  const across = arrow === 'left' || arrow === 'right'
  const sign = arrow === 'right' || arrow === 'down' ? 1 : -1
  const others = [...picture.nodes.values()].filter((it) => (across ? it.column === here.column + sign : it.column === here.column && Math.sign(it.row - here.row) === sign))
  others.sort((a, b) => Math.abs(a.row - here.row) - Math.abs(b.row - here.row) || a.row - b.row)
  return others[0]?.key ?? null
}
