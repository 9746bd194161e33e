import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Org, OrgSettings, OrgStore } from '../orgs/org.ts'
import { latestRelease } from '../releases/release.ts'
import { isReleaseUpdateName } from '../releases/release-updates.ts'
import type { Noting } from './audit-trail.ts'
import { flag, ifFound, instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const company = { section: 'Company Information' }

/** Orgs in the database. */
export function orgStore(database: Database): Noting<OrgStore> {
  const { queries, read, change, cache } = database
  const select = queries.selectFrom('orgs').selectAll()
  const findById = statement((given: Placeholder<{ id: string }>) => select.where('id', '=', given('id')))
  const findByName = statement((given: Placeholder<{ name: string }>) => select.where('name', '=', given('name')))
  const findByMyDomain = statement((given: Placeholder<{ myDomain: string }>) =>
    select.where('my_domain', '=', given('myDomain')),
  )
  const findByPort = statement((given: Placeholder<{ port: number }>) => select.where('port', '=', given('port')))
  const listAll = statement(() => select.orderBy('created_at').orderBy('id'))
  const byId = cache<Org>(1000)
  const byName = cache<Org>(1000)
  const byMyDomain = cache<Org>(1000)
  const byPort = cache<Org>(1000)

  return (note) => ({
    async add(org) {
      await change(async (tx) => {
        await note(tx, { ...company, action: 'createdorg', text: 'Created org', to: { orgId: org.id, name: org.name } })
        return tx.execute(queries.insertInto('orgs').values(toRow(org)))
      })
    },
    find: (id) => byId.get(id, async () => ifFound(await read.first(findById, { id }), fromRow)),
    findByName: (name) => byName.get(name, async () => ifFound(await read.first(findByName, { name }), fromRow)),
    findByMyDomain: (myDomain) =>
      byMyDomain.get(myDomain, async () => ifFound(await read.first(findByMyDomain, { myDomain }), fromRow)),
    findByPort: (port) =>
      byPort.get(String(port), async () => ifFound(await read.first(findByPort, { port }), fromRow)),
    async list() {
      return (await read.all(listAll, {})).map(fromRow)
    },
    async update(org) {
      const { id, epoch, created_at, ...changed } = toRow(org)
      await change(async (tx) => {
        await note(tx, {
          ...company,
          action: 'changedorg',
          text: 'Changed settings of',
          to: { orgId: id, name: org.name },
        })
        return tx.execute(queries.updateTable('orgs').set(changed).where('id', '=', id))
      })
    },
    async endAll(id) {
      const raised = queries.updateTable('orgs').set((org) => ({ epoch: org('epoch', '+', 1) }))
      await change(async (tx) => {
        const did = { action: 'endedEverything', text: 'Ended every token and session of' }
        await note(tx, { ...company, ...did, to: { org: id } })
        return tx.execute(raised.where('id', '=', id))
      })
    },
  })
}

type Row = Selectable<Tables['orgs']>

function toRow(org: Org): Row {
  return {
    id: org.id,
    name: org.name,
    my_domain: org.myDomain ?? null,
    port: org.port ?? null,
    type: org.type,
    is_active: flag(org.isActive),
    epoch: org.epoch,
    settings: settingsText(org.settings),
    created_at: instant(org.createdAt),
  }
}

function fromRow(row: Row): Org {
  return {
    id: row.id,
    name: row.name,
    myDomain: row.my_domain ?? undefined,
    port: row.port ?? undefined,
    type: row.type,
    isActive: row.is_active === 1,
    epoch: row.epoch,
    settings: readSettings(row.settings),
    createdAt: readInstant(row.created_at),
  }
}

/** Something that need not be set: stored as `null`, and not there in what was stored before there was such a setting. */
function orNone<T extends z.ZodType>(schema: T) {
  return schema
    .nullable()
    .default(null)
    .transform((value) => value ?? undefined)
}

const settingsSchema = z.object({
  timeZone: z.string().default('UTC'),
  sessionTimeout: z.number(),
  isPkceRequired: z.boolean(),
  // What was stored before there were these flows does not let them.
  blockOAuthUsrAgtFlow: z.boolean().default(true),
  blockOAuthUnPwFlow: z.boolean().default(true),
  oAuthCdCrdtFlowEnable: z.boolean().default(false),
  enableSoapLogin: z.boolean().default(false),
  // An org of before there was this limit goes on without it.
  maxLoginsPerHour: orNone(z.number()),
  maxLoginAttempts: orNone(z.number()),
  lockoutInterval: orNone(z.number()),
  minimumPasswordLength: z.number(),
  dailyApiRequests: orNone(z.number()),
  // What was stored before there were such lists has none.
  trustedIpRanges: z
    .array(z.object({ start: z.string(), end: z.string(), description: z.string().exactOptional() }))
    .default([]),
  corsAllowedOrigins: z.array(z.string()).default([]),
  enableAdminApprovedAppsOnly: z.boolean().default(false),
  enableIdentityProvider: z.boolean().default(false),
  identityProviderCertificate: orNone(z.string()),
  release: z.string().default(latestRelease),
  // An update that this version does not know any more, or not yet, is none.
  releaseUpdates: z
    .record(z.string(), z.boolean())
    .default({})
    .transform((switched) =>
      Object.fromEntries(Object.entries(switched).filter(([name]) => isReleaseUpdateName(name))),
    ),
})

function settingsText(settings: OrgSettings): string {
  return JSON.stringify(settings, (_, value: unknown) => value ?? null)
}

function readSettings(json: string): OrgSettings {
  return settingsSchema.parse(JSON.parse(json))
}
