// What a field allows, in one line.

import type { Attribute } from '../data/models.ts'
import { choicesOf } from '../values/format.ts'
import { draftOf } from './draft.ts'

export function describeOption(it: Attribute): string {
  if (it.bk_property_type === 'enumquote') return draftOf(it).quoted
  if (it.bk_property_type === 'innertable') return draftOf(it).columns.map((column) => column.name).join(', ')
  const choices = choicesOf(it)
  if (choices.length > 0) return choices.map((one) => one.name).join(', ')
  if (typeof it.option === 'string') return it.option
  const { min, max } = draftOf(it)
  return min === '' && max === '' ? '' : `${min} – ${max}`
}
