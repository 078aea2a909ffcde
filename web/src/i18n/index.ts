// The texts of the UI in the language of the viewer; the other language is loaded when it is asked for. Names of models and attributes are data and are shown as stored.

import { computed, shallowReadonly, shallowRef } from 'vue'
import type { Catalogue, Key } from './zh.ts'

export type { Key }
export type Language = 'zh' | 'en'

const kept = (): Language => {
  const stored = localStorage.getItem('relata.language')
  if (stored === 'zh' || stored === 'en') return stored
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

const current = shallowRef<Language>(kept())
/** `speak` changes it, once the texts are there. */
export const language = shallowReadonly(current)
export const locale = computed(() => (language.value === 'zh' ? 'zh-CN' : 'en'))
const texts = shallowRef<Partial<Catalogue>>({})
const catalogues: Record<Language, () => Promise<Catalogue>> = {
  zh: async () => (await import('./zh.ts')).zh,
  en: async () => (await import('./en.ts')).en,
}

/** Changes the language. Nothing has a text before it was called once. */
export async function speak(wanted: Language): Promise<void> {
  texts.value = await catalogues[wanted]()
  current.value = wanted
  document.documentElement.lang = locale.value
  localStorage.setItem('relata.language', wanted)
}

/** Fills `{name}` in a text. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value
  })
}

export function t(key: Key, values?: Record<string, string | number>): string {
  const text = texts.value[key] ?? key
  return values ? fill(text, values) : text
}

/** Whether there is such a text, for keys that are put together. */
export const has = (key: string): key is Key => key in texts.value

const numbers = computed(() => new Intl.NumberFormat(locale.value))
export const number = (value: number): string => numbers.value.format(value)

const two = (value: number): string => String(value).padStart(2, '0')

/** A time as `YYYY-MM-DD HH:mm:ss` in the zone of the viewer. */
export function time(value: string | number): string {
  const date = new Date(value)
  if (Number.isNaN(date.getTime())) return String(value)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** The same time in UTC, for the tooltip. */
export function utc(value: string | number): string {
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
