// A picture as a file of its own: SVG and JSON. Pure.

import { shorten } from './label.ts'
import type { Node, Picture } from './picture.ts'

export const [across, down, width, height] = [290, 54, 210, 36]
export const hueOf = (model: string): number => [...model].reduce((sum, it) => (sum * 31 + (it.codePointAt(0) ?? 0)) % 360, 7)

export interface Colours {
  text: string
  muted: string
  line: string
  surface: string
  dark: boolean
}

export const borderOf = (model: string, dark: boolean): string => `hsl(${hueOf(model)}, 50%, ${dark ? 60 : 45}%)`
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The picture as an SVG document, with the positions that the canvas has. */
export function svgOf(picture: Picture, label: (node: Node) => string, colours: Colours): string {
  const nodes = [...picture.nodes.values()]
  const [columns, rows] = [nodes.map((it) => it.column), nodes.map((it) => it.row)]
  const [left, top] = [Math.min(...columns) * across - width, Math.min(...rows) * down - height]
  const [wide, high] = [Math.max(...columns) * across + width - left, Math.max(...rows) * down + height - top]
  const at = (node: Node): [number, number] => [node.column * across, node.row * down]
  const lines = [...picture.edges.values()].flatMap((edge) => {
    const [source, target] = [picture.nodes.get(edge.source), picture.nodes.get(edge.target)]
    if (!source || !target) return []
    const [[x1, y1], [x2, y2]] = [at(source), at(target)]
    const side = Math.sign(x2 - x1) * (width / 2)
    const [from, to] = side === 0 ? [y1 + Math.sign(y2 - y1) * (height / 2), y2 - Math.sign(y2 - y1) * (height / 2)] : [y1, y2]
    return [`<line x1="${x1 + side}" y1="${from}" x2="${x2 - side}" y2="${to}" stroke="${colours.line}" stroke-width="1.4" marker-end="url(#end)"><title>${escaped(edge.name)}</title></line>`]
  })
  const boxes = nodes.map((node) => {
    const [x, y] = at(node)
    const stroke = `stroke="${borderOf(node.model, colours.dark)}" stroke-width="${node.key === picture.root ? 3 : 1.5}"${node.total > 0 ? ' stroke-dasharray="5 4"' : ''}`
    return `<g><rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="8" fill="${colours.surface}" ${stroke}/><text x="${x}" y="${y + 4.5}" text-anchor="middle" fill="${colours.text}">${escaped(shorten(label(node), 28))}</text></g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="${left} ${top} ${wide} ${high}" font-family="sans-serif" font-size="13">`,
    `<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="${colours.line}"/></marker></defs>`,
    `<rect x="${left}" y="${top}" width="${wide}" height="${high}" fill="${colours.surface}"/>`, ...lines, ...boxes, '</svg>',
  ].join('\n')
}

/** The picture as JSON. */
export function jsonOf(picture: Picture): string {
  const nodes = [...picture.nodes.values()].map(({ key, model, id, name, total, left }) => (total > 0 ? { key, model, total, left } : { key, model, id, name }))
  const links = [...picture.edges.values()].map(({ key, source, target, name }) => ({ key, association: name, source, target }))
  return JSON.stringify({ root: picture.root, nodes, links }, null, 2)
}
