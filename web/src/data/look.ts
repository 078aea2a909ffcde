// The theme and what the viewer has opened last, kept in the browser.

import { shallowRef, watchEffect } from 'vue'

export type Theme = 'system' | 'light' | 'dark'
const stored = localStorage.getItem('relata.theme')
export const theme = shallowRef<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')
watchEffect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
  localStorage.setItem('relata.theme', theme.value)
})

export interface Recent {
  model: string
  id: number
  name: string
}

function read(): Recent[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem('relata.recent') ?? '[]')
    return Array.isArray(kept) ? (kept as Recent[]) : []
  } catch {
    return []
  }
}

export const recent = shallowRef<Recent[]>(read())

export function opened(it: Recent): void {
  const others = recent.value.filter((other) => other.model !== it.model || other.id !== it.id)
  recent.value = [it, ...others].slice(0, 8)
  localStorage.setItem('relata.recent', JSON.stringify(recent.value))
}
