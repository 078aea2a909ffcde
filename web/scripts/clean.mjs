// Empties the folder of the build, but for the file that keeps it in the repository.
import { readdirSync, rmSync } from 'node:fs'

const folder = new URL('../../crates/http/ui-dist/', import.meta.url)
for (const name of readdirSync(folder)) if (name !== '.gitignore') rmSync(new URL(name, folder), { recursive: true })
