import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromOldLink } from '../../src/old-links.ts'

test('addresses of the original lead to the pages here', () => {
  assert.equal(fromOldLink('#/resource/instance/bk_switch/7'), '/i/bk_switch/7')
  assert.equal(fromOldLink('#/resource/instance/bk_switch'), '/i/bk_switch')
  assert.equal(fromOldLink('#/model/details/bk_switch'), '/models/bk_switch')
  assert.equal(fromOldLink('#/model/management'), '/models')
  assert.equal(fromOldLink('#/audit'), '/audit')
  assert.equal(fromOldLink('#/nothing'), null)
})
