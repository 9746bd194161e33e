import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'

/** One of the two kinds of apps: what it is called, and where its pages are. */
export interface AppKind {
  /** Where they are listed. */
  readonly path: '/setup/connected-apps' | '/setup/external-client-apps'
  /** As in *New Connected App*. */
  readonly title: string
  /** Within a sentence. */
  readonly noun: string
  /** What an org decides about one: the last part of the page's address, and its name. */
  readonly policies: { readonly path: string; readonly label: string }
}

/** Connected apps, in *App Manager*. */
export const connectedApps: AppKind = {
  path: '/setup/connected-apps',
  title: 'Connected App',
  noun: 'connected app',
  policies: { path: 'manage', label: 'Manage' },
}

/** External client apps, in *External Client App Manager*. */
export const externalClientApps: AppKind = {
  path: '/setup/external-client-apps',
  title: 'External Client App',
  noun: 'external client app',
  policies: { path: 'policies', label: 'Policies' },
}

/** The kind that an app is of. */
export function kindOf({ external }: Pick<ConnectedApp, 'external'>): AppKind {
  return external === undefined ? connectedApps : externalClientApps
}

/** Where an app is in Setup. */
export function appPath(app: Pick<ConnectedApp, 'id' | 'external'>): string {
  return `${kindOf(app).path}/${app.id}`
}

/** Where stands what this org decides about an app. */
export function policiesPath(app: Pick<ConnectedApp, 'id' | 'external'>): string {
  return `${appPath(app)}/${kindOf(app).policies.path}`
}

/** The app among the pages above one of its own. */
export function appCrumb(app: ConnectedApp) {
  return { href: appPath(app), label: app.label }
}
