// Models, association types and the picture of models, step by step as people use them.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
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

const attributes = (model: string): Promise<any[]> => call(server, '/api/v3/find/objectattr/web', { bk_obj_id: model })
const field = async (model: string, id: string) => (await attributes(model)).find((it) => it.bk_property_id === id)
async function makeModel(id: string, name: string, group = 'dcim'): Promise<number> {
  return (await call(server, '/api/v3/create/object', { bk_obj_id: id, bk_obj_name: name, bk_classification_id: group, bk_obj_icon: 'icon-cc-default' })).id
}
const makeField = (model: string, id: string, more: object = {}) =>
  call(server, '/api/v3/create/objectattr', { bk_obj_id: model, bk_property_id: id, bk_property_name: id, bk_property_type: 'singlechar', option: '', editable: true, ...more })
const makeInstances = (model: string, details: object[]) => call(server, `/api/v3/createmany/instance/object/${model}`, { details })
const type = (text: string): Promise<void> => page.keyboard.type(text)
async function press(...keys: string[]): Promise<void> { for (const key of keys) await page.keyboard.press(key) }
const saved = (): Promise<void> => page.locator('.modal').waitFor({ state: 'detached' })

/** Goes on with Tab until something that is so has the focus. */
async function tabTo(selector: string, most = 80): Promise<void> {
  for (let it = 0; it < most; it++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab does not come to ${selector}`)
}
const opened = (selector: string) => page.locator(`.modal ${selector}:focus`).waitFor()

test('a model with six types of fields, a unique rule and an association to the host is built by keyboard only', async () => {
  await page.goto('/')
  await settle(page)
  await press('g', 'm')
  await page.waitForURL(/\/models$/)
  await settle(page)
  await press('n')
  await opened('#model-name')
  await type('Cabinet')
  await press('Tab')
  await type('cabinet')
  await press('Tab')
  await type('DCIM')
  await press('Control+Enter')
  await page.waitForURL(/\/models\/cabinet\/fields/)
  await saved()
  await settle(page)
  const add = async (name: string, id: string, down: number, more: () => Promise<void> = async () => {}): Promise<void> => {
    await press('n')
    await opened('#field-name')
    await type(name)
    await press('Tab')
    await type(id)
    await press('Tab', ...Array<string>(down).fill('ArrowDown'))
    await more()
    await press('Control+Enter')
    await saved()
    await page.getByTestId(`field-${id}`).waitFor()
  }
  await add('Serial', 'serial', 0)
  await add('Note', 'note', 1)
  await add('Units', 'units', 2, async () => {
    await press('Tab')
    await type('1')
    await press('Tab')
    await type('52')
    await tabTo('#field-unit')
    await type('U')
  })
  await add('Status', 'status', 4, async () => {
    await press('Tab')
    await type('on')
    await press('Tab')
    await type('In use')
    await press('Enter')
    await type('off')
    await press('Tab')
    await type('Switched off')
  })
  await add('Locked', 'locked', 6)
  await add('Built', 'built', 7)
  const made = new Map((await attributes('cabinet')).map((it) => [it.bk_property_id, it]))
  assert.deepEqual(['serial', 'note', 'units', 'status', 'locked', 'built'].map((id) => made.get(id)?.bk_property_type), ['singlechar', 'longchar', 'int', 'enum', 'bool', 'date'])
  assert.deepEqual([made.get('units').option, made.get('units').unit], [{ min: '1', max: '52' }, 'U'])
  assert.deepEqual(made.get('status').option.map((it: any) => [it.id, it.name, it.is_default]), [['on', 'In use', true], ['off', 'Switched off', false]])

  await tabTo('a[href="/models/cabinet/associations"]')
  await press('Enter')
  await page.waitForURL(/associations/)
  await settle(page)
  await press('n')
  await opened('#assoc-source')
  await press('Tab')
  await type('Connect')
  await press('Tab')
  await type('Host (host)')
  assert.match(await page.getByTestId('sentence').innerText(), /^Cabinet .*Host/)
  await press('Control+Enter')
  await saved()
  await page.getByTestId('association-cabinet_connect_host').waitFor()

  await tabTo('a[href="/models/cabinet/uniques"]')
  await press('Enter')
  await page.waitForURL(/uniques/)
  await settle(page)
  await press('n')
  await opened('input')
  while (!(await page.evaluate(() => document.activeElement?.parentElement?.textContent?.includes('Serial')))) await press('Tab')
  await press('Space', 'Control+Enter')
  await saved()
  const rules = await call(server, '/api/v3/find/objectunique/object/cabinet', {})
  assert.deepEqual(rules.map((it: any) => it.keys.map((key: any) => key.key_id)).at(-1), [made.get('serial').id])
})

test('a unique rule that two instances stand against is refused, and both are linked', async () => {
  await makeModel('crate', 'Crate')
  await makeField('crate', 'label')
  await makeField('crate', 'bay', { bk_property_type: 'int', option: { min: '', max: '' } })
  await makeInstances('crate', [{ bk_inst_name: 'c1', label: 'x', bay: 1 }, { bk_inst_name: 'c2', label: 'x', bay: 1 }, { bk_inst_name: 'c3', label: 'x', bay: 2 }])
  await page.goto('/models/crate/uniques?panel=edit')
  await settle(page)
  for (const name of ['label', 'bay']) await page.getByLabel(new RegExp(`^${name}`)).check()
  await page.getByTestId('check-now').click()
  const found = page.getByTestId('duplicates')
  assert.deepEqual(await found.locator('a').allInnerTexts(), ['c1 #1', 'c2 #2'])
  await page.getByLabel(/^bay/).uncheck()
  assert.equal(await found.count(), 0)
  await page.getByLabel(/^bay/).check()
  await page.getByTestId('save').click()
  await page.locator('.modal').getByText(/violate the unique rule already/).waitFor()
  assert.deepEqual(await found.locator('a').evaluateAll((all) => all.map((it) => it.getAttribute('href'))), ['/i/crate/1', '/i/crate/2'])
  await checkAxe(page, 'a refused unique rule')
  assert.equal((await call(server, '/api/v3/find/objectunique/object/crate', {})).length, 1)
  await call(server, '/api/v3/update/instance/object/crate/inst/2', { bay: 7 }, 'PUT')
  await page.getByTestId('check-now').click()
  await found.getByText(/No duplicates/).waitFor()
  await page.getByTestId('save').click()
  await saved()
  assert.equal((await call(server, '/api/v3/find/objectunique/object/crate', {})).length, 2)
})

test('a model and a field that a program creates appear without a reload', async () => {
  const visitor = await newVisitor(browser, server)
  await signIn(visitor, server)
  await visitor.goto('/models')
  await settle(visitor)
  await visitor.evaluate(() => { (globalThis as any).here = true })
  const before = await visitor.getByTestId('group-ipam').innerText()
  const id = await makeModel('by_api', 'Made by API', 'ipam')
  await visitor.getByTestId('model-by_api').waitFor()
  assert.notEqual(await visitor.getByTestId('group-ipam').innerText(), before)
  await visitor.getByTestId('model-by_api').click()
  await visitor.waitForURL(/by_api/)
  await settle(visitor)
  await makeField('by_api', 'sudden')
  await visitor.getByTestId('field-sudden').waitFor()
  assert.equal(await visitor.evaluate(() => (globalThis as any).here), true)
  await call(server, `/api/v3/delete/object/${id}`, {}, 'DELETE')
  await visitor.getByText('This model does not exist, or was deleted.').waitFor()
  checkFaults(visitor)
  await visitor.context().close()
})

const writeOption: Record<string, (page: Page) => Promise<void>> = {
  singlechar: async (it) => { await it.locator('#field-option').fill('^[a-z]+$') },
  longchar: async (it) => { await it.locator('#field-placeholder').fill('What is it for?') },
  int: async (it) => { await it.locator('#field-option').fill('1'); await it.locator('#field-max').fill('9'); await it.locator('#field-usual').fill('5') },
  float: async (it) => { await it.locator('#field-option').fill('-1.5') },
  enum: async (it) => { await it.getByLabel('Id 1').fill('a'); await it.getByLabel('Name 1').fill('A') },
  enummulti: async (it) => { await it.getByLabel('Several values').check(); await it.getByLabel('Id 1').fill('a'); await it.getByTestId('add-option').click(); await it.getByLabel('Id 2').fill('b'); await it.locator('.one input[type=checkbox]').nth(1).check() },
  bool: async (it) => { await it.locator('#field-usual').selectOption('true') },
  list: async (it) => { await it.getByLabel('Name 1').fill('red'); await it.getByTestId('add-option').click(); await it.getByLabel('Name 2').fill('blue'); await it.locator('#field-usual').selectOption('blue') },
  enumquote: async (it) => { await it.locator('#field-option').selectOption('site'); await it.locator('.picks input').first().check() },
  innertable: async (it) => { await it.getByTestId('add-column').click(); await it.getByLabel('Id 1').fill('port'); await it.getByLabel('Name 1').fill('Port'); await it.getByLabel('Type 1').selectOption('int') },
}
const stored: Record<string, (it: any) => void> = {
  singlechar: (it) => assert.equal(it.option, '^[a-z]+$'),
  longchar: (it) => assert.equal(it.placeholder, 'What is it for?'),
  int: (it) => assert.deepEqual([it.option, it.default], [{ min: '1', max: '9' }, 5]),
  float: (it) => assert.deepEqual(it.option, { min: '-1.5', max: '' }),
  enum: (it) => assert.deepEqual(it.option, [{ id: 'a', name: 'A', type: 'text', is_default: true }]),
  enummulti: (it) => assert.deepEqual([it.ismultiple, it.option.map((one: any) => one.is_default)], [true, [false, true]]),
  bool: (it) => assert.deepEqual([it.option, it.default], [true, true]),
  list: (it) => assert.deepEqual([it.option, it.default], [['red', 'blue'], 'blue']),
  enumquote: (it) => assert.deepEqual(Object.keys(it.option[0]).sort(), ['bk_inst_id', 'bk_obj_id', 'type']),
  innertable: (it) => assert.deepEqual(it.option.header.map((one: any) => [one.bk_property_id, one.bk_property_type]), [['port', 'int']]),
}
const kinds = ['singlechar', 'longchar', 'int', 'float', 'enum', 'enummulti', 'bool', 'date', 'time', 'timezone', 'objuser', 'list', 'enumquote', 'organization', 'innertable']

test('a field of every type is added, shown as forms will show it, and opened again as it was written', async () => {
  await makeModel('every_type', 'Every type')
  await page.goto('/models/every_type/fields')
  await settle(page)
  for (const kind of kinds) {
    await page.getByTestId('add-field').click()
    await opened('#field-name')
    await page.locator('#field-name').fill(`Field ${kind}`)
    await page.locator('#field-id').fill(`f_${kind}`)
    await page.locator(`input[name=field-kind][value=${kind}]`).check()
    await writeOption[kind]?.(page)
    await page.locator('#field-description').fill('Why it is there')
    assert.match(await page.getByTestId('preview').innerText(), new RegExp(`Field ${kind}[\\s\\S]*Why it is there`))
    await page.getByTestId('save').click()
    await saved()
    const made = await field('every_type', `f_${kind}`)
    assert.equal(made?.bk_property_type, kind)
    stored[kind]?.(made)
    await page.getByTestId(`field-f_${kind}`).getByRole('button', { name: 'Edit' }).click()
    await opened('#field-name')
    await page.locator('#field-unit').fill('m')
    await page.getByTestId('save').click()
    await saved()
    const { unit, last_time: _, ...changed } = await field('every_type', `f_${kind}`)
    const { unit: none, last_time: __, ...kept } = made
    assert.deepEqual([unit, none, changed], ['m', '', kept])
  }
})

test('what is wrong with a field is said at its place, and a form that was typed in asks once', async () => {
  await page.goto('/models/every_type/fields?panel=field')
  await settle(page)
  await page.locator('#field-name').fill('Field int')
  await page.locator('#field-id').fill('9 lives')
  await page.getByTestId('save').click()
  await page.locator('#field-id-note').getByText(/Begins with a letter/).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-id')
  await page.locator('#field-id').fill('lives')
  await page.getByTestId('save').click()
  await page.locator('#field-name-note').getByText(/is there already/).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-name')
  await checkAxe(page, 'a refused field')
  let asked = 0
  page.once('dialog', (dialog) => { asked += 1; void dialog.dismiss() })
  await page.keyboard.press('Escape')
  assert.deepEqual([asked, await page.locator('#field-id').inputValue()], [1, 'lives'])
  page.once('dialog', (dialog) => { asked += 1; void dialog.accept() })
  await page.keyboard.press('Escape')
  await saved()
  assert.equal(asked, 2)
})

const orderOf = async (model: string): Promise<string[]> =>
  (await attributes(model)).filter((it) => !it.ispre).sort((a, b) => a.bk_property_group.localeCompare(b.bk_property_group) || a.bk_property_index - b.bk_property_index).map((it) => `${it.bk_property_group}.${it.bk_property_id}`)

test('fields are moved within a section and into another one, by keyboard and by mouse', async () => {
  await makeModel('moving', 'Moving')
  for (const id of ['one', 'two', 'three']) await makeField('moving', id)
  await page.goto('/models/moving/fields')
  await settle(page)
  await page.getByTestId('add-group').click()
  await opened('#group-name')
  await page.locator('#group-name').fill('Purchase')
  await page.locator('#group-id').fill('purchase')
  await page.getByTestId('save').click()
  await saved()
  const handle = page.getByRole('button', { name: 'Move three' })
  await handle.focus()
  const placed = () => page.waitForResponse((it) => it.url().includes('objectattgroupproperty'))
  await Promise.all([placed(), press('ArrowUp')])
  assert.deepEqual(await orderOf('moving'), ['default.one', 'default.three', 'default.two'])
  await Promise.all([placed(), press('ArrowDown')])
  await Promise.all([placed(), press('ArrowDown')])
  assert.deepEqual(await orderOf('moving'), ['default.one', 'default.two', 'purchase.three'])
  await page.locator('[data-testid=section-purchase] [data-testid=field-three]').waitFor()
  assert.match(await page.getByRole('button', { name: 'Move three' }).evaluate((it) => String(document.activeElement === it)), /true/)
  await settle(page)
  await Promise.all([placed(), page.getByTestId('field-one').dragTo(page.getByTestId('field-three'), { targetPosition: { x: 200, y: 4 } })])
  assert.deepEqual(await orderOf('moving'), ['default.two', 'purchase.one', 'purchase.three'])
  await page.getByTestId('section-purchase').getByRole('button', { name: 'Move section up' }).click()
  await page.waitForFunction(() => document.querySelector('[data-testid^=section-]')?.getAttribute('data-testid') === 'section-purchase')
})

test('a field says in how much of all instances it is filled in, and its deletion how many values go', async () => {
  const { total } = await (await fetch(`${server.url}/api/relata/v1/instances/device?f.face.nempty=true&size=1`, { headers: { Authorization: `Bearer ${server.token}` } })).json()
  const { count } = await call(server, '/api/v3/count/instances/object/device', {})
  await page.goto('/models/device/fields')
  await settle(page)
  const row = page.getByTestId('field-face')
  await row.getByText(`of ${count} instances (${total})`).waitFor()
  await row.getByRole('button', { name: 'Delete' }).click()
  await page.locator('.modal').getByText(`Its values in ${total} instances go with it`).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await saved()
  await page.goto('/models/crate/fields')
  await settle(page)
  await makeField('crate', 'unused')
  await page.getByTestId('field-unused').getByRole('button', { name: 'Delete' }).click()
  await page.locator('.modal').getByText('No instance has a value of it.').waitFor()
  await page.getByTestId('confirm-delete').click()
  await page.getByTestId('field-unused').waitFor({ state: 'detached' })
  assert.equal(await field('crate', 'unused'), undefined)
})

test('an association is changed and deleted, and one that is there already is refused in words', async () => {
  await page.goto('/models/crate/associations?panel=edit')
  await settle(page)
  await page.locator('#assoc-kind').selectOption('group')
  await page.locator('#assoc-target').selectOption('device')
  await page.getByLabel('1:n').check()
  await page.locator('#assoc-impact').selectOption('src_to_dest')
  await page.getByTestId('save').click()
  await saved()
  const row = page.getByTestId('association-crate_group_device')
  await row.getByRole('button', { name: 'Edit' }).click()
  await opened('#assoc-name')
  await page.locator('#assoc-name').fill('crate holds device')
  await page.locator('#assoc-impact').selectOption('bidirectional')
  await page.getByTestId('save').click()
  await saved()
  await row.getByText('crate holds device').waitFor()
  const [made] = await call(server, '/api/v3/find/objectassociation', { condition: { bk_obj_asst_id: 'crate_group_device' } })
  assert.deepEqual([made.mapping, made.impact, made.bk_obj_asst_name], ['1:n', 'bidirectional', 'crate holds device'])
  await page.getByTestId('add-association').click()
  await opened('#assoc-source')
  await page.locator('#assoc-kind').selectOption('group')
  await page.locator('#assoc-target').selectOption('device')
  await page.getByTestId('save').click()
  await page.locator('.modal [role=alert]').waitFor()
  page.once('dialog', (dialog) => void dialog.accept())
  await page.keyboard.press('Escape')
  await saved()
  await row.getByRole('button', { name: 'Delete' }).click()
  await page.getByTestId('confirm-delete').click()
  await row.waitFor({ state: 'detached' })
})

test('groups of models are made, renamed and deleted, and a model is renamed, paused and deleted when nothing stands against it', async () => {
  await page.goto('/models')
  await settle(page)
  await page.getByTestId('create-group').click()
  await opened('#group-name')
  await page.locator('#group-name').fill('Buildings')
  await page.locator('#group-id').fill('buildings')
  await page.getByTestId('save').click()
  await saved()
  await page.getByTestId('group-buildings').getByRole('button').click()
  await page.getByRole('button', { name: 'Rename group Buildings' }).click()
  await opened('#group-name')
  await page.locator('#group-name').fill('Houses')
  await page.getByTestId('save').click()
  await saved()
  await page.getByTestId('group-buildings').getByText('Houses').waitFor()
  await page.getByTestId('create-model').click()
  await opened('#model-name')
  assert.equal(await page.locator('#model-group').inputValue(), 'buildings')
  await page.locator('#model-name').fill('Floor')
  await page.locator('#model-id').fill('device')
  await page.getByTestId('save').click()
  await page.locator('#model-id-note').getByText(/is there already/).waitFor()
  await page.locator('#model-id').fill('floor')
  await page.getByTestId('save').click()
  await page.waitForURL(/\/models\/floor/)
  await page.goto('/models/floor/settings')
  await settle(page)
  await page.locator('#set-name').fill('Storey')
  await page.getByTestId('save-settings').click()
  await page.getByRole('heading', { name: 'Storey' }).waitFor()
  await page.getByTestId('pause').click()
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  const [model] = await call(server, '/api/v3/find/object', { bk_obj_id: 'floor' })
  assert.deepEqual([model.bk_obj_name, model.bk_ispaused, model.bk_classification_id], ['Storey', true, 'buildings'])
  await settle(page)
  await page.getByTestId('delete-model').click()
  assert.ok(await page.getByTestId('confirm-delete').isDisabled())
  await page.locator('#confirm-word').fill('floor')
  await page.getByTestId('confirm-delete').click()
  await page.waitForURL(/\/models$/)
  await page.goto('/models?group=buildings')
  await settle(page)
  await page.getByRole('button', { name: 'Delete group Houses' }).click()
  await page.getByTestId('confirm-delete').click()
  await page.getByTestId('group-buildings').waitFor({ state: 'detached' })
  await page.goto('/models/device/settings')
  await settle(page)
  const { count } = await call(server, '/api/v3/count/instances/object/device', {})
  await page.getByTestId('blocked').getByText(`It has ${count} instances`).waitFor()
  await page.getByTestId('blocked').getByText(/associations/).waitFor()
  assert.ok(await page.getByTestId('delete-model').isDisabled())
})

test('an association type is made, changed and deleted, but not while it is used', async () => {
  await page.goto('/association-types')
  await settle(page)
  await page.getByTestId('create-kind').click()
  await opened('#kind-name')
  await page.locator('#kind-name').fill('Cooling')
  await page.locator('#kind-id').fill('cools')
  await page.locator('#kind-forward').fill('cools')
  await page.getByTestId('save').click()
  await page.locator('#kind-backward-note').getByText('required').waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'kind-backward')
  await page.locator('#kind-backward').fill('is cooled by')
  await page.getByTestId('save').click()
  await saved()
  const row = page.getByTestId('kind-cools')
  await row.getByRole('button', { name: 'Edit' }).click()
  await opened('#kind-name')
  await page.locator('#kind-backward').fill('gets cold from')
  await page.locator('#kind-direction').selectOption('bidirectional')
  await page.getByTestId('save').click()
  await saved()
  await row.getByText('gets cold from').waitFor()
  const made = await call(server, '/api/v3/create/objectassociation', { bk_obj_id: 'site', bk_asst_id: 'cools', bk_asst_obj_id: 'crate', bk_obj_asst_id: 'site_cools_crate', mapping: 'n:n' })
  await row.getByRole('button', { name: 'Where Cooling is used: 1' }).waitFor()
  assert.ok(await row.getByRole('button', { name: 'Delete' }).isDisabled())
  await call(server, `/api/v3/delete/objectassociation/${made.id}`, {}, 'DELETE')
  await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>('[data-testid=kind-cools] [aria-label^=Delete]')?.disabled)
  await row.getByRole('button', { name: 'Delete' }).click()
  await page.getByTestId('confirm-delete').click()
  await row.waitFor({ state: 'detached' })
})

test('the picture of models has all that the API has, is walked through by keyboard, and its list and file hold the same', async () => {
  const groups: any[] = await call(server, '/api/v3/find/classificationobject', {})
  const models = new Set(groups.flatMap((it) => it.bk_objects).filter((it: any) => !it.bk_ishidden).map((it: any) => it.bk_obj_id))
  const associations: any[] = await call(server, '/api/v3/find/objectassociation', { condition: {} })
  await page.goto('/models/graph')
  await settle(page)
  assert.equal(await page.locator('[data-testid^=node-]').count(), models.size)
  assert.equal(await page.locator('[data-line]').count(), associations.filter((it) => models.has(it.bk_obj_id) && models.has(it.bk_asst_obj_id)).length)
  const { count } = await call(server, '/api/v3/count/instances/object/rack', {})
  assert.equal(await page.getByTestId('node-rack').getAttribute('aria-label'), `Rack, ${count} in all`)
  await tabTo('[data-testid=node-rack]', 160)
  await press('Enter')
  await page.waitForURL(/model=rack/)
  await page.getByTestId('topology-chosen').getByText(/Rack/).first().waitFor()
  const own = associations.filter((it) => it.bk_obj_id === 'rack' || it.bk_asst_obj_id === 'rack')
  assert.equal(await page.locator('.near [data-line]').count(), own.length)
  await press('+', '+', '+')
  assert.equal(await page.locator('svg .tag').count(), own.length)
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('svg').click()])
  const svg = readFileSync((await file.path())!, 'utf8')
  assert.ok(svg.startsWith('<svg') && svg.includes('>Rack<') && !svg.includes('var('))
  const [png] = await Promise.all([page.waitForEvent('download'), page.getByTestId('png').click()])
  assert.equal(readFileSync((await png.path())!).subarray(1, 4).toString(), 'PNG')
  await page.getByTestId('center').click()
  await page.waitForURL(/around=rack/)
  const beside = new Set(own.flatMap((it) => [it.bk_obj_id, it.bk_asst_obj_id]))
  assert.equal(await page.locator('[data-testid^=node-]').count(), beside.size)
  await page.getByTestId('topology-list').click()
  assert.equal(await page.locator('.list tbody tr').count(), beside.size)
  assert.equal(await page.locator('.list li:not(.muted)').count(), own.length)
  await page.getByTestId('topology-list').click()
  await page.getByTestId('find-model').fill('tenant')
  await press('Enter')
  await page.waitForURL(/model=tenant/)
})

test('places that somebody gives models are seen by the next one', async () => {
  await page.goto('/models/graph')
  await settle(page)
  await page.getByTestId('arrange').click()
  const node = page.getByTestId('node-tag')
  const before = await node.getAttribute('transform')
  const box = (await node.boundingBox())!
  await page.mouse.move(box.x + 8, box.y + 8)
  await page.mouse.down()
  await page.mouse.move(box.x + 48, box.y + 28, { steps: 4 })
  await page.mouse.up()
  await node.focus()
  await press('Enter', 'Shift+ArrowRight')
  assert.notEqual(await node.getAttribute('transform'), before)
  await Promise.all([page.waitForResponse((it) => it.url().includes('/update/objecttopo/')), page.getByTestId('save-places').click()])
  await page.getByText('The places are saved for everybody').waitFor()
  await settle(page)
  const placed = await node.getAttribute('transform')
  const other = await newVisitor(browser, server)
  await signIn(other, server)
  await other.goto('/models/graph')
  await settle(other)
  const rounded = (text: string | null): number[] => (text ?? '').match(/-?[\d.]+/g)!.map((it) => Math.round(Number(it)))
  assert.deepEqual(rounded(await other.getByTestId('node-tag').getAttribute('transform')), rounded(placed))
  checkFaults(other)
  await other.context().close()
})

const screens: [string, string, ((page: Page) => Promise<unknown>)?][] = [
  ['models-table', '/models?view=table&group=dcim'],
  ['models-create', '/models?panel=create', (it) => it.getByTestId('save').click()],
  ['model-fields-all', '/models/every_type/fields'],
  ['model-field', '/models/every_type/fields?panel=field&field=f_enummulti'],
  ['model-field-table', '/models/every_type/fields?panel=field&field=f_innertable'],
  ['model-association', '/models/rack/associations?panel=edit', async (it) => { await it.locator('#assoc-kind').selectOption('connect'); await it.locator('#assoc-target').selectOption('host') }],
  ['model-unique', '/models/crate/uniques?panel=edit', async (it) => { await it.locator('.modal input[type=checkbox]').nth(1).check(); await it.getByTestId('check-now').click(); await it.getByTestId('duplicates').waitFor() }],
  ['model-settings', '/models/device/settings'],
  ['kinds-used', '/association-types', (it) => it.locator('tbody button[aria-expanded]').first().click()],
  ['kind', '/association-types?panel=edit'],
  ['topology-chosen', '/models/graph?model=device'],
  ['topology-around', '/models/graph?around=rack'],
  ['topology-list', '/models/graph?around=rack&view=list'],
]
for (const language of ['en', 'zh'] as const) {
  test(`screens of models in ${language}`, async (context) => {
    const visitor = await newVisitor(browser, server, language)
    await signIn(visitor, server)
    for (const [name, path, act] of screens) {
      await context.test(name, async () => {
        await visitor.goto(path)
        await settle(visitor)
        await act?.(visitor)
        for (const theme of ['dark', 'light'] as const) {
          await visitor.emulateMedia({ colorScheme: theme })
          await settle(visitor)
          await shoot(visitor, `${language}-${theme}/${name}`)
          if (language === 'en') await checkAxe(visitor, `${name}, ${theme}`)
        }
      })
    }
    checkFaults(visitor)
    await visitor.context().close()
  })
}

test('nothing was wrong with the pages meanwhile', () => checkFaults(page))
