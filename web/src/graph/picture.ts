// What a graph shows and where. The root is in the middle, what it is the source of to the right, what it is the target of to
// the left. Whatever is there stays where it is. Pure, so that the same steps always give the same picture.

export interface Node {
  key: string
  model: string
  /** 0 for a group. */
  id: number
  name: string
  /** Instances that a group stands for; 0 for an instance. */
  total: number
  column: number
  row: number
  /** Whose expansion has brought it; empty for the root. */
  by: string
}

export interface Edge {
  key: string
  source: string
  target: string
  /** What the association is called. */
  name: string
}

export interface Picture {
  nodes: Map<string, Node>
  edges: Map<string, Edge>
  /** Keys of what was expanded, in this order. */
  open: string[]
}

export interface Neighbour {
  node: Pick<Node, 'key' | 'model' | 'id' | 'name' | 'total'>
  /** Right of the one it is a neighbour of. */
  outward: boolean
  /** Of the link, or of the association for a group. */
  link: string
  name: string
}

export const keyOf = (model: string, id: number): string => `${model}:${id}`

export function start(model: string, id: number, name: string): Picture {
  const key = keyOf(model, id)
  return { nodes: new Map([[key, { key, model, id, name, total: 0, column: 0, row: 0, by: '' }]]), edges: new Map(), open: [] }
}

/** The first row of a free stretch in a column, as near as can be to the wanted one. */
function freeRow(picture: Picture, column: number, wanted: number, length: number): number {
  const taken = new Set([...picture.nodes.values()].filter((it) => it.column === column).map((it) => it.row))
  const isFree = (first: number): boolean => Array.from({ length }, (_, it) => first + it).every((row) => !taken.has(row))
  for (let away = 0; ; away++) {
    if (isFree(wanted + away)) return wanted + away
    if (isFree(wanted - away)) return wanted - away
  }
}

/** Adds neighbours of a node. Those that are there already get a line only. */
export function expand(picture: Picture, key: string, neighbours: Neighbour[]): void {
  const from = picture.nodes.get(key)
  if (!from) return
  if (!picture.open.includes(key)) picture.open.push(key)
  for (const outward of [true, false]) {
    const side = neighbours.filter((it) => it.outward === outward)
    const order = (a: Neighbour, b: Neighbour): number => a.node.model.localeCompare(b.node.model) || a.node.name.localeCompare(b.node.name) || a.node.id - b.node.id
    const fresh = new Map(side.filter((it) => !picture.nodes.has(it.node.key)).sort(order).map((it) => [it.node.key, it]))
    const column = from.column + (outward ? 1 : -1)
    const first = freeRow(picture, column, from.row - Math.floor((fresh.size - 1) / 2), fresh.size)
    ;[...fresh.values()].forEach((it, index) => picture.nodes.set(it.node.key, { ...it.node, column, row: first + index, by: key }))
    for (const it of side) {
      const [source, target] = outward ? [key, it.node.key] : [it.node.key, key]
      if (!picture.edges.has(it.link)) picture.edges.set(it.link, { key: it.link, source, target, name: it.name })
    }
  }
}

/** Takes away what the expansion of a node has brought, and what that has brought in turn. */
export function collapse(picture: Picture, key: string): void {
  picture.open = picture.open.filter((it) => it !== key)
  for (const node of [...picture.nodes.values()]) {
    if (node.by !== key || !picture.nodes.has(node.key)) continue
    collapse(picture, node.key)
    remove(picture, node.key)
  }
}

export function remove(picture: Picture, key: string): void {
  picture.nodes.delete(key)
  for (const edge of [...picture.edges.values()]) if (edge.source === key || edge.target === key) picture.edges.delete(edge.key)
}

/** The next node in a direction of the arrow keys. */
export function next(picture: Picture, key: string, arrow: 'left' | 'right' | 'up' | 'down'): string | null {
  const here = picture.nodes.get(key)
  if (!here) return null
  const across = arrow === 'left' || arrow === 'right'
  const sign = arrow === 'right' || arrow === 'down' ? 1 : -1
  const others = [...picture.nodes.values()].filter((it) => (across ? it.column === here.column + sign : it.column === here.column && Math.sign(it.row - here.row) === sign))
  others.sort((a, b) => Math.abs(a.row - here.row) - Math.abs(b.row - here.row) || a.row - b.row)
  return others[0]?.key ?? null
}
