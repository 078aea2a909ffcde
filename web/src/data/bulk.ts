// Many operations at once by `/bulk`, in requests of some each, all under one id for the audit log.

import { shallowRef, type Ref } from 'vue'
import { Unreachable } from '../api/client.ts'
import { sendLines } from '../api/lines.ts'

export interface Verdict {
  row?: number
  status: 'created' | 'updated' | 'deleted' | 'unchanged' | 'exists' | 'failed' | 'aborted'
  id?: number
  message?: string
  field?: string
}
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

/** Tries operations without writing any: the verdicts that they would have. */
export async function tryAll(operations: object[], told: (count: number) => void, signal: AbortSignal): Promise<Verdict[]> {
  const found: Verdict[] = []
  for await (const verdicts of sendLines<Verdict>('/api/relata/v1/bulk?dry_run=true', operations.map((it) => JSON.stringify(it)), newRequest(), signal)) {
    const end = verdicts.find((it) => it.status === 'aborted')
    if (end) throw new Error(end.message)
    found.push(...verdicts)
    told(found.length)
  }
  if (found.length < operations.length) throw new Unreachable()
  return found
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
        const [from, lines] = [now.value.done, all.slice(now.value.done, now.value.done + together).map((it) => JSON.stringify(it))]
        for await (const verdicts of sendLines<Verdict>(`/api/relata/v1/bulk?chunk=${chunk}`, lines, now.value.request, aborting.signal)) {
          const end = verdicts.find((it) => it.status === 'aborted')
          take(verdicts.filter((it) => it !== end), now.value.done)
          if (end) throw new Error(end.message)
        }
        if (now.value.done < from + lines.length) throw new Unreachable()
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
