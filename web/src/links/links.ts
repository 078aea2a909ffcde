// Links of instances: what is linked, under which association and in which direction.

import { ask, client, type Schemas } from '../api/client.ts'
import { forget } from '../data/cache.ts'
import type { Association } from '../data/models.ts'
import type { Link } from './verdicts.ts'

type Rules = Schemas['Querybuilder']

/** An association as seen from one of its models. */
export interface Direction {
  association: Association
  /** The instance is the source; the others are targets. */
  outward: boolean
  /** The model at the other end. */
  other: string
}

/** Both directions of an association of a model with itself, one of any other. */
export function directionsOf(model: string, associations: Association[]): Direction[] {
  return associations.flatMap((association) => {
    const directions: Direction[] = []
    if (association.bk_obj_id === model) directions.push({ association, outward: true, other: association.bk_asst_obj_id })
    if (association.bk_asst_obj_id === model) directions.push({ association, outward: false, other: association.bk_obj_id })
    return directions
  })
}

export const keyOf = (direction: Direction): string => `${direction.association.bk_obj_asst_id}:${direction.outward ? 'out' : 'in'}`

const rulesOf = (direction: Direction, id: number): Rules => ({
  condition: 'AND',
  rules: [
    { field: 'bk_obj_asst_id', operator: 'equal', value: direction.association.bk_obj_asst_id },
    { field: direction.outward ? 'bk_inst_id' : 'bk_asst_inst_id', operator: 'equal', value: id },
  ],
})

export async function countLinks(direction: Direction, id: number): Promise<number> {
  const path = { bk_obj_id: direction.association.bk_obj_id }
  const body = { conditions: rulesOf(direction, id) }
  return (await ask(client.POST('/api/v3/count/instance_associations/object/{bk_obj_id}', { params: { path }, body }))).count
}

async function search(model: string, conditions: Rules, page: { start: number; limit: number }): Promise<Link[]> {
  const path = { bk_obj_id: model }
  const found = await ask(client.POST('/api/v3/search/instance_associations/object/{bk_obj_id}', { params: { path }, body: { conditions, page } }))
  return found.info.map((it) => ({ id: Number(it.id), source: Number(it.bk_inst_id), target: Number(it.bk_asst_inst_id) }))
}

export const readLinks = (direction: Direction, id: number, page: { start: number; limit: number }): Promise<Link[]> =>
  search(direction.association.bk_obj_id, rulesOf(direction, id), page)

/** All links of an association at these instances of one end. */
export async function linksAt(association: Association, end: 'source' | 'target', ids: number[]): Promise<Link[]> {
  const field = end === 'source' ? 'bk_inst_id' : 'bk_asst_inst_id'
  const wanted = [...new Set(ids)]
  const found: Link[] = []
  for (let at = 0; at < wanted.length; at += 500) {
    const rules: Rules = {
      condition: 'AND',
      rules: [
        { field: 'bk_obj_asst_id', operator: 'equal', value: association.bk_obj_asst_id },
        { field, operator: 'in', value: wanted.slice(at, at + 500) },
      ],
    }
    for (let start = 0; ; start += 500) {
      const page = await search(association.bk_obj_id, rules, { start, limit: 500 })
      found.push(...page)
      if (page.length < 500) break
    }
  }
  return found
}

/** What is shown of links is asked again. */
export function linksChanged(): void {
  for (const prefix of ['links:', 'history:', 'audit:']) forget(prefix)
}

/** Most links that one call creates. */
export const chunk = 200

export interface Outcome {
  /** The new link's id, or why there is none. */
  id: number | null
  message: string
}

/** Creates links, each by itself; one outcome for each pair. */
export async function createLinks(association: Association, pairs: { source: number; target: number }[]): Promise<Outcome[]> {
  const body = {
    bk_obj_id: association.bk_obj_id,
    bk_asst_obj_id: association.bk_asst_obj_id,
    bk_obj_asst_id: association.bk_obj_asst_id,
    details: pairs.map((it) => ({ bk_inst_id: it.source, bk_asst_inst_id: it.target })),
  }
  const made = await ask(client.POST('/api/v3/createmany/instassociation', { body }))
  return pairs.map((_, index) => ({ id: made.success_created[index] ?? null, message: made.error_msg[index] ?? '' }))
}

/** Deletes links of an association; all of them or, where the server refuses, none of a chunk. */
export async function deleteLinks(association: Association, ids: number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += chunk) {
    await ask(client.DELETE('/api/v3/delete/instassociation/batch', { body: { bk_obj_id: association.bk_obj_id, id: ids.slice(at, at + chunk) } }))
  }
  linksChanged()
}
