// The filter of a view in the rule language of `/api/v3/search/instances`.

import type { Condition, Operator, View } from './grammar.ts'
import { takesList, takesValue } from './grammar.ts'

export interface Rule {
  field: string
  operator: string
  value?: unknown
}
export interface Group {
  condition: 'AND' | 'OR'
  rules: (Rule | Group)[]
}

const numbers = new Set(['int', 'float', 'enumquote', 'organization'])
const times: Partial<Record<Operator, string>> = {
  less: 'datetime_less', less_or_equal: 'datetime_less_or_equal', greater: 'datetime_greater', greater_or_equal: 'datetime_greater_or_equal',
}

/** What kinds of attributes can be asked. */
export function operatorsOf(kind: string): Operator[] {
  return [...compared(kind), 'is_empty', 'is_not_empty']
}

function compared(kind: string): Operator[] {
  if (kind === 'int' || kind === 'float') return ['equal', 'not_equal', 'in', 'less', 'less_or_equal', 'greater', 'greater_or_equal']
  if (kind === 'bool') return ['equal', 'not_equal']
  if (kind === 'date') return ['equal', 'less', 'less_or_equal', 'greater', 'greater_or_equal']
  if (kind === 'time') return ['less', 'less_or_equal', 'greater', 'greater_or_equal']
  if (kind === 'enum' || kind === 'list') return ['in', 'not_in', 'equal', 'not_equal']
  if (kind === 'enummulti' || kind === 'enumquote' || kind === 'organization') return ['in', 'not_in']
  return ['contains', 'equal', 'in', 'not_equal', 'not_in', 'begins_with']
}

function typed(text: string, kind: string): unknown {
  if (numbers.has(kind)) return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
  if (kind === 'bool') return text === 'true'
  return text
}

/** Texts are patterns to the server. */
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Kinds whose value is a list. */
const lists = new Set(['enummulti', 'enumquote', 'organization'])

export function rule(condition: Condition, kind: string): Rule | Group {
  const { attribute: field, values } = condition
  const operator = (kind === 'time' && times[condition.operator]) || condition.operator
  if (condition.operator === 'is_empty' && !lists.has(kind)) {
    return { condition: 'OR', rules: [{ field, operator: 'is_null' }, { field, operator: 'equal', value: '' }] }
  }
  if (condition.operator === 'is_not_empty' && !lists.has(kind)) {
    return { condition: 'AND', rules: [{ field, operator: 'is_not_null' }, { field, operator: 'not_equal', value: '' }] }
  }
  if (!takesValue(condition.operator)) return { field, operator }
  if (takesList(condition.operator)) return { field, operator, value: values.map((it) => typed(it, kind)) }
  const value = values[0] ?? ''
  const isPattern = condition.operator === 'contains' || condition.operator === 'begins_with'
  return { field, operator, value: isPattern ? literal(value) : typed(value, kind) }
}

/** The whole filter; null for all instances. `kindOf` says what an attribute is. */
export function filterOf(view: View, kindOf: (attribute: string) => string): Group | null {
  const rules: Group['rules'] = view.conditions.map((it) => rule(it, kindOf(it.attribute)))
  if (view.text) rules.push({ field: 'bk_inst_name', operator: 'contains', value: literal(view.text) })
  if (view.nested) rules.push(JSON.parse(view.nested) as Group)
  return rules.length > 0 ? { condition: 'AND', rules } : null
}
