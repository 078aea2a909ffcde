// Short messages about what was done.

import { shallowRef } from 'vue'

export interface Toast {
  id: number
  text: string
  bad: boolean
  link?: { text: string; to: string }
}

export const toasts = shallowRef<Toast[]>([])
let last = 0

export function drop(id: number): void {
  toasts.value = toasts.value.filter((it) => it.id !== id)
}

/** How long a message stays; a bad one stays until it is closed. */
const stay = 6000

export function say(text: string, options: { bad?: boolean; link?: Toast['link'] } = {}): void {
  const id = ++last
  const toast: Toast = { id, text, bad: options.bad ?? false, ...(options.link ? { link: options.link } : {}) }
  toasts.value = [...toasts.value.slice(-3), toast]
  if (!toast.bad) setTimeout(() => drop(id), stay)
}

export const complain = (error: unknown): void => say(error instanceof Error && error.message ? error.message : String(error), { bad: true })
