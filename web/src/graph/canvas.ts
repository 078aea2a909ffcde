// Draws a picture. Loaded only where a graph is shown.

import cytoscape, { type Core, type StylesheetJson } from 'cytoscape'
import { shorten } from './label.ts'
import type { Node, Picture } from './picture.ts'
import { across, borderOf, down, height, width, type Colours } from './svg.ts'

/** The value of a colour of the page, as the canvas needs it. */
function colour(name: string, box: HTMLElement): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  box.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

export function coloursOf(box: HTMLElement): Colours & { accent: string; on: string } {
  const theme = document.documentElement.dataset.theme
  const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  const [text = '', muted = '', line = '', surface = '', accent = '', on = ''] = ['--text', '--muted', '--line-strong', '--surface', '--accent', '--selected'].map((it) => colour(it, box))
  return { text, muted, line, surface, accent, on, dark }
}

/** What is not shown of a node, as a mark inside of it. */
function badge(hidden: number, accent: string, on: string): string {
  const text = hidden > 999 ? `+${Math.floor(hidden / 1000)}k` : `+${hidden}`
  const wide = 12 + text.length * 7
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="18"><rect width="${wide}" height="18" rx="9" fill="${on}"/><text x="${wide / 2}" y="13" font-family="sans-serif" font-size="11" font-weight="600" text-anchor="middle" fill="${accent}">${text}</text></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

function styles(box: HTMLElement): StylesheetJson {
  const { text, muted, line, surface, accent, on, dark } = coloursOf(box)
  return [
    { selector: 'node', style: {
      shape: 'round-rectangle', width, height, label: 'data(label)', 'font-size': 13, 'font-family': getComputedStyle(box).fontFamily, color: text,
      'text-valign': 'center', 'text-halign': 'center', 'text-wrap': 'ellipsis', 'text-max-width': '200px', 'background-color': surface, 'border-width': 1.5,
      'border-color': (it: cytoscape.NodeSingular) => borderOf(String(it.data('model')), dark),
    } },
    { selector: 'node[hidden > 0]', style: { 'background-image': (it: cytoscape.NodeSingular) => badge(Number(it.data('hidden')), accent, on), 'background-position-x': '97%', 'background-fit': 'none', 'text-margin-x': -20, 'text-max-width': '160px' } },
    { selector: 'node[?group]', style: { 'border-style': 'dashed', 'font-weight': 600 } },
    { selector: 'node[?root]', style: { 'border-width': 3, 'font-weight': 600 } },
    { selector: 'edge', style: { width: 1.4, 'line-color': line, 'target-arrow-color': line, 'target-arrow-shape': 'triangle', 'arrow-scale': 0.9, 'curve-style': 'bezier', 'font-size': 11, color: muted, 'text-background-color': surface, 'text-background-opacity': 0.9, 'text-background-padding': '3px' } },
    { selector: 'node.chosen', style: { 'overlay-color': accent, 'overlay-opacity': 0.14, 'overlay-padding': 6 } },
    { selector: 'node.from', style: { 'border-color': accent, 'border-width': 3, 'border-style': 'double' } },
    { selector: 'edge.forward', style: { 'source-endpoint': `${width / 2}px 0`, 'target-endpoint': `${-width / 2}px 0` } },
    { selector: 'edge.near', style: { 'line-color': accent, 'target-arrow-color': accent, width: 2 } },
    { selector: 'edge.named', style: { label: 'data(label)', 'text-rotation': 'autorotate', 'z-index': 9 } },
    { selector: '.far', style: { opacity: 0.4 } },
    { selector: 'edge.path', style: { 'line-color': accent, 'target-arrow-color': accent, width: 3.5 } },
    { selector: 'node.path', style: { 'border-width': 3, 'border-color': accent } },
  ] as StylesheetJson
}

/** What is to be seen. */
export interface Shown {
  picture: Picture
  chosen: string
  /** Where a path is to begin. */
  from: string
  path: ReadonlySet<string>
  label: (node: Node) => string
  hidden: (node: Node) => number
}

export interface Canvas {
  show: (shown: Shown) => void
  /** Moves the view, never a node, until this one is in it. */
  reveal: (key: string) => void
  fit: () => void
  zoom: (by: number) => void
  png: () => Blob
  end: () => void
}

/** Zoom of a few nodes, and the least at which names can be read. */
const [largest, smallest] = [1.2, 0.6]

export function makeCanvas(box: HTMLElement, tell: { choose: (key: string) => void; open: (key: string) => void }): Canvas {
  const cy: Core = cytoscape({ container: box, minZoom: 0.15, maxZoom: 2.5, autoungrabify: true, boxSelectionEnabled: false, style: styles(box) })
  cy.on('mouseover', 'edge', (event) => void event.target.addClass('named'))
  cy.on('mouseout', 'edge', (event) => void event.target.removeClass('named'))
  cy.on('tap', 'node', (event) => tell.choose(String(event.target.id())))
  cy.on('dbltap', 'node', (event) => tell.open(String(event.target.id())))
  const restyle = (): void => void cy.style(styles(box))
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  scheme.addEventListener('change', restyle)
  const theme = new MutationObserver(restyle)
  theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  const at = (node: Node): { x: number; y: number } => ({ x: node.column * across, y: node.row * down })
  let last: Picture | null = null
  const fit = (): void => {
    cy.fit(undefined, 40)
    // A few nodes need not fill the window.
    if (cy.zoom() > largest) { cy.zoom(largest); cy.center() }
  }
  /** All of it, unless its names could not be read; then the middle. */
  const begin = (root: string): void => {
    fit()
    if (cy.zoom() >= smallest) return
    // The nearest on both sides are in sight.
    cy.zoom(Math.min(largest, cy.width() / (2 * across + width + 40)))
    cy.center(cy.getElementById(root))
  }

  function draw({ picture, label, hidden }: Shown): void {
    cy.elements().filter((it) => !(picture.nodes.has(it.id()) || picture.edges.has(it.id()))).remove()
    for (const node of picture.nodes.values()) {
      const data = { label: shorten(label(node), hidden(node) > 0 ? 22 : 27), hidden: hidden(node) }
      const there = cy.getElementById(node.key)
      if (there.nonempty()) there.data(data)
      else cy.add({ group: 'nodes', data: { ...data, id: node.key, model: node.model, group: node.total > 0, root: node.key === picture.root }, position: at(node) })
    }
    for (const edge of picture.edges.values()) {
      if (cy.getElementById(edge.key).nonempty()) continue
      const [source, target] = [picture.nodes.get(edge.source), picture.nodes.get(edge.target)]
      const forward = source && target && target.column > source.column ? 'forward' : ''
      cy.add({ group: 'edges', data: { id: edge.key, source: edge.source, target: edge.target, label: edge.name }, classes: forward })
    }
  }
  /** A node with its neighbours; a group with its members that are shown one by one. */
  const near = (node: cytoscape.NodeSingular): cytoscape.CollectionReturnValue => {
    if (!node.data('group')) return node.closedNeighborhood()
    const association = String(node.connectedEdges().data('label'))
    return node.neighborhood().connectedEdges().filter((it) => it.data('label') === association).connectedNodes().closedNeighborhood().filter((it) => it.isNode() || it.data('label') === association)
  }
  function mark({ picture, chosen, from, path }: Shown): void {
    const node = cy.getElementById(chosen)
    cy.elements().removeClass('chosen near far named from path')
    node.addClass('chosen')
    cy.getElementById(from).addClass('from')
    if (path.size > 0) {
      cy.elements().filter((it) => path.has(it.id())).addClass('path')
      cy.elements().filter((it) => !path.has(it.id()) && it.id() !== chosen).addClass('far')
      return
    }
    node.connectedEdges().addClass('near')
    // More names than that would lie upon one another; the pointer shows each.
    if (chosen !== picture.root && node.connectedEdges().length <= 5) node.connectedEdges().addClass('named')
    if (chosen !== picture.root) cy.elements().difference(near(node)).addClass('far')
  }
  return {
    show(shown) {
      const isNew = last !== shown.picture
      last = shown.picture
      cy.batch(() => {
        if (isNew) cy.elements().remove()
        draw(shown)
        mark(shown)
      })
      if (isNew) begin(shown.picture.root)
    },
    reveal(key) {
      const node = cy.getElementById(key)
      if (node.empty()) return
      const it = node.renderedBoundingBox()
      const over = (low: number, high: number, size: number): number => (low < 20 ? 20 - low : high > size - 20 ? size - 20 - high : 0)
      cy.panBy({ x: over(it.x1, it.x2, cy.width()), y: over(it.y1, it.y2, cy.height()) })
    },
    fit,
    zoom: (by) => void cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }),
    png: () => cy.png({ output: 'blob', full: true, scale: 2, bg: colour('--surface', box) }),
    end() {
      scheme.removeEventListener('change', restyle)
      theme.disconnect()
      cy.destroy()
    },
  }
}
