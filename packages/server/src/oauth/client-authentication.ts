import type { ConnectedApp, ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { aboutApp, type Checklist, pass } from '../journal/checklist.ts'
import { hashSecret, sameHash } from '../secret.ts'
import { type AssertionRules, checkTimes, parseAssertion, verifySignature } from './assertion.ts'
import type { AssertionStore } from './assertion-store.ts'
import { checkAudience, checkIssuerAlone } from './audience.ts'
import { OAuthError } from './error.ts'
import { clientRefusal, refusal } from './refusal.ts'
import { shownConsumerKey } from './shown-consumer-key.ts'
import type { TokenRequest } from './token-request.ts'

/** Who the client turned out to be, and by what. */
export interface AuthenticatedClient {
  readonly app: ConnectedApp
  /** The consumer secret it showed; the signature of the answer is keyed with it. */
  readonly secret: string | undefined
  readonly method: 'secret' | 'private_key_jwt' | 'none'
}

/** Finds out who asks, and holds them to it. */
export type ClientAuthentication = (
  request: TokenRequest,
  /** The setting that makes a secret necessary for this app and grant, or `undefined` when none does. */
  secretRequiredBy: (app: ConnectedApp) => string | undefined,
  checks: Checklist,
) => Promise<AuthenticatedClient>

/** How clients may show who they are. */
export interface ClientRules extends AssertionRules {
  /** Salesforce lets the body win over the Basic header; RFC 6749 §2.3 wants two methods refused. */
  readonly refusesTwoMethods: boolean
  /**
   * Whether a client assertion must name this issuer as its one audience, and have a `jti`, so that it buys one thing at one
   * server (OpenID Connect Core §9, FAPI 2.0 §5.3.2.1). Salesforce takes the login host and the token endpoint, too.
   */
  readonly clientAssertionsNameIssuer: boolean
}

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'findByConsumerKey'>
  readonly assertions: Pick<AssertionStore, 'use'>
  /** The values of `aud` that name this server to a client. */
  readonly audiences: (request: TokenRequest) => readonly string[]
  readonly rules: ClientRules
  readonly now: () => Date
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** By secret in the body or the Basic header, by an assertion (`private_key_jwt`, RFC 7523 §2.2), or not at all. */
export function clientAuthentication({ apps, assertions, audiences, rules, now }: Needs): ClientAuthentication {
  return async (request, secretRequiredBy, checks) => {
    const shown = credentials(request, rules)
    const assertion = request.parameters.get('client_assertion')
    if (shown.secret === undefined && assertion !== undefined)
      return byAssertion(request, assertion, shown.clientId, checks)
    if (shown.clientId === undefined) throw refusal({ reason: 'client-id-missing', facts: {} })
    const app = await findApp(shown.clientId, checks)
    if (shown.secret === undefined) {
      const setting = secretRequiredBy(app)
      if (setting !== undefined) throw refusal({ reason: 'client-secret-missing', facts: { app: app.label, setting } })
      pass(checks, 'client-authenticated', { by: 'none: no secret is needed' })
      return { app, secret: undefined, method: 'none' }
    }
    if (!isSecretOf(app, shown.secret)) throw refusal({ reason: 'client-secret-wrong', facts: { app: app.label } })
    pass(checks, 'client-authenticated', { by: 'consumer secret' })
    return { app, secret: shown.secret, method: 'secret' }
  }

  async function findApp(consumerKey: string, checks: Checklist): Promise<ConnectedApp> {
    const app = await apps.findByConsumerKey(consumerKey)
    if (app === undefined) throw refusal({ reason: 'client-unknown', facts: { found: shownConsumerKey(consumerKey) } })
    aboutApp(checks, app)
    pass(checks, 'client-known', { app: app.label })
    return app
  }

  async function byAssertion(
    request: TokenRequest,
    text: string,
    clientId: string | undefined,
    checks: Checklist,
  ): Promise<AuthenticatedClient> {
    const type = request.parameters.get('client_assertion_type')
    if (type !== assertionType) {
      const facts = { found: type?.slice(0, 256) ?? 'none', accepted: assertionType }
      throw refusal({ reason: 'client-assertion-type-unknown', facts })
    }
    const assertion = asClient(() => parseAssertion(text, checks))
    const { iss, sub, jti, exp } = assertion
    if (iss === undefined || iss !== sub || (clientId !== undefined && clientId !== iss)) {
      const shown = (text: string | undefined) => text?.slice(0, 256) ?? 'none'
      const facts = { iss: shown(iss), sub: shown(sub), clientId: shown(clientId) }
      throw refusal({ reason: 'client-assertion-mismatch', facts })
    }
    const app = await findApp(iss, checks)
    const at = now()
    asClient(() => {
      verifySignature(assertion, app, rules, at, checks)
      checkTimes(assertion, rules, at, checks)
      if (rules.clientAssertionsNameIssuer) checkIssuerAlone(assertion, request.site.base, checks)
      else checkAudience(assertion, audiences(request), checks)
    })
    if (jti === undefined && rules.clientAssertionsNameIssuer) {
      throw refusal({ reason: 'client-assertion-unnumbered', facts: { app: app.label } })
    }
    if (jti !== undefined && exp !== undefined) {
      const isFirst = await assertions.use({
        hash: hashSecret(`${app.id} client ${jti}`),
        expiresAt: keptUntil(exp, at),
      })
      if (!isFirst) throw refusal({ reason: 'client-assertion-replayed', facts: { app: app.label } })
      pass(checks, 'not-replayed')
    }
    pass(checks, 'client-authenticated', { by: 'private_key_jwt' })
    return { app, secret: undefined, method: 'private_key_jwt' }
  }
}

/** Runs checks that assertions of every kind share: here, what is wrong with one is that the client is not authenticated. */
function asClient<Found>(check: () => Found): Found {
  try {
    return check()
  } catch (error) {
    throw error instanceof OAuthError ? clientRefusal(error.refusal) : error
  }
}

/** Whether a secret is the app's current one, or the one before while a rotation is under way. In constant time. */
export function isSecretOf({ consumerSecret }: ConnectedApp, secret: string): boolean {
  const shown = hashSecret(secret)
  const isCurrent = sameHash(shown, consumerSecret.hash)
  const isPrevious = consumerSecret.previousHash !== undefined && sameHash(shown, consumerSecret.previousHash)
  return isCurrent || isPrevious
}

/** How long a `jti` must be remembered: until the assertion is past, a year at most (some clients write milliseconds). */
export function keptUntil(exp: number, now: Date): Date {
  const skew = 3600
  return new Date(Math.min((exp + skew) * 1000, now.getTime() + 366 * 86_400_000))
}

function credentials({ parameters, basic }: TokenRequest, rules: ClientRules) {
  if (basic === 'malformed') throw refusal({ reason: 'basic-header-malformed', facts: {} })
  const clientId = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  if (rules.refusesTwoMethods) {
    const found = [
      ...(basic === undefined ? [] : ['Basic header']),
      ...(secret === undefined ? [] : ['client_secret']),
      ...(parameters.has('client_assertion') ? ['client_assertion'] : []),
    ]
    if (found.length > 1) throw refusal({ reason: 'client-authenticated-twice', facts: { found } })
  }
  if (secret !== undefined && clientId !== undefined) return { clientId, secret }
  if (basic === undefined) return { clientId, secret }
  return { clientId: clientId ?? basic.clientId, secret: secret ?? basic.clientSecret }
}
