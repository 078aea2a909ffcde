// What is done to the selected instances: which they are, and what they have now.

import { shallowRef, type Ref } from 'vue'
import { idOf, nameOf, type Instance } from '../data/instances.ts'
import { countValues, readAll, type ValueCount } from '../data/list.ts'
import type { Terms } from '../filter/grammar.ts'
import type { Selected } from './selection.ts'

/** What a dialog is opened with. */
export interface Chosen {
  model: string
  selected: Selected
  /** The filter that "all" means. */
  filter: Terms
  count: number
}

export interface Named {
  id: number
  name: string
}

/** Their ids and names, read page by page where all that the filter finds are meant. */
export async function readChosen(it: Chosen, told: (count: number) => void = () => {}): Promise<Named[]> {
  const rows = it.selected.all ? await readAll(it.model, it.filter, ['bk_inst_id', 'bk_inst_name'], told) : [...it.selected.rows.values()]
  return rows.filter((row) => !it.selected.all || !it.selected.rows.has(idOf(row))).map((row) => ({ id: idOf(row), name: nameOf(row) }))
}

function counted(rows: Iterable<Instance>, attribute: string): ValueCount[] {
  const counts = new Map<string, ValueCount>()
  for (const row of rows) {
    const value = row[attribute] ?? null
    const known = counts.get(JSON.stringify(value))
    counts.set(JSON.stringify(value), { value, count: (known?.count ?? 0) + 1 })
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)
}

/** The values of an attribute that they have now, with how many have each. */
export async function oldValues(it: Chosen, attribute: string): Promise<ValueCount[]> {
  const named = counted(it.selected.rows.values(), attribute)
  if (!it.selected.all) return named
  const less = new Map(named.map(({ value, count }) => [JSON.stringify(value), count]))
  const all = await countValues(it.model, it.filter, attribute)
  return all.map(({ value, count }) => ({ value, count: count - (less.get(JSON.stringify(value)) ?? 0) })).filter(({ count }) => count > 0)
}

/** Reads them before something is done with them. */
export function useReading(): { read: Readonly<Ref<number | null>>; run: (it: Chosen) => Promise<Named[]> } {
  const read = shallowRef<number | null>(null)
  return {
    read,
    async run(it) {
      read.value = 0
      try {
        return await readChosen(it, (count) => { read.value = count })
      } finally {
        read.value = null
      }
    },
  }
}
