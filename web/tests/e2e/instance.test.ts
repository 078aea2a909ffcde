// Instances: every type of value, every rule at its field, two people at the same instance.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { call, checkAxe, checkFaults, newVisitor, settle, shoot, signIn, startBrowser, startServer, stopServer, type Server } from './bench.ts'

let server: Server
let browser: Browser
let page: Page

const one = (id: string, type: string, more: Record<string, unknown> = {}) =>
  ({ bk_obj_id: 'every', bk_property_id: id, bk_property_name: `The ${id}`, bk_property_type: type, bk_property_group: 'default', editable: true, isrequired: false, option: '', ...more })
const column = (id: string, type: string, option: unknown) => ({ ...one(id, type, { option }), bk_obj_id: undefined, bk_property_group: undefined })
const choices = ['red', 'green', 'blue'].map((it) => ({ id: it, name: `Colour ${it}`, type: 'text', is_default: it === 'red' }))
const fields = [
  one('short', 'singlechar', { option: '^[a-z]+$', isrequired: true, placeholder: 'small letters', unit: 'u' }),
  one('long', 'longchar'), one('whole', 'int', { option: { min: 1, max: 99 } }), one('part', 'float', { option: { min: 0, max: 1 } }),
  one('pick', 'enum', { option: choices }), one('picks', 'enummulti', { option: choices, ismultiple: true }),
  one('quote', 'enumquote', { option: [{ bk_obj_id: 'site', bk_inst_id: 1, type: 'int' }], ismultiple: true }),
  one('day', 'date'), one('moment', 'time'), one('people', 'objuser', { ismultiple: true }), one('zone', 'timezone'), one('truth', 'bool', { option: false }),
  one('rank', 'list', { option: ['gold', 'silver'] }), one('units', 'organization', { ismultiple: true }),
  one('ports', 'innertable', { option: { header: [column('port', 'int', { min: 1, max: 65535 }), column('use', 'singlechar', '')], default: [] } }),
  one('serial', 'id_rule', { option: { rule: 'EV-{{local.incr_id.4}}' } }),
]

before(async () => {
  server = await startServer()
  browser = await startBrowser()
  await call(server, '/api/v3/create/object', { bk_obj_id: 'every', bk_obj_name: 'Every type', bk_classification_id: 'bk_uncategorized', bk_obj_icon: 'icon-cc-default', creator: 'admin' })
  for (const it of fields) await call(server, '/api/v3/create/objectattr', it)
  page = await newVisitor(browser, server)
  await signIn(page, server)
})
after(async () => {
  await browser?.close()
  if (server) await stopServer(server)
})

const stored = async (id: number): Promise<Record<string, unknown>> => {
  const conditions = { condition: 'AND', rules: [{ field: 'bk_inst_id', operator: 'equal', value: id }] }
  return (await call(server, '/api/v3/search/instances/object/every', { conditions, page: { start: 0, limit: 1 } })).info[0]
}
const fault = (field: string) => page.locator(`#fault-${field}`)
const write = async (field: string, text: string) => page.locator(`#field-${field}`).fill(text)
const idOf = (): number => Number(/\/i\/every\/(\d+)/.exec(page.url())?.[1])

test('an instance with a value of every type is created, and every value is as typed after a reload', async () => {
  await page.goto('/i/every?panel=create')
  await settle(page)
  assert.equal(await page.locator('#field-short').getAttribute('placeholder'), 'small letters')
  await write('bk_inst_name', 'first')
  await write('short', 'abc')
  await write('long', 'line one\nline two')
  await write('whole', '42')
  await write('part', '0.25')
  await page.locator('#field-pick').selectOption('green')
  await page.locator('#field-picks').getByLabel('Colour red').check()
  await page.locator('#field-picks').getByLabel('Colour blue').check()
  await write('quote', 'Akron')
  await page.locator('#field-quote-list').getByRole('option').first().click()
  await write('day', '2026-01-31')
  await write('moment', '2026-01-31T08:15:30')
  await write('people', 'ann,bob')
  await write('zone', 'Asia/Shanghai')
  await page.locator('#field-truth').selectOption('true')
  await page.locator('#field-rank').selectOption('silver')
  await write('units', '3, 5')
  await page.getByTestId('add-row-ports').click()
  await page.getByLabel('The port 1').fill('443')
  await page.getByLabel('The use 1').fill('https')
  await page.getByLabel('The use 1').press('Enter')
  await page.getByLabel('The port 2').fill('22')
  await checkAxe(page, 'form of every type')
  await shoot(page, 'instance/form-every-type')
  await page.keyboard.press('Control+Enter')
  await page.getByTestId('toast').getByRole('link').click()
  await page.waitForURL(/\/i\/every\/\d+/)
  await page.reload()
  await settle(page)
  const shown = async (field: string) => page.getByTestId(`value-${field}`).locator('dd').innerText()
  const expected = { bk_inst_name: 'first', short: 'abc u', long: 'line one\nline two', whole: '42', part: '0.25', pick: 'Colour green', picks: 'Colour red, Colour blue', day: '2026-01-31', moment: '2026-01-31 08:15:30', people: 'ann,bob', zone: 'Asia/Shanghai', truth: 'Yes', rank: 'silver', units: '3, 5', serial: 'EV-0001' }
  for (const [field, text] of Object.entries(expected)) assert.equal(await shown(field), text, field)
  assert.match(await shown('quote'), /Akron/)
  assert.deepEqual(await page.getByTestId('table-ports').locator('tbody tr').allInnerTexts(), ['443\thttps', '22\t–'])
  const row = await stored(idOf())
  assert.equal(row.whole, 42)
  assert.deepEqual(row.picks, ['red', 'blue'])
  await checkAxe(page, 'instance of every type')
  await shoot(page, 'instance/every-type')
})

test('opened for a change, every editor shows what is stored, and the table is edited as a grid', async () => {
  await page.getByTestId('edit').click()
  await settle(page)
  const values = { short: 'abc', long: 'line one\nline two', whole: '42', part: '0.25', pick: 'green', day: '2026-01-31', moment: '2026-01-31T08:15:30', people: 'ann,bob', zone: 'Asia/Shanghai', truth: 'true', rank: 'silver', units: '3, 5' }
  for (const [field, value] of Object.entries(values)) assert.equal(await page.locator(`#field-${field}`).inputValue(), value, field)
  assert.equal(await page.getByTestId('id-rule').innerText(), 'EV-0001')
  await page.getByLabel('The port 2').fill('8022')
  await page.getByRole('button', { name: 'Delete row 1' }).click()
  await page.getByTestId('save').click()
  await page.getByTestId('toast').getByText('first saved').waitFor()
  await settle(page)
  assert.deepEqual(await page.getByTestId('table-ports').locator('tbody tr').allInnerTexts(), ['8022\t–'])
  await page.getByTestId('edit').click()
  await page.getByRole('button', { name: 'Delete row 1' }).click()
  await page.getByTestId('save').click()
  await page.getByTestId('table-ports').getByText('No rows').waitFor()
})

test('breaking a rule shows its message at its field, and the focus goes to the first', async () => {
  await page.goto('/i/every?panel=create')
  await settle(page)
  await write('whole', '100')
  await write('part', 'half')
  await write('units', 'x')
  await page.getByTestId('add-row-ports').click()
  await page.getByLabel('The port 1').fill('0')
  await page.getByTestId('save').click()
  await fault('bk_inst_name').waitFor()
  const expected = { bk_inst_name: /required/, short: /required/, whole: /Between 1 and 99/, part: /Give a number/, units: /whole number/i, ports: /Row 1, The port: .*65535/ }
  for (const [field, text] of Object.entries(expected)) assert.match(await fault(field).innerText(), text, field)
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-bk_inst_name')
  await write('short', 'ABC')
  assert.match(await fault('short').innerText(), /\^\[a-z\]\+\$/)
  await checkAxe(page, 'form with faults')
  // What only the server knows is shown at its field, too.
  for (const [field, text] of Object.entries({ bk_inst_name: 'first', short: 'ok', whole: '5', part: '0.5', units: '', zone: 'no zone!' })) await write(field, text)
  await page.getByRole('button', { name: 'Delete row 1' }).click()
  await page.getByTestId('save').click()
  await fault('zone').waitFor()
  await write('zone', '')
  await page.getByTestId('save').click()
  await fault('bk_inst_name').waitFor()
  assert.match(await fault('bk_inst_name').innerText(), /bk_inst_name: "first".*unique/)
  assert.match((await page.getByTestId('conflicting').getAttribute('href')) ?? '', /\/i\/every\/1$/)
  page.once('dialog', (dialog) => void dialog.accept())
  await page.keyboard.press('Escape')
})

test('two people edit the same instance: the second is asked field by field, and both changes are kept', async () => {
  await page.goto('/i/every/1')
  await settle(page)
  await page.getByTestId('edit').click()
  await write('short', 'mine')
  await write('whole', '7')
  const other = await newVisitor(browser, server, 'zh')
  await signIn(other, server)
  await other.goto('/i/every/1')
  await settle(other)
  await other.getByTestId('edit').click()
  await other.locator('#field-short').fill('theirs')
  await other.locator('#field-long').fill('theirs, too')
  await other.getByTestId('save').click()
  await other.getByTestId('toast').getByText('已保存').waitFor()
  await page.getByTestId('save').click()
  await page.getByTestId('conflict').waitFor()
  assert.equal((await stored(1)).short, 'theirs')
  assert.equal(await page.getByTestId('conflict').locator('tbody tr').count(), 3)
  assert.equal(await page.getByTestId('merge').isDisabled(), true)
  await checkAxe(page, 'conflict')
  await shoot(page, 'instance/conflict')
  await page.getByTestId('conflict-short').getByLabel('mine').check()
  await page.getByTestId('merge').click()
  await page.getByTestId('toast').getByText('first saved').waitFor()
  const { short, whole, long } = await stored(1)
  assert.deepEqual({ short, whole, long }, { short: 'mine', whole: 7, long: 'theirs, too' })
  checkFaults(other)
  await other.context().close()
})

test('one attribute is changed where it stands, unless somebody else was faster', async () => {
  await page.goto('/i/every/1')
  await settle(page)
  await page.getByRole('button', { name: 'Edit The whole' }).click()
  await page.getByLabel('The whole', { exact: true }).fill('200')
  await page.getByLabel('The whole', { exact: true }).press('Enter')
  await page.locator('.inline .fault').getByText('99').waitFor()
  await page.getByLabel('The whole', { exact: true }).fill('8')
  await page.getByTestId('inline-save').click()
  await page.waitForFunction(() => document.querySelector('[data-testid=value-whole] dd')?.textContent?.includes('8'))
  assert.equal((await stored(1)).whole, 8)
  await page.getByRole('button', { name: 'Edit The whole' }).click()
  await call(server, '/api/v3/update/instance/object/every/inst/1', { whole: 55 }, 'PUT')
  await page.getByLabel('The whole', { exact: true }).fill('9')
  await page.getByLabel('The whole', { exact: true }).press('Enter')
  await page.locator('.inline .fault').getByText('meanwhile').waitFor()
  assert.equal((await stored(1)).whole, 55)
})

test('an instance is cloned, starred, and its JSON and a call for it are copied', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/i/every/1')
  await settle(page)
  const copied = async (name: string) => {
    await page.getByTestId('more').click()
    await page.getByRole('menuitem', { name }).click()
    return page.evaluate(() => navigator.clipboard.readText())
  }
  assert.equal(JSON.parse(await copied('Copy JSON')).short, 'mine')
  assert.match(await copied('Copy curl command'), /curl .*\/api\/relata\/v1\/instances\/every\/1'/)
  await page.getByTestId('star').click()
  await page.waitForFunction(() => document.querySelector('[data-testid=star]')?.getAttribute('aria-pressed') === 'true')
  await page.reload()
  await page.waitForFunction(() => document.querySelector('[data-testid=star]')?.getAttribute('aria-pressed') === 'true')
  await page.getByTestId('more').click()
  await page.keyboard.press('Enter')
  await settle(page)
  assert.equal(await page.locator('#field-short').inputValue(), 'mine')
  await write('bk_inst_name', 'second')
  await page.getByTestId('save').click()
  await page.waitForURL((url) => /\/i\/every\/\d+$/.test(url.pathname) && url.pathname !== '/i/every/1')
  const row = await stored(idOf())
  assert.deepEqual([row.bk_inst_name, row.short, row.serial === 'EV-0001'], ['second', 'mine', false])
})

for (const [language, theme] of [['zh', 'dark'], ['zh', 'light'], ['en', 'dark']] as const) {
  test(`the page in ${language}, ${theme}`, async () => {
    const other = await newVisitor(browser, server, language, theme)
    await signIn(other, server)
    await other.goto('/i/every/1')
    await settle(other)
    await shoot(other, `${language}-${theme}/instance-every-type`)
    await other.getByTestId('edit').click()
    await settle(other)
    await checkAxe(other, `${language} ${theme}`)
    await shoot(other, `${language}-${theme}/instance-form`)
    checkFaults(other)
    await other.context().close()
  })
}

test('no error was written to the console, and no other host was asked', () => checkFaults(page))
