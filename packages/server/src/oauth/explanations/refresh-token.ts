import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appPolicy, appSetting, oauthUsage } from './mending.ts'
import { quoted } from './wording.ts'

/** Refresh tokens. */
export const refreshTokenExplanations = {
  'hybrid-jwt-rotating': {
    check: 'token-format',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `an app that issues JWTs as access tokens or rotates its refresh tokens, but not both, for a hybrid flow`,
      found: `${quoted(app)}, which does both`,
      whatToDo: `Switch one of them off: ${appCommand('update', app, '--no-rotate-refresh-tokens')} or ${appCommand('update', app, '--no-jwt-access-tokens')}. Or ask without web views, by the grant types authorization_code and refresh_token.`,
      whereInSetup: appSetting(app, 'Enable Refresh Token Rotation'),
    }),
  },
  'refresh-token-missing': {
    check: 'refresh-token-known',
    facts: {},
    explain: () => ({
      expected: 'refresh_token: the one you were given',
      found: 'no refresh_token',
      whatToDo:
        'Send it as the form parameter `refresh_token`. If you were never given one: the app needs the scope refresh_token, you must ask for it, and the JWT bearer flow gives none at all.',
      whereInSetup: appSetting('your app', 'Selected OAuth Scopes'),
    }),
  },
  'refresh-token-unknown': {
    check: 'refresh-token-known',
    facts: {},
    explain: () => ({
      expected: 'a refresh token that this server has made',
      found: 'one that it has not, or that ended long ago',
      whatToDo:
        'See that the token is whole, is the refresh token and not the access token, and comes from this server. Otherwise let the user sign in once more.',
      whereInSetup: undefined,
    }),
  },
  'refresh-token-of-another-app': {
    check: 'refresh-token-known',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: 'the app that the refresh token was made for',
      found: `the app ${quoted(app)}`,
      whatToDo:
        'Send the `client_id` that the token was got with. If the app was made anew, its key is another, and users have to sign in once more.',
      whereInSetup: undefined,
    }),
  },
  'refresh-token-revoked': {
    check: 'refresh-token-known',
    facts: { app: 'text', issued: 'text' },
    explain: ({ app, issued }) => ({
      expected: 'a refresh token that has not been revoked',
      found: `one of ${issued} that has been: by the app, the user or an admin, or because the app, the user or the org had all tokens ended`,
      whatToDo: `Let the user sign in once more. ${appCommand('usage', app)} shows who uses the app.`,
      whereInSetup: oauthUsage(app),
    }),
  },
  'refresh-token-rotated-out': {
    check: 'refresh-token-current',
    facts: { app: 'text', issued: 'text' },
    explain: ({ app, issued }) => ({
      expected: 'the latest refresh token',
      found: `one of ${issued} that had been replaced`,
      whatToDo: `The app ${quoted(app)} rotates refresh tokens: each answer brings a new one, and the one before is dead. Store the new one before you use the answer, and let one worker at a time refresh. Somebody has shown an old one, which may be a copy, so both have ended: let the user sign in once more.`,
      whereInSetup: appSetting(app, 'Enable Refresh Token Rotation'),
    }),
  },
  'refresh-token-displaced': {
    check: 'refresh-token-known',
    facts: { app: 'text', issued: 'text', ended: 'text', most: 'number' },
    explain: ({ app, issued, ended, most }) => ({
      expected: `one of the ${most} newest refresh tokens of the user for ${quoted(app)}`,
      found: `one of ${issued} that ended at ${ended}, when the user let the app in once more`,
      whatToDo: `As at Salesforce, a user keeps ${most} refresh tokens of an app, and one more ends the oldest. Give each system that connects an app or a user of its own, or let them share one refresh token. Then let the user sign in once more: that ends the oldest of the others in turn.`,
      whereInSetup: oauthUsage(app),
    }),
  },
  'refresh-token-expired': {
    check: 'refresh-token-policy',
    facts: { app: 'text', policy: 'text', since: 'text' },
    explain: ({ app, policy, since }) => ({
      expected: `a refresh token that is alive by the policy of ${quoted(app)}: ${policyInWords(policy)}`,
      found: policy.startsWith('specific_inactivity') ? `one last used at ${since}` : `one made at ${since}`,
      whatToDo: `Let the user sign in once more. To let tokens live longer: ${appCommand('update', app, '--refresh-token-policy', 'infinite')}. The policy is applied when a token is used, so a change holds for those already given out.`,
      whereInSetup: appPolicy(app, 'Edit Policies > Refresh Token Policy'),
    }),
  },
} satisfies Partial<ReasonExplanations>

function policyInWords(policy: string): string {
  if (policy === 'zero') return 'immediately expire refresh token'
  const [, kind, count, unit] = /^(specific_lifetime|specific_inactivity):([0-9]+):([A-Z]+)$/.exec(policy) ?? []
  if (kind === undefined || count === undefined || unit === undefined) return quoted(policy)
  const length = `${count} ${unit.toLowerCase()}`
  return kind === 'specific_lifetime'
    ? `expire refresh token after ${length}`
    : `expire refresh token if not used for ${length}`
}
