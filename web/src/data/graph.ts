// Questions about the graph of instances (docs/GRAPH.md).

import { ask, client, type Schemas } from '../api/client.ts'

export type Part = Schemas['GraphPart']
export type Group = Schemas['GraphGroup']
export interface Ref {
  model: string
  id: number
}
export interface Bounds {
  roots: Ref[]
  depth?: number
  direction?: 'out' | 'in' | 'both'
  models?: string[]
  associations?: string[]
  filters?: Record<string, unknown>
  limit_per_node?: number
  max_nodes?: number
}

export const expandGraph = (body: Bounds): Promise<Part> => ask(client.POST('/api/relata/v1/graph/expand', { body })) as Promise<Part>

/** The same as one text for other programs. */
export const graphml = async (body: Bounds): Promise<string> =>
  (await ask(client.POST('/api/relata/v1/graph/expand', { body: { ...body, format: 'graphml' }, parseAs: 'text' }))) as string

export const findPath = (from: Ref, to: Ref, bounds: Pick<Bounds, 'models' | 'associations'>) =>
  ask(client.POST('/api/relata/v1/graph/path', { body: { from: [from], to: [to], ...bounds, limit: 1 } }))

/** The nearest of what an instance affects, or of what affects it; the instance itself comes first. */
export function readImpact(root: Ref, upstream: boolean, limit: number) {
  const found = ask(client.POST('/api/relata/v1/graph/impact', { body: { roots: [root], upstream, limit } }))
  // Only the other formats are texts.
  return found as Promise<Exclude<Awaited<typeof found>, string>>
}
