import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import type { User } from '../../../users/user.ts'
import type { SetupStores } from '../setup-visit.ts'

/** The apps and users that ids stand for. */
export interface Named {
  readonly apps: ReadonlyMap<string, ConnectedApp>
  /** Those of this org alone. */
  readonly users: ReadonlyMap<string, User>
}

/** Looks ids up, each once. What is no longer there, and users of other orgs, are left out. */
export async function namesOf(
  { apps, users }: Pick<SetupStores, 'apps' | 'users'>,
  orgId: string,
  ids: { readonly appIds: readonly (string | undefined)[]; readonly userIds: readonly (string | undefined)[] },
): Promise<Named> {
  const [foundApps, foundUsers] = await Promise.all([
    found(ids.appIds, (id) => apps.find(id)),
    found(ids.userIds, (id) => users.find(id)),
  ])
  return {
    apps: new Map(foundApps.map((app) => [app.id, app])),
    users: new Map(foundUsers.filter((user) => user.orgId === orgId).map((user) => [user.id, user])),
  }
}

async function found<Thing>(
  ids: readonly (string | undefined)[],
  find: (id: string) => Promise<Thing | undefined>,
): Promise<readonly Thing[]> {
  const wanted = new Set(ids.filter((id) => id !== undefined))
  return (await Promise.all([...wanted].map(find))).filter((thing) => thing !== undefined)
}
