import type { AppPolicies, ConnectedApp } from '../../../connected-apps/connected-app.ts'
import type { SetupVisit } from '../setup-visit.ts'

/** An app that has policies in this org: made here, made in another org and installed here, or built into the server. */
export interface InstalledApp {
  readonly app: ConnectedApp
  readonly policies: AppPolicies
  /** Made here: its settings are this org's to see and to change. */
  readonly isOwn: boolean
}

/** The app of the address, if it is installed in this org. */
export async function findInstalledApp({ stores, org, params }: SetupVisit): Promise<InstalledApp | undefined> {
  const id = params['app'] ?? ''
  const [app, policies] = await Promise.all([stores.apps.find(id), stores.apps.findPolicies(id, org.id)])
  if (app === undefined || policies?.isInstalled !== true) return undefined
  return { app, policies, isOwn: app.orgId === org.id }
}

/** The app of the address, if it was made in this org. */
export async function findOwnApp(visit: SetupVisit): Promise<ConnectedApp | undefined> {
  const app = await visit.stores.apps.find(visit.params['app'] ?? '')
  return app?.orgId === visit.org.id ? app : undefined
}

/** Where App Manager is. */
export const appsPath = '/setup/connected-apps'

/** Where an app is in Setup. */
export function appPath({ id }: Pick<ConnectedApp, 'id'>): string {
  return `${appsPath}/${id}`
}

/** The app among the pages above one of its own. */
export function appCrumb(app: ConnectedApp) {
  return { href: appPath(app), label: app.label }
}
