// Writes the files that Postman imports.
import { writeFileSync } from 'node:fs'
import { collection } from './collection.ts'
import { environments } from './environments.ts'

/** The files by name, as they are to stand in this folder. */
export const files: Readonly<Record<string, object>> = {
  'walkthrough.postman_collection.json': collection(),
  ...Object.fromEntries(
    Object.entries(environments).map(([name, environment]) => [`${name}.postman_environment.json`, environment]),
  ),
}

if (import.meta.main) {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(content, undefined, 2)}\n`)
  }
}
