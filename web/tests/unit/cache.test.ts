import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectScope, nextTick, ref } from 'vue'
import { forget, forgetAll, load, peek, useAnswer } from '../../src/data/cache.ts'

const later = () => new Promise((done) => setImmediate(done))

test('who asks the same at the same time shares one call, also a moment later', async () => {
  let calls = 0
  const fetch = async () => ++calls
  await Promise.all([load('one', fetch, 1000), load('one', fetch, 1000)])
  await load('one', fetch, 2000)
  assert.equal(calls, 1)
  await load('one', fetch, 60_000)
  assert.equal(calls, 2)
  assert.equal(peek('one'), 2)
})

test('what was forgotten is asked again where it is shown', async () => {
  let calls = 0
  const scope = effectScope()
  const answer = scope.run(() => useAnswer(() => 'list:a', async () => ++calls))!
  await later()
  assert.equal(answer.data.value, 1)
  forget('list:')
  await later()
  assert.equal(answer.data.value, 2)
  scope.stop()
  forget('list:')
  await later()
  assert.equal(calls, 2)
})

test('an answer that comes after it was forgotten is not kept', async () => {
  let give: (value: string) => void = () => {}
  const first = load('slow', () => new Promise<string>((done) => { give = done }))
  forget('slow')
  await load('slow', async () => 'new')
  give('old')
  await first
  assert.equal(peek('slow'), 'new')
})

test('what was shown before stays until the next is there, and an error is no answer', async () => {
  const key = ref('a')
  const scope = effectScope()
  const settled = async () => { for (let it = 0; it < 3; it++) await later() }
  const answer = scope.run(() => useAnswer(() => key.value, async () => { await later(); if (key.value === 'c') throw new Error('no'); return key.value }))!
  await settled()
  key.value = 'b'
  await nextTick()
  assert.equal(answer.data.value, 'a')
  assert.equal(answer.stale.value, true)
  await settled()
  assert.equal(answer.data.value, 'b')
  assert.equal(answer.stale.value, false)
  key.value = 'c'
  await settled()
  assert.equal((answer.error.value as Error).message, 'no')
  scope.stop()
  forgetAll()
})
