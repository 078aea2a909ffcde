// The texts of the UI in the language of the viewer. Names of models and attributes are data and are shown as stored.

import { computed, shallowRef, watch, watchEffect } from 'vue'
import type { Catalogue, Key } from './zh.ts'

export type { Key }
export type Language = 'zh' | 'en'

const kept = (): Language => {
  const stored = localStorage.getItem('relata.language')
  if (stored === 'zh' || stored === 'en') return stored
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export const language = shallowRef<Language>(kept())
export const locale = computed(() => (language.value === 'zh' ? 'zh-CN' : 'en'))
const texts = shallowRef({} as Catalogue)

/** The texts of one language are loaded only; those of the other when the viewer changes to it. */
async function read(wanted: Language): Promise<void> {
  const found: Catalogue = wanted === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en
  if (wanted === language.value) texts.value = found
}
/** There are texts. */
export const ready = read(language.value)
watch(language, (wanted) => void read(wanted))

watchEffect(() => {
  document.documentElement.lang = locale.value
  localStorage.setItem('relata.language', language.value)
})

/** Fills `{name}` in a text. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value
  })
}

export function t(key: Key, values?: Record<string, string | number>): string {
  const text = texts.value[key]
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
