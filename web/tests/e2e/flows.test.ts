// What people do, step by step, against the real program.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import type { Browser, Dialog, Page } from 'playwright-core'
import { call, checkAxe, checkFaults, newVisitor, settle, signIn, startBrowser, startServer, stopServer, type Server } from './bench.ts'

let server: Server
let browser: Browser
let page: Page
before(async () => {
  server = await startServer()
  browser = await startBrowser()
  page = await newVisitor(browser, server)
})
after(async () => {
  await browser?.close()
  if (server) await stopServer(server)
})

const count = async (model: string): Promise<number> => (await call(server, `/api/v3/count/instances/object/${model}`, {})).count
const links = async (association: string): Promise<number> => {
  const conditions = { condition: 'AND', rules: [{ field: 'bk_obj_asst_id', operator: 'equal', value: association }] }
  return (await call(server, '/api/v3/count/instance_associations/object/rack', { conditions })).count
}
const total = async (): Promise<string> => (await page.getByTestId('count').innerText()).replace(/\D/g, '')

test('a wrong password is refused, the right one leads to where one wanted to go', async () => {
  await page.goto('/i/rack?q=MDF')
  await page.waitForURL(/\/login/)
  await page.locator('#user').fill('admin')
  await page.locator('#password').fill('not-the-password')
  await page.locator('button.primary').click()
  await page.getByText('The user or the password is not right.').waitFor()
  await page.locator('#password').fill(server.password)
  await page.locator('button.primary').click()
  await page.waitForURL((url) => url.pathname === '/i/rack' && url.searchParams.get('q') === 'MDF')
})

test('a filter is in the URL, counts exactly, and a second browser sees the same', async () => {
  await page.goto('/i/device?f.face.in=front&sort=-bk_inst_id')
  await settle(page)
  const conditions = { condition: 'AND', rules: [{ field: 'face', operator: 'equal', value: 'front' }] }
  const expected = (await call(server, '/api/v3/count/instances/object/device', { conditions })).count
  assert.equal(await total(), String(expected))
  const ids = await page.locator('tbody tr[data-testid]').evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.testid?.slice(4))))
  assert.deepEqual(ids, [...ids].sort((a, b) => b - a))
  await page.getByTestId('add-filter').click()
  await page.locator('#filter-attribute').selectOption('bk_inst_name')
  await page.locator('#filter-value').fill('DM-')
  await page.getByTestId('apply-filter').click()
  await page.waitForURL(/f\.bk_inst_name\.contains=DM-/)
  await settle(page)
  const [narrowed, url] = [await total(), page.url()]
  assert.ok(Number(narrowed) > 0 && Number(narrowed) < expected)
  const other = await newVisitor(browser, server, 'zh')
  await signIn(other, server)
  await other.goto(url)
  await settle(other)
  assert.equal((await other.getByTestId('count').innerText()).replace(/\D/g, ''), narrowed)
  checkFaults(other)
  await other.context().close()
  await page.goBack()
  await settle(page)
  assert.equal(await total(), String(expected))
})

test('a list that cannot be read says so, and can be tried again', async () => {
  await page.route('**/api/relata/v1/instances/**', (route) => route.abort())
  await page.goto('/i/site')
  await page.getByTestId('error').waitFor()
  assert.equal(await page.getByTestId('empty').count(), 0)
  await checkAxe(page, 'error')
  await page.unroute('**/api/relata/v1/instances/**')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('tbody tr[data-testid]').first().waitFor()
})

test('an instance is created, found wanting at its field, changed and deleted', async () => {
  const before = await count('site')
  await page.goto('/i/site')
  await settle(page)
  await page.keyboard.press('n')
  await page.getByTestId('save').click()
  await page.locator('.fault').first().waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-bk_inst_name')
  await page.locator('#field-bk_inst_name').fill('e2e-site')
  for (const field of await page.locator('.modal [aria-required=true]').all()) {
    if (await field.evaluate((it) => it instanceof HTMLInputElement && it.value === '')) await field.fill((await field.getAttribute('inputmode')) ? '990001' : 'e2e')
    else if (await field.evaluate((it) => it instanceof HTMLSelectElement && it.value === '')) await field.selectOption({ index: 1 })
  }
  await page.keyboard.press('Control+Enter')
  await page.getByTestId('toast').getByText('e2e-site created').waitFor()
  assert.equal(await count('site'), before + 1)
  await page.getByTestId('toast').getByRole('link').click()
  await page.getByTestId('edit').click()
  await page.locator('#field-bk_inst_name').fill('e2e-site renamed')
  await page.getByTestId('save').click()
  await page.getByRole('heading', { name: 'e2e-site renamed' }).waitFor()
  await page.getByRole('link', { name: 'Changes', exact: true }).click()
  await page.locator('.history button').first().click()
  await page.getByTestId('change-bk_inst_name').getByText('e2e-site renamed').waitFor()
  await page.getByTestId('delete').click()
  await page.getByTestId('confirm-delete').click()
  await page.waitForURL(/\/i\/site$/)
  assert.equal(await count('site'), before)
})

test('a form with something in it is not left by the way back without a question', async () => {
  await page.goto('/i/site')
  await page.getByTestId('create').click()
  await page.locator('#field-bk_inst_name').fill('half')
  let asked = 0
  const refuse = (dialog: Dialog): void => { asked++; void dialog.dismiss() }
  page.on('dialog', refuse)
  await page.goBack().catch(() => null)
  await page.waitForURL(/panel=create/)
  assert.equal(await page.locator('#field-bk_inst_name').inputValue(), 'half')
  assert.equal(asked, 1)
  page.off('dialog', refuse)
  page.once('dialog', (dialog) => void dialog.accept())
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.waitForURL((url) => !url.searchParams.has('panel'))
})

test('somebody else has changed it meanwhile: nothing is overwritten', async () => {
  await page.goto('/i/device/74')
  await page.getByTestId('edit').click()
  await page.locator('#field-name').fill('mine')
  await call(server, '/api/v3/update/instance/object/device/inst/74', { name: 'theirs' }, 'PUT')
  await page.getByTestId('save').click()
  await page.getByTestId('conflict').waitFor()
  await page.keyboard.press('Escape')
  page.once('dialog', (dialog) => void dialog.accept())
  await page.keyboard.press('Escape')
})

test('a batch is previewed without a write, applied, and taken back', async () => {
  const names = Array.from({ length: 300 }, (_, it) => `batch-${it}`)
  for (let at = 0; at < names.length; at += 100) {
    const details = names.slice(at, at + 100).map((name, it) => ({ bk_inst_name: name, status: 'active', source_id: 800_000 + at + it }))
    await call(server, '/api/v3/createmany/instance/object/device', { details })
  }
  const before = await links('rack_group_device')
  const lines = [...names.map((it) => `MDF/R101\t${it}`), 'MDF/R101,batch-0', 'MDF/R101 -> nobody', 'DM-Akron/Comms closet；demo/switch-1', 'MDF/R102，DM-Akron/dmi01-akron-rtr01', 'alone']
  await page.goto('/i/rack')
  await settle(page)
  await page.getByTestId('associate').click()
  await page.locator('#batch-association').selectOption('rack_group_device')
  await page.getByTestId('pairs').fill(lines.join('\n'))
  await page.keyboard.press('Control+Enter')
  await page.getByTestId('apply').waitFor()
  const verdict = async (name: string): Promise<string> => (await page.getByTestId(`verdict-${name}`).innerText()).replace(/\D/g, '')
  assert.deepEqual(await Promise.all(['new', 'repeated', 'no_target', 'exists', 'violates', 'unread'].map(verdict)), ['300', '1', '1', '1', '1', '1'])
  assert.equal(await links('rack_group_device'), before)
  assert.equal(await page.getByTestId('apply').innerText(), 'Link 300, skip 5')
  await page.getByTestId('apply').click()
  await page.getByTestId('batch-result').waitFor()
  assert.equal(await page.getByTestId('batch-result').innerText(), '300 linked, 5 not')
  assert.equal(await links('rack_group_device'), before + 300)
  await page.getByTestId('undo').click()
  await page.getByText('Undone: 300 links deleted').waitFor()
  assert.equal(await links('rack_group_device'), before)
})

test('links are shown, added and removed at an instance', async () => {
  await page.goto('/i/rack/2/associations')
  await settle(page)
  const section = page.getByTestId('links-rack_group_device:out')
  const before = Number(await section.getByTestId('link-count').innerText())
  await section.getByRole('button', { name: 'Add' }).click()
  for (const name of ['batch-1', 'batch-2']) {
    await section.getByTestId('pick-text').fill(name)
    await section.getByTestId('pick-find').click()
    await section.locator('.found label').filter({ hasText: new RegExp(`^\\s*${name}\\s+#`) }).getByRole('checkbox').check()
  }
  await section.getByTestId('pick-save').getByText('Link 2').click()
  await page.waitForFunction((expected) => document.querySelector('[data-testid="links-rack_group_device:out"] [data-testid=link-count]')?.textContent === expected, String(before + 2))
  for (const name of ['batch-1', 'batch-2']) await section.getByRole('checkbox', { name: `Select ${name}` }).check()
  await section.getByTestId('remove-links').click()
  await page.waitForFunction((expected) => document.querySelector('[data-testid="links-rack_group_device:out"] [data-testid=link-count]')?.textContent === expected, String(before))
})

test('the audit log shows what was changed, by a link that can be sent', async () => {
  await call(server, '/api/v3/update/instance/object/device/inst/73', { name: 'audited', position: 3 }, 'PUT')
  await page.goto('/audit?model=device&action=update&id=73')
  await page.locator('.pick').first().click()
  await page.waitForURL(/record=\d+/)
  await page.reload()
  const detail = page.getByTestId('audit-detail')
  await detail.getByTestId('change-name').getByText('audited').waitFor()
  assert.equal(await detail.locator('tbody tr').count(), 2)
})

test('a token is made, works, and is revoked', async () => {
  await page.goto('/me')
  await page.getByTestId('token-name').fill('e2e')
  await page.getByTestId('create-token').click()
  const token = await page.getByTestId('token').innerText()
  const asked = () => fetch(`${server.url}/api/v3/find/associationtype`, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body: '{}' })
  assert.equal((await asked()).status, 200)
  await page.getByRole('button', { name: 'Revoke: e2e' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Token revoked').waitFor()
  assert.equal((await asked()).status, 401)
})

test('everything goes by keyboard: palette, rows, selection', async () => {
  await page.goto('/')
  await settle(page)
  await page.keyboard.press('/')
  await page.getByTestId('palette').fill('rack')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/i\/rack/)
  await page.locator('tbody tr[data-testid]').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByTestId('selection').getByText('1 selected').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/i\/rack\/\d+/)
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await page.waitForURL(/\/audit/)
})

test('the graph groups what is many, grows by keyboard, and comes back by its URL', async () => {
  await page.goto('/i/device/14/graph')
  await page.locator('[data-testid=graph] canvas').first().waitFor()
  await settle(page)
  const shown = () => page.getByTestId('graph-shown').innerText()
  const before = await shown()
  await page.getByTestId('graph-hidden').waitFor()
  await page.getByTestId('graph').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await page.waitForURL(/open=/)
  await page.waitForFunction((text) => document.querySelector('[data-testid=graph-shown]')?.textContent !== text, before)
  const after = await shown()
  await page.reload()
  await page.waitForFunction((text) => document.querySelector('[data-testid=graph-shown]')?.textContent === text, after)
  await page.getByTestId('graph-list').click()
  assert.equal(String(await page.locator('.list tbody tr').count()), /, (\d+) links/.exec(after)?.[1])
})

test('the types of the API are those that the server describes', () => {
  execFileSync(process.execPath, ['scripts/types.mjs', '--check', server.url], { stdio: 'pipe' })
})

test('the page is sent compressed, kept by its hash, and may ask nobody else', async () => {
  const page = await fetch(server.url, { headers: { Accept: 'text/html' } })
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/)
  assert.equal(page.headers.get('cache-control'), 'no-cache')
  const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? ''
  const file = await fetch(server.url + script, { headers: { 'Accept-Encoding': 'br' } })
  assert.equal(file.headers.get('content-encoding'), 'br')
  assert.match(file.headers.get('cache-control') ?? '', /immutable/)
  const again = await fetch(server.url + script, { headers: { 'Accept-Encoding': 'br', 'If-None-Match': file.headers.get('etag') ?? '' } })
  assert.equal(again.status, 304)
})

test('who signs out is out, in every tab', async () => {
  const other = await page.context().newPage()
  await other.goto('/models')
  await settle2(other)
  await page.getByTestId('user').click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL(/\/login/)
  await other.goto('/audit')
  await other.waitForURL(/\/login\?next=/)
  await other.close()
})

const settle2 = (other: Page) => other.locator('main h1').waitFor()

test('no error was written to the console, and no other host was asked', () => {
  // What the test itself has cut off.
  checkFaults(page, /Failed to load resource: net::ERR_FAILED/)
})
