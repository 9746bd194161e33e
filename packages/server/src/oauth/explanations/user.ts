import type { ReasonExplanations } from './explained-reason.ts'
import {
  appCommand,
  appPolicy,
  appSetting,
  command,
  externalAppPolicy,
  externalAppSetting,
  oauthUsage,
  orgCommand,
  profileSetting,
  userCommand,
  userSetting,
} from './mending.ts'
import { listed, quoted } from './wording.ts'

/** Whether the user is known, may be let in, and may use the app. */
export const userExplanations = {
  'subject-missing': {
    check: 'user-known',
    facts: {},
    explain: () => ({
      expected: 'the claim sub: the username of the user to act for',
      found: 'no sub',
      whatToDo: `Put the username into the claim \`sub\`, such as ada@acme.example. ${command('user', 'list')} shows the users of this server.`,
      whereInSetup: 'Setup > Users > Users > Username',
    }),
  },
  'user-unknown': {
    check: 'user-known',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'the username of a user on this server',
      found: quoted(found),
      whatToDo: `${subjectClue(found)} ${command('user', 'list')} shows the users of this server. (The answer says “hasn't approved”, as Salesforce's does, so that nobody can find out who exists.)`,
      whereInSetup: 'Setup > Users > Users > Username',
    }),
  },
  'user-of-another-org': {
    check: 'user-known',
    facts: { user: 'text', org: 'text' },
    explain: ({ user, org }) => ({
      expected: `a user of the org ${quoted(org)}, whose address was asked`,
      found: `${quoted(user)}, who is of another org`,
      whatToDo: `Send the request to the address of the user's own org, or to the login host, which serves all. ${userCommand('show', user)} says which org that is.`,
      whereInSetup: 'Setup > My Domain > My Domain Details > Current My Domain URL',
    }),
  },
  'org-inactive': {
    check: 'user-active',
    facts: { org: 'text' },
    explain: ({ org }) => ({
      expected: `the org ${quoted(org)} to be open`,
      found: 'it is closed',
      whatToDo: `Open it: set \`isActive: true\` for the org in the org file, and run ${command('org', 'apply', '<file>')}. At Salesforce only its support can unlock an org.`,
      whereInSetup: undefined,
    }),
  },
  'user-inactive': {
    check: 'user-active',
    facts: { user: 'text' },
    explain: ({ user }) => ({
      expected: `the user ${quoted(user)} to be active`,
      found: 'the user is inactive',
      whatToDo: `Activate the user: set \`isActive: true\` for the user in the org file, and run ${command('org', 'apply', '<file>')}. ${userCommand('show', user)} shows how it stands.`,
      whereInSetup: userSetting(user, 'Edit > Active'),
    }),
  },
  'user-frozen': {
    check: 'user-active',
    facts: { user: 'text' },
    explain: ({ user }) => ({
      expected: `the user ${quoted(user)} not to be frozen`,
      found: 'an admin has frozen the user',
      whatToDo: `Unfreeze the user: ${userCommand('unfreeze', user)}.`,
      whereInSetup: userSetting(user, 'Unfreeze'),
    }),
  },
  'user-locked': {
    check: 'user-active',
    facts: { user: 'text', until: 'text' },
    explain: ({ user, until }) => ({
      expected: `the user ${quoted(user)} not to be locked out`,
      found: until.startsWith('9999-')
        ? 'locked out by too many wrong passwords, until an admin unlocks'
        : `locked out by too many wrong passwords, until ${until}`,
      whatToDo: `Unlock the user: ${userCommand('unlock', user)}${until.startsWith('9999-') ? '' : ', or wait'}. If it happens again, some program still has an old password.`,
      whereInSetup: userSetting(user, 'Unlock'),
    }),
  },
  'user-api-only': {
    check: 'page-user',
    facts: { user: 'text', givenBy: 'text' },
    explain: ({ user, givenBy }) => ({
      expected: `a user who may sign in on a page: ${quoted(user)} without the permission “API Only User”`,
      found: `${givenBy} gives it`,
      whatToDo: `Get tokens for this user without a page: by JWT bearer or client credentials, with an app that an admin has approved for them. If a person is to sign in, or to allow the app, take the permission away or have somebody else do it; ${userCommand('show', user)} names the profile and the permission sets.`,
      whereInSetup: userSetting(user, 'Profile (or Permission Set Assignments) > System Permissions > API Only User'),
    }),
  },
  'app-not-installed': {
    check: 'app-installed',
    facts: { app: 'text', consumerKey: 'text', org: 'text' },
    explain: ({ app, consumerKey, org }) => ({
      expected: `the app ${quoted(app)} to be installed in the org ${quoted(org)}, or a user who authorized it before or has the permission “Approve Uninstalled Connected Apps”`,
      found: 'it is an app of another org that is not installed in this one, and no such user',
      whatToDo: `If the org is to trust the app, install it: ${appCommand('install', consumerKey, '--org', org)}. Let a single user try it out by a permission set with “Approve Uninstalled Connected Apps”, which the standard profile System Administrator has; the client credentials flow needs the app installed all the same.`,
      whereInSetup: oauthUsage(app, 'Install'),
    }),
  },
  'app-not-in-this-org': {
    check: 'app-installed',
    facts: { app: 'text', consumerKey: 'text', org: 'text' },
    explain: ({ app, consumerKey, org }) => ({
      expected: `the external client app ${quoted(app)} to be installed in the org ${quoted(org)}`,
      found: 'it is an app of another org that is not installed in this one',
      whatToDo: `If the org is to trust the app, install it: ${appCommand('install', consumerKey, '--org', org)}. (At Salesforce it comes with its package.) If another org was meant, send the request to that org's My Domain, with a user of it; in a browser, sign out first.`,
      whereInSetup: oauthUsage(app, 'Install'),
    }),
  },
  'app-of-one-org': {
    check: 'app-installed',
    facts: { app: 'text', consumerKey: 'text', org: 'text' },
    explain: ({ app, consumerKey, org }) => ({
      expected: `a user of the org in which the external client app ${quoted(app)} was made: its distribution state is Local`,
      found: `a user of the org ${quoted(org)}`,
      whatToDo: `Sign in with a user of the app's own org; in a browser that is signed in elsewhere, sign out first. If the app is to work in ${quoted(org)}, too: make it Packaged in its own org (${appCommand('update', consumerKey, '--distribution', 'Packaged')}), then install it here (${appCommand('install', consumerKey, '--org', org)}).`,
      whereInSetup: externalAppSetting(app, 'Basic Information', 'Distribution State'),
    }),
  },
  'app-switched-off': {
    check: 'app-installed',
    facts: { app: 'text', org: 'text', policy: 'text' },
    explain: ({ app, org, policy }) => ({
      expected: `the external client app ${quoted(app)} to be switched on in the org ${quoted(org)}`,
      found: policy === 'isEnabled' ? 'an admin has switched it off' : 'an admin has switched OAuth off for it',
      whatToDo: `Ask the admin why. To switch it on again: ${appCommand('update', app, '--org', org, policy === 'isEnabled' ? '--enabled' : '--oauth-plugin')}. Tokens from before went on working meanwhile.`,
      whereInSetup: externalAppPolicy(app, 'App Policies', policy === 'isEnabled' ? 'Enabled' : 'Enable OAuth'),
    }),
  },
  'app-blocked': {
    check: 'app-installed',
    facts: { app: 'text', org: 'text' },
    explain: ({ app, org }) => ({
      expected: `the app ${quoted(app)} not to be blocked in the org ${quoted(org)}`,
      found: 'an admin has blocked it',
      whatToDo: `Ask the admin why. To let it in again: ${appCommand('unblock', app, '--org', org)}. Tokens from before stay dead.`,
      whereInSetup: oauthUsage(app, 'Unblock'),
    }),
  },
  'api-access-controlled': {
    check: 'api-access',
    facts: { app: 'text', org: 'text' },
    explain: ({ app, org }) => ({
      expected: `the app ${quoted(app)} to be installed in the org ${quoted(org)} and for admin approved users, as its API Access Control asks of every app`,
      found: 'no admin has approved it, and the user has no permission “Use Any API Client”',
      whatToDo: `Approve the app, with a profile or permission set of the people who need it: ${appCommand('update', app, '--org', org, '--permitted-users', 'admin-approved', '--permission-set', '<name>')} (an app of another org is installed first). “Use Any API Client” in a permission set lets a user off, for all apps.`,
      whereInSetup: `${appPolicy(app, 'Edit Policies > Permitted Users')}; Setup > API Access Control`,
    }),
  },
  'not-admin-approved': {
    check: 'approved',
    facts: { app: 'text', user: 'text', profile: 'text' },
    explain: ({ app, user, profile }) => ({
      expected: `the profile or a permission set of ${quoted(user)} assigned to the app ${quoted(app)}, whose Permitted Users are “Admin approved users are pre-authorized”`,
      found: `neither the profile ${quoted(profile)} nor any of the user's permission sets is assigned`,
      whatToDo: `${appCommand('show', app)} names the profiles and permission sets that are assigned. Give the user one of those permission sets (${userCommand('assign', user, '--permission-set', '<name>')}), or assign the profile, beside those assigned before (${appCommand('update', app, '--profile', profile)}). Either is enough.`,
      whereInSetup: appPolicy(app, 'Manage Profiles (or Manage Permission Sets)'),
    }),
  },
  'app-handler-refused': {
    check: 'app-handler',
    facts: { app: 'text', user: 'text', handler: 'text', problem: 'text' },
    explain: ({ app, user, handler, problem }) => ({
      expected: `the custom handler ${quoted(handler)} of the app ${quoted(app)} to let ${quoted(user)} use it`,
      found: problem === '' ? 'it answered that the user may not' : problem,
      whatToDo:
        problem === ''
          ? `Ask whoever wrote the handler what it goes by: its \`authorize\` answered \`false\`. Profiles and permission sets alone do not help here; ${appCommand('update', app, '--handler', '')} takes the handler away.`
          : 'Mend the handler: `authorize` answers `true` or `false`, `refresh` throws only to say no, `customAttributes` answers texts by name, and `modifySAMLResponse` the response with nothing changed but who somebody is and what is said of them; each within five seconds. All but `customAttributes` need an active user as Run As. The file in the folder `handlers` is loaded anew as soon as it is saved.',
      whereInSetup: appPolicy(app, 'Edit Policies > Custom Connected App Handler'),
    }),
  },
  'login-hours': {
    check: 'login-hours',
    facts: { profile: 'text', hours: 'text', now: 'text', timeZone: 'text' },
    explain: ({ profile, hours, now, timeZone }) => ({
      expected: `the Login Hours of the profile ${quoted(profile)}: ${hours}`,
      found: `${now}, in the time zone of the org (${timeZone})`,
      whatToDo: `Come back within the hours, or change them: ${command('profile', 'update', profile, '--login-hours', 'monday=08:00-18:00')} with all days that are to have any. A program that works at night wants a user of a profile of its own. Are the hours right and the clock is not, see the time zone of the org (${command('org', 'update', '--time-zone', timeZone)}).`,
      whereInSetup: profileSetting(profile, 'Login Hours'),
    }),
  },
  'ip-restricted': {
    check: 'address',
    facts: { address: 'text', profile: 'text' },
    explain: ({ address, profile }) => ({
      expected: `an address in the Login IP Ranges of the profile ${quoted(profile)}`,
      found: address,
      whatToDo: `Call from an allowed address, or add this one to the profile's \`loginIpRanges\` in the org file and run ${command('org', 'apply', '<file>')}. The app's IP Relaxation can leave this check out for people at a browser, and never for the JWT bearer flow. Behind a proxy, see that this is your caller's address and not the proxy's.`,
      whereInSetup: `${profileSetting(profile, 'Login IP Ranges')}; for the web server flow also Setup > App Manager > your app > Manage > Edit Policies > IP Relaxation`,
    }),
  },
  'login-rate-exceeded': {
    check: 'login-rate',
    facts: { user: 'text', org: 'text', most: 'number', until: 'text' },
    explain: ({ user, org, most, until }) => ({
      expected: `at most ${most} logins of ${quoted(user)} in an hour, by all apps together`,
      found: `as many since the hour began; the next begins at ${until}`,
      whatToDo: `Keep the access token and use it until it is refused, instead of asking for one each time; ${command('token', 'show')} shows how long one lasts. Programs that share a user share its logins: give each a user of its own. For a load test take the limit away: ${orgCommand('update', org, '--max-logins-per-hour', 'no-limit')}.`,
      whereInSetup: 'Setup > Identity > Login History (who asks so often; the limit itself is the same for every org)',
    }),
  },
  'partner-address-unlisted': {
    check: 'address',
    facts: { app: 'text', address: 'text' },
    explain: ({ app, address }) => ({
      expected: `an address in the trusted IP ranges of ${quoted(app)}, which many orgs use (release update listAddressesOfPartnerApps)`,
      found: address,
      whatToDo: `Let the maker of the app list this address, in the org that the app was made in: ${appCommand('update', app, '--ip-range', `${address}-${address}`)}.`,
      whereInSetup: appSetting(app, 'Trusted IP Range for OAuth Web server flow'),
    }),
  },
  'high-assurance-required': {
    check: 'assurance',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `a high assurance session, as the app ${quoted(app)} asks for`,
      found: 'a flow in which nobody can prove more than the request does',
      whatToDo: `A server cannot step up, so this policy shuts out flows without a browser, such as JWT bearer. Take it off the app (${appCommand('update', app, '--no-high-assurance')}), or use an app of its own for servers.`,
      whereInSetup: appPolicy(app, 'Edit Policies > High assurance session required'),
    }),
  },
  'session-level-too-low': {
    check: 'assurance',
    facts: { app: 'text', because: 'text' },
    explain: ({ app, because }) => ({
      expected: `a high assurance session, as the app ${quoted(app)} asks for`,
      found: assuranceGap(because),
      whatToDo: howToStepUp(app, because),
      whereInSetup: appPolicy(app, 'Edit Policies > High assurance session required'),
    }),
  },
  'verification-code-wrong': {
    check: 'assurance',
    facts: { user: 'text' },
    explain: ({ user }) => ({
      expected: `a code that the authenticator app of ${quoted(user)} shows now, or the temporary code of an admin`,
      found: 'another code, or one that was used before',
      whatToDo: `Each code is taken once, and for about a minute: wait for the next one, and check that the device knows the right time. Whoever has lost the app asks an admin for a temporary code: ${userCommand('temporary-code', user)}.`,
      whereInSetup: userSetting(user, 'Identity Verification'),
    }),
  },
  'verification-locked': {
    check: 'assurance',
    facts: { user: 'text', until: 'text' },
    explain: ({ user, until }) => ({
      expected: `a user who has tries left to verify their identity`,
      found: `${quoted(user)} has used them all; there are new ones from ${until} on`,
      whatToDo:
        'Wait until then. Ten wrong codes in a row end the tries, as a code of six digits is soon guessed. If it was not the user who tried, somebody has their password: give them another one.',
      whereInSetup: userSetting(user, 'Identity Verification'),
    }),
  },
  'api-not-enabled': {
    check: 'permission',
    facts: { user: 'text', profile: 'text' },
    explain: ({ user, profile }) => ({
      expected: `the permission “API Enabled” for ${quoted(user)}`,
      found: `neither the profile ${quoted(profile)} nor a permission set of the user gives it`,
      whatToDo: `Give the user a permission set with “API Enabled”: ${userCommand('assign', user, '--permission-set', '<name>')}. Or switch it on in the profile.`,
      whereInSetup: profileSetting(profile, 'System Permissions > API Enabled'),
    }),
  },
  'refresh-scope-missing': {
    check: 'approved',
    facts: { app: 'text', scopes: 'texts' },
    explain: ({ app, scopes }) => ({
      expected: `the scope “Perform requests at any time (refresh_token, offline_access)” on the app ${quoted(app)}`,
      found: `the app's scopes: ${listed(scopes, 'and')}`,
      whatToDo: `Where users authorize the app themselves, the JWT bearer flow stands on a refresh token of theirs, and this app can get none. Add the scope (${appCommand('update', app, '--scope', ...scopes, 'refresh_token')}) and let the user allow the app once. Or pre-authorize: ${preAuthorize(app)}.`,
      whereInSetup: appSetting(app, 'Selected OAuth Scopes'),
    }),
  },
  'not-approved': {
    check: 'approved',
    facts: {
      app: 'text',
      user: 'text',
      missing: 'text',
      consumerKey: 'text',
      callbackUrl: 'text',
      scopes: 'texts',
    },
    explain: ({ app, user, missing, consumerKey, callbackUrl, scopes }) => {
      const [found, firstStep] = approvalGap(missing, app, user)
      return {
        expected: `four things: (1) ${quoted(user)} has allowed the app ${quoted(app)}, (2) with refresh_token among the scopes, (3) a refresh token has come of it, and (4) that one is alive`,
        found,
        whatToDo: `${firstStep} Open this once, signed in as the user, and click Allow: \`${approvalPath(consumerKey, callbackUrl, scopes)}\` (with a \`code_challenge\`, if the app requires PKCE). Then exchange the code: the approval counts from the moment a refresh token exists. Or, so that nobody has to click, pre-authorize: ${preAuthorize(app)}.`,
        whereInSetup: appPolicy(app, 'Edit Policies > Permitted Users'),
      }
    },
  },
  'denied-by-user': {
    check: 'approved',
    facts: { app: 'text', user: 'text' },
    explain: ({ app, user }) => ({
      expected: `that ${quoted(user)} allows the app ${quoted(app)}`,
      found: 'the user clicked Deny',
      whatToDo: `Nothing is broken. If it was a mistake, begin again and click Allow. If users should not be asked at all, pre-authorize: ${preAuthorize(app)}.`,
      whereInSetup: appPolicy(app, 'Edit Policies > Permitted Users'),
    }),
  },
} satisfies Partial<ReasonExplanations>

function assuranceGap(because: string): string {
  switch (because) {
    case 'block':
      return 'a session that a password alone began; the policy blocks such sessions'
    case 'silent':
      return 'a session that a password alone began, and a request that wants no page on which to prove more'
    default:
      return 'a code or refresh token of a session in which nobody verified their identity'
  }
}

function howToStepUp(app: string, because: string): string {
  const offPolicy = `Or take the policy off the app: ${appCommand('update', app, '--no-high-assurance')}.`
  switch (because) {
    case 'block':
      return `Let people step up with a code of their authenticator app: ${appCommand('update', app, '--assurance-action', 'RaiseSessionLevel')}. Or have them sign in with multi-factor authentication, which their profile or a permission set can ask for. ${offPolicy}`
    case 'silent':
      return 'Ask again without prompt=none (or immediate=true), so that the person can verify their identity.'
    default:
      return `Send the person through the authorize endpoint once more: they verify their identity there, and the new tokens carry it. ${offPolicy}`
  }
}

function subjectClue(found: string): string {
  if (/^005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/.test(found)) return 'That is the id of a user. Put the username there.'
  if (!found.includes('@')) {
    return 'A username has the form of an e-mail address. Put the one of the user to act for there, not the Consumer Key and not a name.'
  }
  if (found !== found.trim()) return 'There is a space or a line break around it.'
  return 'No user on this server has this username. It need not be the e-mail address, and in a sandbox it ends in the name of the sandbox (.dev, .uat).'
}

/** What of an approval is not there, and what comes before asking for it again. */
function approvalGap(missing: string, app: string, user: string): readonly [found: string, firstStep: string] {
  switch (missing) {
    case 'refresh-scope':
      return [
        '(2) fails: the user has allowed the app, but refresh_token was not among the scopes',
        'Ask again, with `refresh_token` in the scope.',
      ]
    case 'refresh-token':
      return [
        '(3) fails: the user has allowed the app with refresh_token, but there is no refresh token; the code was never exchanged, or the token was revoked since',
        'Clicking Allow is not enough: the code must have been exchanged.',
      ]
    case 'live-refresh-token':
      return [
        "(4) fails: the user's refresh token has ended by the app's Refresh Token Policy",
        `${appCommand('show', app)} shows the policy; “valid until revoked” keeps approvals alive.`,
      ]
    default:
      return [
        '(1) fails: the user has never allowed the app, or it was taken back',
        `${appCommand('usage', app)} shows who has allowed the app; ${quoted(user)} is not there.`,
      ]
  }
}

function approvalPath(consumerKey: string, callbackUrl: string, scopes: readonly string[]): string {
  const other =
    scopes.includes('api') || scopes.includes('full') ? 'api' : scopes.find((one) => one !== 'refresh_token')
  const scope = ['refresh_token', other ?? 'id'].join('%20')
  const query = `client_id=${encoded(consumerKey)}&redirect_uri=${encoded(callbackUrl)}&scope=${scope}`
  return `/services/oauth2/authorize?response_type=code&${query}`
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function preAuthorize(app: string): string {
  return appCommand('update', app, '--permitted-users', 'admin-approved', '--permission-set', '<name>')
}
