// Columns with the number of links in one direction of an association, asked for page by page.

import { computed, shallowRef, watch, type ComputedRef } from 'vue'
import { idOf, type Instance } from '../data/instances.ts'
import { readLinked } from '../data/link-counts.ts'
import type { ListPage } from '../data/list.ts'
import type { Association, Attribute, Model } from '../data/models.ts'
import { complain } from '../data/toasts.ts'
import { number } from '../i18n/index.ts'
import { directionsOf, type Direction } from '../links/links.ts'
import { isLinkColumn, linkColumn } from './columns.ts'

const idIn = (it: { association: string; outward: boolean }): string => `${it.association}.${it.outward ? 'out' : 'in'}`

/** A column for each direction. */
export function linkColumns(model: string, associations: Association[], models: ReadonlyMap<string, Model>): Attribute[] {
  return directionsOf(model, associations).map((it: Direction) => {
    const { association, outward, other } = it
    const name = `${outward ? '→' : '←'} ${models.get(other)?.bk_obj_name ?? other} · ${association.bk_obj_asst_name || association.bk_asst_id}`
    return linkColumn(model, idIn({ association: association.bk_obj_asst_id, outward }), name)
  })
}

/** What stands in such columns. */
export function useLinkTexts(model: () => string, columns: () => string[], pages: () => ReadonlyMap<number, ListPage>): ComputedRef<(row: Instance, column: string) => string | undefined> {
  const counts = shallowRef<ReadonlyMap<string, number>>(new Map())
  const asked = new WeakSet<Instance[]>()
  let last = ''
  watch([columns, pages], async ([wanted, there]) => {
    const all = wanted.filter(isLinkColumn)
    const isOther = all.join() !== last
    last = all.join()
    const names = [...new Set(all.map((it) => it.replace(/^links\.(.*)\.(in|out)$/, '$1')))]
    for (const page of there.values()) {
      if (names.length === 0 || (asked.has(page.rows) && !isOther)) continue
      asked.add(page.rows)
      try {
        const { groups } = await readLinked(model(), page.rows.map(idOf), names, 1)
        const next = new Map(counts.value)
        for (const row of page.rows) for (const column of all) next.set(`${idOf(row)} ${column}`, 0)
        for (const it of groups) {
          const key = `${it.id} links.${idIn(it)}`
          next.set(key, (next.get(key) ?? 0) + it.total)
        }
        counts.value = next
      } catch (error) {
        complain(error)
      }
    }
  }, { immediate: true })
  return computed(() => {
    const known = counts.value
    return (row, column) => {
      const count = known.get(`${idOf(row)} ${column}`)
      return count === undefined ? undefined : number(count)
    }
  })
}
