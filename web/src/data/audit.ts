// Records of changes, from the audit log.

import { ask, client, type Schemas } from '../api/client.ts'
import { useAnswer, type Answer } from './cache.ts'

export type Audit = Schemas['Audit']
export interface AuditFilter {
  user: string
  action: string
  type: string
  model: string
  id: string
  from: string
  to: string
  rid: string
}
export interface AuditPage {
  count: number
  info: Audit[]
}

const two = (value: number): string => String(value).padStart(2, '0')
export const day = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`

export async function readAudit(filter: Partial<AuditFilter>, page: { start: number; limit: number }): Promise<AuditPage> {
  const condition = {
    // The API wants a time; a day ahead, for servers in other zones.
    operation_time: { start: `${filter.from || '1970-01-02'} 00:00:00`, end: `${filter.to || day(new Date(Date.now() + 86_400_000))} 23:59:59` },
    ...(filter.user ? { user: filter.user } : {}),
    ...(filter.action ? { action: [filter.action] } : {}),
    ...(filter.type ? { resource_type: filter.type } : {}),
    ...(filter.model ? { bk_obj_id: filter.model } : {}),
    ...(filter.id ? { resource_id: Number(filter.id) } : {}),
  }
  const found = await ask(client.POST('/api/v3/findmany/audit_list', { body: { condition, page: { ...page, sort: '-id' } } }))
  return { count: found.count, info: found.info ?? [] }
}

export const useAudit = (filter: () => Partial<AuditFilter>, page: () => { start: number; limit: number }): Answer<AuditPage> =>
  useAnswer(() => `audit:${JSON.stringify([filter(), page()])}`, () => readAudit(filter(), page()))

export const useAuditRecord = (id: () => number | null): Answer<Audit | null> =>
  useAnswer(() => (id() === null ? null : `audit:record:${id()}`), async () => {
    const found = await ask(client.POST('/api/v3/find/audit', { body: { id: [id() ?? 0] } }))
    return found[0] ?? null
  })
