// How the viewer has arranged the lists of instances, kept by the server for them.

import { computed, type ComputedRef } from 'vue'
import { ask, client } from '../api/client.ts'
import { forget, useAnswer, type Answer } from './cache.ts'
import { complain } from './toasts.ts'

export interface Arrangement {
  /** Columns in their order; none for the usual ones. */
  columns: string[]
  /** Widths of columns, in pixels. */
  widths: Record<string, number>
}

const member = (model: string): string => `relata_list_${model}`

/** What was kept, if it is what this keeps. */
function arrangement(kept: unknown): Arrangement {
  const { columns, widths } = (typeof kept === 'object' && kept !== null ? kept : {}) as { columns?: unknown; widths?: unknown }
  const numbers = typeof widths === 'object' && widths !== null ? Object.entries(widths).filter((it): it is [string, number] => typeof it[1] === 'number') : []
  return { columns: Array.isArray(columns) ? columns.filter((it) => typeof it === 'string') : [], widths: Object.fromEntries(numbers) }
}

export interface Arranged {
  now: ComputedRef<Arrangement>
  answer: Answer<Record<string, unknown>>
  change: (part: Partial<Arrangement>) => void
}

export function useArrangement(model: () => string): Arranged {
  const answer = useAnswer(() => 'custom', async () => ((await ask(client.POST('/api/v3/usercustom/user/search', { body: {} }))) ?? {}) as Record<string, unknown>)
  const now = computed(() => arrangement(answer.data.value?.[member(model())]))
  async function change(part: Partial<Arrangement>): Promise<void> {
    const next = { ...now.value, ...part }
    try {
      await ask(client.POST('/api/v3/usercustom', { body: { [member(model())]: next } as never }))
    } catch (error) {
      complain(error)
    }
    forget('custom')
  }
  return { now, answer, change: (part) => void change(part) }
}
