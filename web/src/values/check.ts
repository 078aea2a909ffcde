// What is wrong with a value before it is sent; the server checks again.

import type { Attribute } from '../data/models.ts'
import { columnsOf, type TableRow } from '../data/tables.ts'
import { t } from '../i18n/index.ts'
import { isEmpty } from './format.ts'

function limit(option: unknown, name: 'min' | 'max'): number | null {
  if (typeof option !== 'object' || option === null || !(name in option)) return null
  const value = (option as Record<string, unknown>)[name]
  return value === '' || value === null || value === undefined || !Number.isFinite(Number(value)) ? null : Number(value)
}

function wrongNumber(attribute: Attribute, value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return t('form.number')
  if (attribute.bk_property_type === 'int' && !Number.isInteger(value)) return t('form.integer')
  const [min, max] = [limit(attribute.option, 'min'), limit(attribute.option, 'max')]
  const isOut = (min !== null && value < min) || (max !== null && value > max)
  return isOut ? t('form.range', { min: min === null ? '−∞' : String(min), max: max === null ? '∞' : String(max) }) : ''
}

function wrongText(attribute: Attribute, value: unknown): string {
  const pattern = attribute.option
  if (typeof pattern !== 'string' || pattern === '' || typeof value !== 'string') return ''
  try {
    return new RegExp(pattern, 'u').test(value) ? '' : t('form.pattern', { pattern })
  } catch {
    // The server knows patterns that the browser does not.
    return ''
  }
}

/** The first cell of a table that is wrong, with its row. */
function wrongTable(attribute: Attribute, rows: unknown): string {
  if (!Array.isArray(rows)) return ''
  for (const [at, row] of (rows as TableRow[]).entries()) {
    for (const it of columnsOf(attribute)) {
      const fault = wrong(it, row[it.bk_property_id])
      if (fault) return t('form.cell', { n: at + 1, name: it.bk_property_name, text: fault })
    }
  }
  return ''
}

/** An empty text when nothing is wrong. */
export function wrong(attribute: Attribute, value: unknown): string {
  if (isEmpty(value)) return attribute.isrequired ? t('form.required') : ''
  const kind = attribute.bk_property_type
  if (kind === 'int' || kind === 'float') return wrongNumber(attribute, value)
  if (kind === 'innertable') return wrongTable(attribute, value)
  if (kind === 'organization') return Array.isArray(value) && value.every(Number.isInteger) ? '' : t('form.integer')
  if (kind === 'singlechar' || kind === 'longchar') return wrongText(attribute, value)
  return ''
}
