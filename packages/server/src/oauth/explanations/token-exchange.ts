import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appPolicy, appSetting, command } from './mending.ts'
import { listed, quoted } from './wording.ts'

const handlersInSetup = 'Setup > Identity > Token Exchange Handlers'

/** The token exchange flow. */
export const tokenExchangeExplanations = {
  'token-exchange-off': {
    check: 'flow',
    facts: { app: 'text', org: 'text', where: 'text' },
    explain: ({ app, org, where }) =>
      where === 'app'
        ? {
            expected: `“Enable Token Exchange Flow” on ${quoted(app)}`,
            found: 'it is off',
            whatToDo: `Switch it on: ${appCommand('update', app, '--token-exchange')}. The admins of the org must allow it, too: ${appCommand('update', app, '--allow-token-exchange')}.`,
            whereInSetup: appSetting(app, 'Enable Token Exchange Flow'),
          }
        : {
            expected: `“Enable Token Exchange Flow” in the policies that ${quoted(org)} has for ${quoted(app)}`,
            found: 'it is off: the app has the flow, and the org has not allowed it',
            whatToDo: `Allow it: ${appCommand('update', app, '--allow-token-exchange')}.`,
            whereInSetup: appPolicy(app, 'Edit Policies', 'Enable Token Exchange Flow'),
          },
  },
  'subject-token-missing': {
    check: 'subject-token',
    facts: {},
    explain: () => ({
      expected: 'subject_token: the token to be exchanged',
      found: 'none',
      whatToDo:
        'Send the token as the form parameter `subject_token`, and what kind it is as `subject_token_type` (RFC 8693 §2.1).',
      whereInSetup: undefined,
    }),
  },
  'token-type-unknown': {
    check: 'subject-token',
    facts: { parameter: 'text', found: 'text', supported: 'texts' },
    explain: ({ parameter, found, supported }) => ({
      expected: `${parameter}: ${listed(supported)}`,
      found,
      whatToDo: `Send as \`${parameter}\` what the token is. The types are URNs that begin with \`urn:ietf:params:oauth:token-type:\`; which of them a handler takes is its own setting: ${command('token-exchange-handler', 'update', '<name>', '--token-type', 'id_token')}.`,
      whereInSetup: `${handlersInSetup} > the handler > Supported Token Types`,
    }),
  },
  'actor-token-unexpected': {
    check: 'subject-token',
    facts: {},
    explain: () => ({
      expected: 'no actor_token: the access token that is given acts as the user, and cannot say who acts for them',
      found: 'one',
      whatToDo:
        'Leave `actor_token` out. In the asset token flow it is taken: there `subject_token` is an access token of this org.',
      whereInSetup: undefined,
    }),
  },
  'target-unknown': {
    check: 'target',
    facts: { parameter: 'text', found: 'text', own: 'texts' },
    explain: ({ parameter, found, own }) => ({
      expected: listed(own),
      found: quoted(found),
      whatToDo: `Leave \`${parameter}\` out: the token is for the org that gives it, and for no other service (RFC 8693 §2.2.2).`,
      whereInSetup: 'Setup > My Domain > My Domain Details > Current My Domain URL',
    }),
  },
  'token-handler-missing': {
    check: 'token-handler',
    facts: { app: 'text', org: 'text', asked: 'text', problem: 'text' },
    explain: ({ app, org, asked, problem }) => {
      const name = asked === 'none' ? '<name>' : asked
      const enable = command('token-exchange-handler', 'update', name, '--app', `${app}=<username>`)
      const whereInSetup = `${handlersInSetup} > Enablements`
      switch (problem) {
        case 'unknown':
          return {
            expected: `a token exchange handler of ${quoted(org)} whose code is called ${quoted(asked)}`,
            found: 'none of that name',
            whatToDo: `See which there are: ${command('token-exchange-handler', 'list', '--org', org)}. What \`token_handler\` names is the module (at Salesforce the Apex class), not the label.`,
            whereInSetup: handlersInSetup,
          }
        case 'disabled':
          return {
            expected: `a handler for ${quoted(app)} that is on`,
            found: 'it is off',
            whatToDo: `Switch it on: ${command('token-exchange-handler', 'update', name, '--enable')}.`,
            whereInSetup: handlersInSetup,
          }
        case 'not-for-app':
          return {
            expected: `that the handler ${quoted(asked)} is enabled for ${quoted(app)}`,
            found: 'it is for other apps',
            whatToDo: `Enable it for the app: ${enable}.`,
            whereInSetup,
          }
        default:
          return {
            expected: `a default handler for ${quoted(app)} in ${quoted(org)}, or one named by token_handler`,
            found: 'neither',
            whatToDo: `Name one in \`token_handler\`, or make one the default of the app: ${command('token-exchange-handler', 'update', '<name>', '--app', `${app}=<username>`, '--default-for', app)}.`,
            whereInSetup,
          }
      }
    },
  },
  'token-handler-broken': {
    check: 'token-handler',
    facts: { handler: 'text', problem: 'text' },
    explain: ({ handler, problem }) => ({
      expected: `an answer of the handler ${quoted(handler)}`,
      found: problem,
      whatToDo:
        'Mend the handler: `validateIncomingToken` answers `{ isValid: true or false, … }`, and `getUserForTokenSubject` answers `{ Username }` or nothing, both within five seconds. The file is loaded anew as soon as it is saved.',
      whereInSetup: handlersInSetup,
    }),
  },
  'token-refused': {
    check: 'token-handler',
    facts: { handler: 'text', message: 'text' },
    explain: ({ handler, message }) => ({
      expected: `a token that the handler ${quoted(handler)} takes`,
      found:
        message === '' ? 'one that it does not, and it does not say why' : `one that it does not: ${quoted(message)}`,
      whatToDo:
        'Ask the issuer for a new token, made for the audience that the handler expects. If the handler says nothing, let it answer `customErrorMessage`.',
      whereInSetup: handlersInSetup,
    }),
  },
  'exchange-user-unknown': {
    check: 'token-handler',
    facts: { handler: 'text', found: 'text' },
    explain: ({ handler, found }) => ({
      expected: 'a user of this org',
      found: `the handler ${quoted(handler)} named ${found}`,
      whatToDo: `Make the user whom the token is about, or let the handler make users: ${command('token-exchange-handler', 'update', handler, '--user-creation')}. Compare how the handler finds the username with how yours are written.`,
      whereInSetup: `${handlersInSetup} > ${handler} > User Creation Allowed`,
    }),
  },
  'user-not-made': {
    check: 'token-handler',
    facts: { handler: 'text', problems: 'texts' },
    explain: ({ handler, problems }) => ({
      expected: `a user that can be made, by an execution user who may make users`,
      found: listed(problems, 'and'),
      whatToDo: `The handler ${quoted(handler)} has to answer Username, Email, LastName and Profile of a new user, and its execution user needs the permission Manage Users.`,
      whereInSetup: handlersInSetup,
    }),
  },
  'subject-token-replayed': {
    check: 'not-replayed',
    facts: { handler: 'text' },
    explain: ({ handler }) => ({
      expected: 'a token that was not exchanged before',
      found: `one that was: the handler ${quoted(handler)} takes each only once`,
      whatToDo: 'Ask the issuer for a new token for each exchange, or keep the access token that the first one gave.',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>
