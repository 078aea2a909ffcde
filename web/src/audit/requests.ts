// Records of one request, one after another in the log, are one thing that somebody did.

import type { Audit } from '../data/audit.ts'

export interface Request {
  first: Audit
  others: Audit[]
}

export function requestsOf(records: Audit[]): Request[] {
  const found: Request[] = []
  for (const record of records) {
    const last = found.at(-1)
    const same = last && record.rid && last.first.rid === record.rid && last.first.resource_type === record.resource_type && last.first.action === record.action
    if (last && same) last.others.push(record)
    else found.push({ first: record, others: [] })
  }
  return found
}
