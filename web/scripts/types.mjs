// Writes src/api/schema.d.ts from the OpenAPI document of a server (URL as argument, or RELATA_URL): the operations that the
// UI uses, named in src/api/used.json, and what they refer to. `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const args = process.argv.slice(2)
const check = args.includes('--check')
const url = args.find((it) => it.startsWith('http')) ?? process.env.RELATA_URL ?? 'http://127.0.0.1:8080'
const used = JSON.parse(readFileSync(new URL('../src/api/used.json', import.meta.url), 'utf8'))
const document = await (await fetch(`${url}/api/openapi.json`)).json()

const paths = {}
for (const [path, methods] of Object.entries(used)) {
  paths[path] = {}
  for (const method of methods) {
    const operation = document.paths[path]?.[method]
    if (!operation) throw new Error(`the server has no ${method.toUpperCase()} ${path}`)
    paths[path][method] = operation
  }
}

// What is referred to, also by what is referred to.
const components = {}
const visit = (value) => {
  if (Array.isArray(value)) return value.forEach(visit)
  if (!value || typeof value !== 'object') return
  if (typeof value.$ref === 'string') {
    const [, , kind, name] = value.$ref.split('/')
    components[kind] ??= {}
    if (!(name in components[kind])) visit((components[kind][name] = document.components[kind][name]))
  }
  Object.values(value).forEach(visit)
}
visit(paths)

const sorted = (map) => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))
const part = { ...document, paths: sorted(paths), tags: undefined, security: undefined }
part.components = Object.fromEntries(Object.entries(components).map(([kind, it]) => [kind, sorted(it)]))
const text = `// Made by scripts/types.mjs from /api/openapi.json; not edited by hand.\n${astToString(await openapiTS(part))}`
const file = new URL('../src/api/schema.d.ts', import.meta.url)
if (check) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('src/api/schema.d.ts is not what the server describes: run `npm run types` against it')
    process.exit(1)
  }
} else {
  writeFileSync(file, text)
}
