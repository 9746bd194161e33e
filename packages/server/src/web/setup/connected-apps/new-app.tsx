import { newConnectedApp, newExternalClientApp } from '../../../connected-apps/new-connected-app.ts'
import { done, refused } from '../../../problem.ts'
import { isInForce } from '../../../releases/release-updates.ts'
import { Notice } from '../blocks.tsx'
import { formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import {
  appFieldsOf,
  asFormProblems,
  certificateToSee,
  enteredApiName,
  enteredApp,
  newAppFields,
  newAppStart,
} from './app-form.tsx'
import { type AppKind, appPath, connectedApps, externalClientApps } from './app-kind.ts'
import { AppSections } from './app-sections.tsx'

/** *New Connected App*, or *New External Client App*. */
export function newApp(
  kind: AppKind,
  { seal, newId, now }: Pick<SetupNeeds, 'seal' | 'newId' | 'now'>,
): readonly SetupRoute[] {
  const make = kind === externalClientApps ? newExternalClientApp : newConnectedApp
  return formPage({
    path: `${kind.path}/new`,
    right: 'manage connected apps',
    find: async ({ org }) => org,
    fields: async (org, { stores }) => ({ ...newAppFields, ...(await appFieldsOf(kind, stores, org)) }),
    start: () => newAppStart,
    show: (form, org, { at, can }) => ({
      title: `New ${kind.title}`,
      lead: 'A program that may ask this org for tokens: what it is called, how it proves who it is, and the most it may ask for.',
      place: kind.path,
      inside: (
        <>
          {kind === connectedApps && isInForce('blockNewConnectedApps', org.settings, at) && (
            <NoneAnyMore canAllow={can('manage the org')} />
          )}
          <AppSections form={form} apiName={form.field('fullName')} at={at} />
        </>
      ),
    }),
    submit: 'Save',
    cancel: () => kind.path,
    async act(values, org, { stores, at }) {
      const first = certificateToSee(values, at)
      if (first !== undefined) return first
      const { fullName, ...settings } = values
      const entered = { ...enteredApp(settings), fullName: enteredApiName(values) }
      const made = await make({ ...stores, seal, newId, now }, org, entered)
      if (!made.ok) return refused(...asFormProblems(made.problems))
      const { app } = made.value
      const next = app.isClientCredentialEnabled
        ? `${kind === externalClientApps ? 'Enable the client credentials flow and name its' : 'Name the'} Run As user in Edit Policies: the flow is refused until then.`
        : 'Its consumer key is below; the secret is under Manage Consumer Details.'
      return done({ to: appPath(app), say: `The ${kind.noun} “${app.label}” has been made. ${next}` }, made.warnings)
    },
  })
}

/** Where the org makes no connected apps any more: what to do instead. */
function NoneAnyMore({ canAllow }: { readonly canAllow: boolean }) {
  return (
    <Notice look="warning">
      This org creates no connected apps any more, as orgs at Salesforce since Spring ’26.{' '}
      <a href={`${externalClientApps.path}/new`}>Make an external client app</a>
      {canAllow ? (
        <>
          , or allow connected apps in <a href="/setup/external-client-app-settings">External Client App Settings</a>.
        </>
      ) : (
        '.'
      )}
    </Notice>
  )
}
