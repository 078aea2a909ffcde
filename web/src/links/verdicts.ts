// What will become of each pair of a batch of links, decided from what the server has told about names and present links.
// Pure, so that it can be tested; the server decides again when the batch is applied.

export type Mapping = '1:1' | '1:n' | 'n:n'
export type Mode = 'create' | 'remove'

export type Verdict =
  | 'new' | 'exists' | 'no_source' | 'no_target' | 'ambiguous' | 'violates' | 'repeated' | 'unread' // before
  | 'remove' | 'not_linked'
  | 'done' | 'removed' | 'failed' | 'waiting' // after

export interface End {
  id: number
  name: string
}

export interface Row {
  line: number
  source: string
  target: string
  /** What the texts may mean; one when it is clear. */
  sources: End[]
  targets: End[]
  verdict: Verdict
  /** What a person reads beside the verdict: the other line, the other instance, the server's text. */
  detail: string
  /** Of the link, once there is one. */
  link: number | null
}

export interface Link {
  id: number
  source: number
  target: number
}

const pairKey = (source: number, target: number): string => `${source}/${target}`

/** Gives every row its verdict. Rows before count for those behind, as they do when the server applies them. */
export function decide(rows: Row[], links: Link[], mapping: Mapping, mode: Mode): void {
  const byPair = new Map(links.map((it) => [pairKey(it.source, it.target), it.id]))
  const sourceOf = new Map(links.map((it) => [it.target, it.source]))
  const targetOf = new Map(links.map((it) => [it.source, it.target]))
  const seen = new Map<string, number>()
  for (const row of rows) {
    if (row.verdict === 'unread') continue
    row.detail = ''
    row.link = null
    const [source, target] = [row.sources[0], row.targets[0]]
    if (!source) { row.verdict = 'no_source'; continue }
    if (!target) { row.verdict = 'no_target'; continue }
    if (row.sources.length > 1 || row.targets.length > 1) { row.verdict = 'ambiguous'; continue }
    const key = pairKey(source.id, target.id)
    const before = seen.get(key)
    if (before !== undefined) { row.verdict = 'repeated'; row.detail = String(before); continue }
    seen.set(key, row.line)
    const link = byPair.get(key)
    if (mode === 'remove') {
      row.verdict = link === undefined ? 'not_linked' : 'remove'
      row.link = link ?? null
      continue
    }
    if (link !== undefined) { row.verdict = 'exists'; row.link = link; continue }
    const other = mapping === 'n:n' ? undefined : sourceOf.get(target.id)
    const otherTarget = mapping === '1:1' ? targetOf.get(source.id) : undefined
    if (other !== undefined || otherTarget !== undefined) {
      row.verdict = 'violates'
      row.detail = mapping
      continue
    }
    row.verdict = 'new'
    sourceOf.set(target.id, source.id)
    targetOf.set(source.id, target.id)
  }
}

export const isReady = (row: Row): boolean => row.verdict === 'new' || row.verdict === 'remove'
export const isDone = (row: Row): boolean => row.verdict === 'done' || row.verdict === 'removed'

export function countVerdicts(rows: Row[]): [Verdict, number][] {
  const counts = new Map<Verdict, number>()
  for (const { verdict } of rows) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  return [...counts]
}
