// Models with their attributes, rules and associations.

import { computed, type ComputedRef } from 'vue'
import { ask, client, type Schemas } from '../api/client.ts'
import { useAnswer, type Answer } from './cache.ts'

export type Model = Schemas['Model']
export type Attribute = Schemas['AttributeInGroup']
export type AttributeGroup = Schemas['AttributeGroup']
export type UniqueRule = Schemas['UniqueRule']
export type Kind = Schemas['AssociationKind']
export type Association = Schemas['ModelAssociation']
export type Classification = Schemas['WithModels']

/** Models whose instances have endpoints of their own, which are not there yet. */
const inner = new Set(['biz', 'set', 'module', 'host', 'process', 'plat', 'bk_biz_set_obj', 'bk_project'])
export const hasInstances = (model: string): boolean => !inner.has(model)

export const useClassifications = (): Answer<Classification[]> =>
  useAnswer(() => 'models', async () => {
    const found = await ask(client.POST('/api/v3/find/classificationobject', { body: {} }))
    return found.map((it) => ({ ...it, bk_objects: (it.bk_objects ?? []).filter((model) => !model.bk_ishidden) }))
  })

/** Models by id; empty until they are there. */
export function useModels(): ComputedRef<Map<string, Model>> {
  const { data } = useClassifications()
  return computed(() => new Map((data.value ?? []).flatMap((it) => it.bk_objects).map((it) => [it.bk_obj_id, it])))
}

/** Kinds that hold no value which could be shown. */
const unseen = new Set(['table', 'object', 'foreignkey', 'singleasst', 'multiasst'])

export async function readAttributes(model: string): Promise<Attribute[]> {
  const found = await ask(client.POST('/api/v3/find/objectattr/web', { body: { bk_obj_id: model } }))
  const shown = found.filter((it) => !it.bk_isapi && !unseen.has(it.bk_property_type))
  return shown.sort((a, b) => a.bk_property_index - b.bk_property_index || a.id - b.id)
}

export const useAttributes = (model: () => string | null): Answer<Attribute[]> =>
  useAnswer(() => model() && `attributes:${model()}`, () => readAttributes(model() ?? ''))

export const useGroups = (model: () => string): Answer<AttributeGroup[]> =>
  useAnswer(() => `groups:${model()}`, async () => {
    const path = { bk_obj_id: model() }
    const found = await ask(client.POST('/api/v3/find/objectattgroup/object/{bk_obj_id}', { params: { path }, body: {} }))
    return found.sort((a, b) => a.bk_group_index - b.bk_group_index)
  })

export const readUniques = (model: string): Promise<UniqueRule[]> =>
  ask(client.POST('/api/v3/find/objectunique/object/{bk_obj_id}', { params: { path: { bk_obj_id: model } }, body: {} }))

export const useUniques = (model: () => string): Answer<UniqueRule[]> =>
  useAnswer(() => `uniques:${model()}`, () => readUniques(model()))

/** Associations in which a model is the source or the target; one with itself once. */
export async function readAssociations(model: string): Promise<Association[]> {
  const find = (condition: Record<string, unknown>) => ask(client.POST('/api/v3/find/objectassociation', { body: { condition } }))
  const [from, to] = await Promise.all([find({ bk_obj_id: model }), find({ bk_asst_obj_id: model })])
  const known = new Set(from.map((it) => it.id))
  return [...from, ...to.filter((it) => !known.has(it.id))]
}

export const useAssociations = (model: () => string): Answer<Association[]> =>
  useAnswer(() => `associations:${model()}`, () => readAssociations(model()))

/** All associations, by their textual id. */
export const useAllAssociations = (): Answer<Map<string, Association>> =>
  useAnswer(() => 'associations', async () => new Map((await ask(client.POST('/api/v3/find/objectassociation', { body: { condition: {} } }))).map((it) => [it.bk_obj_asst_id, it])))

export const useKinds = (): Answer<Kind[]> =>
  useAnswer(() => 'kinds', async () => (await ask(client.POST('/api/v3/find/associationtype', { body: {} }))).info)
