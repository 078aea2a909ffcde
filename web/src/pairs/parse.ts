// Pairs as people have them: columns of a spreadsheet, lines of a CSV file, `a -> b`. An end of a pair is one cell or, where
// several attributes name an instance together, one cell for each.

export interface Pair {
  /** Line in the text, from 1. */
  line: number
  source: string[]
  target: string[]
}
export interface Unread {
  line: number
  text: string
}
export interface Parsed {
  pairs: Pair[]
  /** Lines that are no pair. */
  unread: Unread[]
}

/** In this order: a tab is meant to part, a comma may be a part of a name. */
export const separators = ['\t', '->', '→', ';', '；', '，', ',']

/** The cells of a line. Quotes hold separators together; two of them stand for one. */
export function cells(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((it) => it.trim())
  const found: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    if (quoted) {
      if (line.startsWith('""', at)) { cell += '"'; at++ }
      else if (line[at] === '"') quoted = false
      else cell += line[at]
    } else if (line[at] === '"' && cell.trim() === '') { quoted = true; cell = '' }
    else if (line.startsWith(separator, at)) { found.push(cell.trim()); cell = ''; at += separator.length - 1 }
    else cell += line[at]
  }
  found.push(cell.trim())
  return found
}

/** What a line says in so many cells, by the first separator that fits. */
export function partsOf(line: string, fits: (count: number) => boolean): string[] | null {
  for (const separator of separators) {
    if (!line.includes(separator)) continue
    const found = cells(line, separator)
    // What a spreadsheet adds at the end of a row.
    while (!fits(found.length) && found.length > 1 && found.at(-1) === '') found.pop()
    if (fits(found.length) && found.every((it) => it !== '')) return found
  }
  return null
}

/** One end out of a text of its own: `a` or, with two columns, `a,b`. `name=value,name=value` is left as it is. */
export function endOf(text: string, width: number): string[] | null {
  const line = text.trim()
  if (line === '') return null
  if (width === 1) return [line.startsWith('"') ? cells(line, '\t').join(' ') : line]
  return isNotation(line) ? [line] : partsOf(line, (count) => count === width)
}

const isNotation = (text: string): boolean => /^[^=,]+=/.test(text)

function pairOf(line: string, [left, right]: readonly [number, number]): [string[], string[]] | null {
  const flat = partsOf(line, (count) => count === left + right)
  if (flat) return [flat.slice(0, left), flat.slice(left)]
  if (left + right === 2) return null
  const sides = partsOf(line, (count) => count === 2)
  const [source, target] = [endOf(sides?.[0] ?? '', left), endOf(sides?.[1] ?? '', right)]
  return source && target ? [source, target] : null
}

/** What a file has above its columns. */
const isHeading = (line: string): boolean => /^\s*"?source"?\s*[\t,;]\s*"?target"?\s*$/i.test(line)

export const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)

/** Reads pairs, a line each; `widths` says of how many cells an end is. */
export function parsePairs(text: string, widths: readonly [number, number] = [1, 1]): Parsed {
  const parsed: Parsed = { pairs: [], unread: [] }
  linesOf(text).forEach((raw, index) => {
    if (raw.trim() === '' || (index === 0 && isHeading(raw))) return
    const pair = pairOf(raw, widths)
    if (pair) parsed.pairs.push({ line: index + 1, source: pair[0], target: pair[1] })
    else parsed.unread.push({ line: index + 1, text: raw.trim() })
  })
  return parsed
}

/** Reads one end a line. */
export function parseEnds(text: string, width: number): { ends: string[][]; unread: Unread[] } {
  const ends: string[][] = []
  const unread: Unread[] = []
  linesOf(text).forEach((raw, index) => {
    const end = endOf(raw, width)
    if (end) ends.push(end)
    else if (raw.trim() !== '') unread.push({ line: index + 1, text: raw.trim() })
  })
  return { ends, unread }
}

/** Every one of the sources with every one of the targets. */
export const product = (sources: string[][], targets: string[][]): Pair[] =>
  sources.flatMap((source, index) => targets.map((target, at) => ({ line: index * targets.length + at + 1, source, target })))

/** The first with the first, the second with the second. */
export const zip = (sources: string[][], targets: string[][]): Pair[] =>
  sources.slice(0, targets.length).map((source, index) => ({ line: index + 1, source, target: targets[index] ?? [] }))

/** Cells as a line that is read as the same cells again. */
export const lineOf = (found: string[]): string => found.map((it) => (/[\t\n"]/.test(it) ? `"${it.replaceAll('"', '""')}"` : it)).join('\t')
