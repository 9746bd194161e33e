import type { AccessToken } from './access-token.ts'
import { type AppIdentity, appToken, issuerOf, refreshedToken } from './app-token.ts'
import { checkCallback, codeIn, isStateOf, parametersOf } from './callback.ts'
import { clientParameters } from './client-proof.ts'
import { random, sha256 } from './crypto.ts'
import { type DpopKey, sendWithToken } from './dpop.ts'
import { base64Url, membersOf, readJson, textOf } from './encoding.ts'
import { explain } from './explanations.ts'
import { endpointOf, loginUrl } from './login-host.ts'
import { serverMetadata } from './server-metadata.ts'
import { SignInError } from './sign-in-error.ts'
import { TokenError } from './token-error.ts'
import { type Asking, formHeaders } from './token-request.ts'
import { type IncomingAnswer, transport } from './transport.ts'

/** An app to which people sign in with a browser, as its developer knows it. */
export interface AppSettings extends AppIdentity {
  /** One of the app's callback URLs, to the letter. */
  readonly redirectUri: string
  /** Scopes, if not all that the app has. */
  readonly scope?: readonly string[] | undefined
}

/** What one sign-in may ask for. */
export interface SignInWishes {
  /** `login`, `consent`, `select_account`, as the authorize endpoint takes it. */
  readonly prompt?: string | undefined
  /** A user name to begin with. */
  readonly loginHint?: string | undefined
  /** The key that the tokens are to be bound to: the code is bound to it as well (`dpop_jkt`, RFC 9449 §10). */
  readonly dpop?: DpopKey | undefined
  /** Further parameters of the authorize URL. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
}

/** One sign-in, from the link to the token. What it has to remember is in it, and nowhere else. */
export interface SignIn {
  /** Where the person goes with a browser. */
  readonly url: URL
  /** Comes back with the answer; whoever has several sign-ins under way tells them apart by it. */
  readonly state: string
  /** Whether a callback belongs to this sign-in. */
  isFor(callback: URL | string): boolean
  /**
   * Takes what the browser brought back, and exchanges the code.
   * @param callback the whole URL
   * @throws {SignInError} when it does not belong to this sign-in
   * @throws {TokenError} when the person or the org said no, or the code is refused
   */
  finish(callback: URL | string, asking?: Asking): Promise<AccessToken>
}

/** The web server flow for one app (RFC 6749 §4.1, with PKCE). */
export interface WebServerFlow {
  begin(wishes?: SignInWishes): SignIn
  /**
   * The same, after a look at what the server says of itself: where it takes pushed requests, the link holds nothing but a
   * reference to one (RFC 9126); where it always says who it is, an answer without that is not taken (RFC 9207).
   * @throws {TokenError} when the pushed request is refused
   * @throws {TransportError} when there was no answer
   */
  prepare(wishes?: SignInWishes, asking?: Asking): Promise<SignIn>
  /** @throws {TokenError} @throws {SignInError} `not-signed-in` when there is no refresh token */
  refresh(held: AccessToken | undefined, asking?: Asking): Promise<AccessToken>
  /** Ends a token; of a refresh token all that came from it (RFC 7009). @throws {TokenError} */
  revoke(token: string, asking?: Asking): Promise<void>
  /** What is known of a token (RFC 7662). @throws {TokenError} */
  introspect(token: string, asking?: Asking): Promise<ReadonlyMap<string, unknown>>
  /** Who the token acts for (OpenID Connect Core §5.3). @throws {TokenError} */
  userinfo(token: AccessToken, asking?: Asking): Promise<ReadonlyMap<string, unknown>>
}

/** An authorize request, with what has to be remembered of it. */
interface BegunRequest {
  readonly state: string
  readonly verifier: string
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * The web server flow for an app: a link with state and PKCE, the check of what comes back, the exchange, and what is done with
 * tokens later. The `signature` of an answer is checked where the consumer secret is known.
 * @throws {InputError} for a login host that is none
 */
export function webServerFlow(app: AppSettings): WebServerFlow {
  const login = loginUrl(app.loginHost ?? 'production')
  const endpoint = (path: string) => endpointOf(login, path)

  return {
    begin(wishes = {}) {
      const begun = newRequest(wishes)
      return signInOf(begun, authorizeUrl(begun.parameters), wishes, false)
    },
    async prepare(wishes = {}, asking = {}) {
      const begun = newRequest(wishes)
      const { pushedRequestEndpoint, saysIssuer } = await serverMetadata(login, asking)
      const parameters =
        pushedRequestEndpoint === undefined ? begun.parameters : await pushed(pushedRequestEndpoint, begun, asking)
      return signInOf(begun, authorizeUrl(parameters), wishes, saysIssuer)
    },
    refresh: (held, asking) => refreshedToken(app, held, asking),
    async revoke(token, asking) {
      await post('/services/oauth2/revoke', { token }, asking)
    },
    async introspect(token, asking) {
      const now = asking?.now?.() ?? new Date()
      const client = await clientParameters(app, issuerOf(app), now)
      return membersIn(await post('/services/oauth2/introspect', { token, ...client }, asking))
    },
    async userinfo(token, { transport: send = transport(), dpop, signal, timeout } = {}) {
      const request = {
        method: 'GET',
        url: endpoint('/services/oauth2/userinfo'),
        headers: { accept: 'application/json' },
      }
      const answer = await sendWithToken(send, request, { token, dpop }, { signal, timeout })
      if (answer.status === 200) return membersIn(answer)
      throw refusal(answer, textOf(answer.body).slice(0, 200) || 'userinfo_refused')
    },
  }

  function newRequest(wishes: SignInWishes): BegunRequest {
    const state = base64Url(random(24))
    const verifier = base64Url(random(48))
    const parameters = {
      response_type: 'code',
      client_id: app.consumerKey,
      redirect_uri: app.redirectUri,
      state,
      code_challenge: base64Url(sha256(verifier)),
      code_challenge_method: 'S256',
      ...(app.scope === undefined ? {} : { scope: app.scope.join(' ') }),
      ...(wishes.prompt === undefined ? {} : { prompt: wishes.prompt }),
      ...(wishes.loginHint === undefined ? {} : { login_hint: wishes.loginHint }),
      ...(wishes.dpop === undefined ? {} : { dpop_jkt: wishes.dpop.thumbprint }),
      ...wishes.parameters,
    }
    return { state, verifier, parameters }
  }

  function authorizeUrl(parameters: Readonly<Record<string, string>>): URL {
    const url = endpoint('/services/oauth2/authorize')
    url.search = new URLSearchParams(parameters).toString()
    return url
  }

  /** Leaves a request with the server; answers what the browser carries in its place. */
  async function pushed(url: URL, { parameters }: BegunRequest, asking: Asking) {
    const { transport: send = transport(), now = () => new Date(), signal, timeout } = asking
    const client = await clientParameters(app, issuerOf(app), now())
    const body = new URLSearchParams({ ...parameters, ...client }).toString()
    const answer = await send({ method: 'POST', url, headers: formHeaders, body }, { signal, timeout })
    const request_uri = answer.status === 201 ? membersIn(answer).get('request_uri') : undefined
    if (typeof request_uri !== 'string') throw refusal(answer, 'unusable_answer')
    return { client_id: app.consumerKey, request_uri }
  }

  function signInOf({ state, verifier }: BegunRequest, url: URL, { dpop }: SignInWishes, saysIssuer: boolean): SignIn {
    let isFinished = false
    return {
      url,
      state,
      isFor: (callback) => isStateOf(parametersOf(callback, 'query'), state),
      async finish(callback, asking) {
        const parameters = parametersOf(callback, 'query')
        const { redirectUri } = app
        checkCallback(new URL(callback), parameters, { state, redirectUri, login, saysIssuer })
        const code = codeIn(parameters)
        if (isFinished) throw new SignInError('already-finished', 'This sign-in was finished before: begin another.')
        isFinished = true
        const grant = {
          grant_type: app.isHybrid === true ? 'hybrid_auth_code' : 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: verifier,
        }
        return appToken(app, grant, { dpop, ...asking })
      },
    }
  }

  async function post(
    path: string,
    parameters: Readonly<Record<string, string>>,
    { transport: send = transport(), signal, timeout }: Asking = {},
  ): Promise<IncomingAnswer> {
    const body = new URLSearchParams(parameters).toString()
    const answer = await send({ method: 'POST', url: endpoint(path), headers: formHeaders, body }, { signal, timeout })
    if (answer.status === 200) return answer
    throw refusal(answer, 'unusable_answer')
  }

  function refusal(answer: IncomingAnswer, otherwise: string): TokenError {
    const members = membersOf(readJson(textOf(answer.body)))
    const [error = otherwise, errorDescription] = ['error', 'error_description'].map((name) => {
      const value = members?.get(name)
      return typeof value === 'string' ? value : undefined
    })
    const cause = answer.headers.get('x-sallyport-cause') ?? undefined
    return new TokenError({
      error,
      errorDescription,
      status: answer.status,
      requestId: answer.headers.get('x-request-id') ?? undefined,
      explanation: explain({ grantType: undefined, error, errorDescription, host: login.host, cause }),
    })
  }
}

function membersIn(answer: IncomingAnswer): ReadonlyMap<string, unknown> {
  return membersOf(readJson(textOf(answer.body))) ?? new Map()
}
