import { type AliasableExpression, sql } from 'kysely'
import type { AuditTrailStore, DoneWithSecrets } from '../journal/audit-trail.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** A change of how an org is set up, as Setup Audit Trail tells it. */
export interface AuditNote {
  /** The page of Setup that it belongs to. */
  readonly section: string
  /** Salesforce's name for what was done; ours, in the same manner, where Salesforce has none. */
  readonly action: string
  /** What was done, in words, up to the name of what it was done to. */
  readonly text: string
  readonly to: Noted
  /** The user whose own affair it is: what they do to it themselves is no change of the org's setup, and not told. */
  readonly ownOf?: string
}

/** What something was done to: by its name, or something stored by the name it has at that moment. */
type Noted =
  | { readonly orgId: string; readonly name: string }
  | { readonly org: string }
  | { readonly user: string }
  | { readonly certificate: string }
  | AppInOrg
  | ApprovedApp
  // Told in the trail of every org.
  | { readonly ofServer: string }

interface AppInOrg {
  readonly app: string
  /** The org whose trail it belongs into; unless given, the app's own. */
  readonly orgId?: string
}

/** What a user allowed an app: told in the user's org, by the names of both. */
interface ApprovedApp {
  readonly app: string
  readonly approvedBy: string
}

/** Writes a note, in the transaction of the change, so that there is none without the other. */
export type WriteNote = (tx: Transaction, note: AuditNote) => Promise<void>

/** A store that notes its changes, made for whoever makes them: statements and caches are the same for all. */
export type Noting<Store> = (note: WriteNote) => Store

const columns = ['org_id', 'at', 'created_by_id', 'section', 'action', 'display'] as const

/**
 * Writes the trails of changes.
 * @returns what writes the notes of changes made by a user; by `undefined` are those of a command or an org file
 */
export function auditNotes({ queries, now }: Pick<Database, 'queries' | 'now'>): (by: string | undefined) => WriteNote {
  const findKind = statement((given: Placeholder<{ id: string }>) =>
    queries.selectFrom('connected_apps').select('distribution_state').where('id', '=', given('id')),
  )
  return (by) =>
    async (tx, { to, ownOf, ...words }) => {
      if (by !== undefined && by === ownOf) return
      const kind = 'app' in to ? await tx.first(findKind, { id: to.app }) : undefined
      const isExternal = (kind?.distribution_state ?? null) !== null
      const { section, action, text } = isExternal ? ofExternalApp(words) : words
      const at = instant(now())
      const insert = queries.insertInto('setup_audit_trail')
      if ('name' in to) {
        const display = `${text} ${to.name}`
        const row = { org_id: to.orgId, at, created_by_id: by ?? null, section, action, display }
        await tx.execute(insert.values(row))
        return
      }
      const told = queries.selectFrom(toldOf(to).as('told')).select(({ ref, val, selectFrom }) => [
        ref('told.org_id').as('org_id'),
        val(at).as('at'),
        // What is told to every org names nobody of another one.
        selectFrom('users')
          .select('users.id')
          .where('users.id', '=', by ?? '')
          .whereRef('users.org_id', '=', 'told.org_id')
          .as('created_by_id'),
        val(section).as('section'),
        val(action).as('action'),
        sql<string>`(${`${text} `} || ${ref('told.name')})`.as('display'),
      ])
      await tx.execute(insert.columns(columns).expression(told))
    }

  function toldOf(
    to: Exclude<Noted, { readonly name: string }>,
  ): AliasableExpression<{ org_id: string; name: string }> {
    if ('org' in to) return queries.selectFrom('orgs').select(['id as org_id', 'name']).where('id', '=', to.org)
    if ('user' in to)
      return queries.selectFrom('users').select(['org_id', 'username as name']).where('id', '=', to.user)
    if ('certificate' in to)
      return queries.selectFrom('certificates').select(['org_id', 'name']).where('id', '=', to.certificate)
    if ('ofServer' in to)
      return queries.selectFrom('orgs').select(({ val }) => ['id as org_id', val(to.ofServer).as('name')])
    const app = queries.selectFrom('connected_apps as app').where('app.id', '=', to.app)
    if ('approvedBy' in to) {
      return app
        .innerJoin('users as person', (join) => join.on('person.id', '=', to.approvedBy))
        .select(({ ref }) => [
          'person.org_id',
          sql<string>`(${ref('app.label')} || ' of user ' || ${ref('person.username')})`.as('name'),
        ])
    }
    const { orgId } = to
    // What is built in is of no org: only what an org makes of it is told there.
    if (orgId === undefined) {
      return app
        .select(({ ref }) => [ref('app.org_id').$notNull().as('org_id'), 'app.label as name'])
        .where('app.org_id', 'is not', null)
    }
    return app.select(({ val }) => [val(orgId).as('org_id'), 'app.label as name'])
  }
}

/** A note of a connected app in the words for an external client app. */
export function ofExternalApp<Words extends Pick<AuditNote, 'section' | 'action' | 'text'>>(words: Words): Words {
  return {
    ...words,
    section: words.section === 'Connected Apps' ? 'External Client Apps' : words.section,
    action: words.action.replace('ConnectedApplication', 'ExternalClientApplication'),
    text: words.text.replace('connected app', 'external client app'),
  }
}

const withSecrets: Readonly<Record<DoneWithSecrets, string>> = {
  rekeyed: 'Began to seal under another encryption key what is secret on the',
  copied: 'Copied to another database all that is on the',
  backedUp: 'Backed up all that is on the',
}

/** The trails of changes in the database, to be read. */
export function auditTrailStore(database: Database): AuditTrailStore {
  const { queries, read, write } = database
  const note = auditNotes(database)(undefined)
  const list = statement((given: Placeholder<{ orgId: string; before: number; limit: number }>) =>
    queries
      .selectFrom('setup_audit_trail')
      .selectAll()
      .where('org_id', '=', given('orgId'))
      .where('id', '<', given('before'))
      .orderBy('id', 'desc')
      .limit(given('limit')),
  )
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteBefore = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('setup_audit_trail')
      .where('id', 'in', (within) =>
        within.selectFrom('setup_audit_trail').select('id').orderBy('id').limit(given('limit')),
      )
      .where('at', '<', given('before')),
  )
  return {
    async list(orgId, { before = Number.MAX_SAFE_INTEGER, limit }) {
      return (await read.all(list, { orgId, before, limit })).map((row) => ({
        id: row.id,
        at: readInstant(row.at),
        createdById: row.created_by_id ?? undefined,
        section: row.section,
        action: row.action,
        display: row.display,
      }))
    },
    noteSecrets: (did) =>
      write((tx) => note(tx, { section: 'Security', action: did, text: withSecrets[did], to: { ofServer: 'server' } })),
    deleteBefore: (before, limit) => write((tx) => tx.run(deleteBefore, { before: instant(before), limit })),
  }
}
