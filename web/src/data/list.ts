// Lists of instances by the terms of an address: pages, ids of all, counts by value.

import { ask, client } from '../api/client.ts'
import { textOf, type Terms } from '../filter/grammar.ts'
import { pageSize, type Instance } from './instance.ts'

export interface ListPage {
  rows: Instance[]
  /** How many there are in all, where it was asked. */
  total: number | null
  /** Where the next page begins; null at the end. */
  cursor: string | null
}

const read = (model: string, terms: Terms) =>
  ask(client.GET('/api/relata/v1/instances/{model}', { params: { path: { model }, query: terms as never }, querySerializer: () => textOf(terms) }))

export async function readList(model: string, terms: Terms): Promise<ListPage> {
  const found = await read(model, { size: String(pageSize), ...terms })
  return { rows: found.items, total: found.total ?? null, cursor: found.cursor ?? null }
}

/** All that a filter finds, with some attributes. `told` hears how many there are so far. */
export async function readAll(model: string, filter: Terms, attributes: string[], told: (count: number) => void): Promise<Instance[]> {
  const rows: Instance[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: ListPage = await readList(model, { ...filter, cols: attributes.join(','), total: 'false', ...(cursor ? { cursor } : {}) })
    rows.push(...page.rows)
    told(rows.length)
    cursor = page.cursor
  }
  return rows
}

export interface ValueCount {
  value: unknown
  count: number
}

/** How many of what a filter finds have each value of an attribute, the most first. */
export async function countValues(model: string, filter: Terms, attribute: string): Promise<ValueCount[]> {
  const found = await read(model, { ...filter, size: '1', cols: 'bk_inst_id', total: 'false', group: attribute })
  return found.groups ?? []
}
