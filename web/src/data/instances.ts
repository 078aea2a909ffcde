// Instances of models: pages, counts and changes.

import { ask, client, type Schemas } from '../api/client.ts'
import type { Group } from '../filter/rules.ts'
import { forget, useAnswer, type Answer } from './cache.ts'
import { idOf, nameOf, type Instance } from './instance.ts'

export { idOf, nameOf, type Instance }

type Expression = Schemas['Expression']
type SearchBody = { conditions?: Expression; fields?: string[]; page: { start?: number; limit: number; sort?: string } }

const search = (model: string, body: SearchBody) =>
  ask(client.POST('/api/v3/search/instances/object/{bk_obj_id}', { params: { path: { bk_obj_id: model } }, body }))

const conditionsOf = (filter: Group | null): { conditions?: Expression } => (filter ? { conditions: filter as Expression } : {})

export async function countInstances(model: string, filter: Group | null = null): Promise<number> {
  const path = { bk_obj_id: model }
  return (await ask(client.POST('/api/v3/count/instances/object/{bk_obj_id}', { params: { path }, body: conditionsOf(filter) }))).count
}

export async function findInstances(model: string, filter: Group | null, page: SearchBody['page'], fields: string[] = []): Promise<Instance[]> {
  return (await search(model, { ...conditionsOf(filter), fields, page })).info ?? []
}

export const useInstance = (model: () => string, id: () => number): Answer<Instance | null> =>
  useAnswer(() => `instance:${model()}:${id()}`, async () => {
    const filter: Group = { condition: 'AND', rules: [{ field: 'bk_inst_id', operator: 'equal', value: id() }] }
    return (await findInstances(model(), filter, { limit: 1 }))[0] ?? null
  })

/** Names of instances by id; an id that is missing is of none. */
export async function namesOf(model: string, ids: number[]): Promise<Map<number, string>> {
  const names = new Map<number, string>()
  const wanted = [...new Set(ids)]
  for (let at = 0; at < wanted.length; at += 500) {
    const filter: Group = { condition: 'AND', rules: [{ field: 'bk_inst_id', operator: 'in', value: wanted.slice(at, at + 500) }] }
    for (const it of await findInstances(model, filter, { limit: 500 }, ['bk_inst_id', 'bk_inst_name'])) names.set(idOf(it), nameOf(it))
  }
  return names
}

/** What is shown of a model's instances is asked again. */
export function instancesChanged(model: string): void {
  valuesChanged(model)
  for (const prefix of [`instances:${model}:`, 'counts']) forget(prefix)
}

/** The same, but for lists, of which whoever has changed it shows it. */
export function valuesChanged(model: string): void {
  for (const prefix of [`instance:${model}:`, 'history:', 'audit:']) forget(prefix)
}

export async function createInstance(model: string, values: Instance): Promise<number> {
  const path = { bk_obj_id: model }
  const made = (await ask(client.POST('/api/v3/create/instance/object/{bk_obj_id}', { params: { path }, body: values }))) as Instance
  instancesChanged(model)
  return idOf(made)
}

async function change(model: string, id: number, values: Instance): Promise<void> {
  const path = { bk_obj_id: model, bk_inst_id: id }
  await ask(client.PUT('/api/v3/update/instance/object/{bk_obj_id}/inst/{bk_inst_id}', { params: { path }, body: values }))
}

export async function updateInstance(model: string, id: number, values: Instance): Promise<void> {
  await change(model, id, values)
  instancesChanged(model)
}

/** The value of a cell was changed by somebody else since it was shown. */
export class Outdated extends Error {
  constructor(readonly now: Instance) { super() }
}

/** Changes one value of an instance, if it still is what was shown. Gives the instance as it is after that. */
export async function changeValue(model: string, shown: Instance, attribute: string, value: unknown): Promise<Instance> {
  const filter: Group = { condition: 'AND', rules: [{ field: 'bk_inst_id', operator: 'equal', value: idOf(shown) }] }
  const read = async (): Promise<Instance> => (await findInstances(model, filter, { limit: 1 }))[0] ?? { ...shown, [attribute]: undefined }
  const now = await read()
  if (JSON.stringify(now[attribute] ?? null) !== JSON.stringify(shown[attribute] ?? null)) throw new Outdated(now)
  await change(model, idOf(shown), { [attribute]: value })
  valuesChanged(model)
  return read()
}

export async function deleteInstances(model: string, ids: number[]): Promise<void> {
  const path = { bk_obj_id: model }
  await ask(client.DELETE('/api/v3/deletemany/instance/object/{bk_obj_id}', { params: { path }, body: { delete: { inst_ids: ids } } }))
  instancesChanged(model)
}
