// A picture as a file: as it is drawn, with its colours written out.

import type { Bounds } from './view.ts'

const kept = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor']

export function svgText(svg: SVGSVGElement, bounds: Bounds, background: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const [from, to] = [svg.querySelectorAll<SVGElement>('*'), copy.querySelectorAll<SVGElement>('*')]
  from.forEach((it, at) => {
    const style = getComputedStyle(it)
    const other = to[at]
    for (const name of kept) other?.setAttribute(name, style.getPropertyValue(name))
    for (const name of ['class', 'tabindex', 'role', 'style', 'aria-label', 'aria-pressed', 'data-testid']) other?.removeAttribute(name)
  })
  const edge = 20
  const [width, height] = [Math.round(bounds.width + 2 * edge), Math.round(bounds.height + 2 * edge)]
  for (const { name } of [...copy.attributes]) if (name !== 'xmlns') copy.removeAttribute(name)
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('viewBox', `${bounds.x - edge} ${bounds.y - edge} ${width} ${height}`)
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  copy.setAttribute('style', `background:${background}`)
  return new XMLSerializer().serializeToString(copy)
}

export async function pngUrl(svg: string, bounds: Bounds, background: string): Promise<string> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  // Browsers draw nothing on a larger canvas.
  const scale = Math.min(2, 8000 / Math.max(bounds.width, bounds.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round((bounds.width + 40) * scale)
  canvas.height = Math.round((bounds.height + 40) * scale)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.fillStyle = background
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/png')
}

export function save(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
