import type { Sight } from '../sight.ts'
import { anyOf, at, type Cause, told, unless, verdict } from './cause.ts'
import { appPolicy, appSetting, assignments, same } from './setting.ts'

const notApproved = told('invalid_grant', "user hasn't approved this consumer")
const refusedPassword = told('invalid_grant', 'authentication failure', 'invalid user credentials')
const genericPage = 'OAUTH_APPROVAL_ERROR_GENERIC'
/** The same words, where a name and a password were sent: it may be anything about them. */
const sentPassword: Cause['told'] = (answer, sight) =>
  refusedPassword(answer, sight) &&
  (sight.grant === 'password' || sight.value('response_type') === 'code_credentials' || sight.request === undefined)
/** The page of a sign-in says one thing, whatever the reason, so that nobody learns who exists. */
const signInPage: Cause['told'] = (_, { answer }) => answer?.page === 'sign-in-refused' && answer.status !== 503
const notAdmitted = anyOf(
  told('invalid_app_access'),
  at(['authorize', 'consent', 'elsewhere', 'token'], told('OAUTH_APP_ACCESS_DENIED')),
)
const loginHistory = 'Setup > Login History'

/** Whether a person with a browser stands behind a request, at least some time before; `undefined` when that is not known. */
function goesBackToBrowser({ endpoint, grant }: Sight): boolean | undefined {
  if (endpoint === undefined) return undefined
  return endpoint === 'authorize' || grant === 'authorization_code' || grant === 'refresh_token'
}

const hoursOrAddress = 'ip restricted or invalid login hours'

const addressRefused: Cause['told'] = (answer, sight) =>
  told('invalid_grant', 'ip restricted')(answer, sight) && !told('invalid_grant', hoursOrAddress)(answer, sight)

/** Whether the user is known, may be let in, and may use the app. */
export const userCauses = {
  'not-approved': {
    told: notApproved,
    odds: 4,
    meaning:
      'The user has not let this app in with the scope refresh_token, or that was taken back, and no admin has done it for them.',
    whatToDo: [
      'Let an admin do it: set Permitted Users to “Admin approved users are pre-authorized”, and assign the user’s profile or a permission set to the app.',
      'Or let the user open the authorize URL once, with scope=api refresh_token, click Allow, and exchange the code: the approval counts from the moment a refresh token exists.',
      'A user may have five approvals of one app: the sixth ends the oldest.',
    ],
    setting: appPolicy('Permitted Users'),
    command: 'sallyport app update <name> --permitted-users admin-approved --permission-set <name>',
  },
  'user-unknown': {
    told: notApproved,
    look: ({ assertion }) => unless(assertion?.isWellFormed === true && assertion.subject === undefined),
    odds: 2,
    meaning: 'There is no such user at this host. (The words do not say so, so that nobody learns who exists.)',
    found: ({ assertion }) => assertion?.subject,
    whatToDo: [
      'Compare the username letter by letter: it need not be the e-mail address, and in a sandbox it ends in the name of the sandbox.',
      'A sandbox is at https://test.salesforce.com, production at https://login.salesforce.com, government clouds elsewhere.',
    ],
    setting: same('Setup > Users > Users > Username'),
    command: 'sallyport user list',
  },
  'user-of-another-org': {
    told: notApproved,
    meaning: 'The user is of another org than the one whose address was asked.',
    found: ({ host }) => host,
    whatToDo: ['Send the request to the My Domain of the user’s own org, or to the login host.'],
    setting: same('Setup > My Domain > My Domain Details > Current My Domain URL'),
    command: 'sallyport user show <username>',
  },
  'refresh-scope-missing': {
    told: told('invalid_request', 'refresh_token scope is required'),
    meaning:
      'Where users authorize the app themselves, a JWT stands on a refresh token of theirs, and this app can get none.',
    whatToDo: [
      'Add the scope “Perform requests at any time (refresh_token, offline_access)” and let the user allow the app once.',
      'Or pre-authorize the app for the user.',
    ],
    setting: appSetting('Selected OAuth Scopes'),
    command: 'sallyport app update <name> --scope api refresh_token',
  },
  'not-admin-approved': {
    told: notAdmitted,
    meaning: 'The app admits only users whom an admin has let in, and this user is none of them.',
    whatToDo: [
      'Assign the profile of the user, or a permission set that the user has, to the app.',
      'For client credentials the user is the one named as Run As.',
    ],
    setting: assignments,
    command: 'sallyport app show <name>',
  },
  'app-handler-refused': {
    told: notAdmitted,
    odds: 0.5,
    meaning: 'The app has a custom handler, code of the org, which does not let this user use it, or failed.',
    whatToDo: [
      'See whether the app has a custom connected app handler, and what that goes by.',
      'If it failed, its error stands in the debug log of the org; in Sallyport, in the Flow Log.',
    ],
    setting: appPolicy('Custom Connected App Handler'),
    command: 'sallyport journal --reason app-handler-refused',
  },
  'app-just-changed': {
    told: anyOf(notApproved, told('invalid_app_access'), told('redirect_uri_mismatch'), told('invalid_client_id')),
    isRare: true,
    meaning: 'At Salesforce an app that was just made or changed needs up to ten minutes until all servers know of it.',
    whatToDo: ['Wait ten minutes and try once more.'],
  },
  'user-inactive': {
    told: anyOf(told('inactive_user'), sentPassword, signInPage),
    odds: 2,
    meaning: 'The user is not active.',
    whatToDo: ['Activate the user.'],
    setting: same('Setup > Users > Users > the user > Edit > Active'),
    command: 'sallyport user show <username>',
  },
  'user-frozen': {
    told: anyOf(told('inactive_user'), sentPassword, signInPage),
    meaning: 'An admin has frozen the user.',
    whatToDo: ['Unfreeze the user.'],
    setting: same('Setup > Users > Users > the user > Unfreeze'),
    command: 'sallyport user unfreeze <username>',
  },
  'user-locked': {
    told: anyOf(refusedPassword, signInPage),
    meaning: 'The user is locked out by too many wrong passwords.',
    whatToDo: ['Unlock the user, or wait. If it happens again, some program still has an old password.'],
    setting: same('Setup > Users > Users > the user > Unlock'),
    command: 'sallyport user unlock <username>',
  },
  'user-api-only': {
    told: anyOf(
      told(genericPage),
      at(['authorize'], sentPassword),
      signInPage,
      (answer, sight) => /\bhybrid/.test(sight.grant ?? '') && refusedPassword(answer, sight),
    ),
    // Where it is another reason, the address of the page says so.
    look: ({ answer }) => (answer?.error === genericPage && answer.headers.has('location') ? 'yes' : 'maybe'),
    meaning:
      'The user has the permission “API Only User”, and may open no page: neither to sign in nor to allow an app.',
    whatToDo: [
      'Get tokens for this user without a page, by JWT bearer or client credentials, with an app that an admin has approved for them.',
      'Or let somebody without that permission allow the app.',
    ],
    setting: same('Setup > Users > Profiles (or Permission Sets) > System Permissions > API Only User'),
    command: 'sallyport user show <username>',
  },
  'api-not-enabled': {
    told: anyOf(at(['token'], refusedPassword), told('API_DISABLED_FOR_ORG'), told('API_CURRENTLY_DISABLED')),
    meaning: 'The user lacks the permission “API Enabled”, or the edition of the org has no API.',
    whatToDo: ['Give the user a permission set with “API Enabled”, or switch it on in the profile.'],
    setting: same('Setup > Users > Profiles > the profile > System Permissions > API Enabled'),
    command: 'sallyport user assign <username> --permission-set <name>',
  },
  'username-password-refused': {
    told: at(['token'], refusedPassword),
    look: ({ grant, request, answer }) =>
      grant === 'password' ? (answer === undefined ? 'yes' : 'maybe') : request === undefined ? 'maybe' : 'no',
    isRare: true,
    meaning:
      'Username, password or security token are wrong, or the username-password flow is switched off: it is in orgs made since Summer ’23, and for external client apps.',
    whatToDo: [
      'Use the JWT bearer flow or client credentials instead: Salesforce retires the username-password flow (Winter ’27) and SOAP login() (Summer ’27).',
      'Append the security token to the password, unless the address is trusted.',
    ],
    setting: same('Setup > OAuth and OpenID Connect Settings > Allow OAuth Username-Password Flows'),
    command: 'sallyport login jwt --help',
  },
  'org-inactive': {
    told: anyOf(told('inactive_org'), sentPassword, signInPage),
    meaning: 'The org is locked, closed or suspended.',
    whatToDo: ['Only the support of Salesforce can open an org again. Trials and scratch orgs end by themselves.'],
    command: 'sallyport org show <org>',
  },
  'login-hours': {
    told: anyOf(told('invalid_grant', hoursOrAddress, 'invalid login hours'), sentPassword, signInPage),
    meaning: 'It is outside the hours at which the user’s profile lets anybody in.',
    whatToDo: [
      'Look at Login History: it says “Restricted time”; with these words and “Restricted IP” it was the address, as older answers say them of both.',
      'Login hours are told in the default time zone of the org, not in that of the user or of the machine.',
      'Give a program that works at night a user of a profile without login hours.',
    ],
    setting: {
      connectedApp: `Setup > Users > Profiles > the profile > Login Hours; ${loginHistory}`,
      externalClientApp: `Setup > Users > Profiles > the profile > Login Hours; ${loginHistory}`,
    },
    command: 'sallyport profile show <profile>',
  },
  'ip-restricted': {
    told: anyOf(addressRefused, sentPassword, signInPage),
    meaning: 'The request came from an address that the user’s profile does not let in.',
    whatToDo: [
      'Look which address Login History names: behind a proxy or in CI it is not the one you think.',
      'There are three places: the Login IP Ranges of the profile, the IP Relaxation of the app (which never holds for JWT bearer), and the setting that locks sessions to the address they began at.',
    ],
    setting: {
      connectedApp: `Setup > Users > Profiles > the profile > Login IP Ranges; ${appPolicy('IP Relaxation').connectedApp}; ${loginHistory}`,
      externalClientApp: `Setup > Users > Profiles > the profile > Login IP Ranges; ${appPolicy('IP Relaxation').externalClientApp}; ${loginHistory}`,
    },
    command: 'curl -sS https://api.ipify.org',
  },
  'login-rate-exceeded': {
    told: anyOf(told('rate_limit_exceeded'), told('invalid_grant', 'login rate exceeded'), told('LOGIN_RATE_EXCEEDED')),
    meaning: 'The user has logged in too often in an hour, by all apps together: Salesforce lets 3,600 times.',
    whatToDo: [
      'Keep the access token and use it until it is refused, instead of asking for one each time.',
      'Give programs that share the user a user each.',
      'Wait until the hour is over.',
    ],
    setting: same(loginHistory),
  },
  'partner-address-unlisted': {
    told: addressRefused,
    look: ({ grant }) => (grant === 'refresh_token' || grant === 'authorization_code' ? 'maybe' : 'no'),
    meaning: 'The app is one that many orgs use, and its maker has not listed the address that it asked from.',
    whatToDo: ['Let the maker of the app add the address to its trusted IP ranges.'],
    setting: appSetting('Trusted IP Range for OAuth Web server flow'),
    command: 'sallyport app update <name> --ip-range <from>-<to>',
  },
  'outside-login-hours': {
    told: told('invalid_grant', 'ip restricted or invalid login hours', 'invalid login hours'),
    isRare: true,
    meaning: 'The profile of the user does not let in at this hour.',
    whatToDo: ['Look at the Login Hours of the profile.'],
    setting: same('Setup > Users > Profiles > the profile > Login Hours'),
  },
  'high-assurance-required': {
    told: told('invalid_session_level'),
    look: (sight) => unless(goesBackToBrowser(sight)),
    meaning: 'The app wants a high assurance session, and a server cannot prove more than its assertion does.',
    whatToDo: ['Take the policy off the app, or use an app of its own for servers.'],
    setting: appPolicy('High assurance session required'),
    command: 'sallyport app update <name> --no-high-assurance',
  },
  'session-level-too-low': {
    told: told('invalid_session_level'),
    look: (sight) => verdict(goesBackToBrowser(sight)),
    meaning: 'The app wants a session in which the user verified their identity with more than a password.',
    whatToDo: [
      'Set the action to “Raise session level”, and send the user through the authorize endpoint again, without prompt=none: they are asked for a code of their authenticator app.',
      'A code or refresh token of an older session stays what it was: it cannot be raised.',
    ],
    setting: appPolicy('High assurance session required'),
    command: 'sallyport app update <name> --assurance-action RaiseSessionLevel',
  },
  'username-unknown': {
    told: anyOf(sentPassword, signInPage),
    odds: 2,
    meaning: 'There is no such user at this address.',
    whatToDo: ['See that it is the username, which need not be the e-mail address, and that the user is of this org.'],
    setting: same(loginHistory),
    command: 'sallyport user list',
  },
  'credentials-missing': {
    told: sentPassword,
    look: ({ has }) => verdict(has('username') === undefined ? undefined : !has('username') || !has('password')),
    isRare: true,
    meaning: 'The username or the password is not in the request at all.',
    whatToDo: ['Send both in the body, as a form.'],
  },
  'api-second-factor-needed': {
    told: at(['token'], sentPassword),
    meaning: 'The user must verify their identity besides the password, for which a program has no room.',
    whatToDo: ['Use client credentials or the JWT bearer flow, or a user without that permission.'],
    setting: same('Setup > Users > Permission Sets > the permission set > System Permissions'),
    command: 'sallyport user show <username>',
  },
  'second-factor-needed': {
    told: at(['authorize'], sentPassword),
    meaning: 'The user must verify their identity besides the password, for which headless login has no room.',
    whatToDo: ['Send this user to the sign-in page with response_type=code.'],
    setting: same('Setup > Users > Permission Sets > the permission set > System Permissions'),
    command: 'sallyport user show <username>',
  },
  'password-flow-off': {
    told: at(['token'], sentPassword),
    odds: 6,
    meaning:
      'The username-password flow is switched off: it is in every org since Summer ’23, and for external client apps.',
    whatToDo: [
      'Use client credentials or the JWT bearer flow: Salesforce is retiring this one.',
      'Or allow it under OAuth and OpenID Connect Settings; at Sallyport for the app, too.',
    ],
    setting: same('Setup > OAuth and OpenID Connect Settings > Allow OAuth Username-Password Flows'),
    command: 'sallyport org update <org> --allow-username-password',
  },
  'security-token-missing': {
    told: at(['token'], sentPassword),
    odds: 5,
    meaning: 'The password came without the security token, from an address that is not trusted.',
    whatToDo: ['Write the token right behind the password, or trust the address under Network Access.'],
    setting: same('My Personal Information > Reset My Security Token'),
    command: 'sallyport user reset-security-token <username>',
  },
  'security-token-wrong': {
    told: at(['token'], sentPassword),
    odds: 3,
    meaning: 'The security token behind the password is an old one: a new password ends it, and so does a new token.',
    whatToDo: ['Reset the token and send the new one.'],
    setting: same('My Personal Information > Reset My Security Token'),
    command: 'sallyport user reset-security-token <username>',
  },
  'password-wrong': {
    told: anyOf(sentPassword, signInPage),
    odds: 4,
    meaning: 'The password is another one.',
    whatToDo: ['Try again, or set a new one.'],
    setting: same('Setup > Users > Users > the user > Reset Password'),
    command: 'sallyport user set-password <username>',
  },
  'verification-code-wrong': {
    told: (_, { answer }) => answer?.page === 'verification-refused',
    meaning: 'The code was not the one that the authenticator app shows now, or it was used before.',
    whatToDo: [
      'Wait for the next code, and check that the device knows the right time.',
      'Whoever has lost the app asks an admin for a temporary verification code.',
    ],
    setting: same('Setup > Users > Users > the user > Temporary Verification Code > Generate'),
    command: 'sallyport user temporary-code <username>',
  },
  'verification-locked': {
    told: (_, { answer }) => answer?.page === 'verification-locked',
    meaning: 'There were too many wrong codes in a row; there are new tries after 15 minutes.',
    whatToDo: ['Wait. If it was not the user who tried, give them another password: somebody has it.'],
    setting: same('Setup > Identity Verification History'),
    command: 'sallyport user set-password <username>',
  },
  'password-busy': {
    told: anyOf(
      told('service_unavailable', 'too many sign-ins'),
      (_, { answer }) => answer?.page === 'sign-in-refused' && answer.status === 503,
    ),
    meaning: 'There were too many sign-ins at once.',
    whatToDo: ['Wait a second and try again. A load test should sign in once and use its tokens.'],
  },
  'form-forged': {
    told: (_, { answer }) => answer?.page === 'form-expired',
    meaning: 'The form was out of date, or did not come from this browser.',
    whatToDo: [
      'Load the page again, with cookies allowed and at one and the same host name: localhost and 127.0.0.1 are two.',
      'A program that signs in has to send back the cookies and the hidden fields of the page.',
    ],
  },
  'form-field-unknown': {
    told: (_, { answer }) => answer?.page === 'form-refused',
    meaning: 'The form has a field that the page did not give it.',
    whatToDo: ['Send the form as the page has it; a program should use the API, or the commands of sallyport.'],
  },
  'setup-permission-missing': {
    told: (_, { answer }) => answer?.page === 'insufficient-privileges',
    meaning: 'The user is signed in, and lacks a permission for this page of Setup.',
    whatToDo: ['Give the user a permission set that has it: the page names it. Or sign in as an administrator.'],
    setting: same('Setup > Users > Permission Sets > the permission set > System Permissions'),
    command: 'sallyport user show <username>',
  },
} satisfies Readonly<Record<string, Cause>>
