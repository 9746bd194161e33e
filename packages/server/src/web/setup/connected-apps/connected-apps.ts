import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { type AppKind, connectedApps, externalClientApps } from './app-kind.ts'
import { appManager } from './app-manager.tsx'
import { consumerDetails } from './consumer-details.tsx'
import { deleteApp } from './delete-app.tsx'
import { editApp } from './edit-app.tsx'
import { editPolicies } from './edit-policies.tsx'
import { externalClientAppManager } from './external-client-app-manager.tsx'
import { externalClientAppSettings } from './external-client-app-settings.tsx'
import { manageApp } from './manage-app.tsx'
import { mobileFiles } from './mobile-files.ts'
import { newApp } from './new-app.tsx'
import { initialAccessTokenPages } from './registered-apps.tsx'
import { uninstallExternalClientApp } from './uninstall-app.tsx'
import { viewApp } from './view-app.tsx'

/** App Manager and External Client App Manager: the apps of an org, their settings, secrets and policies. */
export function connectedAppPages(needs: SetupNeeds): readonly SetupRoute[] {
  return [
    ...appManager,
    ...pagesOf(connectedApps, needs),
    ...initialAccessTokenPages(needs),
    ...externalClientAppManager,
    ...pagesOf(externalClientApps, needs),
    ...uninstallExternalClientApp,
    ...externalClientAppSettings,
  ]
}

function pagesOf(kind: AppKind, needs: SetupNeeds): readonly SetupRoute[] {
  return [
    ...newApp(kind, needs),
    ...viewApp(kind, needs),
    ...mobileFiles(kind),
    ...editApp(kind, needs),
    ...consumerDetails(kind, needs),
    ...manageApp(kind),
    ...editPolicies(kind),
    ...deleteApp(kind),
  ]
}
