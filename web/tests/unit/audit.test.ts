import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbers, summary } from '../../src/audit/requests.ts'
import { compareWords } from '../../src/audit/words.ts'
import type { Stretch } from '../../src/data/audit.ts'

const shown = (before: string, after: string) => compareWords(before, after).map((it) => `${{ same: '=', out: '-', in: '+' }[it.kind]}${it.text}`)

test('words that were taken out and put in are told, Chinese by characters', () => {
  assert.deepEqual(shown('the old rack, left', 'the new rack, left'), ['=the ', '-old', '+new', '= rack, left'])
  assert.deepEqual(shown('机柜在左边', '机柜在右边'), ['=机柜在', '-左', '+右', '=边'])
  assert.deepEqual(shown('', 'a'), ['+a'])
  assert.deepEqual(shown('same', 'same'), ['=same'])
})

test('texts that are too long are compared as a whole', () => {
  const long = 'a '.repeat(2000)
  assert.deepEqual(compareWords(long, `${long}b`).map((it) => it.kind), ['out', 'in'])
})

const stretch = (action: string, first: number, count: number): Stretch => ({ action, resource: 'model_instance', scope: 'app', first, count, id: 1, name: 'a', source: null, target: null })

test('a request is summed up by what was done, and unfolds a few records at a time', () => {
  const changes = [stretch('update', 10, 3), stretch('create', 5, 2), stretch('update', 1, 2)]
  assert.deepEqual(summary(changes).map((it) => [it.action, it.count]), [['update', 5], ['create', 2]])
  assert.deepEqual(numbers(changes, 0, 4), [10, 11, 12, 5])
  assert.deepEqual(numbers(changes, 4, 4), [6, 1, 2])
})
