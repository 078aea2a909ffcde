// What can be asked of an attribute, by its kind; and filters as the rule language of `/api/v3` has them.

import type { Operator } from './grammar.ts'

export interface Rule {
  field: string
  operator: string
  value?: unknown
}
export interface Group {
  condition: 'AND' | 'OR'
  rules: (Rule | Group)[]
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
