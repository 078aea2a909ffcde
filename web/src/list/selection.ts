// Which rows of a list are selected: some, or all that the filter finds but some.

import { shallowRef, type Ref } from 'vue'
import { idOf, type Instance } from '../data/instance.ts'

export interface Selected {
  /** All that the filter finds, but those named. */
  all: boolean
  rows: ReadonlyMap<number, Instance>
}

const none: Selected = { all: false, rows: new Map() }

export const isSelected = (it: Selected, id: number): boolean => it.all !== it.rows.has(id)
export const countOf = (it: Selected, total: number): number => (it.all ? Math.max(0, total - it.rows.size) : it.rows.size)

export interface Selection {
  now: Readonly<Ref<Selected>>
  set: (rows: Instance[], on: boolean) => void
  setAll: () => void
  clear: () => void
}

export function useSelection(): Selection {
  const now = shallowRef<Selected>(none)
  return {
    now,
    set(rows, on) {
      const { all } = now.value
      const named = new Map(now.value.rows)
      for (const row of rows) {
        if (on === all) named.delete(idOf(row))
        else named.set(idOf(row), row)
      }
      now.value = { all, rows: named }
    },
    setAll() { now.value = { all: true, rows: new Map() } },
    clear() { now.value = none },
  }
}
