// What names an instance in a pair: its id, its name, the attributes of a unique rule. Texts are turned into instances by
// searches for many at a time.

import { findInstances, idOf, nameOf } from '../data/instances.ts'
import { readAttributes, readUniques, type Attribute } from '../data/models.ts'
import type { Group } from '../filter/rules.ts'
import { choicesOf } from '../values/format.ts'

export interface End {
  id: number
  name: string
}

export interface Key {
  id: string
  /** Whose values name the instance; none for the id of the instance. */
  attributes: Attribute[]
}

export const byId: Key = { id: 'bk_inst_id', attributes: [] }
export const widthOf = (key: Key): number => Math.max(1, key.attributes.length)

/** What a model's instances can be named by. */
export interface Keys {
  keys: Key[]
  attributes: Attribute[]
}

/** Kinds whose values are no text or number. */
const untold = new Set(['innertable', 'enummulti', 'list', 'organization', 'enumquote', 'objuser'])

export async function keysOf(model: string): Promise<Keys> {
  const [attributes, rules] = await Promise.all([readAttributes(model), readUniques(model)])
  const byNumber = new Map(attributes.filter((it) => !untold.has(it.bk_property_type)).map((it) => [it.id, it]))
  const named = attributes.filter((it) => it.bk_property_id === 'bk_inst_name').map((it): Key => ({ id: 'bk_inst_name', attributes: [it] }))
  const unique = rules.flatMap((rule): Key[] => {
    const found = rule.keys.map((it) => byNumber.get(it.key_id))
    const known = found.filter((it) => it !== undefined)
    const isName = known.length === 1 && known[0]?.bk_property_id === 'bk_inst_name'
    return known.length === found.length && !isName ? [{ id: `rule:${rule.id}`, attributes: known }] : []
  })
  return { keys: [byId, ...named, ...unique], attributes }
}

/** A text as the value of an attribute; null when it cannot be one. */
function valueOf(attribute: Attribute, text: string): string | number | boolean | null {
  const kind = attribute.bk_property_type
  if (kind === 'int' || kind === 'float') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null
  if (kind === 'bool') return /^(true|1|yes|是)$/i.test(text) ? true : /^(false|0|no|否)$/i.test(text) ? false : null
  if (kind === 'enum') return choicesOf(attribute).find((it) => it.id === text || it.name === text)?.id ?? text
  return text
}

/** What a text asks for: an id, or values of attributes. */
interface Wanted {
  fields: string[]
  values: (string | number | boolean)[]
}

const joined = (values: unknown[]): string => values.map(String).join('\u0000')

/** `name=value,name=value`, with ids or names of attributes. */
function notation(attributes: Attribute[], text: string): Wanted | null {
  const parts = text.split(/[,，](?=[^=,，]+=)/).map((it) => /^([^=]+)=(.*)$/s.exec(it))
  const found = parts.map((part) => {
    const attribute = attributes.find((it) => [it.bk_property_id, it.bk_property_name].includes(part?.[1]?.trim() ?? ''))
    const value = attribute ? valueOf(attribute, part?.[2]?.trim() ?? '') : null
    return attribute && value !== null ? { field: attribute.bk_property_id, value } : null
  })
  const known = found.filter((it) => it !== null)
  return known.length === found.length ? { fields: known.map((it) => it.field), values: known.map((it) => it.value) } : null
}

function wantedOf(key: Key, attributes: Attribute[], given: string[]): Wanted | null {
  const written = given.length === 1 && given[0]?.includes('=') ? notation(attributes, given[0]) : null
  if (written) return written
  if (key.attributes.length === 0) return /^\d{1,15}$/.test(given[0] ?? '') ? { fields: ['bk_inst_id'], values: [Number(given[0])] } : null
  const values = key.attributes.map((it, index) => valueOf(it, given[index] ?? ''))
  const known = values.filter((it) => it !== null)
  return known.length === values.length ? { fields: key.attributes.map((it) => it.bk_property_id), values: known } : null
}

/** Most values in one search, and rows in its answer. */
const most = 500

async function lookUp(model: string, fields: string[], tuples: Wanted['values'][], found: Map<string, End[]>): Promise<void> {
  const wanted = [...new Map(tuples.map((it) => [joined(it), it])).values()]
  for (let at = 0; at < wanted.length; at += most) {
    const part = wanted.slice(at, at + most)
    const rules = fields.map((field, index) => ({ field, operator: 'in', value: [...new Set(part.map((it) => it[index]))] }))
    const filter: Group = { condition: 'AND', rules }
    for (let start = 0; ; start += most) {
      const rows = await findInstances(model, filter, { start, limit: most, sort: 'bk_inst_id' }, [...new Set(['bk_inst_id', 'bk_inst_name', ...fields])])
      for (const row of rows) {
        const key = joined([...fields, ...fields.map((it) => row[it])])
        found.set(key, [...(found.get(key) ?? []), { id: idOf(row), name: nameOf(row) }])
      }
      if (rows.length < most) break
    }
  }
}

/** The instances that each of the given ends names, in their order. */
export async function resolve(model: string, key: Key, attributes: Attribute[], given: string[][]): Promise<End[][]> {
  const wanted = given.map((it) => wantedOf(key, attributes, it))
  const byFields = new Map<string, Wanted[]>()
  for (const it of wanted) {
    if (!it) continue
    const group = byFields.get(joined(it.fields))
    if (group) group.push(it)
    else byFields.set(joined(it.fields), [it])
  }
  const found = new Map<string, End[]>()
  for (const group of byFields.values()) await lookUp(model, group[0]?.fields ?? [], group.map((it) => it.values), found)
  return wanted.map((it) => (it ? (found.get(joined([...it.fields, ...it.values])) ?? []) : []))
}
