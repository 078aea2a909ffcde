// Instances that the user has starred; kept by the server, so they are there in every browser.

import { ask, client } from '../api/client.ts'
import { forget, useAnswer, type Answer } from './cache.ts'
import { recent, type Recent } from './look.ts'

const member = 'relata_stars'

async function read(): Promise<Recent[]> {
  const values = (await ask(client.POST('/api/v3/usercustom/user/search', { body: {} }))) as Record<string, unknown> | null
  const kept = values?.[member]
  return Array.isArray(kept) ? (kept as Recent[]) : []
}

export const useStars = (): Answer<Recent[]> => useAnswer(() => 'stars', read)

export const isStarred = (stars: Recent[], it: Pick<Recent, 'model' | 'id'>): boolean => stars.some((star) => star.model === it.model && star.id === it.id)

/** Stars an instance, or takes its star. */
export async function toggleStar(it: Recent): Promise<void> {
  const stars = await read()
  const next = isStarred(stars, it) ? stars.filter((star) => star.model !== it.model || star.id !== it.id) : [it, ...stars].slice(0, 100)
  await ask(client.POST('/api/v3/usercustom', { body: { [member]: next } as never }))
  forget('stars')
}

/** What is offered before anything is typed: starred ones, then those that were opened last. */
export function known(stars: Recent[]): Recent[] {
  return [...stars, ...recent.value.filter((it) => !isStarred(stars, it))]
}
