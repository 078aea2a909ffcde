// Where models are drawn: within their group by columns, so that associations lead from left to right, and groups beside one
// another. Pure, so that the same models always give the same picture.

export interface Box {
  id: string
  group: string
}
export interface Line {
  id: string
  source: string
  target: string
}
export interface Point {
  x: number
  y: number
}
export interface Frame extends Point {
  group: string
  width: number
  height: number
}
export interface Scene {
  /** The upper left corner of each model. */
  places: Map<string, Point>
  frames: Frame[]
}

export const [width, height] = [172, 44]
const [across, down] = [width + 76, height + 16]
const padding = 18
const title = 26
const between = 44
/** Longer columns are broken. */
const mostRows = 7

/** The column of each model: behind all that lead to it. What goes round in a circle is not counted. */
function columnsOf(ids: string[], lines: Line[]): Map<string, number> {
  const inside = new Set(ids)
  const to = new Map<string, string[]>()
  for (const it of lines) if (it.source !== it.target && inside.has(it.source) && inside.has(it.target)) to.set(it.source, [...(to.get(it.source) ?? []), it.target])
  const column = new Map(ids.map((id) => [id, 0]))
  const state = new Map<string, 'open' | 'done'>()
  const order: string[] = []
  const visit = (id: string): void => {
    state.set(id, 'open')
    for (const next of to.get(id) ?? []) if (!state.has(next)) visit(next)
    state.set(id, 'done')
    order.unshift(id)
  }
  for (const id of ids) if (!state.has(id)) visit(id)
  const place = new Map(order.map((id, at) => [id, at]))
  for (const id of order) {
    for (const next of to.get(id) ?? []) {
      const isForward = (place.get(id) ?? 0) < (place.get(next) ?? 0)
      if (isForward) column.set(next, Math.max(column.get(next) ?? 0, (column.get(id) ?? 0) + 1))
    }
  }
  return column
}

/** Models by column, each near those that it is associated with. */
function arrange(ids: string[], lines: Line[]): string[][] {
  const column = columnsOf(ids, lines)
  const columns: string[][] = []
  for (const id of ids) (columns[column.get(id) ?? 0] ??= []).push(id)
  const beside = new Map<string, string[]>()
  for (const it of lines) {
    beside.set(it.source, [...(beside.get(it.source) ?? []), it.target])
    beside.set(it.target, [...(beside.get(it.target) ?? []), it.source])
  }
  for (let pass = 0; pass < 2; pass++) {
    const row = new Map(columns.flatMap((it) => it.map((id, at): [string, number] => [id, at - it.length / 2])))
    const middle = (id: string): number => {
      const rows = (beside.get(id) ?? []).flatMap((other) => row.get(other) ?? [])
      return rows.length === 0 ? (row.get(id) ?? 0) : rows.reduce((sum, it) => sum + it, 0) / rows.length
    }
    for (const it of columns) it.sort((a, b) => middle(a) - middle(b) || a.localeCompare(b))
  }
  return columns.flatMap((it) => Array.from({ length: Math.ceil(it.length / mostRows) }, (_, part) => it.slice(part * mostRows, (part + 1) * mostRows)))
}

interface Block {
  group: string
  columns: string[][]
  width: number
  height: number
}

function blockOf(group: string, ids: string[], lines: Line[]): Block {
  const columns = arrange(ids, lines)
  const rows = Math.max(...columns.map((it) => it.length))
  return { group, columns, width: columns.length * across - (across - width) + 2 * padding, height: rows * down - (down - height) + 2 * padding + title }
}

/** Groups in rows, about as wide as half again their height. */
function pack(blocks: Block[]): Map<string, Point> {
  const area = blocks.reduce((sum, it) => sum + (it.width + between) * (it.height + between), 0)
  const room = Math.max(Math.sqrt(area * 1.7), ...blocks.map((it) => it.width))
  const at = new Map<string, Point>()
  // Each goes into the first row that has room for it; the first of a row is its tallest.
  const rows: { y: number; x: number }[] = []
  let end = 0
  for (const it of [...blocks].sort((a, b) => b.height - a.height || a.group.localeCompare(b.group))) {
    let row = rows.find((one) => one.x + it.width <= room)
    if (!row) {
      row = { x: 0, y: end }
      rows.push(row)
      end += it.height + between
    }
    at.set(it.group, { x: row.x, y: row.y })
    row.x += it.width + between
  }
  return at
}

/** `kept` are places that people have given models; the others find theirs around them. */
export function layout(models: Box[], lines: Line[], kept: Map<string, Point>): Scene {
  const groups = [...new Set(models.map((it) => it.group))]
  const blocks = groups.map((group) => blockOf(group, models.filter((it) => it.group === group).map((it) => it.id), lines))
  const corners = pack(blocks)
  const places = new Map<string, Point>()
  for (const block of blocks) {
    const corner = corners.get(block.group) ?? { x: 0, y: 0 }
    block.columns.forEach((ids, column) => {
      const first = (block.height - title - 2 * padding - (ids.length * down - (down - height))) / 2
      ids.forEach((id, row) => places.set(id, { x: corner.x + padding + column * across, y: corner.y + padding + title + first + row * down }))
    })
  }
  const known = new Set(models.map((it) => it.id))
  for (const [id, point] of kept) if (known.has(id)) places.set(id, point)
  if (kept.size > 0) for (const it of models) if (!kept.has(it.id)) places.set(it.id, free(it.id, places))
  return { places, frames: framesOf(models, places) }
}

/** The place of a model, or the next one below that lies on no other. */
function free(id: string, places: Map<string, Point>): Point {
  const wanted = places.get(id) ?? { x: 0, y: 0 }
  const others = [...places].filter(([other]) => other !== id).map(([, it]) => it)
  const covers = (y: number): boolean => others.some((it) => Math.abs(it.x - wanted.x) < width + 8 && Math.abs(it.y - y) < height + 8)
  let y = wanted.y
  while (covers(y)) y += down
  return { x: wanted.x, y }
}

/** What surrounds the models of each group. */
export function framesOf(models: Box[], places: Map<string, Point>): Frame[] {
  const frames = new Map<string, { left: number; top: number; right: number; bottom: number }>()
  for (const it of models) {
    const { x, y } = places.get(it.id) ?? { x: 0, y: 0 }
    const frame = frames.get(it.group) ?? { left: x, top: y, right: x, bottom: y }
    frames.set(it.group, { left: Math.min(frame.left, x), top: Math.min(frame.top, y), right: Math.max(frame.right, x + width), bottom: Math.max(frame.bottom, y + height) })
  }
  return [...frames].map(([group, it]) => ({ group, x: it.left - padding, y: it.top - padding - title, width: it.right - it.left + 2 * padding, height: it.bottom - it.top + 2 * padding + title }))
}

export interface Curve {
  path: string
  middle: Point
}

/** A line from one model to another, from side to side; one to itself goes round its corner. `shift` keeps several apart. */
export function curve(from: Point, to: Point, shift = 0): Curve {
  if (from.x === to.x && from.y === to.y) {
    const [x, y] = [from.x + width, from.y + height / 2]
    const out = 42 + Math.abs(shift) * 14
    return { path: `M${x},${y - 9} C${x + out},${y - 32} ${x + out},${y + 32} ${x},${y + 9}`, middle: { x: x + out * 0.75, y } }
  }
  const [a, b] = [{ x: from.x + width / 2, y: from.y + height / 2 }, { x: to.x + width / 2, y: to.y + height / 2 }]
  const isAcross = Math.abs(b.x - a.x) >= width
  const sign = isAcross ? Math.sign(b.x - a.x) : Math.sign(b.y - a.y) || 1
  const side = shift * 12
  const start = isAcross ? { x: a.x + (sign * width) / 2, y: a.y + side } : { x: a.x + side, y: a.y + (sign * height) / 2 }
  const end = isAcross ? { x: b.x - (sign * width) / 2, y: b.y + side } : { x: b.x + side, y: b.y - (sign * height) / 2 }
  const bend = (isAcross ? Math.abs(end.x - start.x) : Math.abs(end.y - start.y)) / 2
  const [one, two] = isAcross ? [{ x: start.x + sign * bend, y: start.y }, { x: end.x - sign * bend, y: end.y }] : [{ x: start.x, y: start.y + sign * bend }, { x: end.x, y: end.y - sign * bend }]
  return { path: `M${start.x},${start.y} C${one.x},${one.y} ${two.x},${two.y} ${end.x},${end.y}`, middle: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 } }
}

/** The models that are associated with one, and itself. */
export function around(id: string, lines: Line[]): Set<string> {
  return new Set([id, ...lines.flatMap((it) => (it.source === id ? [it.target] : it.target === id ? [it.source] : []))])
}
