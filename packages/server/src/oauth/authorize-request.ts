import type { ConnectedApp, ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { aboutApp, type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import { OAuthError } from './error.ts'
import { checkChallenge, type PkceRules } from './pkce.ts'
import type { OpenedRequest } from './pushed-request.ts'
import { authorizeRefusal, type Refusal } from './refusal.ts'
import { canonicalResponseType, type ResponseMode, type ResponseType } from './response-types/response-type.ts'
import { shownConsumerKey } from './shown-consumer-key.ts'

/** Which page an app wants to be shown on. */
export type Display = 'page' | 'popup' | 'touch'

/** A request whose app and redirect URI have been checked. Only such a one can be sent back to its app (RFC 6749 §4.1.2.1). */
export interface ReturnableRequest {
  readonly app: ConnectedApp
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly state: string | undefined
  readonly loginHint: string | undefined
  /** The auth. provider with which to sign in, in place of the sign-in page. */
  readonly ssoProvider: string | undefined
  readonly display: Display
  /** The parameters as they came, to ask again with later. */
  readonly parameters: ReadonlyMap<string, string>
  /** Where it was kept, if its app had pushed it (RFC 9126). */
  readonly pushed: OpenedRequest | undefined
}

/** One that is not as it has to be, which its app is told. */
export interface RefusedRequest extends ReturnableRequest {
  readonly refused: OAuthError
}

/** One that has been understood. */
export interface AuthorizeRequest extends ReturnableRequest {
  readonly refused: undefined
  readonly responseType: ResponseType
  readonly scope: string | undefined
  readonly nonce: string | undefined
  readonly codeChallenge: string | undefined
  /** The thumbprint of the key that its tokens are to be bound to (`dpop_jkt`, RFC 9449 §10). */
  readonly dpopKey: string | undefined
  readonly prompts: ReadonlySet<Prompt>
  /** `immediate=true`: answer at once or not at all. */
  readonly isImmediate: boolean
  readonly idTokenHint: string | undefined
  /** Seconds since the last sign-in that the app accepts. */
  readonly maxAge: number | undefined
}

/** A word of `prompt`. */
export type Prompt = (typeof prompts)[number]

const responseModes: readonly ResponseMode[] = ['query', 'fragment', 'form_post']
// What may be the branding of a site: one part of a path, with nothing that would have to be encoded.
const brandingForm = /^[A-Za-z0-9_-]{1,64}$/
const prompts = ['login', 'consent', 'select_account', 'none'] as const

/** How authorize requests are judged. */
export interface AuthorizeRules extends PkceRules {
  /** Whether public apps must send a challenge even when neither app nor org requires it (RFC 9700 §2.1.1). */
  readonly publicAppsNeedPkce: boolean
  /**
   * Whether what is wrong with a request goes back to its app as soon as the redirect URI is known to be right
   * (RFC 6749 §4.1.2.1). Salesforce shows it instead.
   */
  readonly returnsEarlyRefusals: boolean
  /** Whether `request` and `request_uri`, of which nothing is taken here, are refused (OpenID Connect Core §6). Salesforce ignores them. */
  readonly refusesRequestObjects: boolean
  /** Whether tokens can be bound to a key (RFC 9449). */
  readonly acceptsDpop: boolean
}

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'findByConsumerKey'>
  readonly responseTypes: readonly ResponseType[]
  readonly rules: AuthorizeRules
}

/** Reads an authorize request. @throws {OAuthError} that must be shown here and never be sent to the `redirect_uri` */
export type ReadAuthorizeRequest = (
  parameters: ReadonlyMap<string, string>,
  site: Site,
  checks: Checklist,
) => Promise<AuthorizeRequest | RefusedRequest>

/** Who asks, where the answer goes, and whether the request can be understood: all before anybody signs in. */
export function readAuthorizeRequest({ apps, responseTypes, rules }: Needs): ReadAuthorizeRequest {
  const byType = new Map(responseTypes.map((one) => [canonicalResponseType(one.type), one]))
  const offered = responseTypes.map(({ type }) => type)

  return async (parameters, site, checks) => {
    const app = await findApp(parameters.get('client_id'), checks)
    const redirectUri = readRedirectUri(parameters.get('redirect_uri'), app, checks)
    const returnable: ReturnableRequest = {
      app,
      redirectUri,
      responseMode:
        responseModes.find((mode) => mode === parameters.get('response_mode')) ??
        byType.get(canonicalResponseType(parameters.get('response_type') ?? ''))?.modes[0] ??
        'query',
      state: parameters.get('state'),
      loginHint: parameters.get('login_hint'),
      ssoProvider: parameters.get('sso_provider'),
      display: readDisplay(parameters.get('display')),
      parameters,
      pushed: undefined,
    }
    try {
      return understood(returnable, site, checks)
    } catch (error) {
      if (!(error instanceof OAuthError) || !rules.returnsEarlyRefusals) throw error
      return { ...returnable, refused: error }
    }
  }

  /** @throws {OAuthError} for what its app can be told */
  function understood(returnable: ReturnableRequest, site: Site, checks: Checklist): AuthorizeRequest {
    const { app, parameters } = returnable
    const responseType = findResponseType(parameters.get('response_type'), checks)
    const branding = parameters.get('expid')
    if (branding !== undefined) {
      const reason = brandingForm.test(branding) ? 'branding-unknown' : 'branding-malformed'
      throw authorizeRefusal({ reason, facts: { found: branding.slice(0, 128) } })
    }
    const responseMode = readResponseMode(parameters.get('response_mode'), responseType)
    const object = rules.refusesRequestObjects ? requestObjectIn(parameters) : undefined
    if (object !== undefined) throw authorizeRefusal(object)
    const nonce = parameters.get('nonce')
    const codeChallenge = parameters.get('code_challenge')
    const refused =
      responseType.checkRequest({ app, nonce }) ??
      (site.org === undefined ? undefined : responseType.checkOrg(site.org, app))
    if (refused !== undefined) throw authorizeRefusal(refused)
    if (responseType.usesPkce) {
      checkPkce(app, site, codeChallenge, parameters.get('code_challenge_method'))
      pass(checks, 'pkce', { challenge: codeChallenge !== undefined })
    }
    return {
      ...returnable,
      refused: undefined,
      responseType,
      responseMode,
      scope: parameters.get('scope'),
      nonce,
      codeChallenge,
      dpopKey: rules.acceptsDpop ? readKey(parameters.get('dpop_jkt')) : undefined,
      prompts: readPrompts(parameters.get('prompt')),
      isImmediate: parameters.get('immediate') === 'true',
      idTokenHint: parameters.get('id_token_hint'),
      maxAge: readMaxAge(parameters.get('max_age')),
    }
  }

  async function findApp(consumerKey: string | undefined, checks: Checklist): Promise<ConnectedApp> {
    if (consumerKey === undefined) throw authorizeRefusal({ reason: 'client-id-missing', facts: {} })
    const app = await apps.findByConsumerKey(consumerKey)
    if (app === undefined)
      throw authorizeRefusal({ reason: 'client-unknown', facts: { found: shownConsumerKey(consumerKey) } })
    aboutApp(checks, app)
    pass(checks, 'client-known', { app: app.label })
    return app
  }

  function findResponseType(text: string | undefined, checks: Checklist): ResponseType {
    const responseType = byType.get(canonicalResponseType(text ?? ''))
    if (responseType === undefined) {
      throw authorizeRefusal({
        reason: 'response-type-unknown',
        facts: { found: text?.slice(0, 128) ?? 'none', offered },
      })
    }
    checks.flow = responseType.flow
    pass(checks, 'response-type', { response_type: responseType.type })
    return responseType
  }

  function checkPkce(app: ConnectedApp, site: Site, challenge: string | undefined, method: string | undefined): void {
    const requiredBy = app.isPkceRequired
      ? 'the app'
      : site.org?.settings.isPkceRequired
        ? 'the org'
        : rules.publicAppsNeedPkce && app.isConsumerSecretOptional
          ? 'this server, of apps without a secret'
          : undefined
    if (challenge === undefined && requiredBy !== undefined) {
      throw authorizeRefusal({ reason: 'challenge-missing', facts: { app: app.label, requiredBy } })
    }
    const refused = checkChallenge(challenge, method, rules)
    if (refused !== undefined) throw authorizeRefusal(refused)
  }
}

/** The one place where a redirect URI is compared: exactly, character by character, with those registered. */
function readRedirectUri(redirectUri: string | undefined, app: ConnectedApp, checks: Checklist): string {
  if (redirectUri === undefined) throw authorizeRefusal({ reason: 'redirect-uri-missing', facts: {} })
  if (/^(?:urn:ietf:wg:oauth:2\.0:)?oob(?::auto)?$/.test(redirectUri)) {
    throw authorizeRefusal({ reason: 'redirect-out-of-band', facts: { app: app.label, found: redirectUri } })
  }
  // Salesforce compares callback URLs as text, so no URL normalising here.
  if (!app.callbackUrls.includes(redirectUri)) {
    const facts = { app: app.label, found: redirectUri.slice(0, 512), registered: app.callbackUrls }
    throw authorizeRefusal({ reason: 'redirect-uri-mismatch', facts })
  }
  pass(checks, 'redirect-uri', { redirect_uri: redirectUri })
  return redirectUri
}

/** Answers that hold tokens may not stand in a query, which servers and histories keep (Multiple Response Types §3). */
function readResponseMode(text: string | undefined, { modes }: ResponseType): ResponseMode {
  const responseMode = text === undefined ? modes[0] : modes.find((mode) => mode === text)
  if (responseMode !== undefined) return responseMode
  throw authorizeRefusal({
    reason: 'response-mode-unknown',
    facts: { found: text?.slice(0, 128) ?? '', offered: modes },
  })
}

/** A request object by value or by reference: whoever sends one relies on its being read (OpenID Connect Core §6.1). */
function requestObjectIn(parameters: ReadonlyMap<string, string>): Refusal | undefined {
  if (parameters.has('request')) return { reason: 'request-object-unsupported', facts: {} }
  return parameters.has('request_uri') ? { reason: 'request-uri-unsupported', facts: {} } : undefined
}

function readKey(thumbprint: string | undefined): string | undefined {
  if (thumbprint === undefined || /^[A-Za-z0-9_-]{43}$/.test(thumbprint)) return thumbprint
  const facts = { parameter: 'dpop_jkt', problem: 'it is no SHA-256 thumbprint of a key in base64url' }
  throw authorizeRefusal({ reason: 'parameter-malformed', facts })
}

function readPrompts(text: string | undefined): ReadonlySet<Prompt> {
  const words = text?.split(/[ +]/).filter((word) => word !== '') ?? []
  const known = new Set<Prompt>()
  for (const word of words) {
    const prompt = prompts.find((one) => one === word)
    if (prompt === undefined) throw authorizeRefusal({ reason: 'prompt-unknown', facts: { found: word.slice(0, 128) } })
    known.add(prompt)
  }
  if (known.has('none') && known.size > 1) {
    throw authorizeRefusal({ reason: 'prompt-contradictory', facts: { found: words.join(' ').slice(0, 128) } })
  }
  return known
}

function readMaxAge(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined
}

function readDisplay(text: string | undefined): Display {
  if (text === 'popup') return 'popup'
  return text === 'touch' || text === 'mobile' ? 'touch' : 'page'
}

/** The local path that asks the same again, without the prompts that have been answered meanwhile. */
export function authorizePath(parameters: ReadonlyMap<string, string>, answered: readonly Prompt[] = []): string {
  const query = new URLSearchParams([...parameters])
  const left = (parameters.get('prompt') ?? '').split(/[ +]/).filter((word) => !answered.some((one) => one === word))
  if (left.join('') === '') query.delete('prompt')
  else query.set('prompt', left.join(' '))
  return `/services/oauth2/authorize?${query}`
}
