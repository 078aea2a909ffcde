// Rows of inner tables, which are no part of the instance that they belong to.

import { ask, client, type Schemas } from '../api/client.ts'
import { useAnswer, type Answer } from './cache.ts'
import { instancesChanged, type Instance } from './instances.ts'
import type { Attribute } from './models.ts'

export type TableRow = Record<string, unknown>

/** Columns are attributes of their own. */
export function columnsOf(attribute: Attribute): Attribute[] {
  const option = attribute.option as { header?: Attribute[] } | null
  return option?.header ?? []
}

export const isTable = (attribute: Attribute): boolean => attribute.bk_property_type === 'innertable'

async function read(attribute: Attribute, model: string, id: number): Promise<TableRow[]> {
  const filter = { condition: 'AND', rules: [{ field: 'bk_inst_id', operator: 'equal', value: id }] } as Schemas['Expression']
  const body = { bk_obj_id: model, bk_property_id: attribute.bk_property_id, filter, page: { start: 0, limit: 500, sort: 'id' } }
  const { info } = await ask(client.POST('/api/v3/findmany/quoted/instance', { body }))
  return (info ?? []) as unknown as TableRow[]
}

/** The rows of all tables of an instance, by the attribute: only their columns, and only what has a value. */
export async function readTables(attributes: Attribute[], model: string, id: number): Promise<Instance> {
  const tables = attributes.filter(isTable)
  const all = await Promise.all(tables.map((it) => read(it, model, id)))
  const bare = (attribute: Attribute, row: TableRow): TableRow =>
    Object.fromEntries(columnsOf(attribute).map((it) => [it.bk_property_id, row[it.bk_property_id] ?? null]))
  return Object.fromEntries(tables.map((it, at) => [it.bk_property_id, all[at]?.map((row) => bare(it, row)) ?? []]))
}

export const useTables = (attributes: () => Attribute[] | undefined, model: () => string, id: () => number): Answer<Instance> =>
  useAnswer(() => (attributes()?.some(isTable) ? `instance:${model()}:${id()}:tables` : null), () => readTables(attributes() ?? [], model(), id()))

/** Deletes all rows: an update with no rows leaves those that there are. */
export async function clearTable(attribute: Attribute, model: string, id: number): Promise<void> {
  const rows = await read(attribute, model, id)
  if (rows.length === 0) return
  const body = { bk_obj_id: model, bk_property_id: attribute.bk_property_id, ids: rows.map((it) => Number(it.id)) }
  await ask(client.DELETE('/api/v3/deletemany/quoted/instance', { body }))
  instancesChanged(model)
}
