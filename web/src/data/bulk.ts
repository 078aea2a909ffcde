// Many operations in one request (docs/BULK.md).

import { ApiError, exchange, Unreachable, type Schemas } from '../api/client.ts'

/** An operation on a link. */
export interface Operation {
  op: 'create' | 'delete'
  association: string
  source?: number
  target?: number
  /** Of the link, where one is deleted by it. */
  id?: number
}
export type Verdict = Schemas['BulkVerdict']

export interface Options {
  /** All or nothing. */
  atomic?: boolean
  /** The same verdicts, and nothing is written. */
  dryRun?: boolean
  /** Sent again with the same key, nothing is written twice. */
  key?: string
}

/** Sends operations; a verdict on each, in their order. */
export async function bulk(operations: Operation[], { atomic = false, dryRun = false, key }: Options = {}): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const query = `mode=${atomic ? 'atomic' : 'partial'}&dry_run=${dryRun}&chunk=10000`
  await exchange(`/api/relata/v1/bulk?${query}`, operations, key ?? null, (line) => {
    const it = line as Verdict | { status: 'aborted'; code: number; message: string }
    if (it.status === 'aborted') throw new ApiError(200, it.code ?? 0, it.message ?? '', '', [])
    verdicts.push(it)
  })
  if (verdicts.length < operations.length) throw new Unreachable()
  return verdicts
}
