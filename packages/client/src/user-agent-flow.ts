import type { AccessToken } from './access-token.ts'
import { refreshedToken, signed } from './app-token.ts'
import { checkCallback, isStateOf, parametersOf } from './callback.ts'
import { random } from './crypto.ts'
import { base64Url } from './encoding.ts'
import { endpointOf, loginUrl } from './login-host.ts'
import { SignInError } from './sign-in-error.ts'
import { tokenOf } from './token-members.ts'
import type { Asking } from './token-request.ts'
import type { AppSettings, SignIn, SignInWishes } from './web-server-flow.ts'

/** The user-agent flow for one app (RFC 6749 §4.2). */
export interface UserAgentFlow {
  /** What comes back stands in the fragment of the callback: give the whole URL. */
  begin(wishes?: Omit<SignInWishes, 'dpop'>): SignIn
  /** @throws {TokenError} @throws {SignInError} `not-signed-in` when there is no refresh token */
  refresh(held: AccessToken | undefined, asking?: Asking): Promise<AccessToken>
}

/**
 * The user-agent flow for an app that has nothing else: tokens come in an address, where scripts, extensions and histories can
 * read them. The web server flow does the same without that (RFC 9700 §2.1.2). No ID token is asked for: one that comes this way
 * is worth nothing until its signature has been verified.
 * @throws {InputError} for a login host that is none
 */
export function userAgentFlow(app: AppSettings): UserAgentFlow {
  const login = loginUrl(app.loginHost ?? 'production')
  return {
    begin({ prompt, loginHint, parameters: further } = {}) {
      const state = base64Url(random(24))
      const url = endpointOf(login, '/services/oauth2/authorize')
      url.search = new URLSearchParams({
        response_type: app.isHybrid === true ? 'hybrid_token' : 'token',
        client_id: app.consumerKey,
        redirect_uri: app.redirectUri,
        state,
        ...(app.scope === undefined ? {} : { scope: app.scope.join(' ') }),
        ...(prompt === undefined ? {} : { prompt }),
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
        ...further,
      }).toString()
      let isFinished = false
      return {
        url,
        state,
        isFor: (callback) => isStateOf(parametersOf(callback, 'fragment'), state),
        async finish(callback, { now = () => new Date() } = {}) {
          const parameters = parametersOf(callback, 'fragment')
          const { redirectUri } = app
          checkCallback(new URL(callback), parameters, { state, redirectUri, login, saysIssuer: false })
          const token = tokenIn(parameters, now())
          if (isFinished) throw new SignInError('already-finished', 'This sign-in was finished before: begin another.')
          isFinished = true
          return signed(token, app)
        },
      }
    },
    async refresh(held, asking) {
      if (held?.refreshToken !== undefined) return refreshedToken(app, held, asking)
      throw new SignInError(
        'not-signed-in',
        'There is no refresh token: the user-agent flow gives one only to a callback with a scheme of the app’s own. Sign in again.',
      )
    },
  }
}

/** The one token of an answer. @throws {SignInError} `token-missing` */
function tokenIn(parameters: URLSearchParams, now: Date): AccessToken {
  const [accessToken, ...others] = parameters.getAll('access_token')
  if (accessToken === undefined || accessToken === '' || others.length > 0) {
    throw new SignInError('token-missing', 'The answer has neither one access token nor an error in its fragment.')
  }
  const token = tokenOf(new Map(parameters), accessToken, { needsInstanceUrl: true, isBound: false, now })
  if ('accessToken' in token) return token
  throw new SignInError('token-missing', `${token.meaning} ${token.todo}`)
}
