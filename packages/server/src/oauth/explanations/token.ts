import type { ReasonExplanations } from './explained-reason.ts'
import { appSetting, profileSetting, userCommand } from './mending.ts'
import { listed, quoted } from './wording.ts'

const header = '`Authorization: Bearer <access token>`'

/** Access tokens, and what they open. */
export const tokenExplanations = {
  'token-missing': {
    check: 'token',
    facts: {},
    explain: () => ({
      expected: 'a token',
      found: 'none',
      whatToDo: `To call an API, send ${header}. To revoke or introspect, send the token as the form parameter \`token\`. If you do send the header, a redirect to another host may have dropped it.`,
      whereInSetup: undefined,
    }),
  },
  'token-twice': {
    check: 'token',
    facts: {},
    explain: () => ({
      expected: 'one access token',
      found: 'more than one',
      whatToDo: `Send it once, as ${header} (RFC 6750 §2).`,
      whereInSetup: undefined,
    }),
  },
  'token-in-query': {
    check: 'token',
    facts: { parameter: 'text' },
    explain: ({ parameter }) => ({
      expected: header,
      found: `a token in the query string (${parameter})`,
      whatToDo: `Send ${header}: URLs end up in logs (RFC 6750 §5.3). The token has been in one now; revoke it.`,
      whereInSetup: undefined,
    }),
  },
  'authorization-malformed': {
    check: 'token',
    facts: {},
    explain: () => ({
      expected: header,
      found: 'an Authorization header that is not so',
      whatToDo: `Write ${header}: the word, one space, the token, no quotes. The \`!\` in the token is part of it; in a shell, put the header between single quotes.`,
      whereInSetup: undefined,
    }),
  },
  'token-unknown': {
    check: 'token',
    facts: {},
    explain: () => ({
      expected: 'an access token that this server has made',
      found: 'one that it has not, or that ended long ago',
      whatToDo:
        'See that the token is whole: it begins with the id of the org and a `!`, which shells like to change. Then see that it comes from this server and is not the refresh token or the ID token. Otherwise ask for a new one.',
      whereInSetup: undefined,
    }),
  },
  'token-expired': {
    check: 'token',
    facts: { issued: 'text', expired: 'text' },
    explain: ({ issued, expired }) => ({
      expected: 'an access token that is alive',
      found: `one made at ${issued} that ended at ${expired}`,
      whatToDo:
        'Ask for a new one: by the refresh token, or by signing a new assertion. Do so whenever an API answers 401, and repeat the call once. How long tokens live without use is a setting of the app, the profile and the org.',
      whereInSetup: 'Setup > App Manager > your app > Manage > Edit Policies > Timeout Value; Setup > Session Settings',
    }),
  },
  'token-revoked': {
    check: 'token',
    facts: { issued: 'text' },
    explain: ({ issued }) => ({
      expected: 'an access token that is alive',
      found: `one made at ${issued} that has been ended since`,
      whatToDo:
        'It was revoked, or its app, user or org had all tokens ended: by a block, a freeze, a new password, or a code or refresh token that was used twice. Let the user sign in once more, or sign a new assertion.',
      whereInSetup: 'Setup > Connected Apps OAuth Usage',
    }),
  },
  'token-of-another-org': {
    check: 'token',
    facts: { org: 'text' },
    explain: ({ org }) => ({
      expected: `a token of the org ${quoted(org)}, whose address was asked`,
      found: 'one of another org',
      whatToDo: 'Call the address that came with the token as `instance_url`.',
      whereInSetup: 'Setup > My Domain > My Domain Details > Current My Domain URL',
    }),
  },
  'token-of-another-app': {
    check: 'token',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `a token of the app ${quoted(app)}`,
      found: 'one of another app',
      whatToDo: 'Send the credentials of the app that the token was made for, or none: revoking asks for none.',
      whereInSetup: undefined,
    }),
  },
  'scope-missing': {
    check: 'scope',
    facts: { needed: 'text', granted: 'texts' },
    explain: ({ needed, granted }) => ({
      expected: `a token with the scope ${needed}`,
      found: `one with ${listed(granted, 'and')}`,
      whatToDo: `Add the scope ${needed} to the app, ask for it in \`scope\` (or leave that out), and get a new token: those already made keep their scopes. In the JWT bearer flow, users who authorized the app themselves have to do so once more.`,
      whereInSetup: appSetting('your app', 'Selected OAuth Scopes'),
    }),
  },
  'permission-missing': {
    check: 'permission',
    facts: { user: 'text', permission: 'text' },
    explain: ({ user, permission }) => ({
      expected: `the permission ${quoted(permission)} for ${quoted(user)}`,
      found: 'neither the profile nor a permission set of the user gives it',
      whatToDo: `Give the user a permission set that has it: ${userCommand('assign', user, '--permission-set', '<name>')}. A scope only lets an app do what its user may.`,
      whereInSetup: profileSetting('the profile', 'System Permissions'),
    }),
  },
} satisfies Partial<ReasonExplanations>
