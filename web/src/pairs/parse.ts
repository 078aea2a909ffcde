// Pairs of names as people have them: two columns of a spreadsheet, lines of a CSV file, `a -> b`.

export interface Pair {
  /** Line in the text, from 1. */
  line: number
  source: string
  target: string
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
const separators = ['\t', '->', '→', ';', '；', '，', ',']

/** The cells of a line. Quotes hold separators together; two of them stand for one. */
export function cells(line: string, separator: string): string[] {
  const found: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const rest = line.slice(at)
    if (quoted) {
      if (rest.startsWith('""')) { cell += '"'; at++ }
      else if (line[at] === '"') quoted = false
      else cell += line[at]
    } else if (line[at] === '"' && cell.trim() === '') { quoted = true; cell = '' }
    else if (rest.startsWith(separator)) { found.push(cell.trim()); cell = ''; at += separator.length - 1 }
    else cell += line[at]
  }
  found.push(cell.trim())
  return found
}

function pairOf(text: string): [string, string] | null {
  for (const separator of separators) {
    if (!text.includes(separator)) continue
    const found = cells(text, separator)
    // What a spreadsheet adds at the end of a row.
    while (found.length > 2 && found.at(-1) === '') found.pop()
    const [source, target] = found
    if (found.length === 2 && source && target) return [source, target]
  }
  return null
}

export function parsePairs(text: string): Parsed {
  const parsed: Parsed = { pairs: [], unread: [] }
  text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/).forEach((raw, index) => {
    if (raw.trim() === '') return
    const pair = pairOf(raw)
    if (pair) parsed.pairs.push({ line: index + 1, source: pair[0], target: pair[1] })
    else parsed.unread.push({ line: index + 1, text: raw.trim() })
  })
  return parsed
}

/** Every one of the sources with every one of the targets, as text that can be read again. */
export function product(sources: string[], targets: string[]): string {
  return sources.flatMap((source) => targets.map((target) => `${source}\t${target}`)).join('\n')
}
