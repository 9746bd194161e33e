import type { AccessToken } from './access-token.ts'
import { type DpopKey, sendWithToken } from './dpop.ts'
import { InputError } from './input-error.ts'
import { SignInError } from './sign-in-error.ts'
import type { TokenSource } from './token-source.ts'
import { type IncomingAnswer, type OutgoingRequest, type SendOptions, type Transport, transport } from './transport.ts'

/** A request to the API of an org: its URL is a path such as `/services/data/v62.0/limits`. */
export interface ApiRequest extends Omit<OutgoingRequest, 'url'> {
  readonly path: string
}

/** The API of the org that a token is for. */
export interface Api {
  /**
   * Sends a request with a token. A 401 leads to one new token and one more try, never to a third.
   * @throws {TokenError} when there is no token to be had
   * @throws {TransportError} when there was no answer
   * @throws {InputError} for a path that leads to another host
   */
  send(request: ApiRequest, options?: SendOptions): Promise<IncomingAnswer>
}

/** What calling needs besides tokens. */
export interface ApiOptions {
  readonly transport?: Transport
  /** The key that the tokens are bound to, if they are (RFC 9449). */
  readonly dpop?: DpopKey
  /** Statuses besides 401 that mean that the token is no longer valid. */
  readonly refreshStatuses?: readonly number[]
}

/** The API of the org that the tokens of a source are for. The token goes to that host and to no other. */
export function salesforceApi(source: TokenSource, options: ApiOptions = {}): Api {
  const { transport: send = transport(), dpop } = options
  const statuses = new Set([401, ...(options.refreshStatuses ?? [])])
  return {
    async send(request, { signal, timeout } = {}) {
      const first = await source.token({ signal })
      const answer = await sendWithToken(send, at(request, first), { token: first, dpop }, { signal, timeout })
      if (!statuses.has(answer.status)) return answer
      const second = await source.token({ signal, insteadOf: first })
      return sendWithToken(send, at(request, second), { token: second, dpop }, { signal, timeout })
    },
  }
}

function at({ path, headers = {}, ...request }: ApiRequest, { instanceUrl }: AccessToken) {
  if (instanceUrl === undefined) {
    throw new SignInError('not-signed-in', 'The token does not say where the API is: it has no instance_url.')
  }
  return {
    ...request,
    url: apiUrl(instanceUrl, path),
    headers: { accept: 'application/json', ...headers },
  }
}

/** A path at a host, and never at another. @throws {InputError} */
function apiUrl(instanceUrl: string, path: string): URL {
  const base = new URL(instanceUrl)
  const url = path.startsWith('/') && URL.canParse(path, base.href) ? new URL(path, base) : undefined
  if (url !== undefined && url.origin === base.origin && !path.startsWith('//') && !path.includes('\\')) return url
  throw new InputError(
    'A path of the API begins with one / and stays at the host of the org, such as /services/data/v62.0/limits.',
  )
}
