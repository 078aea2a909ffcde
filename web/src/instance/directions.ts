// All directions in which an instance can be linked, with the number of its links.

import { useAnswer, type Answer } from '../data/cache.ts'
import { expandGraph } from '../data/graph.ts'
import type { Association } from '../data/models.ts'
import { directionsOf, type Direction } from '../links/links.ts'

export interface Counted {
  direction: Direction
  count: number
}

/** All of them are counted in one question. */
async function count(model: string, id: number, associations: Association[]): Promise<Counted[]> {
  const { groups } = await expandGraph({ roots: [{ model, id }], limit_per_node: 1 })
  const totals = new Map(groups.filter((it) => it.node === `${model}:${id}`).map((it) => [`${it.association}:${it.direction}`, it.total]))
  return directionsOf(model, associations).map((direction) => ({ direction, count: totals.get(`${direction.association.bk_obj_asst_id}:${direction.outward ? 'out' : 'in'}`) ?? 0 }))
}

export const useDirections = (model: () => string, id: () => number, associations: () => Association[] | undefined): Answer<Counted[]> =>
  useAnswer(() => (associations() ? `links:counts:${model()}:${id()}` : null), () => count(model(), id(), associations() ?? []))
