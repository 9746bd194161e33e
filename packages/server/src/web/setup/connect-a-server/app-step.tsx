import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { newConnectedApp, newExternalClientApp } from '../../../connected-apps/new-connected-app.ts'
import { commandLine } from '../../../oauth/explanations/mending.ts'
import type { Org } from '../../../orgs/org.ts'
import { done, type Outcome, refused } from '../../../problem.ts'
import { isInForce } from '../../../releases/release-updates.ts'
import { Card, Notice } from '../blocks.tsx'
import { connectedApps, externalClientApps } from '../connected-apps/app-kind.ts'
import { choice, lines, text } from '../field.tsx'
import { type Done, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { Elsewhere, findCertificate, goTo, guidePage, guidePath, Way, type WithCertificate } from './guide.tsx'

interface Subject extends WithCertificate {
  readonly apps: readonly ConnectedApp[]
}

/** The kind of which a new app is here: an external client app, where no connected app can be made any more. */
function newKind({ settings }: Org, at: Date) {
  return isInForce('blockNewConnectedApps', settings, at) ? externalClientApps : connectedApps
}

function fields({ apps }: Subject, { org, at }: Pick<SetupVisit, 'org' | 'at'>) {
  return {
    app: choice({
      label: 'App',
      help: 'One of this org that is there already, or a new one.',
      options: apps.map(({ id, label, fullName }) => ({ value: id, label: `${label} (${fullName})` })),
      none: 'A new one',
      isRequired: false,
    }),
    label: text({ label: `${newKind(org, at).title} Name`, help: 'What people see in lists and in OAuth usage.' }),
    fullName: text({ label: 'API Name', help: 'Letters, digits and underscores, unique in the org.' }),
    contactEmail: text({ label: 'Contact Email', type: 'email', help: 'Who answers for the app.' }),
    callbackUrls: lines({
      label: 'Callback URL',
      rows: 2,
      help: 'No browser comes back in this flow, but every app must have one. This page of the server will do.',
    }),
  }
}

/** The second step: the app that asks. */
export function appStep(needs: Pick<SetupNeeds, 'seal' | 'newId' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${guidePath}/:certificate/app`,
    right: 'manage connected apps',
    find: async (visit): Promise<Subject | undefined> => {
      const found = await findCertificate(visit)
      return found && { ...found, apps: await visit.stores.apps.list(visit.org.id) }
    },
    fields,
    start: ({ certificate }, { site, user }) => ({
      app: '',
      label: certificate.label,
      fullName: certificate.name,
      contactEmail: user.email,
      callbackUrls: [`${site.loginBase}/services/oauth2/success`],
    }),
    show: (form, { certificate }, { org, site, at }) => ({
      ...guidePage('app'),
      lead: 'An app says who asks for tokens: your server names it by its consumer key.',
      inside: (
        <>
          <Way current="app" way={{ certificate }} passed={undefined} />
          <Card title="App">{form.field('app')}</Card>
          <Card title="If it is a new one">
            {newKind(org, at) === externalClientApps && (
              <Notice look="info">
                It becomes an external client app: this org creates no connected apps any more. For this flow they are
                the same.
              </Notice>
            )}
            {form.field('label')}
            {form.field('fullName')}
            {form.field('contactEmail')}
            {form.field('callbackUrls')}
            <p class="help">
              It gets the scopes “Manage user data via APIs (api)” and “Perform requests at any time (refresh_token,
              offline_access)”, as this flow wants them at Salesforce. Both can be changed where the app is.
            </p>
          </Card>
          <Elsewhere
            commands={commandLine(
              ...['app', 'create', form.entered('fullName') || 'Warehouse', '--org', org.name],
              ...(newKind(org, at) === externalClientApps ? ['--external'] : []),
              ...['--contact-email', form.entered('contactEmail') || 'dev@acme.example'],
              ...['--callback-url', `${site.loginBase}/services/oauth2/success`, '--scope', 'api', 'refresh_token'],
            )}
            inSalesforce="Setup > App Manager > New Connected App > Enable OAuth Settings; or, where External Client Apps have taken its place, Setup > External Client App Manager > New External Client App. At Salesforce a new app is known only after two to ten minutes."
          />
        </>
      ),
    }),
    submit: 'Next',
    cancel: () => goTo('key', {}),
    act: async ({ app: wanted, ...entered }, { certificate, apps }, { stores, org, at }): Promise<Outcome<Done>> => {
      if (wanted !== '') {
        const app = apps.find(({ id }) => id === wanted)
        return app === undefined
          ? refused({ field: 'app', message: 'Choose one of these.' })
          : done({ to: goTo('upload', { certificate, app }), say: `Going on with ${app.label}.` })
      }
      const kind = newKind(org, at)
      const make = kind === externalClientApps ? newExternalClientApp : newConnectedApp
      const made = await make({ ...stores, ...needs }, org, { ...entered, scopes: ['api', 'refresh_token'] })
      if (!made.ok) return made
      const { app } = made.value
      return done(
        { to: goTo('upload', { certificate, app }), say: `The ${kind.noun} ${app.label} has been made.` },
        made.warnings,
      )
    },
  })
}
