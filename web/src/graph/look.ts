// How a graph is looked at, as the URL says it.

import type { Bounds } from '../data/graph.ts'

export interface Look {
  depth: number
  direction: 'out' | 'in' | 'both'
  /** Only these; all when there are none. */
  models: string[]
  associations: string[]
  /** Neighbours of a kind that are shown one by one; null for the usual number, or fewer where there are many. */
  few: number | null
  list: boolean
  /** What was done to the picture since, in order. */
  steps: string[]
}

export const mostDepth = 5
export const usual = 20
const mostFew = 200

type Query = Record<string, unknown>
const list = (value: unknown): string[] => (typeof value === 'string' ? value.split(',').filter((it) => it !== '') : [])
function whole(value: unknown, least: number, most: number): number | null {
  const number = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : NaN
  return number >= least && number <= most ? number : null
}
const ways: Record<string, Look['direction']> = { up: 'in', down: 'out' }

export function parseLook(query: Query): Look {
  return {
    depth: whole(query.depth, 1, mostDepth) ?? 1, direction: ways[String(query.dir)] ?? 'both', models: list(query.model), associations: list(query.asst),
    few: whole(query.group, 0, mostFew), list: query.view === 'list', steps: list(query.open),
  }
}

export function formatLook(look: Look): Record<string, string> {
  const query: Record<string, string> = {}
  if (look.depth > 1) query.depth = String(look.depth)
  if (look.direction !== 'both') query.dir = look.direction === 'in' ? 'up' : 'down'
  if (look.models.length > 0) query.model = look.models.join(',')
  if (look.associations.length > 0) query.asst = look.associations.join(',')
  if (look.few !== null) query.group = String(look.few)
  if (look.list) query.view = 'list'
  if (look.steps.length > 0) query.open = look.steps.join(',')
  return query
}

/** What of it the server is asked with. */
export const boundsOf = (look: Look): Omit<Bounds, 'roots'> => ({
  direction: look.direction, ...(look.models.length > 0 ? { models: look.models } : {}), ...(look.associations.length > 0 ? { associations: look.associations } : {}),
})
export const fewOf = (look: Look): number => look.few ?? usual

/** The steps with one more; what takes the last one back is left out together with it. */
export const withStep = (steps: string[], step: string): string[] => (step === `-${steps.at(-1)}` ? steps.slice(0, -1) : [...steps, step])
