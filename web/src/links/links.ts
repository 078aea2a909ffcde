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

const rulesOf = (direction: Direction, id: number, more: NonNullable<Rules['rules']> = []): Rules => ({
  condition: 'AND',
  rules: [
    { field: 'bk_obj_asst_id', operator: 'equal', value: direction.association.bk_obj_asst_id },
    { field: direction.outward ? 'bk_inst_id' : 'bk_asst_inst_id', operator: 'equal', value: id },
    ...more,
  ],
})

async function search(model: string, conditions: Rules, page: { start: number; limit: number }): Promise<Link[]> {
  const path = { bk_obj_id: model }
  const found = await ask(client.POST('/api/v3/search/instance_associations/object/{bk_obj_id}', { params: { path }, body: { conditions, page } }))
  return found.info.map((it) => ({ id: Number(it.id), source: Number(it.bk_inst_id), target: Number(it.bk_asst_inst_id) }))
}

export const readLinks = (direction: Direction, id: number, page: { start: number; limit: number }): Promise<Link[]> =>
  search(direction.association.bk_obj_id, rulesOf(direction, id), page)

/** Which of these an instance is linked with. */
export async function linkedTo(direction: Direction, id: number, others: number[]): Promise<Set<number>> {
  const found = new Set<number>()
  for (let at = 0; at < others.length; at += 500) {
    const ends = { field: direction.outward ? 'bk_asst_inst_id' : 'bk_inst_id', operator: 'in', value: others.slice(at, at + 500) } as const
    const links = await search(direction.association.bk_obj_id, rulesOf(direction, id, [ends]), { start: 0, limit: 500 })
    for (const it of links) found.add(direction.outward ? it.target : it.source)
  }
  return found
}

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
  for (const prefix of ['links:', 'graph:', 'history:', 'audit:']) forget(prefix)
}
