// The list of instances with 20,000 of them: what people do with it, step by step, and what scrolling costs.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { call, checkAxe, checkFaults, newVisitor, settle, shoot, signIn, startBrowser, startServer, stopServer, type Language, type Server, type Theme } from './bench.ts'

const rows = 20_000
const ofHuawei = 6_667
let server: Server
let browser: Browser
let page: Page

/** Sends operations as lines; gives the verdicts. */
async function bulk(operations: object[]): Promise<{ status: string; id: number }[]> {
  const headers = { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/x-ndjson' }
  const answer = await fetch(`${server.url}/api/relata/v1/bulk?chunk=5000`, { method: 'POST', headers, body: operations.map((it) => JSON.stringify(it)).join('\n') })
  return (await answer.text()).trim().split('\n').map((line) => JSON.parse(line) as { status: string; id: number })
}
const get = async (path: string): Promise<any> => (await fetch(server.url + path, { headers: { Authorization: `Bearer ${server.token}` } })).json()
const post = async (path: string, body: unknown): Promise<any> => {
  const answer = await fetch(server.url + path, { method: 'POST', headers: { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  assert.ok(answer.ok, `${path}: ${await answer.clone().text()}`)
  return answer.json()
}

before(async () => {
  server = await startServer()
  browser = await startBrowser()
  const vendors = ['华为', 'H3C', 'Cisco']
  const switches = Array.from({ length: rows }, (_, it) => ({
    op: 'create', model: 'bk_switch',
    attributes: { bk_asset_id: `A${it}`, bk_inst_name: `sw-${String(it).padStart(5, '0')}`, bk_vendor: vendors[it % 3], bk_model: `S${it % 7}`, bk_operator: it % 2 ? 'ann' : 'bob', bk_admin_ip: `10.1.${it >> 8}.${it % 256}`, bk_biz_status: String(1 + (it % 3)), bk_sn: `SN${it * 7}` },
  }))
  const verdicts = await bulk(switches)
  assert.deepEqual([verdicts.length, verdicts.filter((it) => it.status !== 'created')], [rows, []])
  page = await newVisitor(browser, server)
  await signIn(page, server)
})
after(async () => {
  await browser?.close()
  if (server) await stopServer(server)
})

const total = async (it: Page): Promise<number> => Number((await it.getByTestId('count').innerText()).replace(/\D/g, ''))
const ids = (it: Page): Promise<number[]> => it.locator('tbody tr[data-testid]').evaluateAll((all) => all.map((row) => Number((row as HTMLElement).dataset.testid?.slice(4))))
const column = (it: Page, name: string): Promise<string[]> => it.locator('table').evaluate((table, wanted) => {
  const at = [...table.querySelectorAll('th')].findIndex((head) => head.innerText.trim().startsWith(wanted))
  return [...table.querySelectorAll<HTMLTableRowElement>('tbody tr[data-testid]')].map((row) => row.cells[at]?.innerText.trim() ?? '')
}, name)
const scrollTo = (it: Page, row: number): Promise<void> => it.locator('.box').evaluate((box, at) => { box.scrollTop = at * 37 }, row)
const huawei = `/i/bk_switch?f.bk_vendor.in=${encodeURIComponent('华为')}&sort=-bk_inst_id`

test('the address says which rows there are, newest first, and the total is exact', async () => {
  await page.goto(huawei)
  await settle(page)
  assert.equal(await total(page), ofHuawei)
  const shown = await ids(page)
  assert.ok(shown.length > 10)
  assert.deepEqual(shown, [...shown].sort((a, b) => b - a))
  assert.deepEqual(new Set(await column(page, 'Vendor')), new Set(['华为']))
})

let url = ''
test('a further filter is suggested with counts, and its address shows the same in a second browser', async () => {
  await page.keyboard.press('f')
  await page.locator('#filter-attribute').selectOption('bk_model')
  await page.locator('#filter-operator').selectOption('in')
  await page.locator('#filter-value').fill('S')
  const suggestion = page.getByTestId('suggest-S3')
  const expected = (await get(`/api/relata/v1/instances/bk_switch?f.bk_vendor.in=${encodeURIComponent('华为')}&f.bk_model.eq=S3&size=1`)).total
  assert.equal((await suggestion.innerText()).replace(/\s+/g, ' '), `S3 ${expected}`)
  await suggestion.click()
  await page.getByTestId('apply-filter').click()
  await page.waitForURL(/f\.bk_model\.in=S3/)
  await settle(page)
  assert.equal(await total(page), expected)
  url = page.url()
  const other = await newVisitor(browser, server, 'zh')
  await signIn(other, server)
  await other.goto(url)
  await settle(other)
  assert.equal(await total(other), expected)
  assert.deepEqual(await ids(other), await ids(page))
  checkFaults(other)
  await other.context().close()
})

test('it is saved as a shared view, which another user opens by its name', async () => {
  await page.getByTestId('views').click()
  await page.getByTestId('view-new').click()
  await page.locator('#view-name').fill('华为 S3, newest')
  await page.getByTestId('view-shared').check()
  await page.getByTestId('view-save').click()
  await page.getByText('View 华为 S3, newest saved').waitFor()
  await page.waitForURL(/view=/)
  await post('/api/relata/v1/users/create', { user: 'ann' })
  await post('/api/relata/v1/roles/give', { role: 'viewer', user: 'ann' })
  const program = process.env.RELATA_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(resolve(process.cwd(), '..'), 'target'), 'debug/relata')
  execFileSync(program, ['user', 'password', 'ann', '--stdin', '--url', server.url], { input: 'a password of ann\n', env: { ...process.env, RELATA_TOKEN: server.token } })
  const ann = await newVisitor(browser, server)
  await ann.goto('/login')
  await ann.locator('#user').fill('ann')
  await ann.locator('#password').fill('a password of ann')
  await ann.locator('button.primary').click()
  await ann.waitForURL((it) => it.pathname !== '/login')
  await ann.goto('/i/bk_switch')
  await settle(ann)
  await ann.getByTestId('views').click()
  await ann.getByRole('button', { name: '华为 S3, newest' }).click()
  await ann.waitForURL(/f\.bk_model\.in=S3/)
  await settle(ann)
  assert.deepEqual([await total(ann), await ids(ann)], [await total(page), await ids(page)])
  const slug = new URL(page.url()).searchParams.get('view') ?? ''
  await ann.goto(`/i/bk_switch?view=${encodeURIComponent(slug)}`)
  await ann.waitForURL(/f\.bk_model\.in=S3/)
  await settle(ann)
  assert.equal(await total(ann), await total(page))
  // It is not hers to change.
  await ann.getByTestId('views').click()
  await ann.getByTestId(`view-${slug}`).waitFor()
  assert.equal(await ann.getByRole('button', { name: /Delete the view/ }).count(), 0)
  checkFaults(ann)
  await ann.context().close()
})

test('a view that was changed can be brought up to date, and deleted', async () => {
  await page.locator('thead').getByRole('button', { name: 'Name' }).click()
  await page.waitForURL(/sort=bk_inst_name/)
  await page.getByTestId('views').click()
  await page.getByTestId('view-update').click()
  await page.getByText('saved').first().waitFor()
  assert.match((await get('/api/relata/v1/views?model=bk_switch')).items[0].query, /sort=bk_inst_name/)
  await page.getByTestId('views').click()
  page.once('dialog', (dialog) => void dialog.accept())
  await page.getByRole('button', { name: 'Delete the view 华为 S3, newest' }).click()
  await page.getByText('View 华为 S3, newest deleted').waitFor()
  assert.deepEqual((await get('/api/relata/v1/views?model=bk_switch')).items, [])
  await page.keyboard.press('Escape')
})

test('20,000 rows are one scroll, of which a few are in the page; the middle and the end come when one jumps there', async () => {
  await page.goto('/i/bk_switch')
  await settle(page)
  assert.equal(await total(page), rows)
  for (const index of [10_000, rows - 1, 3, 7_321]) {
    await scrollTo(page, Math.max(0, index - 5))
    const row = page.locator(`tbody tr[aria-rowindex="${index + 2}"][data-testid]`)
    await row.waitFor()
    assert.equal(await row.locator('td').nth(1).locator('a').innerText(), `sw-${String(index).padStart(5, '0')}`)
    assert.ok((await page.locator('tbody tr').count()) < 60)
  }
})

test('a network that is gone in the middle of the list is an error with a way on, and no empty table', async () => {
  await page.goto('/i/bk_switch?sort=bk_inst_name')
  await settle(page)
  await page.route('**/api/relata/v1/instances/**', (route) => route.abort())
  await scrollTo(page, 12_000)
  await page.getByTestId('error').waitFor()
  assert.equal(await page.getByTestId('empty').count(), 0)
  assert.equal(await total(page), rows)
  assert.ok((await page.locator('tbody tr[aria-rowindex]').count()) > 10)
  await checkAxe(page, 'error in the middle')
  await shoot(page, 'en-light/list-error')
  // What was read is still there.
  await scrollTo(page, 0)
  await page.locator('tbody tr[aria-rowindex="2"][data-testid]').waitFor()
  await scrollTo(page, 12_000)
  await page.unroute('**/api/relata/v1/instances/**')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('tbody tr[aria-rowindex="12002"][data-testid]').waitFor()
  assert.equal(await page.getByTestId('error').count(), 0)
})

test('all 6,667 are selected and changed with their progress, under one request id', async () => {
  await page.goto(huawei)
  await settle(page)
  await page.locator('thead input[type=checkbox]').check()
  await page.getByTestId('selection').getByText('500 selected').waitFor()
  await page.getByTestId('select-all').click()
  await page.getByTestId('selection').getByText('6,667 selected').waitFor()
  await page.getByTestId('bulk-edit').click()
  const field = page.getByTestId('bulk-bk_operator')
  await field.getByLabel('Set').check()
  await field.getByText('Now: bob (3,334) · ann (3,333)').waitFor()
  await field.locator('input.field').fill('carol')
  assert.equal(await page.getByTestId('bulk-apply').innerText(), 'Change 6,667 instances')
  await checkAxe(page, 'bulk edit')
  await page.getByTestId('bulk-apply').click()
  await page.getByTestId('progress').getByText('6,667 / 6,667').waitFor({ timeout: 120_000 })
  await page.getByTestId('bulk-close').waitFor()
  const request = await page.getByTestId('request').innerText()
  assert.match(await page.getByTestId('toast').getByRole('link').getAttribute('href') ?? '', new RegExp(`/audit\\?rid=${request}`))
  await page.getByTestId('bulk-close').click()
  const condition = { operation_time: { start: '2020-01-01 00:00:00', end: '2100-01-01 00:00:00' }, resource_type: 'model_instance', bk_obj_id: 'bk_switch', action: ['update'] }
  let found = 0
  for (let start = 0; start < ofHuawei; start += 200) {
    const { count, info } = await call(server, '/api/v3/findmany/audit_list', { condition, page: { start, limit: 200, sort: '-id' } })
    assert.equal(count, ofHuawei)
    found += info.filter((it: { rid: string }) => it.rid === request).length
  }
  assert.equal(found, ofHuawei)
  await settle(page)
  assert.deepEqual(new Set(await column(page, 'Operator')), new Set(['carol']))
  assert.equal((await get('/api/relata/v1/instances/bk_switch?f.bk_operator.eq=carol&size=1')).total, ofHuawei)
})

test('a bulk change says which of them failed and why, and "all" may have exceptions', async () => {
  await page.goto('/i/bk_switch?f.bk_inst_name.begins_with=sw-1000')
  await settle(page)
  assert.equal(await total(page), 10)
  await page.locator('thead input[type=checkbox]').check()
  await page.locator('tbody input[type=checkbox]').first().uncheck()
  await page.getByTestId('selection').getByText('9 selected').waitFor()
  const gone = (await ids(page))[4] ?? 0
  assert.deepEqual((await bulk([{ op: 'delete', model: 'bk_switch', instance: gone }])).map((it) => it.status), ['deleted'])
  await page.getByTestId('bulk-edit').click()
  await page.getByTestId('bulk-bk_sn').getByLabel('Clear').check()
  await page.getByTestId('bulk-apply').click()
  await page.getByTestId('failed-count').getByText('1 failed').waitFor()
  assert.match(await page.getByTestId('failure').innerText(), new RegExp(`#${gone}`))
  await page.getByTestId('bulk-close').click()
  await page.getByTestId('selection').waitFor()
  assert.equal((await get('/api/relata/v1/instances/bk_switch?f.bk_sn.empty=1&size=1')).total, 8)
})

test('a cell is edited where it is; what the server refuses is said there, and nobody is overwritten', async () => {
  await page.goto('/i/bk_switch?f.bk_inst_name.begins_with=sw-0200')
  await settle(page)
  const [id = 0] = await ids(page)
  const row = page.getByTestId(`row-${id}`)
  await row.locator('td').nth(1).dblclick({ position: { x: 200, y: 20 } })
  const editor = page.getByTestId('cell-editor')
  await editor.locator('input').fill('x'.repeat(400))
  await page.keyboard.press('Enter')
  await editor.getByRole('alert').waitFor()
  await checkAxe(page, 'cell editor')
  await editor.locator('input').fill('sw-0200 renamed')
  await page.keyboard.press('Enter')
  await editor.waitFor({ state: 'detached' })
  await row.getByText('sw-0200 renamed').waitFor()
  await call(server, `/api/v3/update/instance/object/bk_switch/inst/${id}`, { bk_inst_name: 'theirs' }, 'PUT')
  await page.keyboard.press('e')
  await editor.locator('input').fill('mine')
  await page.keyboard.press('Enter')
  await editor.getByText('Somebody else has changed it to: theirs').waitFor()
  await page.keyboard.press('Escape')
  await row.getByText('theirs').waitFor()
  // A kind with choices, reached by keys.
  await page.goto('/i/bk_switch?f.bk_inst_name.equal=theirs&cols=bk_inst_id,bk_vendor,bk_model,bk_sn,bk_operator,bk_asset_id,bk_biz_status')
  await settle(page)
  await page.keyboard.press('j')
  const heads = await page.locator('th').allInnerTexts()
  const steps = heads.findIndex((it) => it.startsWith('Operating status')) - 1
  for (let it = 0; it < steps; it++) await page.keyboard.press('ArrowRight')
  await page.keyboard.press('e')
  await editor.locator('select').selectOption('3')
  await page.keyboard.press('Enter')
  await editor.waitFor({ state: 'detached' })
  assert.equal((await get(`/api/relata/v1/instances/bk_switch?f.bk_inst_id.eq=${id}`)).items[0].bk_biz_status, '3')
})

test('headers sort by two keys, Alt with a click filters, and rows are selected by keys', async () => {
  await page.goto('/i/bk_switch')
  await settle(page)
  const head = page.locator('thead')
  await head.getByRole('button', { name: 'Vendor' }).click()
  await head.getByRole('button', { name: 'Name' }).click({ modifiers: ['Shift'] })
  await page.waitForURL(/sort=bk_vendor(%2C|,)bk_inst_name/)
  await head.getByRole('button', { name: 'Name' }).click({ modifiers: ['Shift'] })
  await page.waitForURL(/sort=bk_vendor(%2C|,)-bk_inst_name/)
  await settle(page)
  const names = await column(page, 'Name')
  assert.deepEqual(names.map((it) => it.slice(0, 8)), [...names].sort().reverse().map((it) => it.slice(0, 8)))
  assert.deepEqual(new Set(await column(page, 'Vendor')), new Set(['Cisco']))
  await page.locator('tbody tr[data-testid]').nth(2).getByText('Cisco').click({ modifiers: ['Alt'] })
  await page.waitForURL(/f\.bk_vendor\.equal=Cisco/)
  await settle(page)
  for (const key of ['j', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key)
  await page.getByTestId('selection').getByText('4 selected').waitFor()
  await page.keyboard.press('x')
  await page.getByTestId('selection').getByText('3 selected').waitFor()
  await page.keyboard.press('Escape')
  assert.equal(await page.getByTestId('selection').count(), 0)
})

test('columns are moved and made wider, and are so for the same user elsewhere; one may count links', async () => {
  await page.goto('/i/rack')
  await settle(page)
  const heads = (it: Page): Promise<string[]> => it.locator('th[scope=col]').evaluateAll((all) => all.map((one) => (one as HTMLElement).innerText.trim()))
  const [, , third = '', fourth = ''] = await heads(page)
  await page.locator('th[scope=col]').nth(3).dragTo(page.locator('th[scope=col]').nth(2))
  await page.waitForFunction((name) => [...document.querySelectorAll('th[scope=col]')][2]?.textContent?.trim().startsWith(name), fourth)
  assert.equal((await heads(page))[3], third)
  const handle = await page.locator('th .handle').nth(1).boundingBox()
  assert.ok(handle)
  const before = (await page.locator('th[scope=col]').nth(1).boundingBox())?.width ?? 0
  await page.mouse.move(handle.x + 3, handle.y + 10)
  await page.mouse.down()
  await page.mouse.move(handle.x + 83, handle.y + 10, { steps: 4 })
  const kept = page.waitForResponse(/usercustom$/)
  await page.mouse.up()
  await kept
  await page.keyboard.press('c')
  await page.locator('.popover').getByText('→').first().click()
  await page.keyboard.press('Escape')
  await page.reload()
  await settle(page)
  assert.equal((await heads(page))[2], fourth)
  const width = (await page.locator('th[scope=col]').nth(1).boundingBox())?.width ?? 0
  assert.ok(width >= before + 60, `${before} is now ${width}`)
  const other = await newVisitor(browser, server)
  await signIn(other, server)
  await other.goto('/i/rack')
  await settle(other)
  assert.deepEqual(await heads(other), await heads(page))
  await other.context().close()
  // The column counts what the API counts.
  const association = (await call(server, '/api/v3/find/objectassociation', { condition: { bk_obj_id: 'rack' } }))[0].bk_obj_asst_id
  const [first = 0] = await ids(page)
  const rules = [{ field: 'bk_obj_asst_id', operator: 'equal', value: association }, { field: 'bk_inst_id', operator: 'equal', value: first }]
  const { count } = await call(server, '/api/v3/count/instance_associations/object/rack', { conditions: { condition: 'AND', rules } })
  assert.equal((await column(page, '→'))[0], String(count))
})

test('many are deleted together with their links, after these were shown and the number was typed', async () => {
  const linked = (await get('/api/relata/v1/instances/rack?size=30&sort=bk_inst_id')).items as { bk_inst_id: number }[]
  const before = (await get('/api/relata/v1/instances/rack?size=1')).total
  await page.goto(`/i/rack?f.bk_inst_id.in=${linked.map((it) => it.bk_inst_id).join(',')}`)
  await settle(page)
  await page.locator('thead input[type=checkbox]').check()
  await page.getByTestId('delete').click()
  await page.getByTestId('lost').waitFor()
  assert.ok(await page.getByTestId('confirm-delete').isDisabled())
  await checkAxe(page, 'bulk delete')
  await page.locator('#delete-count').fill('30')
  await page.getByTestId('confirm-delete').click()
  // Those with links are refused; the links are still there.
  const failed = Number((await page.getByTestId('failed-count').innerText()).replace(/\D/g, ''))
  assert.ok(failed > 0)
  await page.getByTestId('bulk-close').click()
  assert.equal((await get('/api/relata/v1/instances/rack?size=1')).total, before - 30 + failed)
  await settle(page)
  await page.locator('thead input[type=checkbox]').check()
  await page.getByTestId('delete').click()
  await page.getByTestId('with-links').check()
  if (failed > 20) await page.locator('#delete-count').fill(String(failed))
  await page.getByTestId('confirm-delete').click()
  await page.getByText(`${failed} instances deleted`).waitFor()
  assert.equal((await get('/api/relata/v1/instances/rack?size=1')).total, before - 30)
})

test('scrolling over 10,000 rows costs so much a frame', async (context) => {
  await page.goto('/i/bk_switch')
  await settle(page)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find((it) => it.name === 'TaskDuration')?.value ?? 0
  }
  /** Scrolls down by so many pixels in each of so many frames. */
  const scroll = (by: number, frames: number): Promise<number> => page.locator('.box').evaluate((box, [by = 0, frames = 0]) => new Promise<number>((done) => {
    let most = 0
    const next = (left: number): void => {
      box.scrollTop += by
      most = Math.max(most, document.querySelectorAll('tbody tr').length)
      if (left === 0) done(most)
      else requestAnimationFrame(() => next(left - 1))
    }
    requestAnimationFrame(() => next(frames))
  }), [by, frames])
  await scroll(120, 20)
  for (const [what, by, frames] of [['by the wheel, 120 px a frame', 120, 600], ['over 10,000 rows, 1,000 px a frame', 1000, 370]] as const) {
    await page.locator('.box').evaluate((box) => { box.scrollTop = 0 })
    await settle(page)
    const before = await spent()
    const most = await scroll(by, frames)
    const cost = ((await spent()) - before) / frames * 1000
    context.diagnostic(`${what}: ${cost.toFixed(2)} ms of the main thread a frame`)
    console.log(`# scrolling ${what}: ${cost.toFixed(2)} ms of the main thread a frame, at most ${most} rows in the page`)
    assert.ok(most < 60, `${most} rows in the page`)
  }
  await session.detach()
})

const pictures: [string, string, ((it: Page) => Promise<void>)?][] = [
  ['switches', huawei],
  ['switches-cell', '/i/bk_switch', async (it) => { await it.locator('tbody tr[data-testid]').nth(3).locator('td').nth(4).dblclick(); await it.getByTestId('cell-editor').waitFor() }],
  ['switches-filter', huawei, async (it) => { await it.keyboard.press('f'); await it.locator('#filter-attribute').selectOption('bk_model'); await it.locator('#filter-operator').selectOption('in'); await it.getByTestId('suggest-S3').waitFor() }],
  ['switches-columns', '/i/bk_switch', async (it) => { await it.keyboard.press('c') }],
  ['switches-views', huawei, async (it) => { await it.getByTestId('views').click(); await it.getByTestId('view-new').click() }],
  ['switches-selected', huawei, async (it) => { await it.locator('thead input[type=checkbox]').check() }],
  ['switches-bulk', huawei, async (it) => { await it.locator('thead input[type=checkbox]').check(); await it.getByTestId('select-all').click(); await it.getByTestId('bulk-edit').click(); await it.getByTestId('bulk-bk_model').locator('input[type=radio]').nth(1).check(); await it.getByTestId('bulk-bk_model').getByTestId('old').getByText('S3').waitFor(); await it.getByTestId('bulk-bk_biz_status').locator('input[type=radio]').nth(2).check() }],
  ['switches-delete', '/i/device?f.face.eq=front', async (it) => { await it.locator('thead input[type=checkbox]').check(); await it.getByTestId('delete').click(); await it.getByTestId('confirm-delete').waitFor(); await it.getByTestId('lost').waitFor() }],
]

for (const language of ['en', 'zh'] as const) {
  test(`the parts of the list in ${language}`, async (context) => {
    const other = await newVisitor(browser, server, language satisfies Language)
    await signIn(other, server)
    await post('/api/relata/v1/views', { model: 'bk_switch', name: `华为 ${language}`, query: 'sort=-bk_inst_id', shared: language === 'en' })
    for (const [name, path, act] of pictures) {
      await context.test(name, async () => {
        await other.goto(path)
        await settle(other)
        await act?.(other)
        for (const theme of ['dark', 'light'] satisfies Theme[]) {
          await other.emulateMedia({ colorScheme: theme })
          await settle(other)
          await shoot(other, `${language}-${theme}/${name}`)
          if (language === 'en') await checkAxe(other, `${name}, ${theme}`)
        }
      })
    }
    checkFaults(other)
    await other.context().close()
  })
}

test('no error was written to the console, and no other host was asked', () => {
  // What the test itself has cut off, and what the server has refused on purpose.
  checkFaults(page, /Failed to load resource: (net::ERR_FAILED|the server responded with a status of 4)/)
})
