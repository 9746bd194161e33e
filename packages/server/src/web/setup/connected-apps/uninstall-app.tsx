import { uninstallApp } from '../../../connected-apps/app-policies.ts'
import { done } from '../../../problem.ts'
import { confirmPage } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { appCrumb, appPath, externalClientApps } from './app-kind.ts'
import { findInstalledApp, type InstalledApp } from './find-app.ts'

const kind = externalClientApps

/** *Uninstall* of an external client app of another org, whether anybody has used it or not. */
export const uninstallExternalClientApp: readonly SetupRoute[] = confirmPage<InstalledApp>({
  path: `${kind.path}/:app/uninstall`,
  right: 'manage connected apps',
  async find(visit) {
    const found = await findInstalledApp(kind)(visit)
    return found?.isOwn === false ? found : undefined
  },
  show: ({ app }) => ({
    title: `Uninstall ${app.label}`,
    place: kind.path,
    crumbs: [appCrumb(app)],
    consequences: <UninstallConsequences />,
    button: 'Uninstall',
    isDestructive: true,
    cancel: appPath(app),
  }),
  async act({ app }, { stores, org }) {
    const outcome = await uninstallApp(stores, app, org)
    return outcome.ok ? done({ to: kind.path, say: `“${app.label}” is uninstalled.` }) : outcome
  },
})

/** What uninstalling an external client app does. */
export function UninstallConsequences() {
  return (
    <>
      <p>This org’s policies for the app are forgotten, and nobody of this org gets a further token with it.</p>
      <p>Access tokens that are out live on to their end. To end them at once, revoke all of the app, or block it.</p>
    </>
  )
}
