// What became of an instance, from the change log.

import { ask, client } from '../api/client.ts'
import { useAnswer, type Answer } from './cache.ts'

export interface Change {
  action: string
  resource: string
  /** Model, or association of a link. */
  scope: string
  seq: number
  /** Milliseconds. */
  time: number
  user: string
  record: { id?: number; before?: Record<string, unknown>; after?: Record<string, unknown>; source?: number; target?: number }
}
export interface HistoryPage {
  before: number | null
  changes: Change[]
}

export async function readHistory(model: string, id: number, limit: number, before?: number): Promise<HistoryPage> {
  const query = { limit, ...(before === undefined ? {} : { before }) }
  const found = await ask(client.GET('/api/relata/v1/history/{model}/{id}', { params: { path: { model, id }, query } }))
  return found as HistoryPage
}

export const useHistory = (model: () => string, id: () => number, limit: number): Answer<HistoryPage> =>
  useAnswer(() => `history:${model()}:${id()}:${limit}`, () => readHistory(model(), id(), limit))

/** Fields that an update of anything changes. */
const stamps = new Set(['last_time', 'bk_updated_at', 'bk_updated_by'])

/** Names of the fields that differ. */
export function changedFields(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.filter((it) => !stamps.has(it) && JSON.stringify(before[it] ?? null) !== JSON.stringify(after[it] ?? null))
}
