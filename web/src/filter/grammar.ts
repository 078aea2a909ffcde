// The filter of a list as it stands in the URL: `f.<attribute>.<op>=<value>`, and with it order, columns and the saved view.
// Attributes go by id, so that a link holds in every installation. The server reads the same in `/instances/{model}`.

export const operators = [
  'equal', 'not_equal', 'in', 'not_in', 'less', 'less_or_equal', 'greater', 'greater_or_equal', 'contains', 'begins_with',
  'is_empty', 'is_not_empty', 'exist', 'not_exist',
] as const
export type Operator = (typeof operators)[number]

const aliases: Record<string, Operator> = {
  eq: 'equal', ne: 'not_equal', nin: 'not_in', lt: 'less', lte: 'less_or_equal', gt: 'greater', gte: 'greater_or_equal',
  ct: 'contains', bw: 'begins_with', empty: 'is_empty',
}

/** Operators that stand alone, without a value. */
const bare: ReadonlySet<Operator> = new Set<Operator>(['is_empty', 'is_not_empty', 'exist', 'not_exist'])
export const takesValue = (operator: Operator): boolean => !bare.has(operator)
export const takesList = (operator: Operator): boolean => operator === 'in' || operator === 'not_in'

export interface Condition {
  attribute: string
  operator: Operator
  /** One text; a list for `in` and `not_in`; empty where the operator stands alone. */
  values: string[]
}

export interface View {
  conditions: Condition[]
  /** Text to find in any attribute of kind text. */
  text: string
  /** A nested rule as JSON, which no chip can show; carried along. */
  nested: string
  sort: { attribute: string; descending: boolean }[]
  columns: string[]
  /** Slug of the saved view that this began with. */
  saved: string
}

export const emptyView = (): View => ({ conditions: [], text: '', nested: '', sort: [], columns: [], saved: '' })

/** A query as the router gives it. */
export type Query = Record<string, string | null | (string | null)[] | undefined>

const all = (value: Query[string]): string[] =>
  (Array.isArray(value) ? value : [value]).filter((it): it is string => typeof it === 'string')
const one = (value: Query[string]): string => all(value)[0] ?? ''
const list = (text: string): string[] => text.split(',').map((it) => it.trim()).filter((it) => it !== '')

/** A comma inside of a value is written as `%2C`, a percent sign as `%25`. */
const escape = (text: string): string => text.replaceAll('%', '%25').replaceAll(',', '%2C')
const unescape = (text: string): string => text.replace(/%2c/gi, ',').replaceAll('%25', '%')

export function parseKey(key: string): { attribute: string; operator: Operator } | null {
  const parts = /^f\.(.+)\.([a-z_]+)$/.exec(key)
  if (!parts?.[1] || !parts[2]) return null
  const operator = aliases[parts[2]] ?? operators.find((it) => it === parts[2])
  return operator ? { attribute: parts[1], operator } : null
}

export function parseView(query: Query): View {
  const view = emptyView()
  for (const [key, value] of Object.entries(query)) {
    const parsed = parseKey(key)
    if (!parsed) continue
    for (const text of all(value)) {
      const values = !takesValue(parsed.operator) ? [] : takesList(parsed.operator) ? list(text).map(unescape) : [text]
      view.conditions.push({ ...parsed, values })
    }
  }
  view.text = one(query.q)
  view.nested = one(query.fx)
  view.columns = list(one(query.cols))
  view.sort = list(one(query.sort)).map((it) => ({ attribute: it.replace(/^-/, ''), descending: it.startsWith('-') }))
  view.saved = one(query.view)
  return view
}

/** What is written of a view. */
export type Terms = Record<string, string | string[]>

/** The part that decides which rows there are. */
export function formatFilter(view: View): Terms {
  const query: Terms = {}
  for (const { attribute, operator, values } of view.conditions) {
    const key = `f.${attribute}.${operator}`
    const text = takesList(operator) ? values.map(escape).join(',') : takesValue(operator) ? (values[0] ?? '') : '1'
    const before = query[key]
    query[key] = before === undefined ? text : [...(Array.isArray(before) ? before : [before]), text]
  }
  if (view.text) query.q = view.text
  if (view.nested) query.fx = view.nested
  return query
}

/** The query of a view; what is usual is left out, so that links are short. */
export function formatView(view: View): Terms {
  const query = formatFilter(view)
  if (view.sort.length > 0) query.sort = view.sort.map((it) => (it.descending ? '-' : '') + it.attribute).join(',')
  if (view.columns.length > 0) query.cols = view.columns.join(',')
  if (view.saved) query.view = view.saved
  return query
}

/** Terms as the text of an address, and back. */
export const textOf = (terms: Terms): string =>
  new URLSearchParams(Object.entries(terms).flatMap(([name, it]) => (Array.isArray(it) ? it : [it]).map((value): [string, string] => [name, value]))).toString()
export function termsOf(text: string): Terms {
  const terms: Terms = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const before = terms[name]
    terms[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return terms
}
