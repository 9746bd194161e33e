import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting, command, externalAppSetting, oauthSettings, orgCommand } from './mending.ts'
import { quoted } from './wording.ts'

/** A flow that app and org must each allow, by what the journal calls it. */
export type SwitchedFlow = 'user-agent' | 'code-credentials'

const flows: Readonly<Record<SwitchedFlow, { readonly app: string; readonly org: string; readonly instead: string }>> =
  {
    'user-agent': {
      app: 'Enable User-Agent Flow',
      org: 'Allow OAuth User-Agent Flows',
      instead: 'Better move to `response_type=code` with PKCE, which does the same without a token in an address.',
    },
    'code-credentials': {
      app: 'Enable Authorization Code and Credentials Flow',
      org: 'Allow Authorization Code and Credentials Flows',
      instead: 'Or send people to the sign-in page with `response_type=code`, where the app never sees their password.',
    },
  }

// The journal may hold the name of a flow that this version does not know.
function wordsOf(flow: string) {
  return flows[flow === 'code-credentials' ? flow : 'user-agent']
}

/** Flows that are off until somebody wants them. */
export const flowSwitchExplanations = {
  'flow-not-of-external-apps': {
    check: 'flow',
    facts: { app: 'text', flow: 'text' },
    explain: ({ app, flow }) => ({
      expected: `a flow that external client apps have; ${quoted(app)} is one`,
      found: `the ${flow} flow, which connected apps alone have`,
      whatToDo:
        flow === 'username-password'
          ? 'Move to client credentials or JWT bearer, which need nobody’s password.'
          : 'Move to `response_type=code` with PKCE, which does the same without a token in an address.',
      whereInSetup: externalAppSetting(app, 'OAuth Settings', 'Flow Enablement'),
    }),
  },
  'flow-off-for-app': {
    check: 'flow',
    facts: { app: 'text', flow: 'text' },
    explain: ({ app, flow }) => ({
      expected: `“${wordsOf(flow).app}” on ${quoted(app)}`,
      found: 'it is off',
      whatToDo: `Switch it on: ${appCommand('update', app, `--${flow}`)}. ${wordsOf(flow).instead}`,
      whereInSetup: appSetting(app, wordsOf(flow).app),
    }),
  },
  'flow-off-in-org': {
    check: 'flow',
    facts: { org: 'text', flow: 'text' },
    explain: ({ org, flow }) => ({
      expected: `“${wordsOf(flow).org}” in ${quoted(org)}`,
      found: 'it is off, as in every new org',
      whatToDo: `Switch it on for the org: ${orgCommand('update', org, `--allow-${flow}`)}. ${wordsOf(flow).instead}`,
      whereInSetup: oauthSettings(wordsOf(flow).org),
    }),
  },
  'password-flow-off': {
    check: 'flow',
    facts: { app: 'text', by: 'text', org: 'text' },
    explain({ app, by, org }) {
      const instead =
        'Better move to client credentials or JWT bearer, which need nobody’s password: Salesforce is retiring this flow.'
      if (by === 'release') {
        return {
          expected: `a release of Salesforce in ${quoted(org)} that still has the username-password flow`,
          found: 'one that has it no more',
          whatToDo: `${instead} To have it back for a test: ${command('release', 'switch', 'endUsernamePasswordFlow', 'off', '--org', org)}.`,
          whereInSetup: 'Setup > Release Updates',
        }
      }
      const isApp = by === 'app'
      const switchOn = isApp
        ? appCommand('update', app, '--username-password')
        : orgCommand('update', org, '--allow-username-password')
      return {
        expected: isApp
          ? `“Enable Username-Password Flow” on ${quoted(app)}`
          : `“Allow OAuth Username-Password Flows” in ${quoted(org)}`,
        found: isApp ? 'it is off' : 'it is off, as in every new org',
        whatToDo: `Switch it on: ${switchOn}. ${instead}`,
        whereInSetup: isApp
          ? appSetting(app, 'Enable Username-Password Flow')
          : oauthSettings('Allow OAuth Username-Password Flows'),
      }
    },
  },
} satisfies Partial<ReasonExplanations>
