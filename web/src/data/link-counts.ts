// How many links many instances have, by association and direction: one question for all of them.

import { expandGraph } from './graph.ts'

/** Instances in one question. */
const together = 500

export interface LinkGroup {
  id: number
  association: string
  outward: boolean
  total: number
}
export interface Link {
  id: number
  association: string
  /** The instances that were asked for at its ends. */
  ends: number[]
}
export interface Linked {
  groups: LinkGroup[]
  /** The links themselves, at most `each` of an instance in one direction of an association. */
  links: Link[]
  /** More links than were asked for. */
  truncated: boolean
}

export async function readLinked(model: string, ids: number[], associations: string[], each: number): Promise<Linked> {
  const found: Linked = { groups: [], links: [], truncated: false }
  const idOf = new Map(ids.map((id) => [`${model}:${id}`, id]))
  const seen = new Set<number>()
  for (let at = 0; at < ids.length; at += together) {
    const roots = ids.slice(at, at + together).map((id) => ({ model, id }))
    const asked = new Set(roots.map((it) => `${model}:${it.id}`))
    const part = await expandGraph({ roots, associations, limit_per_node: each, max_nodes: 50_000 })
    for (const it of part.groups) if (asked.has(it.node)) found.groups.push({ id: idOf.get(it.node) ?? 0, association: it.association, outward: it.direction === 'out', total: it.total })
    for (const it of part.links) {
      const ends = [it.source, it.target].flatMap((key) => idOf.get(key) ?? [])
      if (ends.length > 0 && !seen.has(it.id)) found.links.push({ id: it.id, association: it.association, ends })
      seen.add(it.id)
    }
    found.truncated ||= part.truncated.length > 0
  }
  return found
}
