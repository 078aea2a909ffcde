// Records of changes, from the audit log.

import { ask, client, type Schemas } from '../api/client.ts'
import { forgetAll, useAnswer, type Answer } from './cache.ts'

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
export type AuditedRequest = Schemas['AuditedRequest']
export type Stretch = Schemas['AuditedStretch']
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

/** How many changes there were on each of the last days, the last one today. */
export const useDays = (days: number): Answer<{ day: string; count: number }[]> =>
  useAnswer(() => `audit:days:${day(new Date())}`, () => Promise.all(Array.from({ length: days }, async (_, at) => {
    const it = day(new Date(Date.now() - (days - 1 - at) * 86_400_000))
    return { day: it, count: (await readAudit({ from: it, to: it }, { start: 0, limit: 1 })).count }
  })))

export const useAuditRecord = (id: () => number | null): Answer<Audit | null> =>
  useAnswer(() => (id() === null ? null : `audit:record:${id()}`), async () => {
    const found = await ask(client.POST('/api/v3/find/audit', { body: { id: [id() ?? 0] } }))
    return found[0] ?? null
  })

/** What was done, newest first: one entry for each request. */
export async function readRequests(filter: Partial<AuditFilter>, before?: number): Promise<Schemas['AuditedRequests']> {
  const { type, rid, from, to, ...others } = filter
  const given = { ...others, resource: type, request: rid, from: from && `${from} 00:00:00`, to: to && `${to} 23:59:59`, before, limit: 50 }
  const query = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '' && value !== undefined))
  return ask(client.GET('/api/relata/v1/audit', { params: { query: query as never } }))
}

/** Records by their numbers, in that order. */
export async function readRecords(ids: number[]): Promise<Audit[]> {
  const found = await ask(client.POST('/api/v3/find/audit', { body: { id: ids } }))
  const byId = new Map(found.map((it) => [it.id, it]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** What would be done to take changes back, and what is in the way; or does it. */
export async function revert(what: { change?: number; request?: string }, dryRun: boolean): Promise<Schemas['Reverted']> {
  const done = await ask(client.POST('/api/relata/v1/revert', { body: { ...what, dry_run: dryRun } as never }))
  if (!dryRun) forgetAll()
  return done
}
