import type { User } from '../users/user.ts'
import { isAssigned } from './access.ts'
import type { AppMenu, AppPolicies, ConnectedApp, ConnectedAppStore } from './connected-app.ts'

/** An app of the *App Launcher*, as somebody sees it. */
export interface AppTile {
  readonly app: ConnectedApp
  readonly menu: AppMenu
}

/** An app in an org, with what the org decided about it. */
export interface MenuItem extends AppTile {
  readonly policies: AppPolicies
}

/** The apps that are installed in an org, in the order of its menu: by number, then by name. */
export async function appMenu(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'policiesOfOrg' | 'find'> },
  orgId: string,
): Promise<readonly MenuItem[]> {
  const installed = (await apps.policiesOfOrg(orgId)).filter(({ isInstalled }) => isInstalled)
  const items = await Promise.all(
    installed.map(async (policies) => ({ policies, menu: policies.menu, app: await apps.find(policies.appId) })),
  )
  return items
    .flatMap(({ app, ...item }) => (app === undefined ? [] : [{ ...item, app }]))
    .toSorted((one, other) => one.menu.sortOrder - other.menu.sortOrder || one.app.label.localeCompare(other.app.label))
}

/** What somebody finds in their *App Launcher*: what an admin shows there, they may use, and leads somewhere. */
export function tilesFor(
  items: readonly MenuItem[],
  user: Pick<User, 'profileId' | 'permissionSetIds'>,
): readonly AppTile[] {
  return items.filter(
    ({ app, menu, policies }) =>
      menu.isVisible &&
      !policies.isBlocked &&
      policies.isEnabled &&
      (!policies.isAdminApproved || isAssigned(policies, user)) &&
      (app.startUrl ?? app.mobile.startUrl) !== undefined,
  )
}

/** What is wrong with a place in the menu, in words. */
export function sortOrderProblem(sortOrder: number): string | undefined {
  return Number.isInteger(sortOrder) && sortOrder >= 0 && sortOrder <= 9999
    ? undefined
    : 'Enter a whole number from 0 to 9999.'
}
