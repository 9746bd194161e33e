import type { AppPolicies, ConnectedApp } from '../../../connected-apps/connected-app.ts'
import type { SetupVisit } from '../setup-visit.ts'
import { type AppKind, kindOf } from './app-kind.ts'

/** An app that has policies in this org: made here, made in another org and installed here, or built into the server. */
export interface InstalledApp {
  readonly app: ConnectedApp
  readonly policies: AppPolicies
  /** Made here: its settings are this org's to see and to change. */
  readonly isOwn: boolean
}

/** Finds the app of the address, if it is of this kind and installed in this org. */
export function findInstalledApp(kind: AppKind): (visit: SetupVisit) => Promise<InstalledApp | undefined> {
  return async ({ stores, org, params }) => {
    const id = params['app'] ?? ''
    const [app, policies] = await Promise.all([stores.apps.find(id), stores.apps.findPolicies(id, org.id)])
    if (app === undefined || kindOf(app) !== kind || policies?.isInstalled !== true) return undefined
    return { app, policies, isOwn: app.orgId === org.id }
  }
}

/** Finds the app of the address, if it is of this kind and was made in this org. */
export function findOwnApp(kind: AppKind): (visit: SetupVisit) => Promise<ConnectedApp | undefined> {
  return async ({ stores, org, params }) => {
    const app = await stores.apps.find(params['app'] ?? '')
    return app?.orgId === org.id && kindOf(app) === kind ? app : undefined
  }
}
