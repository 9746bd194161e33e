import { instant } from './column-values.ts'
import type { Database, Transaction } from './database.ts'

/** A change of how an org is set up, as Setup Audit Trail tells it. */
export interface AuditNote {
  /** The page of Setup that it belongs to. */
  readonly section: string
  /** Salesforce's name for what was done. */
  readonly action: string
  /** What was done, in words, up to the name of what it was done to. */
  readonly text: string
  /** What it was done to: something by its name, or a user or an app by the name it has at that moment. */
  readonly to: { readonly orgId: string; readonly name: string } | { readonly user: string } | AppInOrg
  /** Who did it; `undefined` for a command or an org file. */
  readonly by?: string | undefined
}

interface AppInOrg {
  readonly app: string
  /** The org whose trail it belongs into; unless given, the app's own. */
  readonly orgId?: string
}

/** Writes a note, in the transaction of the change, so that there is none without the other. */
export type WriteNote = (tx: Transaction, note: AuditNote) => Promise<void>

const columns = ['org_id', 'at', 'created_by_id', 'section', 'action', 'display'] as const

/** The trail of an org's changes in the database. */
export function auditTrail({ queries, now }: Pick<Database, 'queries' | 'now'>): WriteNote {
  return async (tx, { section, action, text, to, by = null }) => {
    const at = instant(now())
    const insert = queries.insertInto('setup_audit_trail')
    if ('name' in to) {
      const row = { org_id: to.orgId, at, created_by_id: by, section, action, display: `${text} ${to.name}` }
      await tx.execute(insert.values(row))
      return
    }
    const named =
      'user' in to
        ? queries
            .selectFrom('users')
            .select(({ ref, val, fn }) => [
              ref('org_id').as('org_id'),
              val(at).as('at'),
              val(by).as('created_by_id'),
              val(section).as('section'),
              val(action).as('action'),
              fn<string>('concat', [val(`${text} `), ref('username')]).as('display'),
            ])
            .where('id', '=', to.user)
        : queries
            .selectFrom('connected_apps')
            .select(({ ref, val, fn }) => [
              to.orgId === undefined ? ref('org_id').$notNull().as('org_id') : val(to.orgId).as('org_id'),
              val(at).as('at'),
              val(by).as('created_by_id'),
              val(section).as('section'),
              val(action).as('action'),
              fn<string>('concat', [val(`${text} `), ref('label')]).as('display'),
            ])
            .where('id', '=', to.app)
            // What is built in is of no org: only what an org makes of it is told there.
            .where(({ eb, lit }) => (to.orgId === undefined ? eb('org_id', 'is not', null) : eb(lit(1), '=', lit(1))))
    await tx.execute(insert.columns(columns).expression(named))
  }
}
