// What an association says, as a sentence.

import type { Association, Kind, Model } from '../data/models.ts'

type Ends = Pick<Association, 'bk_obj_id' | 'bk_asst_obj_id' | 'bk_asst_id'>
export function sentenceOf(it: Ends, models: Map<string, Model>, kinds: Kind[], back = false): string {
  const kind = kinds.find((one) => one.bk_asst_id === it.bk_asst_id)
  const nameOf = (model: string): string => models.get(model)?.bk_obj_name ?? model
  const [from, to, text] = back ? [it.bk_asst_obj_id, it.bk_obj_id, kind?.dest_des] : [it.bk_obj_id, it.bk_asst_obj_id, kind?.src_des]
  return `${nameOf(from)} ${text || kind?.bk_asst_name || it.bk_asst_id} ${nameOf(to)}`
}
