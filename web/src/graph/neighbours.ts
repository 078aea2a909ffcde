// The neighbours of an instance, from the public API: one by one where they are few, else as one group with its number.

import { namesOf } from '../data/instances.ts'
import { readAssociations, type Association } from '../data/models.ts'
import { countLinks, directionsOf, keyOf as directionKey, readLinks, type Direction } from '../links/links.ts'
import { keyOf, type Neighbour } from './picture.ts'

/** Neighbours under one association and direction that are shown one by one. */
export const few = 20
/** How many a group gives at a time. */
export const page = 50

const known = new Map<string, Promise<Association[]>>()
function associationsOf(model: string): Promise<Association[]> {
  const found = known.get(model) ?? readAssociations(model)
  known.set(model, found)
  found.catch(() => known.delete(model))
  return found
}

async function read(direction: Direction, id: number, start: number, limit: number): Promise<Neighbour[]> {
  const links = await readLinks(direction, id, { start, limit })
  const other = (link: { source: number; target: number }): number => (direction.outward ? link.target : link.source)
  const names = await namesOf(direction.other, links.map(other))
  const { bk_obj_asst_id } = direction.association
  return links.map((link) => ({
    node: { key: keyOf(direction.other, other(link)), model: direction.other, id: other(link), name: names.get(other(link)) ?? `#${other(link)}`, total: 0 },
    outward: direction.outward, link: `${bk_obj_asst_id}/${link.id}`, name: bk_obj_asst_id,
  }))
}

export const groupKey = (key: string, direction: Direction): string => `${key}/${directionKey(direction)}`

/** All neighbours; `nameOf` gives the names of models, for groups. */
export async function neighboursOf(model: string, id: number, nameOf: (model: string) => string): Promise<Neighbour[]> {
  const directions = directionsOf(model, await associationsOf(model))
  const found = await Promise.all(directions.map(async (direction): Promise<Neighbour[]> => {
    const total = await countLinks(direction, id)
    if (total === 0) return []
    if (total <= few) return read(direction, id, 0, few)
    const key = groupKey(keyOf(model, id), direction)
    return [{ node: { key, model: direction.other, id: 0, name: nameOf(direction.other), total }, outward: direction.outward, link: key, name: direction.association.bk_obj_asst_id }]
  }))
  return found.flat()
}

/** Some more of a group: those after the first `shown`. */
export async function membersOf(group: string, shown: number): Promise<{ of: string; neighbours: Neighbour[] } | null> {
  const parts = /^(\w+):(\d+)\/(.+):(in|out)$/.exec(group)
  if (!parts?.[1] || !parts[2]) return null
  const [, model, id, association, way] = parts
  const direction = directionsOf(model, await associationsOf(model)).find((it) => it.association.bk_obj_asst_id === association && it.outward === (way === 'out'))
  return direction ? { of: keyOf(model, Number(id)), neighbours: await read(direction, Number(id), shown, page) } : null
}
