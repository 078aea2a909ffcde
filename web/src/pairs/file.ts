// Files of pairs as spreadsheets save them.

import { cells, linesOf, separators } from './parse.ts'

/** The rows of a file; which separator it has is told by its first line. */
export function rowsOf(text: string): string[][] {
  const lines = linesOf(text).filter((it) => it.trim() !== '')
  const found = separators.map((it) => ({ separator: it, count: cells(lines[0] ?? '', it).length })).sort((a, b) => b.count - a.count)
  return lines.map((line) => cells(line, found[0]?.separator ?? ','))
}
