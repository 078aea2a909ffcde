// What of a picture is seen: moved and zoomed, by mouse, wheel and keys.

import { reactive, ref, type Ref } from 'vue'

export interface Bounds {
  x: number
  y: number
  width: number
  height: number
}
export interface View {
  /** The part of the picture that is seen: its corner, and pixels of the screen for one of the picture. */
  at: { x: number; y: number; scale: number }
  moving: Ref<boolean>
  fit: (bounds: Bounds) => void
  zoom: (by: number, event?: MouseEvent) => void
  pan: (x: number, y: number) => void
  show: (x: number, y: number) => void
  /** Follows the pointer until it is let go; tells how far, in pixels of the picture. */
  drag: (event: PointerEvent, moved: (x: number, y: number) => void) => void
}

const [least, most] = [0.1, 2.5]

export function useView(box: Readonly<Ref<SVGSVGElement | null>>): View {
  const at = reactive({ x: 0, y: 0, scale: 1 })
  const moving = ref(false)
  const size = (): DOMRect => box.value?.getBoundingClientRect() ?? new DOMRect(0, 0, 800, 600)
  function fit(bounds: Bounds): void {
    const { width, height } = size()
    at.scale = Math.min(1.1, Math.max(least, Math.min(width / (bounds.width + 48), height / (bounds.height + 48))))
    at.x = bounds.x + bounds.width / 2 - width / at.scale / 2
    at.y = bounds.y + bounds.height / 2 - height / at.scale / 2
  }
  function zoom(by: number, event?: MouseEvent): void {
    const it = size()
    // What is below the pointer stays there.
    const [left, top] = event ? [event.clientX - it.left, event.clientY - it.top] : [it.width / 2, it.height / 2]
    const scale = Math.min(most, Math.max(least, at.scale * by))
    at.x += left / at.scale - left / scale
    at.y += top / at.scale - top / scale
    at.scale = scale
  }
  function pan(x: number, y: number): void {
    at.x += x / at.scale
    at.y += y / at.scale
  }
  function show(x: number, y: number): void {
    const { width, height } = size()
    at.x = x - width / at.scale / 2
    at.y = y - height / at.scale / 2
  }
  function drag(event: PointerEvent, moved: (x: number, y: number) => void): void {
    if (event.button !== 0) return
    let [x, y] = [event.clientX, event.clientY]
    const move = (now: PointerEvent): void => {
      moving.value = true
      moved((now.clientX - x) / at.scale, (now.clientY - y) / at.scale)
      ;[x, y] = [now.clientX, now.clientY]
    }
    const end = (): void => {
      removeEventListener('pointermove', move)
      // A click that ends a drag chooses nothing.
      setTimeout(() => { moving.value = false })
    }
    addEventListener('pointermove', move)
    addEventListener('pointerup', end, { once: true })
  }
  return { at, moving, fit, zoom, pan, show, drag }
}
