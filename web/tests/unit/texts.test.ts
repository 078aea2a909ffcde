import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { en } from '../../src/i18n/en.ts'
import { zh } from '../../src/i18n/zh.ts'
import { marks } from '../../src/search/marks.ts'

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((it) => it[1] ?? '').sort()

test('both languages have every text, with the same places to fill', () => {
  assert.deepEqual(Object.keys(en), Object.keys(zh))
  for (const [key, text] of Object.entries(zh)) {
    assert.ok(text !== '' && en[key as keyof typeof zh] !== '', key)
    assert.deepEqual(places(en[key as keyof typeof zh]), places(text), key)
  }
})

test('every text is used', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((it) => /\.(vue|ts)$/.test(it) && !/i18n.(zh|en)\.ts$/.test(it))
  const all = sources.map((it) => readFileSync(`src/${it}`, 'utf8')).join('\n')
  // Keys that are put together, such as `op.${operator}`.
  const begun = [...all.matchAll(/`([a-z.]+\.)\$\{/g)].map((it) => it[1] ?? '')
  const unused = Object.keys(zh).filter((key) => !all.includes(`'${key}'`) && !begun.some((it) => key.startsWith(it)))
  assert.deepEqual(unused, [])
})

test('the Chinese texts are Chinese', () => {
  const allowed = new Set(['app.name', 'model.id'])
  const foreign = Object.entries(zh).filter(([key, text]) => !/[\u4e00-\u9fff]/.test(text) && !allowed.has(key))
  assert.deepEqual(foreign, [])
})

test('what was found is marked as text, never as HTML', () => {
  assert.deepEqual(marks('a<em>b</em><i>c'), [{ text: 'a', marked: false }, { text: 'b', marked: true }, { text: '<i>c', marked: false }])
})
