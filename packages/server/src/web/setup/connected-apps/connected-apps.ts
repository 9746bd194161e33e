import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { appManager } from './app-manager.tsx'
import { consumerDetails } from './consumer-details.tsx'
import { deleteApp } from './delete-app.tsx'
import { editApp } from './edit-app.tsx'
import { editPolicies } from './edit-policies.tsx'
import { manageApp } from './manage-app.tsx'
import { mobileFiles } from './mobile-files.ts'
import { newApp } from './new-app.tsx'
import { initialAccessTokenPages } from './registered-apps.tsx'
import { viewApp } from './view-app.tsx'

/** App Manager: the connected apps of an org, their settings, secrets and policies. */
export function connectedAppPages(needs: SetupNeeds): readonly SetupRoute[] {
  return [
    ...appManager,
    ...newApp(needs),
    ...viewApp(needs),
    ...mobileFiles,
    ...editApp(needs),
    ...consumerDetails(needs),
    ...initialAccessTokenPages(needs),
    ...manageApp,
    ...editPolicies,
    ...deleteApp,
  ]
}
