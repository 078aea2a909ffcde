// What a table means: which column is which attribute, which value a text stands for, which operation a row is. Pure.

import type { Attribute } from '../data/models.ts'
import type { Table, TableRow } from './table.ts'

export const idColumn = 'bk_inst_id'

/** The attribute of each column, or the id; nothing for what is left out. */
export function guess(columns: string[], attributes: Attribute[]): string[] {
  const known = new Map<string, string>([[idColumn, idColumn], ['id', idColumn]])
  for (const it of attributes) {
    known.set(it.bk_property_id.toLowerCase(), it.bk_property_id)
    if (!known.has(it.bk_property_name.toLowerCase())) known.set(it.bk_property_name.toLowerCase(), it.bk_property_id)
  }
  const taken = new Set<string>()
  return columns.map((title) => {
    // `Vendor(bk_vendor)`, and marks of what is required.
    const plain = title.toLowerCase().replace(/\*/g, '').trim()
    const inside = /[(（]([^()（）]+)[)）]$/.exec(plain)?.[1] ?? ''
    const found = known.get(plain) ?? known.get(inside) ?? known.get(plain.replace(/[(（].*$/, '').trim()) ?? ''
    if (found === '' || taken.has(found)) return ''
    taken.add(found)
    return found
  })
}

const truths = new Map<string, boolean>([...['true', 'yes', '是', '1'].map((it): [string, boolean] => [it, true]), ...['false', 'no', '否', '0'].map((it): [string, boolean] => [it, false])])

interface Option { id: unknown; name?: unknown }
function choice(attribute: Attribute, text: string): string {
  const options = Array.isArray(attribute.option) ? attribute.option.filter((it): it is Option => typeof it === 'object' && it !== null && 'id' in it) : []
  const found = options.find((it) => String(it.id) === text) ?? options.find((it) => it.name === text)
  return found ? String(found.id) : text
}

/** What a text stands for; the text itself where it stands for nothing, so that the server says what is wrong. */
export function valueOf(attribute: Attribute, cell: unknown): unknown {
  if (typeof cell !== 'string') return cell
  const text = cell.trim()
  const kind = attribute.bk_property_type
  const number = (it: string): unknown => (Number.isFinite(Number(it)) ? Number(it) : it)
  const parts = (): string[] => text.split(/[,，;；]/).map((it) => it.trim()).filter((it) => it !== '')
  if (kind === 'int' || kind === 'float') return number(text)
  if (kind === 'bool') return truths.get(text.toLowerCase()) ?? text
  if (kind === 'enummulti' || (kind === 'enum' && attribute.ismultiple === true)) return parts().map((it) => choice(attribute, it))
  if (kind === 'enum') return choice(attribute, text)
  if (kind === 'organization' || kind === 'enumquote') return parts().map(number)
  return text
}

/** The cell of a value, which is read as the same value again. */
export function cellOf(attribute: Attribute, value: unknown): unknown {
  const options = Array.isArray(attribute.option) ? (attribute.option as unknown[]) : []
  const named = (id: unknown): unknown => {
    const same = options.filter((it): it is Option => typeof it === 'object' && it !== null && 'id' in it && (String(it.id) === String(id)))
    const name = same[0]?.name
    // A name that parts lists, or that is the id of another, is not read as this one.
    const isPlain = typeof name === 'string' && !/[,，;；]/.test(name) && choice(attribute, name) === String(id)
    return isPlain ? name : id
  }
  const isChoice = attribute.bk_property_type === 'enum' || attribute.bk_property_type === 'enummulti'
  if (Array.isArray(value)) return value.map((it) => String(isChoice ? named(it) : it)).join(', ')
  return isChoice && value !== null && value !== undefined ? named(value) : value
}

export interface Plan {
  model: string
  /** By column: an attribute, the id, or nothing. */
  mapping: string[]
  attributes: ReadonlyMap<string, Attribute>
  /** Attributes that say which instance a row is; none for the id, or a new one where there is none. */
  key: string[]
  /** Empty cells clear what there is; else they leave it. */
  clears: boolean
}
export type Operation = { op: 'create' | 'update' | 'upsert'; model: string; instance?: unknown; attributes: Record<string, unknown> }

const isBlank = (cell: unknown): boolean => cell === undefined || cell === null || (typeof cell === 'string' && cell.trim() === '')

export function operationOf(row: TableRow, plan: Plan): Operation {
  const attributes: Record<string, unknown> = {}
  let id: unknown
  plan.mapping.forEach((name, place) => {
    const [cell, attribute] = [row.cells[place], plan.attributes.get(name)]
    if (name === idColumn && !isBlank(cell)) id = Number.isInteger(Number(cell)) ? Number(cell) : cell
    if (!attribute) return
    if (!isBlank(cell)) attributes[name] = valueOf(attribute, cell)
    else if (plan.clears && !attribute.isrequired) attributes[name] = null
  })
  const { model } = plan
  if (plan.key.length > 0) {
    const key = Object.fromEntries(plan.key.map((it) => [it, attributes[it] ?? null]))
    return Object.values(key).includes(null) ? { op: 'create', model, attributes } : { op: 'upsert', model, instance: key, attributes }
  }
  return id === undefined ? { op: 'create', model, attributes } : { op: 'update', model, instance: id, attributes }
}

export const operationsOf = (table: Table, plan: Plan): Operation[] => table.rows.map((row) => operationOf(row, plan))
