// Every screen in both languages and both themes: without a fault that axe finds, and as a picture for people to look at.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { call, checkAxe, checkFaults, newVisitor, settle, shoot, signIn, startBrowser, startServer, stopServer, type Server } from './bench.ts'

let server: Server
let browser: Browser
before(async () => {
  server = await startServer()
  browser = await startBrowser()
  const details = ['core-sw-01', 'core-sw-02', 'edge-sw-07'].map((name, it) => ({ bk_inst_name: name, name, status: 'active', source_id: 910_001 + it }))
  await call(server, '/api/v3/createmany/instance/object/device', { details })
  // Something to see in the changes of an instance and in the audit log.
  await call(server, '/api/v3/update/instance/object/device/inst/73', { name: 'demo-switch', face: 'rear', position: 12 }, 'PUT')
})
after(async () => {
  await browser?.close()
  if (server) await stopServer(server)
})

const pairs = ['MDF/R101\tcore-sw-01', 'MDF/R101\tcore-sw-02', 'MDF/R102\tedge-sw-07', 'MDF/R101\tdemo/switch-2', 'DM-Akron/Comms closet\tdemo/switch-1', 'MDF/R101\tno-such-device', 'MDF/R101\tdemo/switch-2', 'nowhere -> demo/switch-1', 'only one column', 'MDF/R102，DM-Akron/dmi01-akron-rtr01'].join('\n')

const screens: [string, string, ((page: Page) => Promise<void>)?][] = [
  ['home', '/'],
  ['models', '/models'],
  ['model-fields', '/models/device'],
  ['model-associations', '/models/device/associations'],
  ['model-uniques', '/models/device/uniques'],
  ['topology', '/models/graph'],
  ['instances', '/i'],
  ['list', '/i/device?f.status.in=active,inventory&sort=-bk_inst_id'],
  ['list-empty', '/i/device?q=nothing-has-this-name'],
  ['list-selected', '/i/site', async (page) => { await page.locator('tbody input[type=checkbox]').nth(1).check(); await page.locator('tbody input[type=checkbox]').nth(3).check() }],
  ['filter', '/i/device', async (page) => { await page.getByTestId('add-filter').click(); await page.locator('#filter-attribute').selectOption('status'); await page.locator('.popover input[type=checkbox]').first().check() }],
  ['create', '/i/device?panel=create', async (page) => { await page.getByTestId('save').click(); await page.locator('.fault').first().waitFor() }],
  ['import', '/i/site/import', async (page) => { await page.getByTestId('import-text').fill('bk_inst_name,status\nnew-site,active\nnew-site,\n'); await page.getByTestId('import-check').click(); await page.getByTestId('import-apply').waitFor() }],
  ['instance', '/i/device/73'],
  ['instance-associations', '/i/rack/1/associations'],
  ['instance-history', '/i/device/73/history', async (page) => { await page.locator('.history button').first().click() }],
  ['graph', '/i/rack/1/graph', async (page) => { await page.locator('[data-testid=graph] canvas').first().waitFor(); await page.getByTestId('graph').focus(); for (const key of ['ArrowRight', 'ArrowDown', 'Space']) await page.keyboard.press(key); await page.waitForURL(/open=/); await page.keyboard.press('0') }],
  ['graph-list', '/i/rack/1/graph', async (page) => { await page.getByTestId('graph-list').click() }],
  ['batch', '/i/rack?panel=associate', async (page) => { await page.locator('#batch-association').selectOption('rack_group_device'); await page.getByTestId('pairs').fill(pairs) }],
  ['batch-preview', '/i/rack?panel=associate', async (page) => { await page.locator('#batch-association').selectOption('rack_group_device'); await page.getByTestId('pairs').fill(pairs); await page.getByTestId('preview').click(); await page.getByTestId('apply').waitFor() }],
  ['kinds', '/association-types'],
  ['audit', '/audit?model=device', async (page) => { await page.locator('.pick').first().click(); await page.getByTestId('audit-detail').locator('table').waitFor() }],
  ['search', '/search?q=akron'],
  ['me', '/me'],
  ['missing', '/no/such/page'],
]

for (const language of ['en', 'zh'] as const) {
  test(`all screens in ${language}`, async (context) => {
    const page = await newVisitor(browser, server, language)
    const look = async (name: string): Promise<void> => {
      for (const theme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme: theme })
        await settle(page)
        await shoot(page, `${language}-${theme}/${name}`)
        // The other language has the same structure and colours.
        if (language === 'en') await checkAxe(page, `${name}, ${language}, ${theme}`)
      }
    }
    await page.goto('/i/device')
    await page.locator('#user').waitFor()
    await look('login')
    await signIn(page, server)
    for (const [name, path, act] of screens) {
      await context.test(name, async () => {
        await page.goto(path)
        await settle(page)
        await act?.(page)
        await settle(page)
        await look(name)
        assert.ok((await page.title()).endsWith('Relata'))
      })
    }
    checkFaults(page)
    await page.context().close()
  })
}
