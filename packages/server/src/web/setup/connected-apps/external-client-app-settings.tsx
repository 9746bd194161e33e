import { changeOrg } from '../../../orgs/change-org.ts'
import { done } from '../../../problem.ts'
import { isInForce } from '../../../releases/release-updates.ts'
import { Card } from '../blocks.tsx'
import { check } from '../field.tsx'
import { formPage } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'

const path = '/setup/external-client-app-settings'

/** *External Client App Settings*: whether the org still makes connected apps. */
export const externalClientAppSettings: readonly SetupRoute[] = formPage({
  path,
  right: 'manage the org',
  find: async ({ org }) => org,
  fields: () => ({
    allowsConnectedApps: check({
      label: 'Allow creation of connected apps',
      help: 'Without it New Connected App is refused, and so are connected apps in org files, commands and metadata; those that are there go on as before. Salesforce allows none since Spring ’26, and its Support switches it on. It is the release update blockNewConnectedApps, the other way round.',
    }),
  }),
  start: ({ settings }, { at }) => ({ allowsConnectedApps: !isInForce('blockNewConnectedApps', settings, at) }),
  show: (form) => ({
    title: 'External Client App Settings',
    lead: 'Apps that are made from now on are external client apps; whether connected apps may be made besides, stands here.',
    place: path,
    inside: <Card title="Connected apps">{form.field('allowsConnectedApps')}</Card>,
  }),
  submit: 'Save',
  cancel: () => path,
  async act({ allowsConnectedApps }, org, { stores, at }) {
    const say = allowsConnectedApps
      ? 'Connected apps may be made in this org.'
      : 'No connected app can be made any more.'
    // Saved as it was, the org goes on following its release.
    if (allowsConnectedApps === !isInForce('blockNewConnectedApps', org.settings, at)) return done({ to: path, say })
    const releaseUpdates = { ...org.settings.releaseUpdates, blockNewConnectedApps: !allowsConnectedApps }
    const outcome = await changeOrg(stores, org, { settings: { releaseUpdates } })
    return outcome.ok ? done({ to: path, say }) : outcome
  },
})
