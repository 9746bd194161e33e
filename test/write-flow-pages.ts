import { writeFileSync } from 'node:fs'
import { flowPages, withTables } from './flow-pages.ts'

for (const page of flowPages) writeFileSync(new URL(`../${page}`, import.meta.url), withTables(page))
