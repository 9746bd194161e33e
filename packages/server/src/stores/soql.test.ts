import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { standardSchema } from '../rest/access.ts'
import { shapeOf } from '../rest/rows.ts'
import { planQuery } from '../rest/soql/plan-query.ts'
import { sealWith } from '../seal.ts'
import { openStores } from './open.ts'
import { planCompiler } from './soql.ts'
import { sqliteDialect } from './sqlite.ts'

let folder: string
let database: DatabaseSync

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soql-'))
  const file = join(folder, 'sallyport.db')
  const stores = await openStores({
    file,
    seal: sealWith(Buffer.alloc(32, 1)),
    now: () => new Date(),
    onError: (error) => {
      throw error
    },
  })
  await stores.close()
  database = new DatabaseSync(file)
})

afterAll(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

it.each([
  ['all records by name', 'SELECT Name FROM Account ORDER BY Name ASC NULLS FIRST, Id ASC NULLS FIRST'],
  ['one’s own by name', 'SELECT Name FROM Account USING SCOPE mine ORDER BY Name ASC NULLS FIRST, Id ASC NULLS FIRST'],
  ['those that changed last', 'SELECT Name FROM Account USING SCOPE mru ORDER BY LastViewedDate DESC NULLS LAST'],
  [
    'one’s own that changed last',
    'SELECT Name FROM Account USING SCOPE mine ORDER BY LastModifiedDate DESC NULLS LAST',
  ],
  ['those of one parent', "SELECT Name FROM Account WHERE ParentId = '001000000000001AAA'"],
])('what a list shows first is found by an index, whatever else there is: %s', async (_, query) => {
  const now = new Date()
  const userId = '005000000000001AAA'
  const viewer = { userId, schema: standardSchema, has: () => true, timeZone: 'UTC', now }
  const plan = await planQuery(query, viewer, { includesDeleted: false })
  const { columns } = shapeOf(plan, '', { deleteToken: String, opaque: String })
  const asker = { orgId: '00D000000000001AAA', userId, tokenId: 1, now }
  const compiler = planCompiler(sqliteDialect({ file: ':memory:', synchronous: 'FULL', busyTimeout: 1 }))
  const { sql, parameters } = compiler.rows(plan, asker, columns, { offset: 0, limit: 26 }).compile()
  const given = parameters.map((value) => (typeof value === 'number' ? value : String(value)))
  const steps = database.prepare(`explain query plan ${sql}`).all(...given)
  const details = steps.map(({ detail }) => String(detail))
  expect(details.filter((detail) => detail.startsWith('SCAN t'))).toEqual([])
  // Only what was looked up by a key is few enough to be sorted.
  if (!query.includes('WHERE')) expect(details.join()).not.toContain('TEMP B-TREE')
  // Whoever owns nothing must not wait for a look at what others own.
  if (plan.isMine) expect(details.join()).toContain('owner_id=?')
})
