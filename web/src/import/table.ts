// Tables as people have them: CSV and TSV as spreadsheets save them, lines of JSON. Pure.

export interface TableRow {
  /** Line of the text where it begins, from 1. */
  line: number
  /** By column: texts, or the values of a JSON object; nothing where there is none. */
  cells: unknown[]
}
export interface Table {
  columns: string[]
  rows: TableRow[]
  /** Lines that are no row. */
  unread: { line: number; text: string }[]
}

const separators = ['\t', ',', ';', '，']

/** Which separator the first line has most. */
function separatorOf(text: string): string {
  const line = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '')
  return separators.map((it) => ({ it, count: line.split(it).length })).sort((a, b) => b.count - a.count)[0]?.it ?? ','
}

/** Cells by line, after RFC 4180: quotes hold separators and line ends together, two of them stand for one. */
function cut(text: string, separator: string): { line: number; cells: string[] }[] {
  const found: { line: number; cells: string[] }[] = []
  let [line, begin, cell, quoted, cells] = [1, 1, '', false, [] as string[]]
  const endCell = (): void => { cells.push(cell); cell = '' }
  const endRow = (): void => {
    endCell()
    if (cells.some((it) => it.trim() !== '')) found.push({ line: begin, cells })
    cells = []
  }
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\n') line++
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[at + 1] === '"') { cell += '"'; at++ }
      else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === separator) endCell()
    else if (char === '\n') { endRow(); begin = line }
    else if (char !== '\r') cell += char
  }
  endRow()
  return found
}

function ofLines(text: string): Table {
  const table: Table = { columns: [], rows: [], unread: [] }
  const place = new Map<string, number>()
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (line === '') return
    let object: unknown
    try {
      object = JSON.parse(line)
    } catch {
      object = null
    }
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return void table.unread.push({ line: index + 1, text: line })
    const cells: unknown[] = []
    for (const [name, value] of Object.entries(object)) {
      if (!place.has(name)) place.set(name, table.columns.push(name) - 1)
      cells[place.get(name) ?? 0] = value
    }
    table.rows.push({ line: index + 1, cells })
  })
  return table
}

export function parseTable(given: string): Table {
  const text = given.replace(/^\uFEFF/, '')
  if (text.trimStart().startsWith('{')) return ofLines(text)
  const [head, ...rows] = cut(text, separatorOf(text))
  return { columns: (head?.cells ?? []).map((it) => it.trim()), rows, unread: [] }
}

/** Rows as CSV; a byte order mark tells Excel that it is UTF-8. */
export function csvOf(rows: unknown[][]): string {
  const written = (value: unknown): string => {
    const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `\uFEFF${rows.map((row) => Array.from(row, written).join(',')).join('\r\n')}\r\n`
}
