// A batch of links, as the dialog works on it: what the texts mean, what the server would do, what it has done, and back again.

import { bulk, type Operation } from '../data/bulk.ts'
import { namesOf } from '../data/instances.ts'
import type { Association } from '../data/models.ts'
import type { Parsed } from '../pairs/parse.ts'
import { resolve, type Key, type Keys } from './keys.ts'
import { linksAt, linksChanged } from './links.ts'
import { isReady, take, type Link, type Mode, type Row } from './verdicts.ts'

/** Most rows of a batch. */
export const mostRows = 10_000
/** Rows that are carried out together; between two of these one can stop. */
const together = 200

export interface Task {
  association: Association
  mode: Mode
  source: { key: Key; keys: Keys }
  target: { key: Key; keys: Keys }
}

/** Replacing is for ends that have one link at the most. */
export const isReplaceable = (association: Association): boolean => association.mapping === '1:1' || association.mapping === '1:n'

/** A row of which nothing is known yet. */
export const rowOf = (line: number, source: string[], target: string[]): Row => ({
  line, given: { source, target }, source: source.join(', '), target: target.join(', '), sources: [], targets: [], verdict: 'new', detail: '', holder: '', link: null, former: [],
})

/** What would become of the pairs. Nothing is written. */
export async function preview(task: Task, parsed: Parsed): Promise<Row[]> {
  const { association, source, target } = task
  const rows = parsed.pairs.map((it) => rowOf(it.line, it.source, it.target))
  const [sources, targets] = await Promise.all([
    resolve(association.bk_obj_id, source.key, source.keys.attributes, rows.map((it) => it.given.source)),
    resolve(association.bk_asst_obj_id, target.key, target.keys.attributes, rows.map((it) => it.given.target)),
  ])
  rows.forEach((row, index) => Object.assign(row, { sources: sources[index] ?? [], targets: targets[index] ?? [] }))
  for (const it of parsed.unread) rows.push({ ...rowOf(it.line, [it.text], []), verdict: 'unread' })
  rows.sort((a, b) => a.line - b.line)
  await check(task, rows)
  return rows
}

const sourceOf = (row: Row): number => row.sources[0]?.id ?? 0
const targetOf = (row: Row): number => row.targets[0]?.id ?? 0

/** The operations of a row; the last is the one that its verdict is about. */
function operationsOf({ association, mode }: Task, row: Row): Operation[] {
  const pair = { association: association.bk_obj_asst_id, source: sourceOf(row), target: targetOf(row) }
  if (mode === 'remove') return [{ op: 'delete', ...pair }]
  return [...row.former.map((it): Operation => ({ op: 'delete', association: association.bk_obj_asst_id, id: it.id })), { op: 'create', ...pair }]
}

/** Sends the operations of rows; each row learns what is said of it. */
async function send(task: Task, rows: Row[], dryRun: boolean, options: { atomic?: boolean; key?: string }): Promise<void> {
  const operations = rows.map((row) => operationsOf(task, row))
  const lines = operations.flatMap((it, index) => it.map(() => rows[index]?.line ?? 0))
  const verdicts = await bulk(operations.flat(), { ...options, dryRun })
  let end = 0
  rows.forEach((row, index) => {
    end += operations[index]?.length ?? 0
    const answer = verdicts[end - 1]
    if (answer) take(row, answer, dryRun, (operation) => lines[operation - 1] ?? 0)
  })
}

/** Asks the server about all rows whose ends are clear; the others say what is not. Also after a choice between namesakes. */
export async function check(task: Task, rows: Row[]): Promise<void> {
  const clear = rows.filter((row) => {
    if (row.verdict === 'unread') return false
    Object.assign(row, { detail: '', holder: '' })
    if (row.sources.length === 1 && row.targets.length === 1) return true
    row.verdict = row.sources.length === 0 ? 'no_source' : row.targets.length === 0 ? 'no_target' : 'ambiguous'
    return false
  })
  if (clear.length === 0) return
  if (task.mode === 'replace') await findFormer(task.association, clear)
  await send(task, clear, true, {})
  await findHolders(task.association, clear.filter((it) => it.verdict === 'violates'))
}

/** Says which instances are linked with the ends that have no room. */
async function findHolders(association: Association, rows: Row[]): Promise<void> {
  if (rows.length === 0) return
  const { byTarget, bySource } = await limited(association, rows)
  const holding = (row: Row): { source: number | undefined; target: number | undefined } => ({ source: byTarget.get(targetOf(row))?.source, target: bySource.get(sourceOf(row))?.target })
  const known = (ids: (number | undefined)[]): number[] => ids.filter((it) => it !== undefined)
  const [sources, targets] = await Promise.all([
    namesOf(association.bk_obj_id, known(rows.map((it) => holding(it).source))), namesOf(association.bk_asst_obj_id, known(rows.map((it) => holding(it).target))),
  ])
  for (const row of rows) {
    const { source, target } = holding(row)
    row.holder = [source === undefined ? '' : sources.get(source), target === undefined ? '' : targets.get(target)].filter((it) => it).join(', ')
  }
}

/** The present links of ends that have one at the most. */
async function limited(association: Association, rows: Row[]): Promise<{ byTarget: Map<number, Link>; bySource: Map<number, Link> }> {
  const [atTargets, atSources] = await Promise.all([linksAt(association, 'target', rows.map(targetOf)), association.mapping === '1:1' ? linksAt(association, 'source', rows.map(sourceOf)) : []])
  return { byTarget: new Map(atTargets.map((it) => [it.target, it])), bySource: new Map(atSources.map((it) => [it.source, it])) }
}

/** The links that a new one comes in the place of: those of ends that have one at the most. */
async function findFormer(association: Association, rows: Row[]): Promise<void> {
  const { byTarget, bySource } = await limited(association, rows)
  const gone = new Set<number>()
  for (const row of rows) {
    const found = [byTarget.get(targetOf(row)), bySource.get(sourceOf(row))].filter((it) => it !== undefined)
    const isLinked = found.some((it) => it.source === sourceOf(row) && it.target === targetOf(row))
    // What an earlier row replaces is not there any more, and what it has put there stays.
    row.former = isLinked ? [] : [...new Map(found.map((it): [number, Link] => [it.id, it])).values()].filter((it) => !gone.has(it.id))
    for (const it of row.former) gone.add(it.id)
  }
}

/** A batch that is carried out, part after part. */
export interface Job {
  task: Task
  parts: Row[][]
  /** The next part. */
  at: number
  atomic: boolean
  key: string
}

export function plan(task: Task, rows: Row[], whole: boolean): Job {
  const atomic = whole || task.mode === 'replace'
  const ready = rows.filter(isReady)
  const size = atomic ? ready.length : together
  const parts = Array.from({ length: Math.ceil(ready.length / Math.max(1, size)) }, (_, it) => ready.slice(it * size, (it + 1) * size))
  for (const row of ready) row.verdict = 'waiting'
  const random = crypto.getRandomValues(new Uint8Array(12))
  return { task, parts, at: 0, atomic, key: [...random].map((it) => it.toString(16).padStart(2, '0')).join('') }
}

/** Whether something of it is left to do. */
export const isOpen = (job: Job): boolean => job.at < job.parts.length

/** Carries parts out until all are done, `wanted` says no, or one fails; that one and those behind it can be carried out later.
 * A part that was sent before is sent by the same key, so what was written of it is not written again. */
export async function carryOut(job: Job, told: (rows: number) => void, wanted: () => boolean): Promise<void> {
  try {
    while (isOpen(job) && wanted()) {
      const part = job.parts[job.at] ?? []
      try {
        await send(job.task, part, false, { atomic: job.atomic, key: `${job.key}-${job.at}` })
      } catch (error) {
        for (const row of part) row.verdict = 'unsure'
        throw error
      }
      job.at += 1
      told(part.length)
    }
  } finally {
    linksChanged()
  }
}

/** Takes back what the rows have become: deletes exactly the links that were made, and links anew what was unlinked. */
export async function undo(job: Job, rows: Row[]): Promise<number> {
  const association = job.task.association.bk_obj_asst_id
  const made = rows.filter((it) => it.verdict === 'done' || it.verdict === 'replaced')
  const lost = rows.flatMap((it): { source: number; target: number }[] => (it.verdict === 'replaced' ? it.former : it.verdict === 'removed' ? [{ source: sourceOf(it), target: targetOf(it) }] : []))
  const operations = [
    ...made.map((it): Operation => ({ op: 'delete', association, id: it.link ?? 0 })),
    ...lost.map(({ source, target }): Operation => ({ op: 'create', association, source, target })),
  ]
  const failed = (await bulk(operations, { atomic: true, key: `${job.key}-undo` })).find((it) => it.status === 'failed')
  if (failed) throw new Error(failed.message ?? '')
  for (const row of rows) if (row.verdict === 'done' || row.verdict === 'replaced' || row.verdict === 'removed') row.verdict = 'undone'
  linksChanged()
  return operations.length
}
