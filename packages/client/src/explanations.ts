import type { Explanation } from './token-error.ts'

/** What is known of a request that was refused, without anything secret of it. */
export interface RefusedRequest {
  /** The `grant_type`; `undefined` at the authorize endpoint. */
  readonly grantType: string | undefined
  readonly error: string
  readonly errorDescription: string | undefined
  /** The host that was asked. */
  readonly host: string
  /** The `aud` of an assertion. */
  readonly audience?: string | undefined
  /** `x-sallyport-cause` of the answer. */
  readonly cause?: string | undefined
}

interface Rule {
  readonly error: RegExp
  readonly description?: RegExp
  readonly grant?: RegExp
  readonly meaning: string | ((refused: RefusedRequest) => string)
  readonly whatToDo: readonly string[] | ((refused: RefusedRequest) => readonly string[])
}

const jwtBearer = /jwt-bearer/
const isGenericHost = (host: string) => /^(?:login|test)\.salesforce\.com$/.test(host)

// The first rule that fits is the one that explains; each stands before those that fit more.
const rules: readonly Rule[] = [
  {
    error: /^invalid_grant$/,
    description: /hasn't approved this consumer/,
    meaning: 'The user has not let this app in yet, and nobody has done it for them.',
    whatToDo: [
      'Let the admin do it: set Permitted Users of the app to “Admin approved users are pre-authorized” and give the user its profile or permission set.',
      'Or let the user approve it once in a browser, with the scopes api and refresh_token.',
      'Check that the host is that of the user’s org: sandboxes are at https://test.salesforce.com.',
    ],
  },
  {
    error: /^(?:invalid_app_access|OAUTH_APP_ACCESS_DENIED)$/,
    meaning: 'The app admits only users whom an admin has let in, and this user is none of them.',
    whatToDo: ['Give the user a profile or permission set that the app names (Manage Connected Apps › Edit Policies).'],
  },
  {
    error: /^invalid_request$/,
    description: /refresh_token scope is required/,
    meaning: 'A JWT bearer app needs the scope refresh_token, and has to be installed and pre-authorized.',
    whatToDo: [
      'Add the scope “Perform requests at any time (refresh_token, offline_access)” to the app, and pre-authorize it.',
    ],
  },
  {
    error: /^invalid_grant$/,
    description: /audience/i,
    meaning: ({ audience }) =>
      audience === undefined
        ? 'The aud of the assertion is not the login host of the user’s org.'
        : `The aud of the assertion, ${audience}, is not the login host of the user’s org.`,
    whatToDo: [
      'Use https://login.salesforce.com for production, https://test.salesforce.com for sandboxes and scratch orgs.',
      'For an External Client App use the My Domain URL of the org.',
    ],
  },
  {
    error: /^(?:app_not_found|OAUTH_EC_APP_NOT_FOUND)$/,
    meaning: 'The app is not known in the org that was asked.',
    whatToDo: [
      'Ask at the My Domain of the org that has the app, and use that as the audience, too.',
      'A refreshed sandbox has lost its copy of the app: install it there again.',
    ],
  },
  {
    error: /^redirect_uri_mismatch$/,
    meaning: 'The callback URL is not one of the app’s, compared character by character.',
    whatToDo: [
      'Compare scheme, host, port, path and a slash at the end with the app’s Callback URL.',
      'An app that was just made or changed needs up to ten minutes.',
    ],
  },
  {
    error: /^invalid_request$/,
    description: /missing required code challenge/,
    meaning: 'The app asks for PKCE, and the authorize URL had no code_challenge.',
    whatToDo: ['Send code_challenge and code_challenge_method=S256, and the verifier with the code.'],
  },
  {
    error: /^invalid_grant$/,
    description: /code verifier/,
    meaning: 'The code_verifier is not the one that the code_challenge was made of.',
    whatToDo: [
      'Keep the verifier with the sign-in it belongs to until the code comes back.',
      'The challenge is base64url (- and _ instead of + and /) of the SHA-256, without = at its end.',
    ],
  },
  {
    error: /^(?:OAUTH_APP_BLOCKED|app_blocked|fail_close_app_blocked)$/,
    meaning: 'An admin has blocked this app in the org.',
    whatToDo: ['Unblock it: Setup › Connected Apps OAuth Usage › Unblock.'],
  },
  {
    error: /^invalid_client$/,
    description: /must be installed/,
    meaning: 'The app is not installed in this org, and the user may not approve apps that are not.',
    whatToDo: [
      'Install it: Setup › Connected Apps OAuth Usage › Install.',
      'Or give the user the permission “Approve Uninstalled Connected Apps”.',
    ],
  },
  {
    error: /^OAUTH_APPROVAL_ERROR_GENERIC$/,
    meaning: 'The org does not let this user approve this app; the page does not say why.',
    whatToDo: [
      'Look whether the app is installed and not blocked, and whether the user may sign in with a browser at all.',
    ],
  },
  {
    error: /^invalid_grant$/,
    description: /ip restricted|login hours/,
    meaning: 'The address that the request came from, or the hour, is not one that the user may sign in at.',
    whatToDo: [
      'Look at the Login IP Ranges and Login Hours of the user’s profile, and at IP Relaxation of the app. Login History names the address.',
    ],
  },
  {
    error: /^invalid_grant$/,
    description: /not supported on this domain/,
    meaning: 'Client credentials are given at the My Domain of the org only.',
    whatToDo: ({ host }) => [`Ask at https://<my domain>.my.salesforce.com instead of ${host}.`],
  },
  {
    error: /^invalid_grant$/,
    description: /client credentials|no valid scopes/,
    meaning: 'The app is not set up for client credentials.',
    whatToDo: [
      'Enable the Client Credentials Flow in the app, and name a run-as user in its policies (Edit Policies).',
    ],
  },
  {
    error: /^invalid_grant$/,
    description: /authentication failure|invalid user credentials/,
    grant: /password/,
    meaning:
      'User name, password or security token are wrong, or the username-password flow is switched off in this org.',
    whatToDo: [
      'Use the JWT bearer flow or client credentials instead: the username-password flow is being retired.',
      'Append the security token to the password unless the address is trusted.',
    ],
  },
  {
    error: /^invalid_grant$/,
    description: /access\/refresh token/,
    meaning: 'The refresh token was revoked, has expired, or was rotated and used again.',
    whatToDo: [
      'Let the user sign in again.',
      'If tokens are rotated, keep each new refresh token before it is used, in one place that all processes share.',
    ],
  },
  {
    error: /^invalid_grant$/,
    description: /expired authorization code/,
    grant: jwtBearer,
    meaning: 'The exp of the assertion is past.',
    whatToDo: [
      'Set the clock of this machine, and make the assertion right before it is sent. exp is in seconds, not milliseconds.',
    ],
  },
  {
    error: /^invalid_grant$/,
    description: /authorization code/,
    meaning: 'The code was used before, is older than 15 minutes, or is not the one that came back.',
    whatToDo: ['Use each code once, right away, and percent-decode it once (%3D%3D at its end is ==).'],
  },
  {
    error: /^(?:invalid_grant|invalid_client)$/,
    description: /assertion/,
    meaning: 'The assertion is malformed, or was not signed with the key of the app’s certificate.',
    whatToDo: [
      'Compare key and certificate: sallyport keystore check private.key certificate.crt',
      'Upload the certificate (.crt), neither the key nor a request for one, under “Use digital signatures”.',
    ],
  },
  {
    error: /^bad_jti_claim$/,
    meaning: 'This assertion, or another with its jti, was used before.',
    whatToDo: ['Make a new assertion for each request.'],
  },
  {
    error: /^invalid_client_id$/,
    meaning: 'No app has this consumer key, as far as this host knows.',
    whatToDo: ['Copy the consumer key anew, and wait ten minutes if the app was just made.'],
  },
  {
    error: /^invalid_client$/,
    meaning: 'The consumer secret is wrong, or is missing where the app requires it.',
    whatToDo: ['Copy the consumer secret anew from the app whose consumer key is used.'],
  },
  {
    error: /^unsupported_grant_type$/,
    meaning:
      'The token endpoint did not find a grant_type it knows: the parameters did not come as a form, or to another host.',
    whatToDo: [
      'Send the parameters in the body as application/x-www-form-urlencoded, not as JSON.',
      'Use https://, because a redirect from http:// loses the body.',
    ],
  },
  {
    error: /^invalid_scope$/,
    meaning: 'A scope was asked for that the app does not have.',
    whatToDo: ['Ask for scopes of the app only, or add the missing one to it.'],
  },
  {
    error: /^(?:inactive_user|inactive_org)$/,
    meaning: 'The user, or the whole org, is not active.',
    whatToDo: ['Activate the user, or use another.'],
  },
  {
    error: /^(?:rate_limit_exceeded|slow_down)$/,
    meaning: 'There were too many requests in a short time.',
    whatToDo: ['Keep the token and use it again instead of asking for one each time.'],
  },
  {
    error: /^access_denied$/,
    meaning: 'The person, or the org on their behalf, said no.',
    whatToDo: ['Ask the person to allow it, or an admin whether they may.'],
  },
  {
    error: /^(?:server_error|service_unavailable|system_down|unknown_error)$/,
    meaning: 'The server had a fault of its own.',
    whatToDo: ['Try again later; look at the status page of the instance.'],
  },
]

/** What a refusal means and what to do, by the rules above; `undefined` for one that none of them knows. */
export function explain(refused: RefusedRequest): Explanation | undefined {
  const { error, errorDescription = '', grantType = '', host, cause } = refused
  if (grantType === 'client_credentials' && isGenericHost(host)) return explained(rules.find(isAboutDomain), refused)
  const rule = rules.find(
    (one) =>
      one.error.test(error) &&
      (one.description?.test(errorDescription) ?? true) &&
      (one.grant?.test(grantType) ?? true),
  )
  if (rule === undefined && cause !== undefined) {
    return { meaning: `The server names the cause: ${cause}.`, whatToDo: [`See sallyport diagnose.`], cause }
  }
  return explained(rule, refused)
}

function isAboutDomain({ description }: Rule): boolean {
  return description?.test('request not supported on this domain') ?? false
}

function explained(rule: Rule | undefined, refused: RefusedRequest): Explanation | undefined {
  if (rule === undefined) return undefined
  const { meaning, whatToDo } = rule
  return {
    meaning: typeof meaning === 'string' ? meaning : meaning(refused),
    whatToDo: typeof whatToDo === 'function' ? whatToDo(refused) : whatToDo,
    cause: refused.cause,
  }
}
