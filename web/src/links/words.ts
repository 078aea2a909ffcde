// Verdicts as words and colours.

import { t, type Key } from '../i18n/index.ts'
import type { Row, Verdict } from './verdicts.ts'

export function verdictText(row: Row): string {
  if (row.verdict === 'ambiguous') return t('verdict.ambiguous', { n: Math.max(row.sources.length, row.targets.length) })
  return t(`verdict.${row.verdict}`, { detail: row.detail, id: String(row.link ?? '') })
}

const short: Partial<Record<Verdict, Key>> = {
  ambiguous: 'verdict.ambiguous.short', violates: 'verdict.violates.short', repeated: 'verdict.repeated.short', done: 'verdict.done.short',
}
/** Without what differs from row to row. */
export const verdictName = (verdict: Verdict): string => t(short[verdict] ?? `verdict.${verdict}`)

export function toneOf(verdict: Verdict): 'ok' | 'bad' | 'warn' | 'info' | '' {
  if (verdict === 'done' || verdict === 'removed') return 'ok'
  if (verdict === 'new' || verdict === 'remove') return 'info'
  if (verdict === 'exists' || verdict === 'repeated' || verdict === 'not_linked' || verdict === 'ambiguous') return 'warn'
  return verdict === 'waiting' ? '' : 'bad'
}
