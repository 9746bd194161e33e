import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { done, type Outcome, type Problem, refused } from '../../../problem.ts'
import { type IncomingTokenType, incomingTokenTypes } from '../../../token-exchange/handler.ts'
import {
  changeHandler,
  type EnteredEnablement,
  type EnteredHandler,
  newHandler,
  supportSettings,
} from '../../../token-exchange/new-token-exchange-handler.ts'
import type { TokenExchangeHandler } from '../../../token-exchange/token-exchange-handler.ts'
import { Card, Nothing, YesNo } from '../blocks.tsx'
import { check, choices, lines, text } from '../field.tsx'
import type { ValuesOf } from '../form.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { thingPages } from '../thing-pages.tsx'
import { appPath } from './app-kind.ts'

/** *Token Exchange Handlers*: whose code decides about tokens of other issuers, and for which apps. */
export function tokenExchangeHandlerPages({ newId, now }: Pick<SetupNeeds, 'newId' | 'now'>): readonly SetupRoute[] {
  return thingPages({
    path: '/setup/token-exchange-handlers',
    parameter: 'handler',
    right: 'manage connected apps',
    title: 'Token Exchange Handlers',
    lead: 'Who decides whether a token of another issuer is good, and whose it is. The code is a module in the folder handlers of the data folder.',
    listTitle: 'Handlers',
    empty: {
      title: 'No token exchange handler yet',
      text: 'With one, an app can bring a token of your identity provider and get one of this org for it, without anybody at a browser.',
    },
    noun: 'Token Exchange Handler',
    nameOf: ({ masterLabel }: TokenExchangeHandler) => masterLabel,
    list: ({ stores, org }) => stores.tokenExchangeHandlers.list(org.id),
    names: ({ stores, org }) => stores.apps.list(org.id),
    columns: (apps) => [
      { heading: 'Label', cell: ({ masterLabel }) => masterLabel },
      { heading: 'Name', cell: ({ developerName }) => <code>{developerName}</code> },
      { heading: 'Module', cell: ({ tokenHandlerApex }) => <code>{tokenHandlerApex}</code> },
      { heading: 'Token Types', cell: ({ tokenTypes }) => tokenTypes.map((type) => typeLabels[type]).join(', ') },
      { heading: 'Enabled', cell: ({ isEnabled }) => <YesNo value={isEnabled} /> },
      { heading: 'Makes Users', cell: ({ isUserCreationAllowed }) => <YesNo value={isUserCreationAllowed} /> },
      { heading: 'Connected Apps', cell: (handler) => <AppsOf handler={handler} apps={apps} /> },
    ],
    fields: fieldsOf,
    newFields: {
      developerName: text({
        label: 'Name',
        isRequired: true,
        placeholder: 'Corporate_Directory',
        help: 'Its name in metadata and commands: letters, digits and single underscores. It cannot be changed later.',
      }),
    },
    newStart: { tokenTypes: ['ID_TOKEN'], isEnabled: true },
    async start(handler, apps, { stores }) {
      const fullNames = new Map(apps.map(({ id, fullName }) => [id, fullName]))
      const { masterLabel, description, tokenHandlerApex, tokenTypes, enablements } = handler
      const { isEnabled, isUserCreationAllowed, isProtected } = handler
      return {
        masterLabel,
        description,
        tokenHandlerApex,
        tokenTypes,
        isEnabled,
        isUserCreationAllowed,
        isProtected,
        enablements: await Promise.all(
          enablements.map(async ({ appId, executionUserId }) => {
            const user = await stores.users.find(executionUserId)
            return `${fullNames.get(appId) ?? appId} = ${user?.username ?? executionUserId}`
          }),
        ),
        defaultFor: enablements.filter(({ isDefault }) => isDefault).flatMap(({ appId }) => fullNames.get(appId) ?? []),
      }
    },
    sections: (form, once) => (
      <>
        <Card title="Token Exchange Handler">
          {once}
          {form.field('masterLabel')}
          {form.field('description')}
          {form.field('tokenHandlerApex')}
          {form.field('tokenTypes')}
          {form.field('isEnabled')}
          {form.field('isUserCreationAllowed')}
          {form.field('isProtected')}
        </Card>
        <Card title="Enablements">
          {form.field('enablements')}
          {form.field('defaultFor')}
        </Card>
      </>
    ),
    problemNames: { isJwtSupported: 'tokenTypes' },
    async make({ developerName, ...values }, { stores, org }) {
      const given = entered(values)
      return given.ok ? newHandler({ ...stores, newId, now }, org, { ...given.value, developerName }) : given
    },
    async change(values, handler, { stores }) {
      const given = entered(values)
      return given.ok ? changeHandler({ ...stores, now }, handler, given.value) : given
    },
    consequences:
      'Its apps can no longer exchange tokens by it (token handler not found). Tokens that were given out stay, and so does the file with its code.',
    remove: (handler, { stores }) => stores.tokenExchangeHandlers.delete(handler),
    afterwards: ({ tokenHandlerApex }) =>
      `Its code belongs into the file ${tokenHandlerApex}.ts (or .js) in the folder handlers.`,
  })
}

const typeLabels: Readonly<Record<IncomingTokenType, string>> = {
  ACCESS_TOKEN: 'Access token',
  REFRESH_TOKEN: 'Refresh token',
  ID_TOKEN: 'ID token',
  SAML_2: 'SAML 2.0 assertion',
  JWT: 'JWT',
}

function AppsOf({ handler, apps }: { readonly handler: TokenExchangeHandler; readonly apps: readonly ConnectedApp[] }) {
  const enabled = handler.enablements.flatMap(({ appId, isDefault }) => {
    const app = apps.find(({ id }) => id === appId)
    return app === undefined ? [] : [{ app, isDefault }]
  })
  if (enabled.length === 0) return <Nothing />
  return (
    <ul>
      {enabled.map(({ app, isDefault }) => (
        <li>
          <a href={appPath(app)}>{app.label}</a>
          {isDefault ? ' (default)' : ''}
        </li>
      ))}
    </ul>
  )
}

const fieldsOf = (apps: readonly ConnectedApp[]) => ({
  masterLabel: text({ label: 'Label', isRequired: true, help: 'What admins call it.' }),
  description: text({
    label: 'Description',
    help: 'Whose tokens it takes, and who answers for that: whoever finds it in a year has only this.',
  }),
  tokenHandlerApex: text({
    label: 'Module',
    isRequired: true,
    placeholder: 'CorporateDirectory',
    help: 'The name of its file in the folder handlers, without .ts, .mjs or .js; at Salesforce the Apex class. Requests name the handler by it (token_handler). The file is loaded anew whenever it changes.',
  }),
  tokenTypes: choices({
    label: 'Supported Token Types',
    isRequired: true,
    options: incomingTokenTypes.map((type) => ({ value: type, label: typeLabels[type] })),
    help: 'What it takes (subject_token_type). Other kinds are refused before its code sees them.',
  }),
  isEnabled: check({ label: 'Enabled', help: 'Untick it to let nobody in by this handler for a while.' }),
  isUserCreationAllowed: check({
    label: 'User Creation Allowed',
    help: 'It may answer a user who is not there yet, who is then made, by the execution user below, if that one may manage users.',
  }),
  isProtected: check({
    label: 'Protected Component',
    help: 'At Salesforce, nobody who installs the package may build on it. This server only keeps it.',
  }),
  enablements: lines({
    label: 'Connected Apps and execution users',
    placeholder: 'Portal = admin@acme.example',
    help: 'The apps that it goes for, one on each line: the API name of an app, =, and the username as whom it acts for that app. The app needs “Enable Token Exchange Flow” besides, in its settings and in its policies.',
  }),
  defaultFor: choices({
    label: 'Default for',
    options: apps.map(({ fullName, label }) => ({ value: fullName, label, hint: fullName })),
    help: 'Of these, the apps that use it when a request names no handler. An app has one default.',
  }),
})

type Values = ValuesOf<ReturnType<typeof fieldsOf>>

/** What was entered, as the acts take it. */
function entered({ tokenTypes, enablements: entries, defaultFor, ...same }: Values): Outcome<EnteredHandler> {
  const problems: Problem[] = []
  const enablements: EnteredEnablement[] = []
  for (const [item, line] of entries.entries()) {
    const [, connectedApp = '', apexExecutionUser = ''] = /^([^=]*?)\s*=\s*(.*)$/.exec(line) ?? []
    enablements.push({ connectedApp, apexExecutionUser, isDefault: defaultFor.includes(connectedApp) })
    if (connectedApp === '' || apexExecutionUser === '') {
      const message = 'Enter an app, = and a username on each line: Portal = admin@acme.example.'
      problems.push({ field: 'enablements', item, message })
    }
  }
  const stray = defaultFor.find((app) => !enablements.some(({ connectedApp }) => connectedApp === app))
  if (stray !== undefined) {
    const message = `“${stray}” is not among the connected apps above: it can have no default here.`
    problems.push({ field: 'defaultFor', message })
  }
  if (problems.length > 0) return refused(...problems)
  const supported = incomingTokenTypes.map((type) => [supportSettings[type], tokenTypes.includes(type)])
  return done({ ...same, ...Object.fromEntries(supported), enablements })
}
