// A server with the example data and a browser that looks at it. A page fails its test when it writes an error to the console,
// asks another host for anything, or has a fault that axe finds.

import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import assert from 'node:assert/strict'
import { createInterface } from 'node:readline'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

// The tests run from one file of their own, in the folder of web.
const root = resolve(process.cwd(), '..')
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target')
const shots = join(target, 'ui-shots')
const axe = readFileSync(join(process.cwd(), 'node_modules/axe-core/axe.min.js'), 'utf8')

export interface Server {
  url: string
  password: string
  token: string
  /** The file of its store. */
  store: string
  process: ChildProcess
}

export function program(): string {
  const path = process.env.RELATA_BIN ?? join(target, 'debug/relata')
  assert.ok(existsSync(path), `build ${path} first: cargo build -p relata`)
  return path
}

/** Starts the demonstration on a free port, with settings as variables; it deletes its store when it ends. */
export async function startServer(settings: Record<string, string> = {}): Promise<Server> {
  const child = spawn(program(), ['demo'], { env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'inherit'] })
  const server: Server = { url: '', password: '', token: '', store: '', process: child }
  await new Promise<void>((ready, failed) => {
    const timer = setTimeout(() => failed(new Error('the server was not ready after 120 s')), 120_000)
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      server.url ||= /Look at it: (http:\/\/\S+?)\/$/.exec(line)?.[1] ?? ''
      server.store ||= /its store is (.+)\.$/.exec(line)?.[1] ?? ''
      server.password ||= /the password (\w+)/.exec(line)?.[1] ?? ''
      server.token ||= /Bearer (\w\S*?)'/.exec(line)?.[1] ?? ''
      if (!line.includes('deletes the store')) return
      clearTimeout(timer)
      ready()
    })
  })
  child.removeAllListeners('exit')
  return server
}

export async function stopServer(server: Server): Promise<void> {
  const ended = new Promise((done) => server.process.once('exit', done))
  server.process.kill('SIGTERM')
  await ended
}

/** Ends a server at once, as a failure of the machine does. */
export async function killServer(server: Server): Promise<void> {
  const ended = new Promise((done) => server.process.once('exit', done))
  server.process.kill('SIGKILL')
  await ended
}

/** Starts it again, on the same store and address. */
export async function restartServer(server: Server): Promise<void> {
  const child = spawn(program(), ['serve', '--listen', server.url.slice('http://'.length), '--store', `sqlite:${server.store}`, '--log', 'warn'], { stdio: ['ignore', 'pipe', 'inherit'] })
  server.process = child
  await new Promise<void>((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)))
    createInterface({ input: child.stdout! }).on('line', (line) => { if (line.startsWith('listening on')) ready() })
  })
  child.removeAllListeners('exit')
}

/** Many operations at once; all have to succeed. Answers their ids. */
export async function load(server: Server, operations: unknown[]): Promise<number[]> {
  const headers = { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/x-ndjson' }
  const answer = await fetch(`${server.url}/api/relata/v1/bulk?chunk=10000`, { method: 'POST', headers, body: operations.map((it) => JSON.stringify(it)).join('\n') })
  const verdicts = (await answer.text()).trim().split('\n').map((it) => JSON.parse(it) as { id: number; status: string })
  assert.deepEqual(verdicts.filter((it) => it.status !== 'created' && it.status !== 'updated' && it.status !== 'deleted'), [])
  assert.equal(verdicts.length, operations.length)
  return verdicts.map((it) => it.id)
}

/** A call of the API as a program makes it. */
export async function call(server: Server, path: string, body: unknown, method = 'POST'): Promise<any> {
  const headers = { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json', 'X-Bkcmdb-Language': 'en' }
  const answer = (await (await fetch(server.url + path, { method, headers, body: JSON.stringify(body) })).json()) as { result: boolean; data: unknown; bk_error_msg: string }
  assert.ok(answer.result, `${path}: ${answer.bk_error_msg}`)
  return answer.data
}

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.RELATA_TEST_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'] })

export type Language = 'zh' | 'en'
export type Theme = 'light' | 'dark'

/** What a page has done that it may not do. */
const faults = new WeakMap<BrowserContext, string[]>()

/** A browser of somebody who has never been here. */
export async function newVisitor(browser: Browser, server: Server, language: Language = 'en', theme: Theme = 'light'): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1366, height: 820 }, locale: language === 'zh' ? 'zh-CN' : 'en-GB', colorScheme: theme, reducedMotion: 'reduce' })
  const found: string[] = []
  faults.set(context, found)
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  page.on('pageerror', (error) => found.push(`error: ${error.message}`))
  // What the API refuses is told to the viewer; the browser notes it, too.
  page.on('console', (message) => { if (message.type() === 'error' && !/status of 401/.test(message.text())) found.push(`console: ${message.text()}`) })
  const unanswered = new Set<unknown>()
  open.set(page, unanswered)
  // Who follows the change log waits for ever.
  page.on('request', (request) => { if (!request.url().startsWith('data:') && !request.url().includes('/api/relata/v1/changes')) unanswered.add(request) })
  page.on('requestfinished', (request) => unanswered.delete(request))
  page.on('requestfailed', (request) => unanswered.delete(request))
  page.on('request', (request) => { if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url())) found.push(`foreign request: ${request.url()}`) })
  return page
}

export async function signIn(page: Page, server: Server, user = 'admin'): Promise<void> {
  await page.goto('/login')
  await page.locator('#user').fill(user)
  await page.locator('#password').fill(server.password)
  await page.locator('button.primary').click()
  await page.waitForURL((url) => url.pathname !== '/login')
}

/** Requests of a page that are not answered yet. */
const open = new WeakMap<Page, Set<unknown>>()

/** Nothing is loading any more, nor in the two frames after. */
export async function settle(page: Page): Promise<void> {
  const twoFrames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  const isQuiet = async () => open.get(page)?.size === 0 && (await page.evaluate(() => document.querySelector('#app > *') !== null && document.querySelector('[aria-busy=true], .skeleton') === null))
  const end = Date.now() + 15_000
  for (let quiet = 0; quiet < 3; ) {
    assert.ok(Date.now() < end, 'the page is still loading after 15 s')
    await twoFrames()
    quiet = (await isQuiet()) ? quiet + 1 : 0
  }
}

export async function checkAxe(page: Page, where: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as any).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
    return violations.map((it: any) => `${it.id}: ${it.help}: ${it.nodes.slice(0, 3).map((node: any) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`)
  })
  assert.deepEqual(found, [], `axe on ${where}`)
}

export function checkFaults(page: Page, expected?: RegExp): void {
  assert.deepEqual((faults.get(page.context()) ?? []).filter((it) => !expected?.test(it)), [])
}

export async function shoot(page: Page, name: string): Promise<void> {
  const path = join(shots, `${name}.png`)
  mkdirSync(dirname(path), { recursive: true })
  await page.screenshot({ path })
}
