// Links as sentences, with the names of both ends, looked up for all links together.

import { computed } from 'vue'
import { useAnswer } from '../data/cache.ts'
import { namesOf } from '../data/instances.ts'
import { hasInstances, useAllAssociations, useKinds, useModels } from '../data/models.ts'

export interface LinkEnds {
  association: string
  source: number
  target: number
}
export interface End {
  model: string
  name: string
  to: string
}

export function useLinkSentences(links: () => LinkEnds[]) {
  const models = useModels()
  const associations = useAllAssociations()
  const kinds = useKinds()
  const ends = computed(() => links().flatMap((it) => {
    const known = associations.data.value?.get(it.association)
    return known ? [{ model: known.bk_obj_id, id: it.source }, { model: known.bk_asst_obj_id, id: it.target }] : []
  }))
  const names = useAnswer(() => (ends.value.length > 0 ? `names:${ends.value.map((it) => `${it.model}/${it.id}`).join()}` : null), async () => {
    const found = new Map<string, string>()
    for (const model of new Set(ends.value.map((it) => it.model).filter(hasInstances))) {
      const ids = ends.value.filter((it) => it.model === model).map((it) => it.id)
      for (const [id, name] of await namesOf(model, ids)) found.set(`${model}/${id}`, name)
    }
    return found
  })
  const end = (model: string, id: number): End =>
    ({ model: models.value.get(model)?.bk_obj_name ?? model, name: names.data.value?.get(`${model}/${id}`) ?? `#${id}`, to: `/i/${model}/${id}` })
  /** Source, verb, target; `null` for an association that is not there any more. */
  return (link: LinkEnds): { source: End; verb: string; target: End } | null => {
    const known = associations.data.value?.get(link.association)
    if (!known) return null
    const verb = kinds.data.value?.find((it) => it.bk_asst_id === known.bk_asst_id)?.src_des || known.bk_asst_id
    return { source: end(known.bk_obj_id, link.source), verb, target: end(known.bk_asst_obj_id, link.target) }
  }
}
