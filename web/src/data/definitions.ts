// Changes of models and of what belongs to them, and what only their editors ask.

import { ask, client, type Schemas } from '../api/client.ts'
import { forget, useAnswer, type Answer } from './cache.ts'
import type { Association, Attribute, AttributeGroup, Classification, Kind, Model } from './models.ts'

/** What is shown of definitions is asked again. */
export function definitionsChanged(): void {
  for (const prefix of ['models', 'attributes:', 'fields:', 'groups:', 'uniques:', 'associations:', 'kinds', 'topology', 'counts']) forget(prefix)
}

async function change<T>(call: Promise<T>): Promise<T> {
  const answer = await call
  definitionsChanged()
  return answer
}

type Draft<T> = Partial<T> & Record<string, unknown>
const byId = (id: number) => ({ path: { id } })

/** All attributes, also those that hold tables, in their order. */
export const useFields = (model: () => string): Answer<Attribute[]> =>
  useAnswer(() => `fields:${model()}`, async () => {
    const found = await ask(client.POST('/api/v3/find/objectattr/web', { body: { bk_obj_id: model() } }))
    return found.sort((a, b) => a.bk_property_index - b.bk_property_index || a.id - b.id)
  })

export const createModel = (it: Draft<Model>) => change(ask(client.POST('/api/v3/create/object', { body: it as Model })))
export const updateModel = (id: number, it: Draft<Model>) => change(ask(client.PUT('/api/v3/update/object/{id}', { params: byId(id), body: it })))
export const deleteModel = (id: number) => change(ask(client.DELETE('/api/v3/delete/object/{id}', { params: byId(id) })))

export const createClassification = (it: Draft<Classification>) => change(ask(client.POST('/api/v3/create/objectclassification', { body: it as Classification })))
export const renameClassification = (id: number, name: string) => change(ask(client.PUT('/api/v3/update/objectclassification/{id}', { params: byId(id), body: { bk_classification_name: name } })))
export const deleteClassification = (id: number) => change(ask(client.DELETE('/api/v3/delete/objectclassification/{id}', { params: byId(id) })))

export const createField = (it: Draft<Attribute>) => change(ask(client.POST('/api/v3/create/objectattr', { body: it as Attribute })))
export const updateField = (id: number, it: Draft<Attribute>) => change(ask(client.PUT('/api/v3/update/objectattr/{id}', { params: byId(id), body: it })))
export const deleteField = (id: number) => change(ask(client.DELETE('/api/v3/delete/objectattr/{id}', { params: byId(id) })))

export interface Place {
  property: string
  group: string
  index: number
}
export function placeFields(model: string, places: Place[]) {
  const data = places.map((it) => ({ condition: { bk_obj_id: model, bk_biz_id: 0, bk_property_id: it.property }, data: { bk_property_group: it.group, bk_property_index: it.index } }))
  return change(ask(client.PUT('/api/v3/update/objectattgroupproperty', { body: { data } })))
}

export const createGroup = (it: Draft<AttributeGroup>) => change(ask(client.POST('/api/v3/create/objectattgroup', { body: it as AttributeGroup })))
export const renameGroup = (id: number, name: string) => change(ask(client.PUT('/api/v3/update/objectattgroup', { body: { condition: { id }, data: { bk_group_name: name } } })))
export const swapGroups = (id: number, other: number) => change(ask(client.PUT('/api/v3/update/objectattgroup/groupindex', { body: { condition: { id: [id, other] } } })))
export const deleteGroup = (id: number) => change(ask(client.DELETE('/api/v3/delete/objectattgroup/{id}', { params: byId(id) })))

/** Creates a rule, or changes that with this id. */
export function saveRule(model: string, id: number | null, attributes: number[]) {
  const body = { keys: attributes.map((key_id) => ({ key_kind: 'property', key_id })) }
  return change<unknown>(id === null
    ? ask(client.POST('/api/v3/create/objectunique/object/{bk_obj_id}', { params: { path: { bk_obj_id: model } }, body }))
    : ask(client.PUT('/api/v3/update/objectunique/object/{bk_obj_id}/unique/{id}', { params: { path: { bk_obj_id: model, id } }, body })))
}
export const deleteRule = (model: string, id: number) =>
  change(ask(client.POST('/api/v3/delete/objectunique/object/{bk_obj_id}/unique/{id}', { params: { path: { bk_obj_id: model, id } }, body: {} })))

export type Duplicates = Schemas['Duplicates']
/** Which instances share their values of these attributes. */
export const findDuplicates = (model: string, fields: string[]): Promise<Duplicates> =>
  ask(client.GET('/api/relata/v1/duplicates/{model}', { params: { path: { model }, query: { fields: fields.join(','), limit: 20 } } }))

export const createAssociation = (it: Draft<Association>) => change(ask(client.POST('/api/v3/create/objectassociation', { body: it as Association })))
export const updateAssociation = (id: number, it: { bk_obj_asst_name: string; impact: string }) => change(ask(client.PUT('/api/v3/update/objectassociation/{id}', { params: byId(id), body: it })))
export const deleteAssociation = (id: number) => change(ask(client.DELETE('/api/v3/delete/objectassociation/{id}', { params: byId(id) })))

export const createKind = (it: Draft<Kind>) => change(ask(client.POST('/api/v3/create/associationtype', { body: it as Kind })))
export const updateKind = (id: number, it: Draft<Kind>) => change(ask(client.PUT('/api/v3/update/associationtype/{id}', { params: byId(id), body: it })))
export const deleteKind = (id: number) => change(ask(client.DELETE('/api/v3/delete/associationtype/{id}', { params: byId(id) })))

export interface Filled {
  total: number
  /** How many instances have a value, by attribute. */
  counts: Map<string, number>
}
const together = 4

async function countFilled(model: string, attribute?: string): Promise<number> {
  // Terms of a filter are names of their own, which no type can list.
  const term = attribute === undefined ? {} : { [`f.${attribute}.nempty`]: 'true' }
  const query = { size: 1, cols: 'bk_inst_id', ...term }
  return (await ask(client.GET('/api/relata/v1/instances/{model}', { params: { path: { model }, query } }))).total ?? 0
}

/** How many instances have a value of each attribute; asked anew when there are other attributes. */
export const useFilled = (model: () => string, attributes: () => Attribute[] | null): Answer<Filled> =>
  useAnswer(() => (attributes() ? `filled:${model()}:${attributes()?.map((it) => it.id).sort().join(',')}` : null), async () => {
    const open = (attributes() ?? []).map((it) => it.bk_property_id)
    const of = model()
    const total = await countFilled(of)
    const counts = new Map<string, number>()
    const work = async (): Promise<void> => {
      for (let id = open.pop(); id !== undefined; id = open.pop()) counts.set(id, await countFilled(of, id))
    }
    if (total > 0) await Promise.all(Array.from({ length: together }, work))
    return { total, counts }
  })
