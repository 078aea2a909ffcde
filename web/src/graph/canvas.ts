// Draws a picture. Loaded only where a graph is shown.

import cytoscape, { type Core, type StylesheetJson } from 'cytoscape'
import { shorten } from './label.ts'
import type { Node, Picture } from './picture.ts'

const [across, down] = [330, 54]
const hueOf = (model: string): number => [...model].reduce((sum, it) => (sum * 31 + (it.codePointAt(0) ?? 0)) % 360, 7)

/** The value of a colour of the page, as the canvas needs it. */
function colour(name: string, box: HTMLElement): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  box.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

function styles(box: HTMLElement): StylesheetJson {
  const dark = getComputedStyle(box).getPropertyValue('--surface').includes('#') && matchMedia('(prefers-color-scheme: dark)').matches
  const [text, muted, line, surface, accent] = ['--text', '--muted', '--line-strong', '--surface', '--accent'].map((it) => colour(it, box))
  const isDark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : dark
  return [
    { selector: 'node', style: {
      shape: 'round-rectangle', width: 210, height: 36, label: 'data(label)', 'font-size': 13, 'font-family': getComputedStyle(box).fontFamily, color: text,
      'text-valign': 'center', 'text-halign': 'center', 'text-wrap': 'ellipsis', 'text-max-width': '200px', 'background-color': surface, 'border-width': 1.5,
      'border-color': (it: cytoscape.NodeSingular) => `hsl(${hueOf(String(it.data('model')))}, 50%, ${isDark ? 60 : 45}%)`,
    } },
    { selector: 'node[?group]', style: { 'border-style': 'dashed', 'font-weight': 600 } },
    { selector: 'node[?root]', style: { 'border-width': 3, 'font-weight': 600 } },
    { selector: 'edge', style: { width: 1.4, 'line-color': line, 'target-arrow-color': line, 'target-arrow-shape': 'triangle', 'arrow-scale': 0.9, 'curve-style': 'bezier', 'font-size': 11, color: muted, 'text-background-color': surface, 'text-background-opacity': 0.9, 'text-background-padding': '3px' } },
    { selector: 'node.chosen', style: { 'overlay-color': accent, 'overlay-opacity': 0.14, 'overlay-padding': 6 } },
    { selector: 'edge.forward', style: { 'source-endpoint': '105px 0', 'target-endpoint': '-105px 0' } },
    { selector: 'edge.near', style: { 'line-color': accent, 'target-arrow-color': accent, width: 2 } },
    { selector: 'edge.named', style: { label: 'data(label)', 'text-rotation': 'autorotate', 'z-index': 9 } },
    { selector: '.far', style: { opacity: 0.35 } },
  ] as StylesheetJson
}

export interface Canvas {
  show: (picture: Picture, root: string, chosen: string) => void
  fit: () => void
  zoom: (by: number) => void
  png: () => string
  end: () => void
}

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
  const label = (node: Node): string => (node.total > 0 ? `${shorten(node.name, 20)} ×${node.total}` : shorten(node.name, 27))
  let first = true
  let before = ''
  /** Moves the view, never a node, until the chosen one is in it. */
  const reveal = (key: string): void => {
    const node = cy.getElementById(key)
    if (node.empty()) return
    const it = node.renderedBoundingBox()
    const over = (low: number, high: number, size: number): number => (low < 20 ? 20 - low : high > size - 20 ? size - 20 - high : 0)
    cy.panBy({ x: over(it.x1, it.x2, cy.width()), y: over(it.y1, it.y2, cy.height()) })
  }
  const fit = (): void => void cy.fit(undefined, 40)
  return {
    show(picture, root, chosen) {
      cy.batch(() => {
        cy.elements().filter((it) => !(picture.nodes.has(it.id()) || picture.edges.has(it.id()))).remove()
        for (const node of picture.nodes.values()) {
          const there = cy.getElementById(node.key)
          if (there.nonempty()) there.data('label', label(node))
          else cy.add({ group: 'nodes', data: { id: node.key, label: label(node), model: node.model, group: node.total > 0, root: node.key === root }, position: at(node) })
        }
        for (const edge of picture.edges.values()) {
          if (cy.getElementById(edge.key).nonempty()) continue
          const [source, target] = [picture.nodes.get(edge.source), picture.nodes.get(edge.target)]
          const forward = source && target && target.column > source.column ? 'forward' : ''
          cy.add({ group: 'edges', data: { id: edge.key, source: edge.source, target: edge.target, label: edge.name }, classes: forward })
        }
        const node = cy.getElementById(chosen)
        cy.elements().removeClass('chosen near far named')
        node.addClass('chosen')
        node.connectedEdges().addClass('near')
        // More names than that would lie upon one another; the pointer shows each.
        if (chosen !== root && node.connectedEdges().length <= 5) node.connectedEdges().addClass('named')
        if (chosen !== root) cy.elements().difference(node.closedNeighborhood()).addClass('far')
      })
      if (first && picture.nodes.size > 0) fit()
      else if (chosen !== before) reveal(chosen)
      first = false
      before = chosen
    },
    fit,
    zoom: (by) => void cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }),
    png: () => String(cy.png({ full: true, scale: 2, bg: colour('--surface', box) })),
    end() {
      scheme.removeEventListener('change', restyle)
      theme.disconnect()
      cy.destroy()
    },
  }
}
