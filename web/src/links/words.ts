// Verdicts as words and colours.

import { t, type Key } from '../i18n/index.ts'
import type { Mode, Row, Verdict } from './verdicts.ts'

export function verdictText(row: Row): string {
  if (row.verdict === 'ambiguous') return t('verdict.ambiguous', { n: Math.max(row.sources.length, row.targets.length) })
  return t(`verdict.${row.verdict}`, { detail: row.detail, id: String(row.link ?? '') })
}

/** What is said beside the verdict; the text of the server where it refuses. */
export function reasonOf(row: Row): string {
  if (row.verdict === 'violates' && row.holder !== '') return t('verdict.holder', { name: row.holder })
  return row.verdict === 'repeated' || row.verdict === 'exists' ? '' : row.detail
}

const short: Partial<Record<Verdict, Key>> = {
  ambiguous: 'verdict.ambiguous.short', repeated: 'verdict.repeated.short', done: 'verdict.done.short', replaced: 'verdict.replaced.short',
}
/** Without what differs from row to row. */
export const verdictName = (verdict: Verdict): string => t(short[verdict] ?? `verdict.${verdict}`)

const tones: Record<Verdict, 'ok' | 'bad' | 'warn' | 'info' | ''> = {
  done: 'ok', removed: 'ok', replaced: 'ok', new: 'info', replaces: 'info', remove: 'info', exists: 'warn', repeated: 'warn', not_linked: 'warn',
  ambiguous: 'warn', unsure: 'warn', waiting: '', undone: '', no_source: 'bad', no_target: 'bad', unread: 'bad', violates: 'bad', denied: 'bad', failed: 'bad',
}
export const toneOf = (verdict: Verdict): 'ok' | 'bad' | 'warn' | 'info' | '' => tones[verdict]

/** What the button that carries a batch out says. */
export const applyText = (mode: Mode, n: number, m: number): string => t(`batch.apply.${mode}`, { n, m })
