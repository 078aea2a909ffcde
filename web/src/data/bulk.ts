// Many operations at once by `/bulk`, in requests of some each, all under one id for the audit log.

import { shallowRef, type Ref } from 'vue'
import { ApiError, Unreachable, type Schemas } from '../api/client.ts'
import { sendLines } from '../api/lines.ts'

/** What became of an operation. */
export type Verdict = Schemas['BulkVerdict']
export interface Failed<O> {
  operation: O
  message: string
  field: string
}
export interface Progress<O> {
  /** Names the request in the audit log. */
  request: string
  done: number
  total: number
  /** Operations that have changed something. */
  changed: number
  failed: Failed<O>[]
  state: 'running' | 'stopped' | 'finished'
  /** Why it has stopped by itself. */
  error: unknown
}

/** Operations in one request: few enough that its verdicts fit where answers wait, since browsers send before they read. */
const together = 1000
/** Operations in one transaction; after each some progress is seen. */
const chunk = 200

const newRequest = (): string => `ui-${[...crypto.getRandomValues(new Uint8Array(12))].map((it) => it.toString(16).padStart(2, '0')).join('')}`

export interface Bulk<O> {
  now: Readonly<Ref<Progress<O> | null>>
  start: (operations: O[]) => Promise<void>
  stop: () => void
  /** Goes on where it has stopped. */
  resume: () => Promise<void>
  /** Forgets what was done. */
  clear: () => void
  /** What became of each operation so far, in their order. */
  verdicts: () => readonly Verdict[]
}

/** An operation on a link. */
export interface Operation {
  op: 'create' | 'delete'
  association: string
  source?: number
  target?: number
  /** Of the link, where one is deleted by it. */
  id?: number
}

export interface Options {
  /** All or nothing. */
  atomic?: boolean
  /** The same verdicts, and nothing is written. */
  dryRun?: boolean
  /** Sent again with the same key, nothing is written twice. */
  key?: string
  /** How many verdicts there are so far. */
  told?: (count: number) => void
  signal?: AbortSignal
}

/** Sends operations in one request; a verdict on each, in their order. */
export async function bulk(operations: object[], { atomic = false, dryRun = false, key, told, signal }: Options = {}): Promise<Verdict[]> {
  const found: Verdict[] = []
  const path = `/api/relata/v1/bulk?mode=${atomic ? 'atomic' : 'partial'}&dry_run=${dryRun}&chunk=10000`
  for await (const verdicts of answers(path, operations, { key, signal })) {
    found.push(...verdicts)
    told?.(found.length)
  }
  if (found.length < operations.length) throw new Unreachable()
  return found
}

/** Verdicts as they come; a stream that ends before its lines is an error. */
async function* answers(path: string, operations: object[], more: { key?: string; request?: string; signal?: AbortSignal }): AsyncGenerator<Verdict[]> {
  for await (const lines of sendLines<Verdict | Aborted>(path, operations.map((it) => JSON.stringify(it)), more)) {
    yield lines.filter((it): it is Verdict => it.status !== 'aborted')
    const end = lines.find((it): it is Aborted => it.status === 'aborted')
    if (end) throw new ApiError(200, end.code ?? 0, end.message ?? '', '', [])
  }
}
interface Aborted {
  status: 'aborted'
  code?: number
  message?: string
}

export function useBulk<O extends object>(): Bulk<O> {
  const now = shallowRef<Progress<O> | null>(null)
  let all: O[] = []
  let known: Verdict[] = []
  let aborting = new AbortController()
  const set = (change: Partial<Progress<O>>): void => { if (now.value) now.value = { ...now.value, ...change } }

  function take(verdicts: Verdict[], from: number): void {
    const it = now.value
    if (!it) return
    const failed = verdicts.flatMap((verdict, index) => {
      const operation = all[from + index]
      return verdict.status === 'failed' && operation ? [{ operation, message: verdict.message ?? '', field: verdict.field ?? '' }] : []
    })
    const changed = verdicts.filter((verdict) => ['created', 'updated', 'deleted'].includes(verdict.status)).length
    known.push(...verdicts)
    set({ done: it.done + verdicts.length, changed: it.changed + changed, failed: [...it.failed, ...failed] })
  }
  async function resume(): Promise<void> {
    aborting = new AbortController()
    set({ state: 'running', error: undefined })
    try {
      while (now.value && now.value.done < all.length) {
        const from = now.value.done
        const operations = all.slice(from, from + together)
        for await (const verdicts of answers(`/api/relata/v1/bulk?chunk=${chunk}`, operations, { request: now.value.request, signal: aborting.signal })) {
          take(verdicts, now.value.done)
        }
        if (now.value.done < from + operations.length) throw new Unreachable()
      }
      set({ state: 'finished' })
    } catch (error) {
      set({ state: 'stopped', error: aborting.signal.aborted ? undefined : error })
    }
  }
  return {
    now,
    async start(operations) {
      all = operations
      known = []
      now.value = { request: newRequest(), done: 0, total: operations.length, changed: 0, failed: [], state: 'running', error: undefined }
      await resume()
    },
    stop: () => aborting.abort(),
    resume,
    clear() { now.value = null },
    verdicts: () => known,
  }
}
