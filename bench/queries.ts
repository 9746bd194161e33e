import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { defaultOrgSettings } from '../packages/server/src/orgs/org.ts'
import { recordIdOf } from '../packages/server/src/record-id.ts'
import { standardSchema } from '../packages/server/src/rest/access.ts'
import { shapeOf } from '../packages/server/src/rest/rows.ts'
import { planQuery } from '../packages/server/src/rest/soql/plan-query.ts'
import { sealWith } from '../packages/server/src/seal.ts'
import { openStores } from '../packages/server/src/stores/open.ts'
import { median } from './statistics.ts'

// How long queries of a million accounts take, from the text of the query to the text of the answer.
const accounts = 1_000_000
const children = 2000
const rounds = 9

const orgId = recordIdOf('00D', 1)
const userId = recordIdOf('005', 1)
const folder = mkdtempSync(join(tmpdir(), 'bench-queries-'))
const file = join(folder, 'sallyport.db')
const now = () => new Date()
const stores = await openStores({ file, seal: sealWith(Buffer.alloc(32, 1)), now, onError: console.error })
try {
  await stores.orgs.add({
    id: orgId,
    name: 'Bench',
    myDomain: undefined,
    port: undefined,
    type: 'production',
    isActive: true,
    epoch: 1,
    settings: defaultOrgSettings,
    createdAt: now(),
  })
  console.error(`Filling ${file} with ${accounts} accounts.`)
  fill()
  const parent = recordIdOf('001', 7)
  await measure(
    'by an indexed field, 2,000 records',
    `SELECT Id, Name, Phone FROM Account WHERE ParentId = '${parent}'`,
  )
  await measure('by name, 1 record', "SELECT Id, Name, Phone FROM Account WHERE Name = 'account 777'")
  await measure('the first 25 by name', 'SELECT Id, Name, Phone FROM Account ORDER BY Name LIMIT 25')
  await measure('one’s own 25 by name', 'SELECT Id, Name FROM Account USING SCOPE mine ORDER BY Name LIMIT 25')
  await measure(
    'the 25 that changed last',
    'SELECT Id, Name FROM Account USING SCOPE mru ORDER BY LastViewedDate DESC NULLS LAST LIMIT 25',
  )
  const lastChanged = 'SELECT Id, Name FROM Account USING SCOPE mine ORDER BY LastModifiedDate DESC LIMIT 10'
  await measure('one’s own 10 that changed last', lastChanged)
  await measure('those of somebody who owns none', lastChanged, recordIdOf('005', 2))
  await measure('a page of 2,000 with their parents', 'SELECT Id, Name, Parent.Name FROM Account LIMIT 2000')
  await measure('by a field without index, 2,000 records', "SELECT Id, Name FROM Account WHERE BillingCity = 'City 3'")
} finally {
  await stores.close()
  rmSync(folder, { recursive: true })
}

/** Straight into the tables: by the API it would take an hour. */
function fill(): void {
  const database = new DatabaseSync(file)
  database.exec('begin')
  const record = database.prepare(
    `insert into records (id, org_id, object, name, fields, owner_id, created_at, modified_at, created_by_id,
      modified_by_id) values (?, ?, 'Account', ?, ?, ?, 1, 1, ?, ?)`,
  )
  const key = database.prepare(
    "insert into record_keys (org_id, object, field, value, record_id) values (?, 'Account', 'ParentId', ?, ?)",
  )
  for (let number = 0; number < accounts; number++) {
    const id = recordIdOf('001', number)
    const ParentId = recordIdOf('001', number % (accounts / children))
    const Name = `Account ${number}`
    const fields = { Name, ParentId, Phone: `+1 555 ${number}`, BillingCity: `City ${number % 500}` }
    record.run(id, orgId, Name, JSON.stringify(fields), userId, userId, userId)
    key.run(orgId, ParentId.toLowerCase(), id)
  }
  database.exec('commit')
  database.close()
}

async function measure(what: string, soql: string, asker = userId): Promise<void> {
  const viewer = { userId: asker, schema: standardSchema, has: () => true, timeZone: 'UTC', now: now() }
  const taken: number[] = []
  let count = 0
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now()
    const plan = await planQuery(soql, viewer, { includesDeleted: false })
    const shape = shapeOf(plan, '/services/data/v67.0', { deleteToken: String, opaque: String })
    const page = { offset: 0, limit: plan.limit ?? children }
    const rows = await stores.records.query(
      plan,
      { orgId, userId: asker, tokenId: 0, now: new Date() },
      shape.columns,
      page,
    )
    count = rows.length
    JSON.stringify(rows.map((row) => shape.recordOf(row, new Map())))
    taken.push(performance.now() - begun)
  }
  console.log(`${(median(taken) ?? 0).toFixed(1).padStart(8)} ms  ${what} (${count} found)`)
}
