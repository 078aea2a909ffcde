// Values of attributes as people read them.

import type { Attribute } from '../data/models.ts'
import { number, t, time } from '../i18n/index.ts'

export interface Choice {
  id: string
  name: string
}

/** The choices of an attribute of kind enum, enummulti or list. */
export function choicesOf(attribute: Attribute): Choice[] {
  if (!Array.isArray(attribute.option)) return []
  return attribute.option.flatMap((it: unknown): Choice[] => {
    if (typeof it === 'string') return [{ id: it, name: it }]
    if (typeof it === 'object' && it !== null && 'id' in it) {
      const { id, name } = it as { id: unknown; name?: unknown }
      return [{ id: String(id), name: typeof name === 'string' && name !== '' ? name : String(id) }]
    }
    return []
  })
}

export const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** One line of text; an empty text for no value. */
export const display = (attribute: Attribute, value: unknown): string => displayOf(attribute)(value)

/** The same for many values of one attribute. */
export function displayOf(attribute: Attribute): (value: unknown) => string {
  const names = new Map(choicesOf(attribute).map((it) => [it.id, it.name]))
  return (value) => (isEmpty(value) ? '' : shown(attribute.bk_property_type, names, value))
}

function shown(kind: string, names: Map<string, string>, value: unknown): string {
  if (kind === 'enum' || kind === 'enummulti' || kind === 'list') {
    return (Array.isArray(value) ? value : [value]).map((it) => names.get(String(it)) ?? String(it)).join(', ')
  }
  if (kind === 'bool') return value === true ? t('value.yes') : t('value.no')
  if (kind === 'time') return time(String(value))
  // Identifiers are numbers, too: no separators in whole ones.
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : number(value)
  if (Array.isArray(value)) return kind === 'innertable' ? t('value.rows', { n: value.length }) : value.map(String).join(', ')
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

/** What the system keeps about who has changed an instance, and when. */
export const isStamp = (id: string): boolean => /^bk_(created|updated)_(at|by)$/.test(id)

export const isNumeric = (kind: string): boolean => kind === 'int' || kind === 'float'

/** The model whose instances an attribute of kind enumquote quotes. */
export function quotedModel(attribute: Attribute): string {
  const first: unknown = Array.isArray(attribute.option) ? attribute.option[0] : null
  return String((first as { bk_obj_id?: unknown } | null)?.bk_obj_id ?? '')
}
