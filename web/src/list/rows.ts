// The rows of a list of any length: pages are asked for as they come into sight. The first page is an answer of its own, which
// says how many rows there are; when it is another, the others are of another list, or old.

import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Answer } from '../data/cache.ts'
import { idOf, pageSize, type Instance } from '../data/instance.ts'
import type { ListPage } from '../data/list.ts'

export interface FirstPage extends ListPage {
  question: string
}

interface Page extends ListPage {
  /** Was read with the first page that there is now. */
  fresh: boolean
}

export interface Rows {
  total: Readonly<Ref<number>>
  /** Changes with every row that comes or changes. */
  pages: Readonly<Ref<ReadonlyMap<number, ListPage>>>
  at: (index: number) => Instance | undefined
  /** All rows of the page of a row. */
  around: (index: number) => Instance[]
  /** Says which rows are in sight. */
  see: (from: number, to: number) => void
  error: Readonly<Ref<unknown>>
  retry: () => void
  /** Shows an instance as it is now. */
  replace: (instance: Instance) => void
}

/** How near to the end of a page the next one is asked for. */
const ahead = 150
const pageOf = (index: number): number => Math.floor(index / pageSize)

export function useRows(first: Answer<FirstPage>, read: (question: string, page: number, cursor: string | null) => Promise<ListPage>): Rows {
  const pages = shallowRef<ReadonlyMap<number, Page>>(new Map())
  const total = shallowRef(0)
  const error = shallowRef<unknown>()
  let question: string | null = null
  let sight: readonly [number, number] = [0, 0]
  /** Counts lists, so that an answer to the one before is known. */
  let list = 0
  let busy = false
  onScopeDispose(() => { list++ })

  function put(number: number, page: ListPage): void {
    pages.value = new Map(pages.value).set(number, { ...page, fresh: true })
    // What was deleted meanwhile is not there any more.
    const end = number * pageSize + page.rows.length
    if (page.rows.length < pageSize && end < total.value) total.value = end
  }

  /** Asks for one page after the other, always one of those in sight now. */
  async function fetch(): Promise<void> {
    const [from, to] = [Math.max(0, sight[0] - ahead), Math.min(total.value - 1, sight[1] + ahead)]
    const near = [...new Set([sight[0], sight[1], from, to].map((it) => pageOf(Math.min(it, total.value - 1))))]
    const wanted = near.find((it) => it >= 0 && !pages.value.get(it)?.fresh)
    if (busy || error.value !== undefined || wanted === undefined) return
    const mine = list
    busy = true
    try {
      const before = pages.value.get(wanted - 1)
      const page = await read(question ?? '', wanted, before?.fresh ? before.cursor : null)
      if (mine === list) put(wanted, page)
    } catch (failure) {
      if (mine === list) error.value = failure
    }
    if (mine !== list) return
    busy = false
    void fetch()
  }

  watch(first.data, (page) => {
    if (!page) return
    list++
    busy = false
    error.value = undefined
    const kept = page.question === question ? [...pages.value] : []
    question = page.question
    total.value = page.total ?? page.rows.length
    pages.value = new Map(kept.map(([number, it]) => [number, { ...it, fresh: false }]))
    put(0, page)
    void fetch()
  }, { immediate: true })

  return {
    total, pages, error,
    at: (index) => pages.value.get(pageOf(index))?.rows[index % pageSize],
    around: (index) => pages.value.get(pageOf(index))?.rows ?? [],
    see(from, to) {
      sight = [from, to]
      void fetch()
    },
    retry() {
      error.value = undefined
      void fetch()
    },
    replace(instance) {
      const id = idOf(instance)
      pages.value = new Map([...pages.value].map(([number, page]) => {
        const isIn = page.rows.some((it) => idOf(it) === id)
        return [number, isIn ? { ...page, rows: page.rows.map((it) => (idOf(it) === id ? instance : it)) } : page]
      }))
    },
  }
}
