// Compresses what was built, so that the server need not, and checks the budgets: script of the first load 90 kB, any other
// script 180 kB (both gzipped), all files together 2 MB.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const folder = fileURLToPath(new URL('../../crates/http/ui-dist/', import.meta.url))
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
  .map((entry) => join(entry.parentPath, entry.name))

const sizes = new Map()
let total = 0
for (const file of files) {
  const content = readFileSync(file)
  total += content.length
  const gzipped = gzipSync(content, { level: 9 })
  sizes.set(file.slice(folder.length), gzipped.length)
  if (content.length < 1000) continue
  writeFileSync(`${file}.gz`, gzipped)
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
}

// What the page names, and what that imports before it runs.
const first = new Set()
const open = [...readFileSync(join(folder, 'index.html'), 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((it) => it[1])
while (open.length > 0) {
  const name = open.pop()
  if (first.has(name)) continue
  first.add(name)
  const text = readFileSync(join(folder, name), 'utf8')
  for (const it of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) open.push(`assets/${it[1]}`)
}

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`
// One of the catalogues is needed at once, too.
const catalogue = Math.max(...[...sizes].filter(([name]) => /^assets\/(zh|en)-[^/]+\.js$/.test(name)).map(([, size]) => size))
const initial = [...first].reduce((sum, name) => sum + sizes.get(name), catalogue)
const failures = []
if (initial > 90_000) failures.push(`the first load is ${kb(initial)} of gzipped script, at most 90 kB`)
for (const [name, size] of sizes)
  if (name.endsWith('.js') && size > 180_000) failures.push(`${name} is ${kb(size)} gzipped, at most 180 kB`)
if (total > 2_000_000) failures.push(`all files are ${kb(total)}, at most 2 MB`)
console.log(`first load ${kb(initial)} of gzipped script, ${files.length} files, ${kb(total)} in all`)
for (const failure of failures) console.error(`budget: ${failure}`)
process.exit(failures.length > 0 ? 1 : 0)
