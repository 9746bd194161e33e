import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting, userSetting } from './mending.ts'
import { listed, quoted } from './wording.ts'

/** The authorization code and credentials flow, beside what it shares with every authorize request. */
export const headlessExplanations = {
  'page-not-offered': {
    check: 'response-type',
    facts: { response_type: 'text' },
    explain: ({ response_type }) => ({
      expected: `a POST with the credentials, because of response_type=${response_type}`,
      found: 'a browser that comes for a page',
      whatToDo:
        'Send the request from the app itself, as a POST with `username` and `password` and the header `Auth-Request-Type: Named-User`. To send people to the sign-in page, ask for `response_type=code`.',
      whereInSetup: undefined,
    }),
  },
  'auth-request-type-unknown': {
    check: 'request',
    facts: { found: 'text', offered: 'texts' },
    explain: ({ found, offered }) => ({
      expected: `the header Auth-Request-Type: ${listed(offered, 'or')}`,
      found,
      whatToDo:
        'Send `Auth-Request-Type: Named-User` with the username and password of a user. Passwordless login, registration and guests need the sites (Experience Cloud) and the mail of Salesforce, which are not here.',
      whereInSetup: undefined,
    }),
  },
  'credentials-in-header': {
    check: 'credentials',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `username and password in the body alone, as ${quoted(app)} is set`,
      found: 'a Basic header',
      whatToDo: `Send \`username\` and \`password\` as form fields, or take the setting off: ${appCommand('update', app, '--no-code-credentials-post-only')}.`,
      whereInSetup: appSetting(app, 'Require user credentials in the POST body'),
    }),
  },
  'api-second-factor-needed': {
    check: 'assurance',
    facts: { user: 'text' },
    explain: ({ user }) => ({
      expected: `a user in whose name programs may sign in with a password alone`,
      found: `${quoted(user)} must verify their identity besides (Multi-Factor Authentication for API Logins)`,
      whatToDo:
        'Move the program to client credentials or JWT bearer, which need nobody’s password. Or give it a user without that permission.',
      whereInSetup: userSetting(user, 'Permission Set Assignments'),
    }),
  },
  'second-factor-needed': {
    check: 'assurance',
    facts: { user: 'text' },
    explain: ({ user }) => ({
      expected: `a user who signs in with a password alone`,
      found: `${quoted(user)} must verify their identity besides (Multi-Factor Authentication for User Interface Logins)`,
      whatToDo:
        'Send this user to the sign-in page with `response_type=code`: an app that shows its own form cannot ask for a second factor.',
      whereInSetup: userSetting(user, 'Permission Set Assignments'),
    }),
  },
} satisfies Partial<ReasonExplanations>
