// What a form starts with, and what becomes of it when somebody else has saved meanwhile. Pure.

import type { Instance } from '../data/instances.ts'
import type { Attribute } from '../data/models.ts'
import { isEmpty } from '../values/format.ts'

/** What a new instance has before anything is typed. */
export function usualValue(attribute: Attribute): unknown {
  if (!isEmpty(attribute.default)) return attribute.default
  const { option, bk_property_type: kind } = attribute
  if (kind === 'bool') return option
  if (!Array.isArray(option) || (kind !== 'enum' && kind !== 'enummulti')) return null
  const usual = option.filter((it: { is_default?: boolean }) => it?.is_default).map((it: { id?: unknown }) => String(it.id))
  return kind === 'enummulti' ? usual : (usual[0] ?? null)
}

export const isSame = (a: unknown, b: unknown): boolean => (isEmpty(a) && isEmpty(b)) || JSON.stringify(a) === JSON.stringify(b)

/** A field that I, they or both of us have changed. */
export interface Difference {
  attribute: Attribute
  base: unknown
  mine: unknown
  theirs: unknown
  by: 'mine' | 'theirs' | 'both'
}

/** Where two changes of one instance differ from what both began with; those that have to be chosen first. */
export function differences(attributes: Attribute[], base: Instance, mine: Instance, theirs: Instance): Difference[] {
  const found = attributes.flatMap((attribute): Difference[] => {
    const id = attribute.bk_property_id
    const [isMine, isTheirs] = [!isSame(base[id], mine[id]), !isSame(base[id], theirs[id])]
    if ((!isMine && !isTheirs) || isSame(mine[id], theirs[id])) return []
    return [{ attribute, base: base[id], mine: mine[id], theirs: theirs[id], by: isMine && isTheirs ? 'both' : isMine ? 'mine' : 'theirs' }]
  })
  const order = { both: 0, theirs: 1, mine: 2 }
  return found.sort((a, b) => order[a.by] - order[b.by])
}
