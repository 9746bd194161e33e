import type { AccessToken } from './access-token.ts'
import { type AppIdentity, appToken } from './app-token.ts'
import { checkCallback, codeIn, parametersOf, refusalIn } from './callback.ts'
import { random, sha256 } from './crypto.ts'
import { base64Url, textOf } from './encoding.ts'
import { endpointOf, loginUrl } from './login-host.ts'
import { type Asking, formHeaders } from './token-request.ts'
import { readRefusal } from './token-response.ts'
import { transport } from './transport.ts'

/** What somebody typed into a form of the app's own. */
export interface CodeCredentialsRequest extends AppIdentity {
  readonly username: string
  readonly password: string
  /** One of the app's callback URLs; the server's own `/services/oauth2/echo` unless given. */
  readonly redirectUri?: string | undefined
  /** Scopes, if not all that the app has. */
  readonly scope?: readonly string[] | undefined
}

/**
 * Signs in by the authorization code and credentials flow (*headless login*), without a browser: name and password go with the
 * authorize request, in its body and with PKCE, and a code comes back, which is exchanged. Refresh what comes with a
 * `webServerFlow` of the same app.
 * @throws {TokenError} when it is refused: `invalid_grant` for anything that is wrong about name and password
 * @throws {TransportError} when there was no answer
 */
export async function codeCredentials(request: CodeCredentialsRequest, asking: Asking = {}): Promise<AccessToken> {
  const { username, password, scope, ...app } = request
  const { transport: send = transport(), now = () => new Date(), dpop, signal, timeout } = asking
  const login = loginUrl(app.loginHost ?? 'production')
  const { redirectUri = endpointOf(login, '/services/oauth2/echo').href } = app
  const [state, verifier] = [base64Url(random(24)), base64Url(random(48))]
  const url = endpointOf(login, '/services/oauth2/authorize')
  const form = {
    response_type: 'code_credentials',
    client_id: app.consumerKey,
    redirect_uri: redirectUri,
    state,
    code_challenge: base64Url(sha256(verifier)),
    code_challenge_method: 'S256',
    ...(scope === undefined ? {} : { scope: scope.join(' ') }),
    ...(dpop === undefined ? {} : { dpop_jkt: dpop.thumbprint }),
    username,
    password,
  }
  const headers = { ...formHeaders, 'auth-request-type': 'Named-User' }
  const body = new URLSearchParams(form).toString()
  const answer = await send({ method: 'POST', url, headers, body }, { signal, timeout })
  const cause = answer.headers.get('x-sallyport-cause') ?? undefined
  const callback = URL.parse(answer.headers.get('location') ?? '', url.href)
  if (answer.status < 300 || answer.status >= 400 || callback === null) {
    const question = { tokenEndpoint: url, grantType: undefined, needsInstanceUrl: true, isBound: false, now: now() }
    // What is wrong with the app is said here, and not sent to it.
    const seen = { host: url.host, status: answer.status, cause }
    throw refusalIn(new URLSearchParams(textOf(answer.body)), seen) ?? readRefusal(answer, question)
  }
  const parameters = parametersOf(callback, 'query')
  checkCallback(callback, parameters, { state, redirectUri, login, saysIssuer: false, cause })
  const grant = {
    grant_type: 'authorization_code',
    code: codeIn(parameters),
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }
  return appToken(app, grant, asking)
}
