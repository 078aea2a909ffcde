// Answers of the server, kept for a while and shared by everything on the page that asks for the same.

import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref } from 'vue'

interface Entry {
  data: unknown
  error: unknown
  /** When the answer came; 0 for none, or for one that has to be asked again. */
  at: number
  pending: Promise<void> | null
  users: Set<() => void>
}

const entries = new Map<string, Entry>()
/** How long an answer is taken as it is. */
const fresh = 15_000
/** Answers that nobody shows are dropped when there are more. */
const most = 200

function entryOf(key: string): Entry {
  let entry = entries.get(key)
  if (!entry) {
    entry = { data: undefined, error: undefined, at: 0, pending: null, users: new Set() }
    entries.set(key, entry)
    for (const [old, it] of entries) {
      if (entries.size <= most) break
      if (it.users.size === 0 && !it.pending && old !== key) entries.delete(old)
    }
  }
  return entry
}

const tell = (entry: Entry): void => entry.users.forEach((told) => told())

/** Asks, unless the answer is there or under way. */
export function load(key: string, fetch: () => Promise<unknown>, now = Date.now()): Promise<void> {
  const entry = entryOf(key)
  if (entry.pending) return entry.pending
  if (entry.at > 0 && now - entry.at < fresh) return Promise.resolve()
  const done = (data: unknown, error: unknown): void => {
    // One that was forgotten meanwhile is asked again.
    if (entry.pending !== pending) return
    if (error === undefined) entry.data = data
    entry.error = error
    entry.at = error === undefined ? now : 0
    entry.pending = null
    tell(entry)
  }
  const pending: Promise<void> = fetch().then((data) => done(data, undefined), (error: unknown) => done(undefined, error ?? new Error('failed')))
  entry.pending = pending
  tell(entry)
  return pending
}

export const peek = (key: string): unknown => entries.get(key)?.data

/** Forgets what begins so, after a change; what is shown is asked again. */
export function forget(prefix: string): void {
  for (const [key, entry] of [...entries]) {
    if (!key.startsWith(prefix)) continue
    entry.at = 0
    entry.pending = null
    if (entry.users.size === 0) entries.delete(key)
    else tell(entry)
  }
}

/** Forgets everything, when somebody else signs in. */
export const forgetAll = (): void => forget('')

export interface Answer<T> {
  data: Readonly<Ref<T | undefined>>
  error: Readonly<Ref<unknown>>
  loading: Readonly<Ref<boolean>>
  /** What is shown belongs to another question than the present one. */
  stale: ComputedRef<boolean>
  reload: () => void
}

/** The answer to a question that may change; null asks nothing. Data of the question before stay until the next are there. */
export function useAnswer<T>(key: () => string | null, fetch: () => Promise<T>): Answer<T> {
  const data = shallowRef<T | undefined>()
  const error = shallowRef<unknown>()
  const loading = shallowRef(false)
  const shown = shallowRef<string | null>(null)
  const current = computed(key)
  let entry: Entry | null = null
  const look = (): void => {
    const asked = current.value
    if (!entry || asked === null) return
    if (entry.at === 0 && !entry.pending && entry.error === undefined) void load(asked, fetch)
    loading.value = entry.pending !== null
    error.value = entry.pending ? undefined : entry.error
    if (entry.data !== undefined && data.value !== entry.data) data.value = entry.data as T
    if (entry.data !== undefined) shown.value = asked
  }
  const leave = (): void => void entry?.users.delete(look)
  watch(current, (asked) => {
    leave()
    entry = asked === null ? null : entryOf(asked)
    if (!entry || asked === null) return void (loading.value = false)
    entry.users.add(look)
    if (!entry.pending) entry.error = undefined
    void load(asked, fetch)
    look()
  }, { immediate: true })
  onScopeDispose(leave)
  const reload = (): void => {
    if (entry && current.value !== null) forget(current.value)
    if (entry) { entry.error = undefined; look() }
  }
  return { data, error, loading, stale: computed(() => shown.value !== current.value), reload }
}
