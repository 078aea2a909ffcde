// A batch of links from texts: looks up what the texts mean, says what would become of each row, and carries it out. All that
// the dialog knows of the server is here, so that a bulk endpoint of the server can take its place.

import { findInstances, idOf, nameOf } from '../data/instances.ts'
import type { Association } from '../data/models.ts'
import type { Parsed } from '../pairs/parse.ts'
import { chunk, createLinks, deleteLinks, linksAt, linksChanged } from './links.ts'
import { decide, isReady, type End, type Link, type Mapping, type Mode, type Row } from './verdicts.ts'

/** Most rows of a batch. */
export const mostRows = 10_000

export interface Task {
  association: Association
  mode: Mode
  /** Attribute that the texts of an end are values of; `bk_inst_id` for ids. */
  sourceKey: string
  targetKey: string
}

/** Most values in one search. */
const values = 500

/** The instances that each text names. */
async function resolve(model: string, key: string, texts: string[], progress: (done: number) => void): Promise<Map<string, End[]>> {
  const found = new Map<string, End[]>()
  const wanted = [...new Set(texts)]
  const asId = key === 'bk_inst_id'
  const asked = asId ? wanted.filter((it) => /^\d{1,15}$/.test(it)) : wanted
  for (let at = 0; at < asked.length; at += values) {
    const part = asked.slice(at, at + values)
    const value = asId ? part.map(Number) : part
    const filter = { condition: 'AND' as const, rules: [{ field: key, operator: 'in', value }] }
    for (let start = 0; ; start += values) {
      const rows = await findInstances(model, filter, { start, limit: values, sort: 'bk_inst_id' }, ['bk_inst_id', 'bk_inst_name', key])
      for (const row of rows) {
        const text = String(row[key])
        const ends = found.get(text) ?? []
        ends.push({ id: idOf(row), name: nameOf(row) })
        found.set(text, ends)
      }
      if (rows.length < values) break
    }
    progress(part.length)
  }
  return found
}

/** An id as a number is written: 007 is 7. */
const canonical = (text: string, key: string): string => (key === 'bk_inst_id' && /^\d{1,15}$/.test(text) ? String(Number(text)) : text)

export interface Preview {
  rows: Row[]
  /** Links at the instances that the rows name. */
  links: Link[]
}

/** The present links that may matter to links between these; of instances with very many, no more than have to be read. */
async function linksAround(association: Association, sources: number[], targets: number[]): Promise<Link[]> {
  // A target has one source at the most, and a source one target: those are all that can be in the way.
  if (association.mapping === '1:n') return linksAt(association, 'target', targets)
  if (association.mapping === '1:1') {
    const found = await Promise.all([linksAt(association, 'source', sources), linksAt(association, 'target', targets)])
    return [...new Map(found.flat().map((it) => [it.id, it])).values()]
  }
  return sources.length > targets.length ? linksAt(association, 'source', sources) : linksAt(association, 'target', targets)
}

/** What would become of the rows. Nothing is written. */
export async function preview(task: Task, parsed: Parsed, progress: (share: number) => void): Promise<Preview> {
  const { association } = task
  const pairs = parsed.pairs.map((it) => ({ ...it, sourceText: canonical(it.source, task.sourceKey), targetText: canonical(it.target, task.targetKey) }))
  const sourceTexts = pairs.map((it) => it.sourceText)
  const targetTexts = pairs.map((it) => it.targetText)
  const all = new Set(sourceTexts).size + new Set(targetTexts).size
  let done = 0
  const step = (count: number): void => progress((done += count) / Math.max(1, all))
  const sources = await resolve(association.bk_obj_id, task.sourceKey, sourceTexts, step)
  const targets = await resolve(association.bk_asst_obj_id, task.targetKey, targetTexts, step)
  const rows: Row[] = pairs.map((it) => ({
    line: it.line, source: it.source, target: it.target, sources: sources.get(it.sourceText) ?? [], targets: targets.get(it.targetText) ?? [],
    verdict: 'new', detail: '', link: null,
  }))
  for (const it of parsed.unread) {
    rows.push({ line: it.line, source: it.text, target: '', sources: [], targets: [], verdict: 'unread', detail: '', link: null })
  }
  rows.sort((a, b) => a.line - b.line)
  const ids = (ends: Map<string, End[]>): number[] => [...ends.values()].flat().map((it) => it.id)
  const links = await linksAround(association, ids(sources), ids(targets))
  judge(task, rows, links)
  return { rows, links }
}

/** Decides anew, after a choice between instances of the same name. */
export function judge(task: Task, rows: Row[], links: Link[]): void {
  const mapping: Mapping = task.association.mapping === '1:1' || task.association.mapping === '1:n' ? task.association.mapping : 'n:n'
  decide(rows, links, mapping, task.mode)
}

/** Carries the ready rows out, some at a time; each row learns what became of it. `wanted` is asked before each part. */
export async function apply(task: Task, rows: Row[], told: (done: number) => void, wanted: () => boolean): Promise<void> {
  const ready = rows.filter(isReady)
  let done = 0
  for (let at = 0; at < ready.length; at += chunk) {
    const part = ready.slice(at, at + chunk)
    if (!wanted()) {
      for (const row of ready.slice(at)) row.verdict = 'waiting'
      break
    }
    try {
      await applyPart(task, part)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      for (const row of part) Object.assign(row, { verdict: 'failed', detail: message })
    }
    told((done += part.length))
  }
  linksChanged()
}

async function applyPart(task: Task, part: Row[]): Promise<void> {
  if (task.mode === 'remove') {
    await deleteLinks(task.association, part.map((it) => it.link ?? 0))
    for (const row of part) row.verdict = 'removed'
    return
  }
  const pairs = part.map((it) => ({ source: it.sources[0]?.id ?? 0, target: it.targets[0]?.id ?? 0 }))
  const outcomes = await createLinks(task.association, pairs)
  part.forEach((row, index) => {
    const outcome = outcomes[index]
    row.link = outcome?.id ?? null
    row.verdict = row.link === null ? 'failed' : 'done'
    row.detail = outcome?.message ?? ''
  })
}

/** Deletes exactly the links that the batch has made. */
export async function undo(task: Task, rows: Row[]): Promise<number> {
  const made = rows.filter((it) => it.verdict === 'done' && it.link !== null)
  await deleteLinks(task.association, made.map((it) => it.link ?? 0))
  for (const row of made) row.verdict = 'waiting'
  return made.length
}
