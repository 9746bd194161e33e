import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appPolicy, appSetting, externalAppPolicy } from './mending.ts'
import { listed, quoted } from './wording.ts'

/** The client credentials flow. */
export const clientCredentialsExplanations = {
  'domain-not-own': {
    check: 'domain',
    facts: { app: 'text', found: 'text', own: 'texts' },
    explain: ({ app, found, own }) => ({
      expected: own.length === 0 ? 'the My Domain of an org' : `the own address of the org: ${listed(own, 'or')}`,
      found,
      whatToDo: `Post to \`/services/oauth2/token\` at the My Domain of the org in which ${quoted(app)} is to act: this flow is told by the address which org is meant. \`login.salesforce.com\` and \`test.salesforce.com\` never take it.`,
      whereInSetup: 'Setup > Company Settings > My Domain',
    }),
  },
  'client-credentials-off': {
    check: 'flow',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `“Enable Client Credentials Flow” on ${quoted(app)}`,
      found: 'it is off',
      whatToDo: `Switch it on, and name the user to act for: ${appCommand('update', app, '--client-credentials', '--run-as', '<name>')}.`,
      whereInSetup: appSetting(app, 'Enable Client Credentials Flow'),
    }),
  },
  'client-credentials-not-allowed': {
    check: 'flow',
    facts: { app: 'text', org: 'text' },
    explain: ({ app, org }) => ({
      expected: `“Enable Client Credentials Flow” in the policies of ${quoted(org)} for ${quoted(app)}, too: an external client app has it switched on in its settings and in the policies`,
      found: 'it is off in the policies',
      whatToDo: `Allow it, and name the user to act for: ${appCommand('update', app, '--org', org, '--allow-client-credentials', '--run-as', '<name>')}.`,
      whereInSetup: externalAppPolicy(app, 'OAuth Policies', 'Enable Client Credentials Flow'),
    }),
  },
  'run-as-missing': {
    check: 'flow',
    facts: { app: 'text', org: 'text' },
    explain: ({ app, org }) => ({
      expected: `a user of ${quoted(org)} for ${quoted(app)} to act for (Run As)`,
      found: 'none',
      whatToDo: `Name one, with no more rights than the app needs: ${appCommand('update', app, '--run-as', '<name>')}.`,
      whereInSetup: appPolicy(app, 'Edit Policies', 'Client Credentials Flow', 'Run As'),
    }),
  },
  'scopes-missing': {
    check: 'scope',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: 'a scope besides refresh_token, such as api',
      found: `none on ${quoted(app)}`,
      whatToDo: `Give the app a scope: ${appCommand('update', app, '--scope', 'api')}.`,
      whereInSetup: appSetting(app, 'Selected OAuth Scopes'),
    }),
  },
} satisfies Partial<ReasonExplanations>
