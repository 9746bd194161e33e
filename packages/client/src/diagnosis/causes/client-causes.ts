import { anyOf, at, type Cause, told, unless, verdict } from './cause.ts'
import { appPolicy, appSetting, consumerDetails, oauthUsage, same } from './setting.ts'

const unknownClient = told('invalid_client_id')
const wrongCredentials = told('invalid_client', 'invalid client credentials')
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** The device flow has words of its own for it. */
const flowOff: Cause['told'] = ({ error, description }) =>
  error === 'oauth_flow_disabled' && !/^(?:device flow|external client app)/.test(description)
const isLoginHost = (audience: string) => /^(?:https?:\/\/)?(?:login|test)\.salesforce\.com\b/.test(audience)
const openidRequired = 'the openid scope is required'

/** Who the client is, and whether its flow is set up. */
export const clientCauses = {
  'client-id-missing': {
    told: unknownClient,
    look: ({ request, grant, has }) => {
      if (request === undefined) return 'maybe'
      if (grant === jwtBearer || has('client_assertion') === true) return 'no'
      return verdict(has('client_id') !== true && !/^basic /i.test(request.headers.get('authorization') ?? ''))
    },
    meaning: 'The request names no app.',
    whatToDo: ['Send the consumer key of the app as client_id.'],
    setting: consumerDetails,
    command: 'sallyport app list',
  },
  'issuer-missing': {
    told: unknownClient,
    look: ({ request, assertion }) =>
      request === undefined ? 'maybe' : verdict(assertion?.isWellFormed === true && assertion.issuer === undefined),
    meaning: 'The assertion names no app: it has no iss.',
    whatToDo: ['Put the consumer key of the app into the claim iss.'],
    setting: consumerDetails,
    command: 'sallyport token decode assertion.jwt',
  },
  'client-unknown': {
    told: unknownClient,
    look: ({ request, grant, has, assertion }) => {
      if (request === undefined) return 'maybe'
      if (grant === jwtBearer) return unless(assertion?.isWellFormed === true && assertion.issuer === undefined)
      return unless(
        has('client_id') !== true &&
          !/^basic /i.test(request.headers.get('authorization') ?? '') &&
          has('client_assertion') !== true,
      )
    },
    odds: 4,
    meaning: 'No app has this consumer key, as far as the host that was asked knows.',
    found: ({ value, assertion }) => shortened(value('client_id') ?? assertion?.issuer),
    whatToDo: [
      'Copy the consumer key anew, whole and without spaces.',
      'See that the host is that of the org with the app: a key of production is unknown to a sandbox that was made or refreshed since, and a sandbox is at https://test.salesforce.com.',
      'An app that was just made or changed needs up to ten minutes.',
    ],
    setting: consumerDetails,
    command: 'sallyport app list',
  },
  'app-not-in-this-org': {
    told: anyOf(told('app_not_found'), told('OAUTH_EC_APP_NOT_FOUND')),
    meaning: 'The external client app is not installed in the org that was asked.',
    found: ({ host, assertion }) =>
      host === undefined
        ? undefined
        : `asked at ${host}${assertion === undefined ? '' : `, aud ${assertion.audiences.join(' ')}`}`,
    whatToDo: [
      'Ask at the My Domain of the org that has the app, and write the same into aud: external client apps are not looked for at the login hosts.',
      'A sandbox that was refreshed has lost its copy of the app: install it there again.',
      'In a browser: sign out first, the session may be of another org.',
    ],
    setting: same('Setup > External Client App Manager'),
    command: 'curl -sS "https://<my domain>.my.salesforce.com/.well-known/openid-configuration"',
  },
  'app-of-one-org': {
    told: anyOf(told('app_not_found'), told('OAUTH_AUTHORIZATION_BLOCKED')),
    meaning:
      'The external client app is Local: it works in the org alone that it was made in, and the user is of another.',
    whatToDo: [
      'Sign in with a user of the app’s own org; in a browser, sign out first: its session may be of another org.',
      'Or make the app Packaged, and install it in the other org.',
    ],
    setting: same('Setup > External Client App Manager > the app > Settings > Basic Information > Distribution State'),
    command: 'sallyport app update <name> --distribution Packaged',
  },
  'audience-of-all-orgs': {
    told: told('app_not_found'),
    look: ({ request, assertion }) => {
      if (assertion === undefined) return request === undefined ? 'maybe' : 'no'
      return unless(!assertion.audiences.some(isLoginHost))
    },
    odds: 3,
    meaning:
      'The assertion of an external client app names a login host of all orgs, where such apps are not looked for.',
    found: ({ assertion }) => (assertion === undefined ? undefined : `aud ${assertion.audiences.join(' ')}`),
    whatToDo: ['Write the My Domain of the org into aud, and send the request there, too.'],
    setting: same('Setup > My Domain > My Domain Details > Current My Domain URL'),
    command: 'sallyport org show <org>',
  },
  'app-switched-off': {
    told: told('oauth_flow_disabled', 'external client app is disabled'),
    meaning: 'An admin of the org has switched the external client app off, or OAuth for it.',
    whatToDo: ['Ask the admin why; to switch it on again, edit its policies.'],
    setting: same('Setup > External Client App Manager > the app > Policies > App Policies'),
    command: 'sallyport app update <name> --enabled --oauth-plugin',
  },
  'client-secret-missing': {
    told: wrongCredentials,
    look: ({ request, has }) => {
      if (request === undefined) return 'maybe'
      const isBasic = /^basic /i.test(request.headers.get('authorization') ?? '')
      return verdict(has('client_secret') !== true && has('client_assertion') !== true && !isBasic)
    },
    meaning: 'The app requires its consumer secret, and none was sent.',
    whatToDo: [
      'Send client_secret in the body, or key and secret as a Basic header.',
      'If the app cannot keep a secret (a browser or a phone), switch the setting off, and use PKCE.',
    ],
    setting: appSetting('Require Secret for Web Server Flow (or for Refresh Token Flow)'),
    command: 'sallyport app rotate-secret <name>',
  },
  'client-secret-wrong': {
    told: wrongCredentials,
    look: ({ request, has }) => {
      if (request === undefined) return 'maybe'
      const isBasic = /^basic /i.test(request.headers.get('authorization') ?? '')
      return unless(has('client_secret') !== true && !isBasic)
    },
    odds: 3,
    meaning: 'The consumer secret is not the one of this app.',
    whatToDo: [
      'Copy the secret anew from the app whose consumer key is used, whole and without spaces.',
      'In a Basic header, percent-encode key and secret before they become base64.',
    ],
    setting: consumerDetails,
    command: 'sallyport app rotate-secret <name>',
  },
  'basic-header-malformed': {
    told: told('invalid_basic_auth_header'),
    meaning: 'The Basic header is not base64 of key, colon, secret.',
    whatToDo: [
      'Join consumer key and consumer secret with one colon, and encode the whole in base64 without line breaks.',
    ],
    command: 'printf %s "$KEY:$SECRET" | base64 -w0',
  },
  'client-authenticated-twice': {
    told: told('invalid_request', 'more than one client authentication method'),
    meaning: 'The client shows who it is in more than one way.',
    whatToDo: ['Keep one of them: Basic header, client_secret, or client_assertion.'],
  },
  'client-assertion-type-unknown': {
    told: told('invalid_assertion_type'),
    meaning: 'client_assertion_type is missing, or not the one there is.',
    found: ({ value, request }) => (request === undefined ? undefined : (value('client_assertion_type') ?? 'none')),
    whatToDo: ['Send client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.'],
  },
  'client-assertion-mismatch': {
    told: wrongCredentials,
    look: ({ request, value, has, assertion }) => {
      if (request === undefined) return 'maybe'
      if (has('client_assertion') !== true || has('client_secret') === true) return 'no'
      if (assertion?.isWellFormed !== true) return 'maybe'
      const { issuer, subject } = assertion
      const clientId = value('client_id')
      return verdict(issuer === undefined || issuer !== subject || (clientId !== undefined && clientId !== issuer))
    },
    meaning: 'iss, sub and client_id of a client assertion are not all the consumer key of the app.',
    found: ({ assertion }) =>
      assertion === undefined
        ? undefined
        : `iss ${shortened(assertion.issuer) ?? 'none'}, sub ${shortened(assertion.subject) ?? 'none'}`,
    whatToDo: [
      'Put the consumer key into both iss and sub. To act for a user, use the JWT bearer flow: the same kind of JWT, sent as assertion.',
    ],
    setting: consumerDetails,
    command: 'sallyport token decode assertion.jwt',
  },
  'client-assertion-replayed': {
    told: wrongCredentials,
    look: ({ request, has }) =>
      request === undefined ? 'maybe' : unless(has('client_assertion') !== true || has('client_secret') === true),
    meaning: 'This client assertion, or another with its jti, was sent before.',
    whatToDo: ['Sign a new one for each request, with a new random jti.'],
  },
  'client-assertion-unnumbered': {
    told: wrongCredentials,
    look: ({ has, assertion }) =>
      has('client_assertion') === true && assertion !== undefined ? verdict(!assertion.isNumbered) : 'no',
    isRare: true,
    meaning: 'The client assertion has no jti, and this server takes none without.',
    whatToDo: ['Put a random jti into each assertion (OpenID Connect Core §9).'],
  },
  'app-not-installed': {
    told: told('invalid_client', 'app must be installed into org'),
    meaning:
      'The app is of another org and not installed in this one, and the user may not use apps that are not installed.',
    whatToDo: [
      'Let an admin click Install on the page of connected apps in use.',
      'Or give the user the permission “Approve Uninstalled Connected Apps”; since September 2025 nobody else may use such an app.',
    ],
    setting: { ...oauthUsage, externalClientApp: 'Setup > External Client App Manager > the app > Policies' },
    command: 'sallyport app install <name> --org <org>',
  },
  'app-blocked': {
    told: anyOf(told('app_blocked'), told('OAUTH_APP_BLOCKED'), told('fail_close_app_blocked')),
    meaning: 'An admin has blocked this app in the org.',
    whatToDo: ['Ask the admin why; to let it in again, unblock it. Tokens from before stay dead.'],
    setting: oauthUsage,
    command: 'sallyport app unblock <name>',
  },
  'api-access-controlled': {
    told: anyOf(told('app_blocked'), told('OAUTH_APP_BLOCKED')),
    meaning: 'The org has API Access Control: it lets no app in that no admin has approved, and this is one.',
    whatToDo: [
      'Let an admin set the app’s Permitted Users to “Admin approved users are pre-authorized”, and assign a profile or permission set.',
      'Or give the user the permission “Use Any API Client”.',
    ],
    setting: same('Setup > API Access Control'),
    command: 'sallyport app update <name> --permitted-users admin-approved --permission-set <name>',
  },
  'approval-impossible': {
    told: anyOf(told('OAUTH_APPROVAL_ERROR_GENERIC'), told('1800')),
    odds: 2,
    meaning: 'The org does not let this user approve this app; the page does not say why, its URL may.',
    whatToDo: [
      'Look at error and error_description in the URL of that page.',
      'See that the app is installed and not blocked, and that it has the scopes it asks for.',
    ],
    setting: oauthUsage,
  },
  'flow-off-in-org': {
    told: flowOff,
    odds: 2,
    meaning: 'This flow is switched off for the whole org, as the user-agent flow is in every org since Summer ’23.',
    whatToDo: [
      'Better use the web server flow with PKCE (response_type=code): it needs no switch.',
      'Or allow the flow under OAuth and OpenID Connect Settings.',
    ],
    setting: same('Setup > OAuth and OpenID Connect Settings'),
    command: 'sallyport org update <org> --help',
  },
  'flow-off-for-app': {
    // It is known before anybody signs in, and so never told to the app.
    told: (answer, sight) => flowOff(answer, sight) && sight.answer?.headers.has('location') !== true,
    meaning: 'This flow is switched off for the app.',
    whatToDo: ['Switch the flow on in the app.'],
    setting: {
      ...appSetting(),
      externalClientApp: 'Setup > External Client App Manager > the app > Settings > OAuth Settings > Flow Enablement',
    },
    command: 'sallyport app update <name> --help',
  },
  'flow-not-of-external-apps': {
    // It is known before anybody signs in, and so never told to the app.
    told: (answer, sight) => flowOff(answer, sight) && sight.answer?.headers.has('location') !== true,
    look: ({ value }) => unless(value('response_type') === 'code_credentials'),
    meaning: 'The app is an external client app, and these do not have the user-agent flow.',
    whatToDo: ['Move to the web server flow with PKCE (response_type=code).'],
    setting: appSetting('Flow Enablement'),
  },
  'page-not-offered': {
    told: told('invalid_request', 'credentials must be posted'),
    meaning: 'Headless login (response_type=code_credentials) has no page: the app itself posts the credentials.',
    whatToDo: [
      'Post username and password with the header Auth-Request-Type: Named-User.',
      'To send people to the sign-in page, ask for response_type=code.',
    ],
  },
  'auth-request-type-unknown': {
    told: told('invalid_request', 'auth request type not supported'),
    meaning: 'Headless login came without the header Auth-Request-Type: Named-User.',
    found: ({ request }) => request?.headers.get('auth-request-type'),
    whatToDo: ['Send the header. Passwordless login and registration are there on Experience Cloud sites alone.'],
  },
  'credentials-in-header': {
    told: told('invalid_request', 'credentials must be in the request body'),
    meaning: 'The app takes usernames and passwords in the body alone, and they came as a Basic header.',
    whatToDo: ['Send username and password as form fields.'],
    setting: appSetting('Enable Authorization Code and Credentials Flow'),
    command: 'sallyport app update <name> --no-code-credentials-post-only',
  },
  'nonce-missing': {
    told: told('invalid_request', 'nonce not provided'),
    meaning: 'An ID token was asked for at once, without the nonce that it must carry back.',
    whatToDo: ['Send a nonce: random, and kept until the answer comes. Refuse an ID token with another one.'],
  },
  'openid-missing': {
    told: told('invalid_scope', openidRequired),
    meaning: 'An ID token was asked for without the scope openid.',
    whatToDo: ['Add openid to scope, and to the app if it has not got it.'],
    setting: appSetting('Selected OAuth Scopes'),
    command: 'sallyport app update <name> --scope api openid',
  },
  'policy-missing': {
    told: anyOf(told('oauth_policy_not_found'), told('ecapp_policy_not_found')),
    meaning: 'The org has no policies for this app yet.',
    whatToDo: ['Open the policies of the app in the org where it is used, and save them once.'],
    setting: appPolicy(),
  },
  'domain-not-own': {
    told: told('invalid_grant', 'request not supported on this domain'),
    meaning: 'Client credentials are given at the My Domain of an org alone: the address says which org is meant.',
    found: ({ host }) => host,
    whatToDo: [
      'Ask at https://<my domain>.my.salesforce.com/services/oauth2/token; login.salesforce.com and test.salesforce.com never take it.',
    ],
    setting: same('Setup > My Domain > My Domain Details > Current My Domain URL'),
    command: 'sallyport org show <org>',
  },
  'client-credentials-off': {
    told: told('invalid_grant', 'client credentials flow not enabled'),
    meaning: '“Enable Client Credentials Flow” is off for this app.',
    whatToDo: [
      'Switch it on, and name the user to act for. External client apps have it twice: in the settings and in the policies.',
    ],
    setting: appSetting('Enable Client Credentials Flow'),
    command: 'sallyport app update <name> --client-credentials --run-as <username>',
  },
  'client-credentials-not-allowed': {
    told: told('invalid_grant', 'client credentials flow not enabled'),
    meaning: 'The policies of the external client app do not allow the flow, though its settings do.',
    whatToDo: ['Allow the client credentials flow in the policies of the app, and name the user to act for.'],
    setting: appPolicy('Enable Client Credentials Flow'),
    command: 'sallyport app update <name> --allow-client-credentials --run-as <username>',
  },
  'run-as-missing': {
    told: told('invalid_grant', 'no client credentials user enabled'),
    meaning: 'Nobody is named for the app to act for (Run As).',
    whatToDo: ['Name a user, with no more rights than the app needs, and “API Enabled”.'],
    setting: appPolicy('Client Credentials Flow', 'Run As'),
    command: 'sallyport app update <name> --run-as <username>',
  },
  'scopes-missing': {
    told: told('invalid_grant', 'no valid scopes'),
    meaning: 'The app has no scope that such a token could carry.',
    whatToDo: ['Give the app a scope besides refresh_token, such as api.'],
    setting: appSetting('Selected OAuth Scopes'),
    command: 'sallyport app update <name> --scope api',
  },
  'scope-not-allowed': {
    told: (answer) => answer.error === 'invalid_scope' && !answer.description.startsWith(openidRequired),
    meaning: 'A scope was asked for that the app does not have, or that did not come with the refresh token.',
    found: ({ value }) => value('scope'),
    whatToDo: [
      'Ask for scopes of the app only, separated by spaces, or leave scope out.',
      'Or add the missing one to the app. refresh_token is never part of full.',
    ],
    setting: appSetting('Selected OAuth Scopes'),
    command: 'sallyport app update <name> --scope api refresh_token',
  },
  'token-of-another-app': {
    told: at(['revoke', 'token'], told('invalid_client', 'the token belongs to another client')),
    meaning: 'The token was made for another app than the one whose credentials came with it.',
    whatToDo: ['Send the credentials of its own app, or none: revoking asks for none.'],
  },
} satisfies Readonly<Record<string, Cause>>

/** A consumer key as far as it helps to know it again: somebody may have put the secret in its place. */
function shortened(key: string | undefined): string | undefined {
  if (key === undefined) return undefined
  return key.includes('@') || key.length <= 12 ? key : `${key.slice(0, 8)}…`
}
