// Links of instances: the tab of an instance, and the dialog for many, against the real program.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page, Route } from 'playwright-core'
import { call, checkAxe, checkFaults, killServer, load, newVisitor, program, restartServer, settle, shoot, signIn, startBrowser, startServer, stopServer, type Server } from './bench.ts'

let server: Server
let browser: Browser
let page: Page
const folder = mkdtempSync(join(tmpdir(), 'relata-links-'))
before(async () => {
  server = await startServer()
  browser = await startBrowser()
  page = await newVisitor(browser, server)
  await signIn(page, server)
})
after(async () => {
  await browser?.close()
  if (server) await stopServer(server)
  rmSync(folder, { recursive: true })
})

const association = 'rack_group_device'
interface Link { id: number; bk_inst_id: number; bk_asst_inst_id: number }
/** All links of an association, by id. */
async function linksOf(of = association, on = server): Promise<Link[]> {
  const conditions = { condition: 'AND', rules: [{ field: 'bk_obj_asst_id', operator: 'equal', value: of }] }
  const found: Link[] = []
  for (let start = 0; ; start += 500) {
    const { info } = await call(on, `/api/v3/search/instance_associations/object/${of.split('_')[0]}`, { conditions, page: { start, limit: 500, sort: 'id' } })
    found.push(...info)
    if (info.length < 500) return found
  }
}
const audited = async (on = server): Promise<number> => {
  const condition = { operation_time: { start: '2000-01-01 00:00:00', end: '2099-01-01 00:00:00' } }
  return (await call(on, '/api/v3/findmany/audit_list', { condition, page: { start: 0, limit: 1 } })).count
}
let source = 700_000
const device = (name: string, more: object = {}) => ({ op: 'create', model: 'device', attributes: { bk_inst_name: name, status: 'active', source_id: ++source, ...more } })
const rack = (name: string) => ({ op: 'create', model: 'rack', attributes: { bk_inst_name: name, name, status: 'active', source_id: ++source } })
const range = (count: number, from = 0): number[] => Array.from({ length: count }, (_, it) => from + it)
async function named(model: string, ids: number[]): Promise<Map<number, string>> {
  const conditions = { condition: 'AND', rules: [{ field: 'bk_inst_id', operator: 'in', value: ids }] }
  const { info } = await call(server, `/api/v3/search/instances/object/${model}`, { conditions, fields: ['bk_inst_id', 'bk_inst_name'], page: { limit: 500 } })
  return new Map((info as { bk_inst_id: number; bk_inst_name: string }[]).map((it) => [it.bk_inst_id, it.bk_inst_name]))
}
const chips = (): Promise<Record<string, number>> => page.locator('[data-testid^=verdict-]').evaluateAll((all) => Object.fromEntries(all.map((it) => [(it as HTMLElement).dataset.testid?.slice(8), Number(it.querySelector('b')?.textContent?.replace(/\D/g, ''))])))
async function openDialog(of = association): Promise<void> {
  await page.goto(`/models/${of.split('_')[0]}/associations?panel=associate&association=${of}`)
  await page.locator('#batch-association').waitFor()
  await settle(page)
  assert.equal(await page.locator('#batch-association').inputValue(), of)
}
async function preview(text: string): Promise<Record<string, number>> {
  // At once, as a paste is.
  await page.getByTestId('pairs').evaluate((box: HTMLTextAreaElement, value) => { box.focus(); box.value = value; box.dispatchEvent(new Event('input', { bubbles: true })) }, text)
  await page.keyboard.press('Control+Enter')
  await page.getByTestId('apply').waitFor()
  return chips()
}
async function apply(): Promise<Record<string, number>> {
  await page.getByTestId('apply').click()
  await page.getByTestId('batch-result').waitFor()
  return chips()
}
async function close(): Promise<void> {
  await page.getByTestId('batch-close').click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}
/** The rows of the result as the dialog gives them: line, source, target, verdict, text, reason, link. */
async function download(): Promise<string[][]> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()])
  const text = readFileSync(await file.path(), 'utf8').replace(/^\uFEFF/, '').trim()
  return text.split('\r\n').slice(1).map((line) => [...line.matchAll(/"((?:[^"]|"")*)"/g)].map((it) => (it[1] ?? '').replaceAll('""', '"')))
}

/** Runs the command line against the server. */
function relata(args: string[], { status = 0, input = '' } = {}): void {
  const done = spawnSync(program(), args, { env: { ...process.env, RELATA_URL: server.url, RELATA_TOKEN: server.token }, encoding: 'utf8', input })
  assert.equal(done.status, status, done.stderr)
}

/** A thousand lines, of which 40 must fail, each kind spread over the file. */
async function thousand(prefix: string): Promise<{ lines: [string, string][]; expected: string[] }> {
  const names = range(960).map((it) => `${prefix}-${String(it).padStart(4, '0')}`)
  await load(server, names.map((it) => device(it)))
  const there = (await linksOf()).slice(0, 10)
  const [racks, devices] = await Promise.all([named('rack', there.map((it) => it.bk_inst_id)), named('device', there.map((it) => it.bk_asst_inst_id))])
  const pair = (it: Link): [string, string] => [racks.get(it.bk_inst_id) ?? '', devices.get(it.bk_asst_inst_id) ?? '']
  const other = (it: Link): string => (racks.get(it.bk_inst_id) === 'MDF/R102' ? 'MDF/R101' : 'MDF/R102')
  const rows: [string, [string, string]][] = names.map((it) => ['done', ['MDF/R101', it]])
  const bad: [string, [string, string]][] = [
    ...range(10).map((it): [string, [string, string]] => ['no_source', [`no-rack-${it}`, names[it] ?? '']]),
    ...range(10).map((it): [string, [string, string]] => ['no_target', ['MDF/R101', `no-device-${it}`]]),
    ...range(10).map((it): [string, [string, string]] => ['repeated', ['MDF/R101', names[it] ?? '']]),
    ...there.slice(0, 5).map((it): [string, [string, string]] => ['exists', pair(it)]),
    ...there.slice(5).map((it): [string, [string, string]] => ['violates', [other(it), pair(it)[1]]]),
  ]
  bad.forEach((it, index) => rows.splice(20 + index * 24, 0, it))
  return { lines: rows.map((it) => it[1]), expected: rows.map((it) => it[0]) }
}
const refusals = { no_source: 10, no_target: 10, repeated: 10, exists: 5, violates: 5 }
const csv = (lines: [string, string][]): string => lines.map((it) => it.map((cell) => `"${cell}"`).join(',')).join('\n')

test('a thousand lines are previewed exactly, 960 written and 40 told why, taken back, and the command line says the same', async () => {
  const { lines, expected } = await thousand('thousand')
  const file = join(folder, 'pairs.csv')
  writeFileSync(file, `${csv(lines)}\n`)
  const link = (...more: string[]): { line: number; status: string }[] => {
    const results = join(folder, 'results.ndjson')
    relata(['link', '--association', association, '--file', file, '--results', results, ...more], { status: 6 })
    return readFileSync(results, 'utf8').trim().split('\n').map((it) => JSON.parse(it) as { row: number; status: string }).map((it) => ({ line: it.row, status: it.status }))
  }
  const [before, changes] = [await linksOf(), await audited()]

  await openDialog()
  assert.deepEqual(await preview(lines.map((it) => it.join('\t')).join('\n')), { new: 960, ...refusals })
  assert.equal(await page.getByTestId('apply').innerText(), 'Link 960, skip 40')
  assert.deepEqual(await linksOf(), before)
  assert.equal(await audited(), changes)
  // Only those in sight are in the page.
  assert.ok((await page.locator('[data-testid^=pair-]').count()) < 60)
  await checkAxe(page, 'preview')
  const foretold = link('--dry-run')
  assert.deepEqual(foretold.map((it) => it.status === 'created'), expected.map((it) => it === 'done'))

  assert.deepEqual(await apply(), { done: 960, ...refusals })
  assert.equal(await page.getByTestId('batch-result').innerText(), '960 linked, 40 not')
  assert.match(await page.getByTestId('pair-1').innerText(), /linked #\d+/)
  const result = await download()
  assert.deepEqual(result.map((it) => it[3]), expected)
  const refused = result.filter((it) => it[3] !== 'done')
  assert.equal(refused.length, 40)
  assert.ok(refused.every((it) => it[4] !== ''))
  const made = result.filter((it) => it[3] === 'done').map((it) => Number(it[6]))
  const known = new Set(before.map((it) => it.id))
  assert.deepEqual((await linksOf()).filter((it) => !known.has(it.id)).map((it) => it.id), [...made].sort((a, b) => a - b))
  assert.equal(await audited(), changes + 960)

  await page.getByTestId('undo').click()
  await page.getByText('Undone: 960 links deleted').waitFor()
  assert.deepEqual(await linksOf(), before)
  assert.equal(await audited(), changes + 2 * 960)
  await close()

  const written = link()
  assert.deepEqual(written.map((it) => [it.line, it.status === 'created']), expected.map((it, index) => [index + 1, it === 'done']))
  assert.equal((await linksOf()).length, before.length + 960)
})

test('what failed comes back into the box, and is linked when it was put right', async () => {
  await load(server, ['fix-1', 'fix-2'].map((it) => device(it)))
  await openDialog()
  assert.deepEqual(await preview('MDF/R101\tfix-1\nMDF/R101\tfix-02\nalone'), { new: 1, no_target: 1, unread: 1 })
  await apply()
  await page.getByTestId('put-back').click()
  assert.equal(await page.getByTestId('pairs').inputValue(), 'MDF/R101\tfix-02\nalone')
  assert.deepEqual(await preview('MDF/R101\tfix-2'), { new: 1 })
  await page.keyboard.press('Control+Enter')
  await page.getByText('1 linked, 0 not').waitFor()
  assert.deepEqual(await chips(), { done: 1 })
  await close()
})

test('all or nothing writes nothing while a row is wrong', async () => {
  await load(server, ['whole-1', 'whole-2'].map((it) => device(it)))
  const before = await linksOf()
  await openDialog()
  await preview('MDF/R101\twhole-1\nMDF/R101\twhole-2\nMDF/R101\tnobody')
  await page.getByTestId('whole').check()
  await page.getByText('1 rows cannot be written, so none would be.').waitFor()
  assert.ok(await page.getByTestId('apply').isDisabled())
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await preview('MDF/R101\twhole-1\nMDF/R101\twhole-2')
  await page.getByTestId('whole').check()
  assert.deepEqual(await apply(), { done: 2 })
  assert.equal((await linksOf()).length, before.length + 2)
  await close()
})

test('links are replaced in one transaction, and come back by undo', async () => {
  const devices = await load(server, ['replace-1', 'replace-2'].map((it) => device(it)))
  const racks = await load(server, ['replace-a', 'replace-b'].map(rack))
  await load(server, [{ op: 'create', association, source: racks[0], target: devices[0] }])
  const pairs = async (): Promise<string[]> => (await linksOf()).filter((it) => devices.includes(it.bk_asst_inst_id)).map((it) => `${it.bk_inst_id}>${it.bk_asst_inst_id}`).sort()
  await openDialog()
  await page.locator('input[name=mode][value=replace]').check()
  assert.deepEqual(await preview('replace-b\treplace-1\nreplace-b\treplace-2\nreplace-a\treplace-1'), { replaces: 1, new: 1, violates: 1 })
  assert.deepEqual(await pairs(), [`${racks[0]}>${devices[0]}`])
  const requests: string[] = []
  const note = (request: { url: () => string }): void => { if (request.url().includes('/bulk?')) requests.push(request.url()) }
  page.on('request', note)
  assert.deepEqual(await apply(), { replaced: 1, done: 1, violates: 1 })
  page.off('request', note)
  assert.equal(requests.length, 1)
  assert.match(requests[0] ?? '', /mode=atomic&dry_run=false/)
  assert.deepEqual(await pairs(), [`${racks[1]}>${devices[0]}`, `${racks[1]}>${devices[1]}`])
  await page.getByTestId('undo').click()
  await page.getByText('Undone: 3 changes').waitFor()
  assert.deepEqual(await pairs(), [`${racks[0]}>${devices[0]}`])
  await close()
  await openDialog('site_belong_tag')
  assert.equal(await page.locator('input[name=mode][value=replace]').count(), 0)
})

test('links are removed by the same pairs, and come back by undo', async () => {
  const devices = await load(server, ['gone-1', 'gone-2'].map((it) => device(it)))
  const [holder] = await load(server, [rack('gone-rack')])
  await load(server, [{ op: 'create', association, source: holder, target: devices[0] }])
  const before = (await linksOf()).length
  await openDialog()
  await page.locator('input[name=mode][value=remove]').check()
  assert.deepEqual(await preview('gone-rack,gone-1\ngone-rack,gone-2'), { remove: 1, not_linked: 1 })
  assert.deepEqual(await apply(), { removed: 1, not_linked: 1 })
  assert.equal((await linksOf()).length, before - 1)
  await page.getByTestId('undo').click()
  await page.getByText('Undone: 1 changes').waitFor()
  assert.equal((await linksOf()).length, before)
  await close()
})

test('ends are named by a rule of two attributes, by notation, by id, and one of three of a name is chosen', async () => {
  const keys = []
  for (const [id, kind] of [['e2e_slot', 'singlechar'], ['e2e_unit', 'int']]) {
    const made = await call(server, '/api/v3/create/objectattr', { bk_obj_id: 'device', bk_property_id: id, bk_property_name: id, bk_property_type: kind, bk_property_group: 'default', editable: true, option: kind === 'int' ? { min: '', max: '' } : '' })
    keys.push({ key_kind: 'property', key_id: made.id })
  }
  const { id: rule } = await call(server, '/api/v3/create/objectunique/object/device', { keys })
  const ids = await load(server, ['twin-1', 'twin-2', 'twin-3'].map((it, index) => device(it, { name: 'twin', e2e_slot: 'slot', e2e_unit: index + 40 })))
  await openDialog()
  await page.locator('#batch-key-target').selectOption(`rule:${rule}`)
  assert.deepEqual(await preview(`MDF/R101\tslot\t42\nMDF/R101\tslot\t1\nbk_inst_name=MDF/R102\tname=twin`), { new: 1, no_target: 1, ambiguous: 1 })
  await page.getByTestId('verdict-ambiguous').click()
  await shoot(page, 'links/ambiguous')
  await page.getByTestId('pair-3').getByRole('combobox').selectOption(String(ids[0]))
  await page.getByTestId('verdict-new').getByText('2').waitFor()
  assert.deepEqual(await apply(), { done: 2, no_target: 1 })
  await close()
  await openDialog()
  await page.locator('#batch-key-target').selectOption('bk_inst_id')
  assert.deepEqual(await preview(`MDF/R101;${ids[1]}\nMDF/R101;${ids[2]}`), { new: 1, exists: 1 })
  page.once('dialog', (dialog) => void dialog.accept())
  await page.keyboard.press('Escape')
})

test('who may only change some of the instances is told which rows are not theirs', async () => {
  await load(server, [...['mine-1', 'mine-2', 'other-1'].map((it) => device(it)), rack('mine-rack')])
  const mine = JSON.stringify({ field: 'bk_inst_name', operator: 'begins_with', value: 'mine-' })
  relata(['user', 'create', 'part'])
  relata(['user', 'password', 'part', '--stdin'], { input: 'part-of-the-whole-1\n' })
  for (const model of ['device', 'rack']) {
    relata(['role', 'create', `part-${model}`, '--actions', 'edit_comobj', '--model', model, '--filter', mine])
    relata(['role', 'give', `part-${model}`, '--user', 'part'])
  }
  relata(['role', 'give', 'viewer', '--user', 'part'])
  const other = await newVisitor(browser, server)
  await signIn(other, { ...server, password: 'part-of-the-whole-1' }, 'part')
  await other.goto(`/models/rack/associations?panel=associate&association=${association}`)
  await other.getByTestId('pairs').fill('mine-rack,mine-1\nmine-rack,other-1\nMDF/R101,mine-2')
  await other.getByTestId('preview').click()
  await other.getByTestId('apply').waitFor()
  for (const [verdict, n] of [['denied', '2'], ['new', '1']]) assert.equal(await other.getByTestId(`verdict-${verdict}`).locator('b').innerText(), n)
  await other.getByTestId('apply').click()
  await other.getByText('1 linked, 2 not').waitFor()
  checkFaults(other)
  await other.context().close()
})

test('a file is read in the encoding it has, with columns to choose', async () => {
  await load(server, [rack('北区机柜'), device('核心交换机'), device('接入交换机')])
  await openDialog()
  // 北区机柜,核心交换机 / 北区机柜,接入交换机 in GB18030.
  const gb = Buffer.from('b1b1c7f8bbfab9f12cbacbd0c4bdbbbbbbbbfa0d0ab1b1c7f8bbfab9f12cbdd3c8ebbdbbbbbbbbfa0d0a', 'hex')
  await page.getByTestId('batch-file').setInputFiles({ name: 'pairs.csv', mimeType: 'text/csv', buffer: gb })
  await page.waitForFunction(() => (document.querySelector('#batch-pairs') as HTMLTextAreaElement | null)?.value.includes('核心交换机'))
  await page.getByTestId('batch-file').setInputFiles({ name: 'wide.csv', mimeType: 'text/csv', buffer: Buffer.from('no,device,where\n1,接入交换机,北区机柜\n2,nobody,北区机柜\n') })
  await page.getByTestId('file-columns').waitFor()
  await page.locator('#column-0').selectOption('2')
  await page.locator('#column-1').selectOption('1')
  await page.getByLabel('The first row is a heading').check()
  await shoot(page, 'links/file-columns')
  await checkAxe(page, 'columns of a file')
  await page.getByTestId('take-columns').click()
  assert.equal(await page.getByTestId('pairs').inputValue(), '北区机柜\t接入交换机\n北区机柜\tnobody')
  await page.getByTestId('preview').click()
  await page.getByTestId('apply').waitFor()
  assert.deepEqual(await chips(), { new: 1, no_target: 1 })
  page.once('dialog', (dialog) => void dialog.accept())
  await page.keyboard.press('Escape')
})

test('selected instances go with every target, two lists line by line, and Escape asks about what was typed', async () => {
  await load(server, ['many-1', 'many-2', 'many-3'].map((it) => device(it)))
  await page.goto('/i/device?q=many-')
  await settle(page)
  await page.getByRole('checkbox', { name: 'Select all' }).check()
  await page.getByTestId('selection').getByRole('button', { name: 'Associate' }).click()
  await page.locator('#batch-association').selectOption(association)
  await page.getByTestId('list-source').fill('MDF/R101')
  await page.getByText('3 pairs').waitFor()
  let asked = 0
  page.once('dialog', (dialog) => { asked++; void dialog.dismiss() })
  await page.keyboard.press('Escape')
  assert.equal(asked, 1)
  await page.getByTestId('preview').click()
  await page.getByTestId('apply').waitFor()
  assert.deepEqual(await chips(), { new: 3 })
  assert.deepEqual(await apply(), { done: 3 })
  await close()

  await openDialog('site_belong_tag')
  const [sites, tags] = [await call(server, '/api/v3/search/instances/object/site', { page: { limit: 3 } }), await call(server, '/api/v3/search/instances/object/tag', { page: { limit: 3 } })]
  const names = (found: { info: { bk_inst_name: string }[] }): string => found.info.map((it) => it.bk_inst_name).join('\n')
  await page.locator('input[name=give][value=product]').check()
  await page.getByTestId('list-source').fill(names(sites))
  await page.getByTestId('list-target').fill(names(tags))
  await page.getByText('9 pairs').waitFor()
  await page.locator('input[name=give][value=zip]').check()
  await page.getByText('3 pairs').waitFor()
  await page.getByTestId('list-target').fill(names(tags).split('\n').slice(1).join('\n'))
  await page.getByTestId('preview').click()
  await page.getByText('both sides need as many lines: 3 sources, 2 targets').waitFor()
  page.once('dialog', (dialog) => void dialog.accept())
  await page.keyboard.press('Escape')
})

test('ten thousand rows are a few in the page; one stops between two parts, and goes on', async () => {
  const names = range(1000).map((it) => `stop-${it}`)
  await load(server, names.map((it) => device(it)))
  const before = (await linksOf()).length
  await openDialog()
  const many = names.flatMap((it) => range(10).map(() => `MDF/R102\t${it}`))
  assert.deepEqual(await preview(many.join('\n')), { new: 1000, repeated: 9000 })
  await page.locator('.grid .box').evaluate((box) => { box.scrollTop = box.scrollHeight })
  await page.getByTestId('pair-10000').waitFor()
  assert.ok((await page.locator('[data-testid^=pair-]').count()) < 60)
  // The third part is held until one has asked to stop.
  let parts = 0
  const hold = async (route: Route): Promise<void> => {
    if (++parts === 3) await page.getByTestId('stop').click()
    await route.continue()
  }
  await page.route('**/bulk?*dry_run=false*', hold)
  assert.deepEqual(await apply(), { done: 600, waiting: 400, repeated: 9000 })
  await page.unroute('**/bulk?*dry_run=false*')
  assert.equal((await linksOf()).length, before + 600)
  await page.getByTestId('continue').click()
  await page.getByText('1,000 linked, 9,000 not').waitFor()
  assert.equal((await linksOf()).length, before + 1000)
  await page.getByTestId('undo').click()
  await page.getByText('Undone: 1,000 links deleted').waitFor()
  assert.equal((await linksOf()).length, before)
  await close()
})

test('a part whose answer got lost is not written twice', async () => {
  const names = range(450).map((it) => `lost-${it}`)
  await load(server, names.map((it) => device(it)))
  const before = await linksOf()
  await openDialog()
  await preview(names.map((it) => `MDF/R101\t${it}`).join('\n'))
  let parts = 0
  const lose = async (route: Route): Promise<void> => {
    if (++parts !== 2) return route.continue()
    await route.fetch()
    await route.abort()
  }
  await page.route('**/bulk?*dry_run=false*', lose)
  assert.deepEqual(await apply(), { done: 200, unsure: 200, waiting: 50 })
  assert.match(await page.getByTestId('pair-1').innerText(), /linked #\d+/)
  await page.getByTestId('verdict-unsure').click()
  assert.match(await page.getByTestId('pair-201').innerText(), /outcome unknown/)
  await shoot(page, 'links/lost')
  await page.unroute('**/bulk?*dry_run=false*')
  assert.equal((await linksOf()).length, before.length + 400)
  await page.getByTestId('continue').click()
  await page.getByText('450 linked, 0 not').waitFor()
  assert.equal((await linksOf()).length, before.length + 450)
  await page.getByTestId('undo').click()
  await page.getByText('Undone: 450 links deleted').waitFor()
  assert.deepEqual(await linksOf(), before)
  await close()
})

test('an instance with 1,200 links shows the true number, pages through all, filters to one, and loses 30 at once', async () => {
  const [big] = await load(server, [rack('big-rack')])
  const names = range(1200).map((it) => `big-${String(it).padStart(4, '0')}`)
  const devices = await load(server, names.map((it) => device(it)))
  await load(server, devices.map((target) => ({ op: 'create', association, source: big, target })))
  await page.goto(`/i/rack/${big}/associations`)
  await settle(page)
  const section = page.getByTestId(`links-${association}:out`)
  assert.equal(await section.getByTestId('link-count').innerText(), '1,200')
  const seen = new Set<string>()
  for (let at = 1; ; at++) {
    await section.getByTestId('link-page').getByText(`${(at - 1) * 20 + 1}–`.replace(/\B(?=(\d{3})+(?!\d))/g, ',')).waitFor()
    await settle(page)
    for (const it of await section.locator('tbody a').allInnerTexts()) seen.add(it)
    if (await section.getByRole('button', { name: 'Next page' }).isDisabled()) break
    await section.getByRole('button', { name: 'Next page' }).click()
  }
  assert.deepEqual([...seen].sort(), names)
  await section.getByTestId('filter-links').fill('big-0777')
  await section.getByTestId('filter-links').press('Enter')
  await section.locator('tbody tr').first().waitFor()
  await settle(page)
  assert.deepEqual(await section.locator('tbody a').allInnerTexts(), ['big-0777'])
  await section.getByTestId('filter-links').fill('big-00')
  await section.getByTestId('filter-links').press('Enter')
  await section.getByText('of 100').waitFor()
  await settle(page)
  await section.getByRole('checkbox', { name: 'Select all' }).check()
  await section.getByRole('button', { name: 'Next page' }).click()
  await section.getByText('21–40').waitFor()
  await settle(page)
  for (const box of (await section.locator('tbody input').all()).slice(0, 10)) await box.check()
  const requests: string[] = []
  const note = (request: { url: () => string; method: () => string }): void => { if (request.url().includes('/bulk')) requests.push(request.method()) }
  page.on('request', note)
  // One of them is gone before.
  const gone = (await linksOf()).find((it) => it.bk_asst_inst_id === devices[0])
  await load(server, [{ op: 'delete', association, id: gone?.id }])
  await section.getByTestId('remove-links').getByText('Remove the 30 selected').click()
  await section.getByTestId('removed').getByText('29 links removed, 1 not').waitFor()
  page.off('request', note)
  assert.equal(requests.length, 1)
  const outcomes = await section.getByTestId('removed').locator('li').allInnerTexts()
  assert.equal(outcomes.length, 30)
  assert.equal(outcomes.filter((it) => /not linked/.test(it)).length, 1)
  await section.getByTestId('link-count').getByText('1,170').waitFor()
  await shoot(page, 'links/removed')
  await checkAxe(page, 'removed links')
  await section.getByTestId('restore-links').click()
  await section.getByTestId('link-count').getByText('1,199').waitFor()
  assert.equal((await linksOf()).filter((it) => it.bk_inst_id === big).length, 1199)
})

test('links that cannot be read are an error, not none', async () => {
  await page.route('**/api/relata/v1/graph/expand', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ code: 1199017, detail: 'The store cannot be reached.' }) }))
  await page.goto('/i/rack/2/associations')
  await page.getByTestId('error').getByText('The store cannot be reached.').first().waitFor()
  assert.equal(await page.getByTestId('empty').count(), 0)
  await page.unroute('**/api/relata/v1/graph/expand')
  await page.getByTestId('error').getByRole('button', { name: 'Try again' }).first().click()
  await page.locator('[data-testid^=links-]').first().waitFor()
})

test('a link is picked by a list; what is linked is ticked, what stands against it is told, and it can be replaced', async () => {
  const [holder, other] = await load(server, [rack('pick-a'), rack('pick-b')])
  const devices = await load(server, range(4).map((it) => device(`pick-${it}`)))
  await load(server, [{ op: 'create', association, source: holder, target: devices[0] }, { op: 'create', association, source: other, target: devices[1] }])
  await page.goto(`/i/rack/${holder}/associations`)
  await settle(page)
  const section = page.getByTestId(`links-${association}:out`)
  await section.getByRole('button', { name: 'Add' }).click()
  const field = section.getByTestId('pick-text')
  await field.evaluate((input) => {
    const data = new DataTransfer()
    data.setData('text/plain', 'pick-0\npick-1\npick-2\nno-such\n')
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })
  await section.getByTestId('pick-unknown').getByText('no-such').waitFor()
  const linked = section.getByTestId(`pick-${devices[0]}`).getByRole('checkbox')
  assert.ok((await linked.isChecked()) && (await linked.isDisabled()))
  await section.getByTestId(`pick-${devices[1]}`).getByText('against the mapping').waitFor()
  await section.getByTestId(`pick-${devices[1]}`).getByText('linked with pick-b').waitFor()
  await section.getByTestId(`pick-${devices[2]}`).getByText('new').waitFor()
  assert.equal(await section.getByTestId('pick-save').innerText(), 'Link 1')
  await shoot(page, 'links/picker')
  await checkAxe(page, 'picker')
  await section.getByTestId('pick-replace').check()
  await section.getByTestId(`pick-${devices[1]}`).getByText('replaces a link').waitFor()
  await section.getByTestId('pick-save').getByText('Link 2').click()
  await section.getByTestId('link-count').getByText('3').waitFor()
  const mine = (await linksOf()).filter((it) => devices.includes(it.bk_asst_inst_id))
  assert.deepEqual(mine.map((it) => it.bk_inst_id), [holder, holder, holder])
})

test('a 1:1 end is replaced by one call', async () => {
  const of = 'interface_connect_cable'
  const port = (name: string) => ({ op: 'create', model: 'interface', attributes: { bk_inst_name: name, name, type: '1000base-t', source_id: ++source } })
  const [a, b] = await load(server, [port('one-a'), port('one-b')])
  const [first, second] = await load(server, ['one-x', 'one-y'].map((it) => ({ op: 'create', model: 'cable', attributes: { bk_inst_name: it, status: 'connected', source_id: ++source } })))
  await load(server, [{ op: 'create', association: of, source: a, target: first }, { op: 'create', association: of, source: b, target: second }])
  await page.goto(`/i/interface/${a}/associations`)
  await settle(page)
  const section = page.getByTestId(`links-${of}:out`)
  await section.getByRole('button', { name: 'Add' }).click()
  await section.getByTestId('pick-text').fill('one-y')
  await section.getByTestId('pick-text').press('Enter')
  await section.getByTestId(`pick-${second}`).getByRole('checkbox').check()
  await section.getByTestId(`pick-${second}`).getByText('against the mapping').waitFor()
  await section.getByTestId('pick-replace').check()
  const written = page.waitForRequest((request) => request.url().includes('dry_run=false'))
  await section.getByTestId('pick-save').getByText('Link 1').click()
  assert.match((await written).url(), /mode=atomic/)
  await section.getByRole('link', { name: 'one-y' }).waitFor()
  const left = (await linksOf(of)).filter((it) => [a, b].includes(it.bk_inst_id))
  assert.deepEqual(left.map((it) => [it.bk_inst_id, it.bk_asst_inst_id]), [[a, second]])
})

test('pictures of the dialog and the tab, in both languages and themes', async () => {
  for (const language of ['en', 'zh'] as const) {
    const other = await newVisitor(browser, server, language)
    await signIn(other, server)
    for (const theme of ['light', 'dark'] as const) {
      await other.emulateMedia({ colorScheme: theme })
      await other.goto('/models/rack/associations?panel=associate&association=rack_group_device')
      await other.getByTestId('pairs').fill('MDF/R101\tdemo/switch-1\nDM-Akron/Comms closet\tdemo/switch-1\nMDF/R101\tfix-1\nMDF/R102\tpick-3\nMDF/R102\tpick-3\nMDF/R102\tnobody\nalone')
      await settle(other)
      await shoot(other, `links/${language}-${theme}-input`)
      await checkAxe(other, `input, ${language}, ${theme}`)
      await other.getByTestId('preview').click()
      await other.getByTestId('apply').waitFor()
      await settle(other)
      await shoot(other, `links/${language}-${theme}-preview`)
      await checkAxe(other, `preview, ${language}, ${theme}`)
      await other.goto('/i/rack/2/associations')
      await settle(other)
      await shoot(other, `links/${language}-${theme}-tab`)
      await checkAxe(other, `tab, ${language}, ${theme}`)
    }
    checkFaults(other)
    await other.context().close()
  }
})

test('a server that was killed has what it told; the same file makes the rest', async () => {
  const mine = await startServer()
  try {
    const other = await newVisitor(browser, mine)
    await signIn(other, mine)
    const names = range(1000).map((it) => `killed-${it}`)
    await load(mine, names.map((it) => device(it)))
    const before = (await linksOf(association, mine)).length
    const text = names.map((it) => `MDF/R101\t${it}`).join('\n')
    const open = async (): Promise<void> => {
      await other.goto('/models/rack/associations?panel=associate&association=rack_group_device')
      await other.getByTestId('pairs').fill(text)
      await other.getByTestId('preview').click()
      await other.getByTestId('apply').waitFor()
    }
    const told = async (verdict: string): Promise<string> => (await other.getByTestId(`verdict-${verdict}`).locator('b').innerText()).replace(/\D/g, '')
    await open()
    let parts = 0
    await other.route('**/bulk?*dry_run=false*', async (route) => {
      if (++parts === 3) await killServer(mine)
      await route.continue()
    })
    await other.getByTestId('apply').click()
    await other.getByTestId('batch-result').waitFor()
    assert.deepEqual([await told('done'), await told('unsure'), await told('waiting')], ['400', '200', '400'])
    await other.unroute('**/bulk?*dry_run=false*')
    await restartServer(mine)
    assert.equal((await linksOf(association, mine)).length, before + 400)
    await open()
    assert.deepEqual([await told('exists'), await told('new')], ['400', '600'])
    await other.getByTestId('apply').click()
    await other.getByText('600 linked, 400 not').waitFor()
    assert.deepEqual([await told('exists'), await told('done')], ['400', '600'])
    assert.equal((await linksOf(association, mine)).length, before + 1000)
    checkFaults(other, /Failed to load resource: net::ERR_/)
  } finally {
    await stopServer(mine)
    rmSync(dirname(mine.store), { recursive: true, force: true })
  }
})

test('no error was written to the console, and no other host was asked', () => {
  // What the tests themselves have cut off or refused.
  checkFaults(page, /Failed to load resource: (net::ERR_FAILED|the server responded with a status of 503)/)
})
