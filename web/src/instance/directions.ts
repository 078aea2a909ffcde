// All directions in which an instance can be linked, with the number of its links.

import { useAnswer, type Answer } from '../data/cache.ts'
import type { Association } from '../data/models.ts'
import { countLinks, directionsOf, type Direction } from '../links/links.ts'

export interface Counted {
  direction: Direction
  count: number
}

export const useDirections = (model: () => string, id: () => number, associations: () => Association[] | undefined): Answer<Counted[]> =>
  useAnswer(() => (associations() ? `links:counts:${model()}:${id()}` : null), () =>
    Promise.all(directionsOf(model(), associations() ?? []).map(async (direction) => ({ direction, count: await countLinks(direction, id()) }))))
