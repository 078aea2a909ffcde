// Files of pairs as spreadsheets save them: UTF-8, or GB18030 from an Excel in China.

import { cells, linesOf, separators } from './parse.ts'

/** The text of a file, whichever of these it is written in. */
export function decode(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes)
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** The rows of a file; which separator it has is told by its first line. */
export function rowsOf(text: string): string[][] {
  const lines = linesOf(text).filter((it) => it.trim() !== '')
  const found = separators.map((it) => ({ separator: it, count: cells(lines[0] ?? '', it).length })).sort((a, b) => b.count - a.count)
  return lines.map((line) => cells(line, found[0]?.separator ?? ','))
}
