import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectScope, shallowRef, type EffectScope } from 'vue'
import type { Answer } from '../../src/data/cache.ts'
import type { ListPage } from '../../src/data/list.ts'
import { useRows, type FirstPage, type Rows } from '../../src/list/rows.ts'
import { countOf, isSelected, useSelection } from '../../src/list/selection.ts'

const later = () => new Promise((done) => setImmediate(done))
const page = (number: number, length = 500): ListPage => ({ rows: Array.from({ length }, (_, it) => ({ bk_inst_id: number * 500 + it })), total: null, cursor: `after ${number}` })

interface Asked { question: string; page: number; cursor: string | null; answer: (it: ListPage) => void; fail: (error: unknown) => void }

/** A list of so many rows, and what it asks for. */
function list(total: number): { rows: Rows; asked: Asked[]; first: { value: FirstPage | undefined }; scope: EffectScope } {
  const asked: Asked[] = []
  const first = shallowRef<FirstPage | undefined>({ ...page(0), total, question: 'a' })
  const scope = effectScope()
  const read = (question: string, number: number, cursor: string | null) => new Promise<ListPage>((answer, fail) => asked.push({ question, page: number, cursor, answer, fail }))
  const rows = scope.run(() => useRows({ data: first } as unknown as Answer<FirstPage>, read))!
  return { rows, asked, first, scope }
}

test('pages are asked for as they come into sight, one at a time, by the cursor of the page before where there is one', async () => {
  const { rows, asked } = list(5000)
  rows.see(0, 20)
  assert.equal(asked.length, 0)
  rows.see(380, 400)
  assert.deepEqual([asked[0]?.page, asked[0]?.cursor], [1, 'after 0'])
  // Somebody drags on meanwhile: what was passed is not asked for.
  rows.see(1200, 1220)
  rows.see(3200, 3220)
  assert.equal(asked.length, 1)
  asked[0]?.answer(page(1))
  await later()
  assert.deepEqual([asked.length, asked[1]?.page, asked[1]?.cursor], [2, 6, null])
  asked[1]?.answer(page(6))
  await later()
  assert.equal(rows.at(3210)?.bk_inst_id, 3210)
  assert.equal(rows.at(2000), undefined)
})

test('a page that fails is an error until it is tried again, and what was read stays', async () => {
  const { rows, asked } = list(5000)
  rows.see(2000, 2020)
  asked[0]?.fail(new Error('away'))
  await later()
  assert.equal((rows.error.value as Error).message, 'away')
  assert.equal(rows.at(0)?.bk_inst_id, 0)
  rows.see(2100, 2120)
  assert.equal(asked.length, 1)
  rows.retry()
  assert.equal(rows.error.value, undefined)
  assert.equal(asked[1]?.page, 4)
})

test('an answer for the list before is not taken, and a list that is read again shows what it has until then', async () => {
  const { rows, asked, first } = list(5000)
  rows.see(600, 620)
  first.value = { ...page(0), total: 9000, question: 'b' }
  await later()
  asked[0]?.answer(page(1))
  await later()
  assert.equal(rows.at(600), undefined)
  assert.deepEqual([asked[1]?.question, asked[1]?.page, rows.total.value], ['b', 1, 9000])
  asked[1]?.answer(page(1))
  await later()
  first.value = { ...page(0), total: 9001, question: 'b' }
  await later()
  assert.equal(rows.at(600)?.bk_inst_id, 600)
  assert.equal(asked[2]?.page, 1)
})

test('rows that are gone when their page is read are not counted any more', async () => {
  const { rows, asked } = list(900)
  rows.see(600, 620)
  asked[0]?.answer(page(1, 390))
  await later()
  assert.equal(rows.total.value, 890)
})

test('all may be selected but some', () => {
  const { now, set, setAll, clear } = useSelection()
  const row = (id: number) => ({ bk_inst_id: id })
  set([row(1), row(2)], true)
  assert.deepEqual([countOf(now.value, 10), isSelected(now.value, 1), isSelected(now.value, 3)], [2, true, false])
  setAll()
  set([row(2)], false)
  assert.deepEqual([countOf(now.value, 10), isSelected(now.value, 1), isSelected(now.value, 2)], [9, true, false])
  set([row(2)], true)
  assert.equal(countOf(now.value, 10), 10)
  clear()
  assert.equal(countOf(now.value, 10), 0)
})
