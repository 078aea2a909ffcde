// What the server says of each pair of a batch, as a person reads it. What may be written is decided there alone.

import type { Verdict as Answer } from '../data/bulk.ts'
import type { End } from './keys.ts'

export type Mode = 'create' | 'remove' | 'replace'

export type Verdict =
  | 'no_source' | 'no_target' | 'ambiguous' | 'unread' // what the texts mean
  | 'new' | 'replaces' | 'remove' // ready
  | 'exists' | 'not_linked' | 'repeated' | 'violates' | 'denied' | 'failed' // refused
  | 'done' | 'removed' | 'replaced' | 'waiting' | 'unsure' | 'undone' // after

export interface Row {
  line: number
  /** The cells of both ends, as they were given. */
  given: { source: string[]; target: string[] }
  source: string
  target: string
  /** What the texts may mean; one when it is clear. */
  sources: End[]
  targets: End[]
  verdict: Verdict
  /** What a person reads beside the verdict: the other line, the server's text. */
  detail: string
  /** The instances that an end without room is linked with. */
  holder: string
  /** Of the link, once there is one. */
  link: number | null
  /** Links in the place of which it comes. */
  former: Link[]
}

export interface Link {
  id: number
  source: number
  target: number
}

/** Codes of refusals that have a verdict of their own. */
const ofCode: Record<number, Verdict> = {
  1101073: 'no_source', 1101074: 'no_target', 1101052: 'violates', 1101061: 'violates', 9900403: 'denied', 1101038: 'exists',
}

/** Takes what the server says of a row; `lineOf` tells the line of the pair that an operation was about. */
export function take(row: Row, answer: Answer, dryRun: boolean, lineOf: (operation: number) => number): void {
  row.detail = ''
  row.link = answer.id ?? answer.conflicting_id ?? null
  if (answer.status === 'created') row.verdict = row.former.length > 0 ? (dryRun ? 'replaces' : 'replaced') : dryRun ? 'new' : 'done'
  else if (answer.status === 'deleted') row.verdict = dryRun ? 'remove' : 'removed'
  else if (answer.status === 'unchanged') row.verdict = 'not_linked'
  else if (answer.status === 'exists') row.verdict = 'exists'
  else {
    row.verdict = ofCode[answer.code ?? 0] ?? 'failed'
    row.detail = answer.message ?? ''
    if (row.verdict === 'exists' && answer.conflicting_row) {
      row.verdict = 'repeated'
      row.detail = String(lineOf(answer.conflicting_row))
    }
  }
}

const ready = new Set<Verdict>(['new', 'replaces', 'remove'])
const done = new Set<Verdict>(['done', 'removed', 'replaced'])
export const isReady = (row: Row): boolean => ready.has(row.verdict)
export const isDone = (row: Row): boolean => done.has(row.verdict)

export function countVerdicts(rows: Row[]): [Verdict, number][] {
  const counts = new Map<Verdict, number>()
  for (const { verdict } of rows) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  return [...counts]
}
