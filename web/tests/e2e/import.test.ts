// A table of 20,000 rows is imported: tried, found wanting in some cells, written, mended and written again.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { checkAxe, checkFaults, newVisitor, settle, shoot, signIn, startBrowser, startServer, stopServer, type Server } from './bench.ts'

const rows = 20_000
const bad = 137
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

const total = async (filter = ''): Promise<number> => {
  const answer = await fetch(`${server.url}/api/relata/v1/instances/bk_switch?size=1&${filter}`, { headers: { Authorization: `Bearer ${server.token}` } })
  return ((await answer.json()) as { total: number }).total
}
const isBad = (it: number): boolean => it % 145 === 7 && it < 145 * bad
const line = (it: number): string => `A${it},"sw-${it}, rack ${it % 40}",华为,${isBad(it) ? 'nowhere' : `10.2.${it >> 8}.${it % 256}`},待运营,x`
const csv = ['固资编号,名称,Vendor(bk_vendor),bk_admin_ip,bk_biz_status,remark', ...Array.from({ length: rows }, (_, it) => line(it))].join('\r\n')
const give = (text: string): Promise<void> => page.getByTestId('import-file').setInputFiles({ name: 'switches.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
const count = async (status: string): Promise<number> => Number((await page.getByTestId(`import-${status}`).innerText()).replace(/\D/g, ''))
async function download(): Promise<string> {
  const saved = page.waitForEvent('download')
  await page.getByTestId('import-result').click()
  return readFileSync(await (await saved).path(), 'utf8')
}

test('the check says which cells are wrong, and writes nothing', async () => {
  await page.goto('/i/bk_switch')
  await settle(page)
  await page.getByTestId('import').click()
  await page.waitForURL(/\/i\/bk_switch\/import/)
  await give(csv.replace('固资编号,名称', 'Asset number,Name'))
  await page.getByText('20,000 rows with 6 columns').waitFor()
  const chosen = await page.locator('select[aria-label^=Field]').evaluateAll((all) => all.map((it) => (it as HTMLSelectElement).value))
  assert.deepEqual(chosen, ['bk_asset_id', 'bk_inst_name', 'bk_vendor', 'bk_admin_ip', 'bk_biz_status', ''])
  assert.equal(await page.getByTestId('import-key').inputValue(), 'bk_asset_id')
  await checkAxe(page, 'import columns')
  await shoot(page, 'en-light/import-columns')
  await page.getByTestId('import-check').click()
  await page.getByTestId('import-apply').waitFor({ timeout: 120_000 })
  assert.deepEqual([await count('failed'), await count('created'), await count('updated'), await count('unchanged')], [bad, rows - bad, 0, 0])
  assert.equal(await page.getByTestId('import-row').count(), bad)
  const places = await page.getByTestId('import-row').evaluateAll((all) => all.map((row) => [Number((row as HTMLTableRowElement).cells[0]?.innerText), row.querySelector('.wrong')?.textContent]))
  assert.deepEqual(places, Array.from({ length: rows }, (_, it) => it).filter(isBad).map((it) => [it + 2, 'nowhere']))
  assert.equal(await total(), 0)
  await checkAxe(page, 'import check')
  await shoot(page, 'en-light/import-check')
})

let result = ''
test('the good rows are written, and the result has every row with what became of it', async () => {
  assert.equal(await page.getByTestId('import-apply').innerText(), 'Import 19,863 rows, skip 137')
  await page.getByTestId('import-apply').click()
  await page.getByTestId('progress').getByText('19,863 / 19,863').waitFor({ timeout: 120_000 })
  await page.getByTestId('import-result').waitFor()
  assert.equal(await total(), rows - bad)
  result = await download()
  assert.equal(result.match(/,created,/g)?.length, rows - bad)
  assert.equal(result.match(/,failed,/g)?.length, bad)
  await checkAxe(page, 'import result')
})

test('the result, mended, is imported without a fault: what was there is unchanged', async () => {
  await page.getByRole('button', { name: 'Import another file' }).click()
  await give(result.replaceAll('nowhere', '10.3.0.1'))
  await page.getByTestId('import-check').click()
  await page.getByTestId('import-apply').waitFor({ timeout: 120_000 })
  assert.deepEqual([await count('failed'), await count('created'), await count('updated'), await count('unchanged')], [0, bad, 0, rows - bad])
  await page.getByTestId('import-apply').click()
  await page.getByTestId('progress').getByText('137 / 137').waitFor()
  await page.getByTestId('import-result').waitFor()
  assert.equal(await total(), rows)
  assert.equal(await total('f.bk_biz_status.eq=1'), rows)
})

test('what was exported is imported again without a change', async () => {
  for (const format of ['csv', 'ndjson']) {
    await page.goto('/i/bk_switch?f.bk_inst_name.contains=rack%203')
    await settle(page)
    const shown = Number((await page.getByTestId('count').innerText()).replace(/\D/g, ''))
    assert.ok(shown > 500)
    await page.getByTestId('export').click()
    await page.getByTestId('export-save').waitFor()
    if (format === 'ndjson') await page.getByTestId('export-ndjson').check()
    await checkAxe(page, 'export')
    await shoot(page, 'en-light/export')
    const saved = page.waitForEvent('download')
    await page.getByTestId('export-save').click()
    const text = readFileSync(await (await saved).path(), 'utf8')
    await page.goto('/i/bk_switch/import')
    await settle(page)
    await give(text)
    await page.getByTestId('import-check').click()
    await page.getByTestId('import-apply').waitFor({ timeout: 60_000 })
    assert.deepEqual([await count('failed'), await count('created'), await count('updated'), await count('unchanged')], [0, 0, 0, shown], format)
    assert.ok(await page.getByTestId('import-apply').isDisabled())
  }
})

test('what is pasted changes instances by their id; lines that are none are told', async () => {
  await page.goto('/i/bk_switch/import')
  await settle(page)
  await page.getByTestId('import-text').fill('{"bk_inst_id": 1, "bk_inst_name": "renamed"}\nnonsense\n{"bk_inst_id": 999999, "bk_inst_name": "nobody"}')
  await page.getByText('1 lines cannot be read, such as line 2: nonsense').waitFor()
  await page.getByTestId('import-check').click()
  await page.getByTestId('import-apply').waitFor()
  assert.deepEqual([await count('failed'), await count('updated')], [1, 1])
  await page.getByTestId('import-apply').click()
  await page.getByTestId('import-result').waitFor()
  assert.equal(await total('f.bk_inst_name.eq=renamed'), 1)
})

test('no error was written to the console, and no other host was asked', () => checkFaults(page))
