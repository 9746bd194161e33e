import type { Provisioned, ProvisioningStore } from '../oauth/provisioning-store.ts'
import type { UserChanges, UserWrite } from '../saml/provisioned-user.ts'
import type { User } from '../users/user.ts'
import { assertionUse } from './assertions.ts'
import { auditNotes, type WriteNote } from './audit-trail.ts'
import { flag, instant } from './column-values.ts'
import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import { userRow } from './users.ts'

const manageUsers = { section: 'Manage Users' }

/** A use that somebody else was first to, at the last moment. */
class UsedMeanwhile extends Error {
  override readonly name = 'UsedMeanwhile'
  readonly place: number

  constructor(place: number) {
    super('It was used meanwhile.')
    this.place = place
  }
}

/** Users made and changed by signing in, in the database: together with what may be used once for it, or not at all. */
export function provisioningStore(database: Database): ProvisioningStore {
  const { queries, change } = database
  const use = assertionUse(database)
  const notes = auditNotes(database)
  const findUsed = statement((given: Placeholder<{ hash: Uint8Array }>) =>
    queries.selectFrom('used_assertions').select('expires_at').where('hash', '=', given('hash')),
  )

  return {
    async provision(uses, write, by) {
      try {
        return await change((tx) => provisioned(tx, uses, write, notes(by)))
      } catch (error) {
        if (error instanceof UsedMeanwhile) return { outcome: 'used', place: error.place }
        throw error
      }
    },
  }

  async function provisioned(
    tx: Transaction,
    uses: Parameters<ProvisioningStore['provision']>[0],
    write: UserWrite,
    note: WriteNote,
  ): Promise<Provisioned> {
    for (const [place, { hash }] of uses.entries()) {
      if ((await tx.first(findUsed, { hash })) !== undefined) return { outcome: 'used', place }
    }
    const written = 'make' in write ? await make(tx, write.make, note) : await update(tx, write, note)
    if (!written) return { outcome: 'overtaken' }
    for (const [place, one] of uses.entries()) {
      // What was written of the user goes with it.
      if (!(await use(tx, one))) throw new UsedMeanwhile(place)
    }
    return { outcome: 'provisioned' }
  }

  async function make(tx: Transaction, user: User, note: WriteNote): Promise<boolean> {
    const insert = queries.insertInto('users').values(userRow(user))
    const made = await tx.execute(insert.onConflict((conflict) => conflict.doNothing()))
    if (made === 0) return false
    const to = { orgId: user.orgId, name: user.username }
    await note(tx, { ...manageUsers, action: 'createduser', text: 'Created by just-in-time provisioning the user', to })
    return true
  }

  async function update(
    tx: Transaction,
    { change: { id, orgId, federationId }, to }: Extract<UserWrite, { readonly to: unknown }>,
    note: WriteNote,
  ) {
    const changed = await tx.execute(
      queries
        .updateTable('users')
        .set((user) => ({
          ...columnsOf(to),
          // Deactivating ends what the user had for good, as it does in Setup.
          ...(to.isActive === false ? { epoch: user('epoch', '+', user.ref('is_active')) } : {}),
        }))
        .where('id', '=', id)
        .where('org_id', '=', orgId)
        .where('federation_id', federationId === undefined ? 'is' : '=', federationId ?? null),
    )
    if (changed === 0) return false
    await note(tx, {
      ...manageUsers,
      action: 'changeduser',
      text: 'Changed by just-in-time provisioning the user',
      to: { user: id },
    })
    return true
  }
}

/** The columns of what changes. */
function columnsOf(to: UserChanges) {
  return {
    ...(to.email === undefined ? {} : { email: to.email }),
    ...('firstName' in to ? { first_name: to.firstName ?? null } : {}),
    ...(to.lastName === undefined ? {} : { last_name: to.lastName }),
    ...(to.nickname === undefined ? {} : { nickname: to.nickname }),
    ...(to.profileId === undefined ? {} : { profile_id: to.profileId }),
    ...(to.isActive === undefined ? {} : { is_active: flag(to.isActive) }),
    ...(to.timeZone === undefined ? {} : { time_zone: to.timeZone }),
    ...(to.locale === undefined ? {} : { locale: to.locale }),
    ...(to.language === undefined ? {} : { language: to.language }),
    ...('country' in to ? { country: to.country ?? null } : {}),
    ...('mobilePhone' in to ? { mobile_phone: to.mobilePhone ?? null } : {}),
    ...(to.federationId === undefined ? {} : { federation_id: to.federationId }),
    modified_at: instant(to.modifiedAt),
  }
}
