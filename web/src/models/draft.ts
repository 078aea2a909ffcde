// A field as its form knows it, and as the API takes it. Pure.

import type { Attribute } from '../data/models.ts'

/** The types that users can give a field. */
export const kinds = ['singlechar', 'longchar', 'int', 'float', 'enum', 'enummulti', 'bool', 'date', 'time', 'timezone', 'objuser', 'list', 'enumquote', 'organization', 'innertable'] as const
/** Those that the columns of a table may have. */
export const columnKinds = ['singlechar', 'longchar', 'int', 'float', 'bool', 'enummulti'] as const
export const mostColumns = 8

export interface Option {
  id: string
  name: string
  usual: boolean
}
export interface Column {
  id: string
  name: string
  kind: string
  required: boolean
  options: Option[]
}
export interface Draft {
  id: string
  name: string
  kind: string
  group: string
  required: boolean
  editable: boolean
  unit: string
  placeholder: string
  description: string
  multiple: boolean
  pattern: string
  min: string
  max: string
  options: Option[]
  quoted: string
  instances: number[]
  columns: Column[]
  usual: unknown
}

export const hasOptions = (kind: string): boolean => kind === 'enum' || kind === 'enummulti' || kind === 'list'
export const mayBeMany = (kind: string): boolean => ['enummulti', 'enumquote', 'organization'].includes(kind)
/** The default of these is part of their option. */
export const hasDefault = (kind: string): boolean => !['enum', 'enummulti', 'enumquote', 'innertable'].includes(kind)
/** Their editor has room for a hint. */
export const hasHint = (kind: string): boolean => ['singlechar', 'longchar', 'int', 'float', 'objuser'].includes(kind)
export const isText = (kind: string): boolean => kind === 'singlechar' || kind === 'longchar'
export const isNumber = (kind: string): boolean => kind === 'int' || kind === 'float'

export const emptyOption = (): Option => ({ id: '', name: '', usual: false })
export const emptyColumn = (): Column => ({ id: '', name: '', kind: 'singlechar', required: false, options: [] })

export const emptyDraft = (group: string): Draft => ({
  id: '', name: '', kind: 'singlechar', group, required: false, editable: true, unit: '', placeholder: '', description: '', multiple: false,
  pattern: '', min: '', max: '', options: [], quoted: '', instances: [], columns: [], usual: null,
})

const members = (it: unknown): Record<string, unknown> => (typeof it === 'object' && it !== null ? (it as Record<string, unknown>) : {})
const text = (it: unknown): string => (it === undefined || it === null ? '' : String(it))

function optionsOf(option: unknown): Option[] {
  if (!Array.isArray(option)) return []
  return option.map((it: unknown) => (typeof it === 'string' ? { id: it, name: it, usual: false } : { id: text(members(it).id), name: text(members(it).name), usual: members(it).is_default === true }))
}

function columnOf(it: Attribute): Column {
  return { id: it.bk_property_id, name: it.bk_property_name, kind: it.bk_property_type, required: it.isrequired, options: it.bk_property_type === 'enummulti' ? optionsOf(it.option) : [] }
}

/** The draft of a field that exists. */
export function draftOf(it: Attribute): Draft {
  const kind = it.bk_property_type
  const quotes = kind === 'enumquote' && Array.isArray(it.option) ? it.option.map(members) : []
  const header = kind === 'innertable' ? members(it.option).header : []
  return {
    id: it.bk_property_id, name: it.bk_property_name, kind, group: it.bk_property_group, required: it.isrequired, editable: it.editable, unit: it.unit,
    placeholder: it.placeholder, description: it.description, multiple: it.ismultiple === true,
    pattern: isText(kind) ? text(it.option) : '', min: isNumber(kind) ? text(members(it.option).min) : '', max: isNumber(kind) ? text(members(it.option).max) : '',
    options: hasOptions(kind) ? optionsOf(it.option) : [], quoted: text(quotes[0]?.bk_obj_id), instances: quotes.map((quote) => Number(quote.bk_inst_id)),
    columns: Array.isArray(header) ? (header as Attribute[]).map(columnOf) : [], usual: it.default ?? (kind === 'bool' && typeof it.option === 'boolean' ? it.option : null),
  }
}

const choices = (options: Option[]) => options.map((it) => ({ id: it.id, name: it.name || it.id, type: 'text', is_default: it.usual }))

/** What the API keeps as `option`. */
export function optionFor(it: Draft): unknown {
  if (isText(it.kind)) return it.pattern
  if (isNumber(it.kind)) return { min: it.min.trim(), max: it.max.trim() }
  if (it.kind === 'enum' || it.kind === 'enummulti') return choices(it.options)
  if (it.kind === 'list') return it.options.map((one) => one.name)
  if (it.kind === 'bool') return it.usual === true
  if (it.kind === 'enumquote') return it.instances.map((id) => ({ bk_obj_id: it.quoted, bk_inst_id: id, type: 'int' }))
  if (it.kind === 'innertable') return { header: it.columns.map(attributeOfColumn), default: [] }
  return ''
}

function attributeOfColumn(it: Column) {
  const option = it.kind === 'enummulti' ? choices(it.options) : isNumber(it.kind) ? { min: '', max: '' } : it.kind === 'bool' ? false : ''
  return { bk_property_id: it.id, bk_property_name: it.name || it.id, bk_property_type: it.kind, isrequired: it.required, editable: true, ismultiple: it.kind === 'enummulti', option }
}

/** What is sent, of what may be changed later. */
export function changeable(it: Draft) {
  const usual = it.usual === '' || (Array.isArray(it.usual) && it.usual.length === 0) ? null : it.usual
  return {
    bk_property_name: it.name.trim(), isrequired: it.required, editable: it.editable, unit: it.unit.trim(), placeholder: it.placeholder, description: it.description,
    option: optionFor(it), ...(mayBeMany(it.kind) ? { ismultiple: it.multiple } : {}), ...(hasDefault(it.kind) ? { default: usual } : {}),
  }
}

/** The field as a form of instances would show it. */
export const preview = (it: Draft): Attribute =>
  ({ ...changeable(it), bk_property_id: it.id || 'preview', bk_property_type: it.kind, bk_property_group: it.group } as unknown as Attribute)

export type Fault = 'required' | 'id' | 'pattern' | 'number' | 'range' | 'options' | 'optionId' | 'repeated' | 'oneDefault' | 'instances' | 'oneInstance' | 'columns'

function wrongRange(it: Draft): Fault | '' {
  const [min, max] = [it.min.trim(), it.max.trim()]
  const isNumeric = (bound: string): boolean => bound === '' || (it.kind === 'int' ? /^-?\d+$/.test(bound) : Number.isFinite(Number(bound)))
  if (!isNumeric(min) || !isNumeric(max)) return 'number'
  return min !== '' && max !== '' && Number(min) > Number(max) ? 'range' : ''
}

function wrongPattern(pattern: string): Fault | '' {
  try {
    new RegExp(pattern, 'u')
    return ''
  } catch {
    return 'pattern'
  }
}

function wrongOptions(kind: string, multiple: boolean, options: Option[]): Fault | '' {
  const ids = options.map((it) => (kind === 'list' ? it.name : it.id).trim())
  if (ids.length === 0) return 'options'
  if (ids.some((id) => id === '')) return 'optionId'
  if (new Set(ids).size < ids.length) return 'repeated'
  const isOne = kind === 'enum' || (kind === 'enummulti' && !multiple)
  return isOne && options.filter((it) => it.usual).length !== 1 ? 'oneDefault' : ''
}

function wrongColumns(columns: Column[]): Fault | '' {
  if (columns.length === 0) return 'columns'
  if (columns.some((it) => !/^[a-zA-Z]\w*$/.test(it.id))) return 'id'
  if (new Set(columns.map((it) => it.id)).size < columns.length) return 'repeated'
  return columns.map((it) => (it.kind === 'enummulti' ? wrongOptions(it.kind, true, it.options) : '')).find((it) => it !== '') ?? ''
}

function wrongOption(it: Draft): Fault | '' {
  if (isText(it.kind)) return wrongPattern(it.pattern)
  if (isNumber(it.kind)) return wrongRange(it)
  if (hasOptions(it.kind)) return wrongOptions(it.kind, it.multiple, it.options)
  if (it.kind === 'enumquote') return it.quoted === '' || it.instances.length === 0 ? 'instances' : !it.multiple && it.instances.length > 1 ? 'oneInstance' : ''
  return it.kind === 'innertable' ? wrongColumns(it.columns) : ''
}

/** What is wrong with a draft, by field of its form. */
export function faultsOf(it: Draft): Partial<Record<'id' | 'name' | 'option', Fault>> {
  const found = {
    id: it.id === '' ? 'required' : /^[a-zA-Z]\w*$/.test(it.id) ? '' : 'id',
    name: it.name.trim() === '' ? 'required' : '',
    option: wrongOption(it),
  } as const
  return Object.fromEntries(Object.entries(found).filter(([, fault]) => fault !== ''))
}
