// How many instances each model has. The API counts one model at a time, so a few are asked at once.

import { useAnswer, type Answer } from './cache.ts'
import { countInstances } from './instances.ts'
import { hasInstances, type Model } from './models.ts'

const together = 6

export const useCounts = (models: () => Iterable<Model> | null): Answer<Map<string, number>> =>
  // New models are counted, too.
  useAnswer(() => { const all = models(); return all && `counts:${[...all].length}` }, async () => {
    const open = [...(models() ?? [])].map((it) => it.bk_obj_id).filter(hasInstances)
    const counts = new Map<string, number>()
    const work = async (): Promise<void> => {
      for (let id = open.pop(); id !== undefined; id = open.pop()) counts.set(id, await countInstances(id))
    }
    await Promise.all(Array.from({ length: together }, work))
    return counts
  })
