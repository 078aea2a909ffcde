// The way in, the account, the first visit to an empty server, and a server below a path.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { call, checkAxe, checkFaults, newVisitor, program, settle, shoot, signIn, startBrowser, startServer, stopServer, type Server } from './bench.ts'

let server: Server
let browser: Browser
let page: Page
before(async () => {
  // Also what is asked without it is answered, so the tests need not care.
  server = await startServer({ RELATA_BASE_PATH: '/cmdb' })
  browser = await startBrowser()
  page = await newVisitor(browser, server)
})
after(async () => {
  await browser?.close()
  if (server) await stopServer(server)
})

/** A server without any data. */
async function startEmpty(): Promise<Server & { folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'relata-empty-'))
  const token = 'relata_e2e_token_of_an_empty_server'
  const env = { ...process.env, RELATA_ADMIN_TOKEN: token }
  const child = spawn(program(), ['serve', '--listen', '127.0.0.1:0', '--store', `sqlite:${join(folder, 'relata.db')}`], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const url = await new Promise<string>((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)))
    const look = (text: Buffer): void => { const found = /listening on (http:\/\/[\d.:]+)/.exec(text.toString().replace(/\x1b\[\d+m/g, ''))?.[1]; if (found) ready(found) }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
  })
  child.removeAllListeners('exit')
  const password = execFileSync(program(), ['user', 'password', 'admin', '--url', url], { env: { ...process.env, RELATA_TOKEN: token }, encoding: 'utf8' }).trim()
  return { url, password, token, store: join(folder, 'relata.db'), process: child, folder }
}

test('the ways to sign in are offered that the server has; no answer tells whether a user exists', async () => {
  await page.route('**/api/relata/v1/login', (route) => (route.request().method() === 'GET'
    ? route.fulfill({ json: { password: { local: true, ldap: true }, oidc: { title: 'Corp', path: '/api/relata/v1/login/oidc' } } })
    : route.continue()))
  await page.goto('/cmdb/i/rack?q=MDF')
  await page.waitForURL(/\/cmdb\/login/)
  await page.getByTestId('sso').waitFor()
  assert.equal(await page.getByTestId('sso').getAttribute('href'), `/cmdb/api/relata/v1/login/oidc?return=${encodeURIComponent('/cmdb/i/rack?q=MDF')}`)
  await page.getByText('directory (LDAP)').waitFor()
  await checkAxe(page, 'login with all ways')
  await shoot(page, 'en-light/login-sso')
  const told: string[] = []
  for (const user of ['admin', 'nobody-has-this-name']) {
    await page.locator('#user').fill(user)
    await page.locator('#password').fill('wrong')
    await page.getByTestId('sign-in').click()
    await page.locator('#fault').getByText(/./).waitFor()
    told.push(await page.locator('#fault').innerText())
  }
  assert.equal(told[0], told[1])
  await page.unroute('**/api/relata/v1/login')
})

test('below a base path pages, files and calls have it, and a reload stays there', async () => {
  await page.goto('/cmdb/login?next=%2Fmodels')
  await settle(page)
  assert.equal(await page.getByTestId('sso').count(), 0)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.locator('#user').fill('admin')
  await page.locator('#password').fill(server.password)
  await page.getByTestId('sign-in').click()
  await page.waitForURL((url) => url.pathname === '/cmdb/models')
  await page.goto('/cmdb/i/rack/1/graph')
  await settle(page)
  await page.reload()
  await page.locator('[data-testid=graph] canvas').first().waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await page.waitForURL((url) => url.pathname === '/cmdb/audit')
  await settle(page)
  assert.deepEqual(asked.filter((it) => !it.startsWith('/cmdb/')), [])
  // The link to what is in the page leaves it where it is.
  await page.keyboard.press('Tab')
  await page.locator('.skip').focus()
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main')
  assert.equal(new URL(page.url()).pathname, '/cmdb/audit')
})

test('addresses of the original lead to the pages that show the same', async () => {
  for (const [old, fresh] of [['/#/resource/instance/rack/1', '/cmdb/i/rack/1'], ['/#/model/details/rack', '/cmdb/models/rack'], ['/#/audit', '/cmdb/audit']] as const) {
    await page.goto('about:blank')
    await page.goto(`/cmdb${old}`)
    await page.waitForURL((url) => url.pathname === fresh)
  }
})

test('a token has a scope and an end, is shown once, works, and is revoked', async () => {
  await page.goto('/cmdb/me')
  await settle(page)
  await page.getByTestId('token-name').fill('reader')
  await page.getByLabel('Scope').selectOption('read')
  await page.getByLabel('Days').fill('7')
  await page.getByTestId('create-token').click()
  const token = await page.getByTestId('token').innerText()
  await checkAxe(page, 'account')
  await shoot(page, 'en-light/account')
  const ask = (path: string, body: unknown) => fetch(`${server.url}/cmdb/api/v3/${path}`, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body: JSON.stringify(body) })
  assert.equal(((await (await ask('find/associationtype', {})).json()) as { result: boolean }).result, true)
  assert.equal(((await (await ask('create/instance/object/site', { bk_inst_name: 'x' })).json()) as { result: boolean }).result, false)
  await page.reload()
  await settle(page)
  assert.equal(await page.getByTestId('token').count(), 0)
  await page.getByRole('button', { name: 'Revoke: reader' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Token revoked').waitFor()
  assert.equal((await ask('find/associationtype', {})).status, 401)
})

test('the menus of the top bar go by keyboard, and the language is loaded when it is changed', async () => {
  await page.goto('/cmdb/')
  await settle(page)
  await page.getByTestId('theme').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark')
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.testid), 'theme')
  await checkAxe(page, 'dark by choice')
  await page.getByTestId('user').click()
  await checkAxe(page, 'menu')
  await page.keyboard.press('Escape')
  assert.equal(await page.getByRole('menu').count(), 0)
  await page.getByTestId('language').click()
  await page.waitForFunction(() => document.documentElement.lang === 'zh-CN')
  await page.getByRole('link', { name: '审计' }).waitFor()
  await settle(page)
  await shoot(page, 'zh-dark/home')
})

test('home has what was starred and opened, figures with links, and the changes of the last days', async () => {
  await page.goto('/cmdb/i/rack/1')
  await settle(page)
  await page.getByTestId('star').click()
  await page.locator('[data-testid=star][aria-pressed=true]').waitFor()
  await page.goto('/cmdb/')
  await settle(page)
  await page.getByTestId('stars').getByRole('link').first().click()
  await page.waitForURL((url) => url.pathname === '/cmdb/i/rack/1')
  await page.goBack()
  await page.locator('.days a').last().click()
  await page.waitForURL(/\/cmdb\/audit\?from=/)
})

test('the search offers what is starred and was opened, and its results go by arrows and Enter', async () => {
  await page.goto('/cmdb/search')
  await settle(page)
  assert.ok((await page.getByTestId('known').getByRole('link').count()) > 0)
  await page.locator('#search-field').fill('akron')
  await page.keyboard.press('Enter')
  await page.locator('ol.hits a').first().waitFor()
  await settle(page)
  await checkAxe(page, 'search')
  await page.locator('#search-field').focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter']) await page.keyboard.press(key)
  await page.waitForURL((url) => /\/cmdb\/(i|models)\//.test(url.pathname))
})

test('who comes first to an empty server loads the example data with one button', async () => {
  const empty = await startEmpty()
  try {
    for (const language of ['zh', 'en'] as const) {
      const visitor = await newVisitor(browser, empty, language)
      await signIn(visitor, empty)
      await settle(visitor)
      if (language === 'zh') {
        await visitor.getByTestId('first').waitFor()
        await checkAxe(visitor, 'an empty server')
        await shoot(visitor, 'zh-light/home-first')
        await visitor.getByTestId('load-demo').click()
        await visitor.getByTestId('toast').getByText('88').waitFor()
        await settle(visitor)
        assert.equal(await visitor.getByTestId('first').count(), 0)
      }
      await shoot(visitor, `${language}-light/home`)
      checkFaults(visitor)
      await visitor.context().close()
    }
    assert.equal((await call(empty, '/api/v3/count/instances/object/demo_server', {})).count, 60)
  } finally {
    await stopServer(empty)
    rmSync(empty.folder, { recursive: true, force: true })
  }
})

test('no error was written to the console, and no other host was asked', () => checkFaults(page))
