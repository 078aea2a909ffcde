// The graph of an instance, against the real program: what is drawn is what the API says, and it stays where it is.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { call, checkAxe, checkFaults, load, newVisitor, settle, shoot, signIn, startBrowser, startServer, stopServer, type Server } from './bench.ts'

let server: Server
let browser: Browser
let page: Page
/** A rack with 300 devices, of which each has 16 or 17 interfaces: 5,000 two hops away. */
let hub = 0
let devices: number[] = []
before(async () => {
  server = await startServer()
  browser = await startBrowser()
  let source = 600_000
  const made = (model: string, name: string, more: object = {}) => ({ op: 'create', model, attributes: { bk_inst_name: name, name, status: 'active', source_id: ++source, ...more } })
  const range = (count: number): number[] => Array.from({ length: count }, (_, it) => it)
  ;[hub = 0] = await load(server, [made('rack', 'hub')])
  devices = await load(server, range(300).map((it) => made('device', `hub-${String(it).padStart(3, '0')}`)))
  await load(server, devices.map((target) => ({ op: 'create', association: 'rack_group_device', source: hub, target })))
  const ends = devices.flatMap((device, index) => range(index < 200 ? 17 : 16).map((port) => ({ device, name: `hub-${String(index).padStart(3, '0')}/${port}` })))
  assert.equal(ends.length, 5000)
  const ports = await load(server, ends.map(({ name }) => ({ op: 'create', model: 'interface', attributes: { bk_inst_name: name, name, type: '1000base-t', source_id: ++source } })))
  await load(server, ports.map((target, index) => ({ op: 'create', association: 'device_group_interface', source: ends[index]?.device, target })))
  const [site] = (await call(server, '/api/v3/search/instances/object/site', { page: { limit: 1 } })).info as { bk_inst_id: number }[]
  await load(server, [{ op: 'create', association: 'site_group_rack', source: site?.bk_inst_id, target: hub }])
  page = await newVisitor(browser, server)
  await signIn(page, server)
})
after(async () => {
  await browser?.close()
  if (server) await stopServer(server)
})

interface Group { node: string; association: string; direction: string; total: number }
interface Part { nodes: { key: string }[]; links: { id: number; association: string }[]; groups: Group[] }
/** What the API says, without the UI. */
async function expand(body: object): Promise<Part> {
  const headers = { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' }
  const answer = await fetch(`${server.url}/api/relata/v1/graph/expand`, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.equal(answer.status, 200)
  return (await answer.json()) as Part
}
interface Drawn { id: string; label: string; group: boolean; hidden: number; x: number; y: number; screen: { x: number; y: number } }
/** What the canvas holds. */
const drawn = (): Promise<Drawn[]> =>
  page.getByTestId('graph').evaluate((box) => (box as any)._cyreg.cy.nodes().map((it: any) => ({ id: it.id(), label: it.data('label'), group: it.data('group'), hidden: it.data('hidden'), ...it.position(), screen: it.renderedPosition() })))
const edges = (): Promise<string[]> => page.getByTestId('graph').evaluate((box) => (box as any)._cyreg.cy.edges().map((it: any) => it.id()))
const marked = (name: string): Promise<string[]> => page.getByTestId('graph').evaluate((box, name) => (box as any)._cyreg.cy.elements(`.${name}`).map((it: any) => it.id()), name)
const elements = async (): Promise<number> => Number(await page.getByTestId('graph').getAttribute('data-elements'))
async function open(path: string): Promise<void> {
  await page.goto(path)
  await page.locator('[data-testid=graph] canvas').first().waitFor({ state: 'attached' })
  await settle(page)
}
/** Taps a node where it is on the screen. */
async function tap(id: string, times = 1): Promise<void> {
  const node = (await drawn()).find((it) => it.id === id)
  const box = await page.getByTestId('graph').boundingBox()
  assert.ok(node && box, `${id} is drawn`)
  await page.mouse.click(box.x + node.screen.x, box.y + node.screen.y, { clickCount: times })
  await settle(page)
}
const still = (before: Drawn[], after: Drawn[], gone: string[] = []): void => {
  const now = new Map(after.map((it) => [it.id, it]))
  for (const it of before.filter((one) => !gone.includes(one.id))) {
    const there = now.get(it.id)
    assert.ok(there, `${it.id} is still there`)
    assert.ok(Math.abs(there.screen.x - it.screen.x) <= 1 && Math.abs(there.screen.y - it.screen.y) <= 1, `${it.id} has moved`)
  }
}
const group = (): string => `rack:${hub}/rack_group_device:out`

for (const depth of [1, 2]) {
  test(`an instance with 300 neighbours and 5,000 behind them is at most 60 elements at first, depth ${depth}`, async () => {
    const asked: string[] = []
    const note = (request: { url: () => string }): void => { if (request.url().includes('/graph/')) asked.push(request.url()) }
    page.on('request', note)
    await open(`/i/rack/${hub}/graph${depth > 1 ? `?depth=${depth}` : ''}`)
    page.off('request', note)
    // The count beside the tab is another question.
    assert.equal(asked.length, 2)
    assert.ok((await elements()) <= 60)
    const nodes = await drawn()
    assert.equal(nodes.length + (await edges()).length, await elements())
    const told = (await expand({ roots: [{ model: 'rack', id: hub }], depth: 1, limit_per_node: 1 })).groups.filter((it) => it.node === `rack:${hub}`)
    const groups = nodes.filter((it) => it.group)
    assert.deepEqual(groups.map((it) => it.label), ['Device ×300'])
    for (const it of groups) assert.equal(it.label.split('×')[1], String(told.find((one) => `${one.node}/${one.association}:${one.direction}` === it.id)?.total))
    for (const it of told) assert.equal((await page.getByTestId(`total-${it.association}:${it.direction}`).innerText()), String(it.total))
  })
}

test('a group opens by 50, the others stay where they are, and the URL gives the same picture', async () => {
  await open(`/i/rack/${hub}/graph`)
  const before = await drawn()
  await tap(group())
  await page.getByTestId('graph-step').click()
  await settle(page)
  const after = await drawn()
  assert.equal(after.length, before.length + 50)
  still(before, after)
  assert.equal(after.find((it) => it.id === group())?.label, 'Device +250 / 300')
  // What is behind each new one is told.
  for (const it of after.filter((one) => one.id.startsWith('device:'))) assert.equal(it.hidden, 17)
  await tap(group(), 2)
  const more = await drawn()
  assert.equal(more.length, before.length + 100)
  still(after, more)
  await shoot(page, 'graph/group')
  const url = page.url()
  await open(url)
  const places = (all: Drawn[]): string[] => all.map((it) => `${it.id} ${it.label} ${it.hidden} ${it.x} ${it.y}`).sort()
  assert.deepEqual(places(await drawn()), places(more))
  assert.equal(page.url(), url)
})

test('a group opens to the end, and is gone then', async () => {
  await open(`/i/rack/${hub}/graph?open=${Array.from({ length: 5 }, group).join(',')}`)
  assert.equal((await drawn()).find((it) => it.id === group())?.label, 'Device +50 / 300')
  const before = await drawn()
  await page.getByTestId('graph').focus()
  await tap(group())
  await page.getByTestId('graph').press('ArrowRight')
  await settle(page)
  const after = await drawn()
  still(before, after, [group()])
  assert.equal(after.filter((it) => it.id.startsWith('device:')).length, 300)
  assert.equal(after.some((it) => it.id === group()), false)
})

test('what is expanded and collapsed leaves the rest alone, and comes back by the URL', async () => {
  await open('/i/device/14/graph')
  const before = await drawn()
  const some = before.find((it) => !it.group && it.hidden > 0)
  assert.ok(some)
  await tap(some.id, 2)
  const after = await drawn()
  assert.ok(after.length > before.length)
  still(before, after)
  assert.equal(after.find((it) => it.id === some.id)?.hidden, 0)
  await open(page.url())
  assert.deepEqual((await drawn()).map((it) => it.id).sort(), after.map((it) => it.id).sort())
  await tap(some.id, 2)
  assert.deepEqual((await drawn()).map((it) => it.id).sort(), before.map((it) => it.id).sort())
})

test('choosing one dims what is not near it', async () => {
  await open('/i/device/14/graph')
  const other = (await drawn()).find((it) => !it.group && it.id !== 'device:14')
  await tap(other?.id ?? '')
  assert.deepEqual(await marked('chosen'), [other?.id])
  const far = await marked('far')
  assert.ok(far.length > 0 && !far.includes('device:14'))
  await page.getByTestId('graph-chosen').getByText(`#${other?.id.split(':')[1]}`).waitFor()
})

test('all goes by keyboard: walk, expand, collapse, path, zoom, open', async () => {
  await open('/i/device/14/graph')
  const box = page.getByTestId('graph')
  await box.focus()
  const chosen = async (): Promise<string> => (await marked('chosen'))[0] ?? ''
  const shown = await drawn()
  const right = shown.filter((it) => it.x > 0 && !it.group && it.hidden > 0)[0]
  assert.ok(right)
  const walk = async (): Promise<void> => {
    await box.press('ArrowRight')
    for (let at = await chosen(), tries = 0; at !== right.id && tries < shown.length; at = await chosen(), tries++) {
      const here = shown.find((it) => it.id === at)
      await box.press(right.y < (here?.y ?? 0) ? 'ArrowUp' : 'ArrowDown')
    }
  }
  await walk()
  assert.equal(await chosen(), right.id)
  const count = shown.length
  await box.press('ArrowRight')
  await page.waitForURL(/open=/)
  await settle(page)
  assert.ok((await drawn()).length > count)
  await box.press('ArrowLeft')
  await page.waitForURL((url) => !url.searchParams.has('open'))
  await settle(page)
  assert.equal((await drawn()).length, count)
  await box.press('ArrowLeft')
  assert.equal(await chosen(), 'device:14')
  await box.press('p')
  assert.deepEqual(await marked('from'), ['device:14'])
  await walk()
  await box.press('p')
  await page.waitForURL(/open=~/)
  await settle(page)
  assert.equal((await marked('path')).length, 3)
  const zoom = () => box.evaluate((it) => (it as any)._cyreg.cy.zoom() as number)
  const level = await zoom()
  await box.press('+')
  assert.ok((await zoom()) > level)
  await box.press('-')
  await box.press('-')
  assert.ok((await zoom()) < level)
  await box.press('0')
  const target = await chosen()
  await box.press('Enter')
  await page.waitForURL(`**/i/${target.replace(':', '/')}`)
})

test('the shortest path between two is that of the API, with what lies between', async () => {
  await open(`/i/rack/${hub}/graph?open=${group()}`)
  const [from, to] = [`device:${devices[0]}`, `device:${devices[1]}`]
  await tap(from)
  await page.getByTestId('graph-path').click()
  await tap(to)
  await page.getByTestId('graph-path').click()
  await settle(page)
  const path = await marked('path')
  assert.equal(path.filter((it) => !it.includes('/')).length, 3)
  assert.ok([from, to, `rack:${hub}`].every((it) => path.includes(it)))
  const url = page.url()
  await open(url)
  assert.deepEqual((await marked('path')).sort(), path.sort())
  await shoot(page, 'graph/path')
})

test('bounds are ticked with the numbers of the API, and are in the URL', async () => {
  await open('/i/device/14/graph')
  const all = await expand({ roots: [{ model: 'device', id: 14 }], depth: 1, limit_per_node: 20 })
  const mine = all.groups.filter((it) => it.node === 'device:14')
  const total = (association: string): number => mine.filter((it) => it.association === association).reduce((sum, it) => sum + it.total, 0)
  const ticks = page.locator('[data-testid^=graph-associations-]')
  const names = await ticks.evaluateAll((boxes) => boxes.map((it) => (it as HTMLElement).dataset.testid?.slice('graph-associations-'.length) ?? ''))
  assert.deepEqual([...names].sort(), [...new Set(mine.map((it) => it.association))].sort())
  for (const name of names) assert.equal((await page.locator('.tick', { has: page.getByTestId(`graph-associations-${name}`) }).locator('.num').innerText()).replace(/\D/g, ''), String(total(name)))
  await page.getByRole('button', { name: 'only: device_group_interface' }).click()
  await page.waitForURL(/asst=device_group_interface/)
  await settle(page)
  const narrow = await expand({ roots: [{ model: 'device', id: 14 }], associations: ['device_group_interface'], limit_per_node: 1 })
  const interfaces = narrow.groups.find((it) => it.node === 'device:14')?.total ?? 0
  assert.ok(interfaces > 20)
  assert.deepEqual((await drawn()).filter((it) => it.group).map((it) => it.label), [`Interface ×${interfaces}`])
  await page.getByTestId('graph-few').fill(String(interfaces))
  await page.getByTestId('graph-few').press('Enter')
  await page.waitForURL(/group=/)
  await settle(page)
  assert.equal((await drawn()).length, interfaces + 1)
  await page.goBack()
  await settle(page)
  assert.equal((await drawn()).length, 2)
  await page.getByTestId('graph-direction').selectOption('in')
  await page.getByText('Nothing is linked within these bounds.').waitFor()
  await page.getByRole('button', { name: 'Clear' }).click()
  await settle(page)
  assert.equal((await drawn()).filter((it) => it.id === 'device:14').length, 1)
  await page.getByTestId('graph-depth').selectOption('2')
  await page.waitForURL(/depth=2/)
  await settle(page)
  const deep = await expand({ roots: [{ model: 'device', id: 14 }], depth: 2, limit_per_node: 20 })
  const known = new Set(deep.nodes.map((it) => it.key))
  assert.ok((await drawn()).filter((it) => !it.group).every((it) => known.has(it.id)))
})

test('what an instance affects is counted as the API counts it', async () => {
  await open(`/i/rack/${hub}/graph`)
  await page.getByTestId('impact-down').locator('summary').click()
  await settle(page)
  const headers = { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' }
  const answer = await fetch(`${server.url}/api/relata/v1/graph/impact`, { method: 'POST', headers, body: JSON.stringify({ roots: [{ model: 'rack', id: hub }] }) })
  const told = (await answer.json()) as { count: number; by_model: Record<string, number> }
  assert.ok(told.count >= 5300)
  const text = await page.getByTestId('impact-down').innerText()
  assert.ok(text.includes(`${told.count.toLocaleString('en')} instances`), text)
  for (const n of Object.values(told.by_model)) assert.ok(text.includes(n.toLocaleString('en')), text)
  assert.equal(await page.getByTestId('impact-down').locator('li').count(), 20)
  await shoot(page, 'graph/impact')
  await checkAxe(page, 'impact')
})

test('more than a picture holds is said', async () => {
  await open(`/i/rack/${hub}/graph?depth=2&group=200`)
  await page.getByTestId('graph-cut').getByText('Only the first 1,500 instances were looked at').waitFor()
  await shoot(page, 'graph/cut')
})

test('the list holds the rows of the picture', async () => {
  await open('/i/device/14/graph?depth=2')
  const [lines, nodes] = [await edges(), await drawn()]
  await page.getByTestId('graph-list').click()
  await page.waitForURL(/view=list/)
  assert.equal(await page.locator('.list tbody tr').count(), lines.length)
  const names = new Set(await page.locator('.list tbody a').evaluateAll((all) => all.map((it) => it.getAttribute('href')?.slice(3).replace('/', ':') ?? '')))
  assert.deepEqual([...names].sort(), nodes.filter((it) => !it.group).map((it) => it.id).sort())
  await checkAxe(page, 'list of the graph')
  await shoot(page, 'graph/list')
})

test('another is put into the middle, with the same bounds', async () => {
  await open('/i/device/14/graph?dir=up')
  const other = (await drawn()).find((it) => it.id !== 'device:14' && !it.group)
  await tap(other?.id ?? '')
  await page.getByTestId('graph-root').click()
  await page.waitForURL((url) => url.pathname === `/i/${other?.id.replace(':', '/')}/graph` && url.searchParams.get('dir') === 'up')
  await settle(page)
  const root = (await drawn()).find((it) => it.id === other?.id)
  assert.deepEqual([root?.x, root?.y], [0, 0])
})

test('a picture is exported as PNG, SVG, JSON and GraphML', async () => {
  await open('/i/device/14/graph')
  const [nodes, lines] = [await drawn(), await edges()]
  const saved = async (format: string): Promise<Buffer> => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('graph-export').selectOption(format)])
    assert.equal(file.suggestedFilename(), `device-14.${format}`)
    return readFileSync(await file.path())
  }
  assert.equal((await saved('png')).subarray(1, 4).toString(), 'PNG')
  const svg = (await saved('svg')).toString()
  assert.equal([...svg.matchAll(/<rect [^>]*stroke=/g)].length, nodes.length)
  assert.equal(await page.evaluate((text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null, svg), true)
  const json = JSON.parse((await saved('json')).toString()) as { nodes: { key: string }[]; links: { key: string }[] }
  assert.deepEqual(json.nodes.map((it) => it.key).sort(), nodes.map((it) => it.id).sort())
  assert.deepEqual(json.links.map((it) => it.key).sort(), [...lines].sort())
  assert.match((await saved('graphml')).toString(), /<graphml xmlns=.*<node id="device:14">/s)
})

test('a graph that cannot be read says so', async () => {
  await page.route('**/graph/expand', (route) => route.abort())
  await page.goto('/i/device/14/graph')
  await page.getByTestId('error').waitFor()
  await page.unroute('**/graph/expand')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('[data-testid=graph] canvas').first().waitFor()
  await settle(page)
  assert.ok((await drawn()).length > 1)
})

test('pictures of the graph, in both languages and themes', async () => {
  for (const language of ['en', 'zh'] as const) {
    const other = await newVisitor(browser, server, language)
    await signIn(other, server)
    for (const theme of ['light', 'dark'] as const) {
      await other.emulateMedia({ colorScheme: theme })
      for (const [name, path] of [['hub', `/i/rack/${hub}/graph`], ['device', '/i/device/14/graph'], ['deep', '/i/rack/1/graph?depth=2'], ['list', '/i/rack/1/graph?view=list']] as const) {
        await other.goto(path)
        await other.locator('[data-testid=graph] canvas').first().waitFor({ state: 'attached' })
        await settle(other)
        await shoot(other, `graph/${language}-${theme}-${name}`)
        await checkAxe(other, `${name}, ${language}, ${theme}`)
      }
    }
    checkFaults(other)
    await other.context().close()
  }
})

test('no error was written to the console, and no other host was asked', () => {
  // What the tests themselves have cut off.
  checkFaults(page, /Failed to load resource: net::ERR_FAILED/)
})
