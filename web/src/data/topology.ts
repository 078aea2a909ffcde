// All models with their associations, and where people have placed them.

import { ask, client } from '../api/client.ts'
import { forget, useAnswer, type Answer } from './cache.ts'
import type { Association } from './models.ts'

export interface Topology {
  associations: Association[]
  places: Map<string, { x: number; y: number }>
}

export const useTopology = (): Answer<Topology> =>
  useAnswer(() => 'topology', async () => {
    const [associations, nodes] = await Promise.all([
      ask(client.POST('/api/v3/find/objectassociation', { body: { condition: {} } })),
      ask(client.POST('/api/v3/find/objecttopo/scope_type/global/scope_id/0', { body: {} })),
    ])
    const places = new Map<string, { x: number; y: number }>()
    for (const it of nodes) {
      const { x, y } = it.position ?? {}
      if (typeof x === 'number' && typeof y === 'number') places.set(it.bk_obj_id, { x, y })
    }
    return { associations, places }
  })

export async function savePlaces(places: Map<string, { x: number; y: number }>): Promise<void> {
  const origin = [...places].map(([bk_obj_id, it]) => ({ node_type: 'obj', bk_obj_id, bk_inst_id: 0, position: { x: Math.round(it.x), y: Math.round(it.y) } }))
  await ask(client.POST('/api/v3/update/objecttopo/scope_type/global/scope_id/0', { body: { origin } as never }))
  forget('topology')
}
