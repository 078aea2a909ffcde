// What a request has changed, as it is listed and unfolded. Pure.

import type { Stretch } from '../data/audit.ts'

/** What was done to which kind of thing, each once, with how many records. */
export function summary(changes: Stretch[]): { action: string; resource: string; count: number }[] {
  const found = new Map<string, { action: string; resource: string; count: number }>()
  for (const { action, resource, count } of changes) {
    const same = found.get(`${action} ${resource}`)
    if (same) same.count += count
    else found.set(`${action} ${resource}`, { action, resource, count })
  }
  return [...found.values()]
}

/** The numbers of some of the records, in the order of the list. */
export function numbers(changes: Stretch[], start: number, limit: number): number[] {
  const found: number[] = []
  let skip = start
  for (const { first, count } of changes) {
    for (let at = Math.min(skip, count); at < count && found.length < limit; at++) found.push(first + at)
    skip -= Math.min(skip, count)
  }
  return found
}
