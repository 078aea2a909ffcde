// What the server has told of the graph so far. Pure.

import type { Group, Part } from '../data/graph.ts'

export interface KnownNode {
  key: string
  model: string
  id: number
  name: string
}
export interface KnownLink {
  id: number
  association: string
  source: string
  target: string
}

export interface Known {
  nodes: Map<string, KnownNode>
  links: Map<number, KnownLink>
  /** How many links each node has, by association and direction. */
  groups: Map<string, Group[]>
}

export const nothing = (): Known => ({ nodes: new Map(), links: new Map(), groups: new Map() })

/** Adds an answer. Its groups count only where it was asked for all that the view lets through. */
export function learn(known: Known, part: Part, withGroups: boolean): void {
  for (const it of part.nodes) known.nodes.set(it.key, { key: it.key, model: it.model, id: it.id, name: it.name || `#${it.id}` })
  for (const it of part.links) known.links.set(it.id, it)
  if (!withGroups) return
  for (const it of part.nodes) known.groups.set(it.key, [])
  for (const it of part.groups) known.groups.get(it.node)?.push(it)
}

/** The links of a node under one association in one direction, oldest first. */
export function linksOf(known: Known, key: string, association: string, outward: boolean): KnownLink[] {
  const found = [...known.links.values()].filter((it) => it.association === association && (outward ? it.source : it.target) === key)
  return found.sort((a, b) => a.id - b.id)
}

/** How many links there are to models and under associations, within so many hops. */
export function tally(part: Part, depth: number): { models: [string, number][]; associations: [string, number][] } {
  const add = (counts: Map<string, number>, key: string, count: number): void => void counts.set(key, (counts.get(key) ?? 0) + count)
  const [models, associations] = [new Map<string, number>(), new Map<string, number>()]
  const inside = new Set(part.nodes.filter((it) => it.distance < depth).map((it) => it.key))
  for (const it of part.groups.filter((group) => inside.has(group.node))) {
    add(models, it.model, it.total)
    add(associations, it.association, it.total)
  }
  const sorted = (counts: Map<string, number>): [string, number][] => [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return { models: sorted(models), associations: sorted(associations) }
}
