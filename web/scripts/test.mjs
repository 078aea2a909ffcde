// Runs tests/<folder>/*.test.ts with node:test. Node 20 reads no TypeScript, so esbuild turns each into one file first.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const [folder, ...names] = process.argv.slice(2)
const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'node_modules/.cache/tests', folder)
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const wanted = (name) => name.endsWith('.test.ts') && (names.length === 0 || names.some((it) => name.includes(it)))
const files = readdirSync(join(root, 'tests', folder)).filter(wanted)
await build({
  entryPoints: files.map((name) => join(root, 'tests', folder, name)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
})
const tests = files.map((name) => join(out, name.replace(/\.ts$/, '.mjs')))
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...tests], { stdio: 'inherit', cwd: root })
process.exit(status ?? 1)
