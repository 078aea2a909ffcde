// The audit log: what was changed, found again, undone.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { call, checkAxe, checkFaults, newVisitor, settle, shoot, signIn, startBrowser, startServer, stopServer, type Server } from './bench.ts'

let server: Server
let browser: Browser
let page: Page
before(async () => {
  server = await startServer()
  browser = await startBrowser()
  page = await newVisitor(browser, server)
  await signIn(page, server)
})
after(async () => {
  await browser?.close()
  if (server) await stopServer(server)
})

const stored = async (model: string, id: number): Promise<Record<string, unknown> | undefined> => {
  const conditions = { condition: 'AND', rules: [{ field: 'bk_inst_id', operator: 'equal', value: id }] }
  return (await call(server, `/api/v3/search/instances/object/${model}`, { conditions, page: { start: 0, limit: 1 } })).info?.[0]
}
const update = (model: string, id: number, values: Record<string, unknown>) => call(server, `/api/v3/update/instance/object/${model}/inst/${id}`, values, 'PUT')
const detail = () => page.getByTestId('audit-detail')
const filter = (label: string, kind: string) => page.locator('.filters label', { hasText: new RegExp(`^${label}`) }).locator(kind)
const rows = () => page.locator('tbody tr[data-testid^=audit-]:not([data-testid$=of-many])')

test('three fields changed are one record with exactly these three, found by user, day and model, and by its URL elsewhere', async () => {
  await update('device', 20, { name: 'three', position: 7, face: 'rear' })
  await page.goto('/audit')
  await settle(page)
  const today = await page.evaluate(() => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10))
  await filter('From', 'input').fill(today)
  await filter('User', 'input').fill('admin')
  await filter('User', 'input').press('Tab')
  await filter('Model', 'select').selectOption('device')
  await filter('Action', 'select').selectOption('update')
  await page.waitForURL(/action=update/)
  await settle(page)
  assert.match(page.url(), new RegExp(`from=${today}`))
  await rows().first().locator('.pick').click()
  await page.waitForURL(/record=\d+/)
  await settle(page)
  const changes = await detail().locator('tr[data-testid^=change-]').evaluateAll((all) => all.map((it) => (it as HTMLElement).dataset.testid))
  assert.deepEqual(new Set(changes), new Set(['change-name', 'change-position', 'change-face']))
  assert.match(await detail().getByTestId('change-face').innerText(), /front\s+rear/i)
  await checkAxe(page, 'audit')
  const other = await newVisitor(browser, server, 'zh', 'dark')
  await signIn(other, server)
  await other.goto(page.url())
  await settle(other)
  assert.equal(await other.getByTestId('audit-detail').locator('tr[data-testid^=change-]').count(), 3)
  await shoot(other, 'zh-dark/audit-detail')
  checkFaults(other)
  await other.context().close()
})

test('the record is also shown with all fields and as JSON', async () => {
  await detail().getByRole('button', { name: 'All fields' }).click()
  assert.ok((await detail().locator('tr[data-testid^=change-]').count()) > 3)
  await detail().getByRole('button', { name: 'JSON' }).click()
  assert.match(await detail().locator('pre').nth(1).innerText(), /"name": "three"/)
  await checkAxe(page, 'audit as JSON')
})

test('one value is restored, unless it was changed again since', async () => {
  const url = page.url()
  await page.goto(url)
  await settle(page)
  await detail().getByTestId('change-face').getByRole('button', { name: /Restore/ }).click()
  await page.getByTestId('toast').getByText('restored').waitFor()
  const row = await stored('device', 20)
  assert.deepEqual([row?.face, row?.name, row?.position], ['front', 'three', 7])
  await update('device', 20, { name: 'four' })
  await detail().getByTestId('change-name').getByRole('button', { name: /Restore/ }).click()
  await page.getByTestId('toast').getByText('changed again').waitFor()
  assert.equal((await stored('device', 20))?.name, 'four')
})

test('the instance as it was is one click away', async () => {
  await page.getByTestId('as-it-was').click()
  await page.getByTestId('as-of').waitFor()
  await settle(page)
  assert.match(await page.getByTestId('value-face').innerText(), /rear/i)
  assert.equal(await page.getByTestId('edit').count(), 0)
  await checkAxe(page, 'instance as it was')
  await shoot(page, 'en-light/instance-as-it-was')
})

test('a bulk edit is one row with its number, unfolds, and is taken back as a whole', async () => {
  const operations = Array.from({ length: 120 }, (_, at) => ({ op: 'update', model: 'interface', instance: at + 1, attributes: { created: '1999-01-01' } }))
  const headers = { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' }
  const answer = await fetch(`${server.url}/api/relata/v1/bulk`, { method: 'POST', headers, body: JSON.stringify({ operations }) })
  assert.equal(answer.status, 200)
  const before = await stored('interface', 5)
  await page.goto('/audit?model=interface')
  await settle(page)
  const more = rows().first().locator('.more')
  assert.equal(await more.innerText(), '×120')
  await more.click()
  await page.locator('tr[data-testid$=-of-many]').nth(49).waitFor()
  await page.getByRole('button', { name: 'Show more (70 left)' }).click()
  await page.locator('tr[data-testid$=-of-many]').nth(99).waitFor()
  await page.locator('tr[data-testid$=-of-many]').nth(3).locator('.pick').click()
  await settle(page)
  await shoot(page, 'en-light/audit-bulk')
  await detail().getByTestId('change-created').waitFor()
  // The request is a filter, too.
  await detail().locator('.rid').click()
  await page.waitForURL(/rid=/)
  await settle(page)
  assert.equal(await rows().count(), 1)
  await detail().getByTestId('revert-request').click()
  await page.getByTestId('revert-steps').waitFor()
  await checkAxe(page, 'revert')
  await shoot(page, 'en-light/audit-revert')
  await page.getByTestId('apply-revert').click()
  await page.getByTestId('toast').getByText('120 changes taken back').waitFor()
  assert.equal(before?.created, '1999-01-01')
  assert.notEqual((await stored('interface', 5))?.created, '1999-01-01')
})

test('a deleted instance can be read as it was last, and restored with its id', async () => {
  const made = await call(server, '/api/v3/create/instance/object/site', { bk_inst_name: 'gone', name: 'gone', slug: 'gone', status: 'active', source_id: 990_100 })
  const id = Number(made.bk_inst_id)
  await call(server, '/api/v3/deletemany/instance/object/site', { delete: { inst_ids: [id] } }, 'DELETE')
  await page.goto(`/i/site/${id}`)
  await page.getByRole('link', { name: 'Restore from the audit log' }).click()
  await settle(page)
  await rows().first().locator('.pick').click()
  await settle(page)
  assert.match(await detail().getByTestId('change-bk_inst_name').innerText(), /gone/)
  await detail().getByTestId('revert').click()
  await page.getByTestId('apply-revert').click()
  await page.getByTestId('toast').getByText('taken back').waitFor()
  const row = await stored('site', id)
  assert.deepEqual([row?.bk_inst_id, row?.bk_inst_name, row?.slug], [id, 'gone', 'gone'])
})

test('what is in conflict with later changes is told, and nothing is taken back', async () => {
  await update('device', 21, { name: 'first' })
  await update('device', 21, { name: 'second' })
  await page.goto('/audit?model=device&id=21')
  await settle(page)
  await rows().nth(1).locator('.pick').click()
  await settle(page)
  await detail().getByTestId('revert').click()
  await page.getByTestId('revert-steps').locator('.danger-text').waitFor()
  assert.equal(await page.getByTestId('apply-revert').isDisabled(), true)
  await page.keyboard.press('Escape')
  assert.equal((await stored('device', 21))?.name, 'second')
})

test('a link is told as a sentence, and a long text by its words', async () => {
  await page.goto('/audit?type=instance_association')
  await settle(page)
  await rows().first().locator('.pick').click()
  await settle(page)
  assert.match(await detail().locator('.sentence').innerText(), /\S+ \S+/)
  assert.equal(await detail().locator('.sentence a').count(), 2)
  await shoot(page, 'en-light/audit-link')
  await update('site', 2, { physical_address: 'This device stands in the left rack, behind the door of the old room.' })
  await update('site', 2, { physical_address: 'This device stands in the right rack, behind the door of the old room.' })
  await page.goto('/audit?model=site&id=2')
  await settle(page)
  await rows().first().locator('.pick').click()
  await settle(page)
  assert.equal(await detail().locator('del').innerText(), 'left')
  assert.equal(await detail().locator('ins').innerText(), 'right')
})

test('no error was written to the console, and no other host was asked', () => checkFaults(page))
