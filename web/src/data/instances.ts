// Instances of models: pages, counts and changes.

import { ApiError, ask, client, type Schemas } from '../api/client.ts'
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

export async function readInstance(model: string, id: number): Promise<Instance | null> {
  const filter: Group = { condition: 'AND', rules: [{ field: 'bk_inst_id', operator: 'equal', value: id }] }
  return (await findInstances(model, filter, { limit: 1 }))[0] ?? null
}

/** An instance as it is, or as it was at a time (RFC 3339). */
export const useInstance = (model: () => string, id: () => number, at: () => string = () => ''): Answer<Instance | null> =>
  useAnswer(() => `instance:${model()}:${id()}:${at()}`, async () => {
    if (at() === '') return readInstance(model(), id())
    const state = await ask(client.GET('/api/relata/v1/instances/{model}/{id}', { params: { path: { model: model(), id: id() }, query: { at: at() } } }))
    return (state as { instance: Instance }).instance
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

/** Why a change was refused: which attribute it is about, and the instance that has the same unique key already. */
export class Refusal extends ApiError {
  constructor(code: number, message: string, readonly field: string, readonly other: number | null) {
    super(200, code, message, '', [])
  }
  /** The instance has not the values any more that were expected. */
  get isStale(): boolean { return this.code === 1113053 }
}

/** One operation, by which the answer says what it refuses and where. */
async function change(model: string, operation: Record<string, unknown>): Promise<number> {
  const { results } = await ask(client.POST('/api/relata/v1/bulk', { body: { operations: [{ model, ...operation } as never] } }))
  const [verdict] = results
  if (!verdict || verdict.status === 'failed') throw new Refusal(verdict?.code ?? 0, verdict?.message ?? '', verdict?.field ?? '', verdict?.conflicting_id ?? null)
  return verdict.id ?? 0
}

export async function createInstance(model: string, attributes: Instance): Promise<number> {
  const id = await change(model, { op: 'create', attributes })
  instancesChanged(model)
  return id
}

/** Changes an instance, unless it has other values by now than those that are expected. */
export async function updateInstance(model: string, id: number, attributes: Instance, expected: Instance = {}): Promise<void> {
  await change(model, { op: 'update', instance: id, attributes, expected })
  instancesChanged(model)
}

/** Somebody else has changed the value of a cell since it was shown. */
export class Outdated extends Error {
  constructor(readonly now: Instance) { super() }
}

/** Changes one value of an instance, if it still is what was shown. Gives the instance as it is after that. */
export async function changeValue(model: string, shown: Instance, attribute: string, value: unknown): Promise<Instance> {
  const read = async (): Promise<Instance> => (await readInstance(model, idOf(shown))) ?? { ...shown, [attribute]: undefined }
  const expected = { [attribute]: shown[attribute] ?? null }
  try {
    await change(model, { op: 'update', instance: idOf(shown), attributes: { [attribute]: value }, expected })
  } catch (error) {
    throw error instanceof Refusal && error.isStale ? new Outdated(await read()) : error
  }
  valuesChanged(model)
  return read()
}

export async function deleteInstances(model: string, ids: number[]): Promise<void> {
  const path = { bk_obj_id: model }
  await ask(client.DELETE('/api/v3/deletemany/instance/object/{bk_obj_id}', { params: { path }, body: { delete: { inst_ids: ids } } }))
  instancesChanged(model)
}
