import { isEqualSecret } from './crypto.ts'
import { explain } from './explanations.ts'
import { SignInError } from './sign-in-error.ts'
import { TokenError } from './token-error.ts'

/** What the answer of one sign-in must fit. */
export interface ExpectedCallback {
  readonly state: string
  /** The callback URL that was asked for. */
  readonly redirectUri: string
  /** The server that was asked. */
  readonly login: URL
  /** Whether that server always says who it is (RFC 9207). */
  readonly saysIssuer: boolean
  /** `x-sallyport-cause`, where the answer itself was seen. */
  readonly cause?: string | undefined
}

/** Where an answer stands: of the user-agent flow in the fragment, of others in the query. */
export function parametersOf(callback: URL | string, part: 'query' | 'fragment'): URLSearchParams {
  const url = new URL(callback)
  return part === 'query' ? url.searchParams : new URLSearchParams(url.hash.slice(1))
}

/** Whether an answer is that of the sign-in that has a state. */
export function isStateOf(parameters: URLSearchParams, state: string): boolean {
  const given = parameters.get('state')
  return given !== null && isEqualSecret(given, state)
}

/**
 * Makes sure that an answer belongs to a sign-in, and is no refusal.
 * @throws {SignInError} when it belongs to another
 * @throws {TokenError} when it says that the person or the org said no
 */
export function checkCallback(callback: URL, parameters: URLSearchParams, expected: ExpectedCallback): void {
  const { state, redirectUri, login, saysIssuer, cause } = expected
  if (!isStateOf(parameters, state)) {
    throw new SignInError(
      'state-differs',
      'The state is not that of this sign-in: it began in another browser, or somebody made the link. Begin again.',
    )
  }
  if (placeOf(callback) !== placeOf(new URL(redirectUri))) {
    throw new SignInError('callback-differs', `The answer came to another address than ${redirectUri}.`)
  }
  const issuer = parameters.get('iss')
  if (issuer === null && saysIssuer) {
    throw new SignInError(
      'issuer-differs',
      'The answer does not say who it is from (iss, RFC 9207), and the server that was asked always does.',
    )
  }
  if (issuer !== null && issuer.replace(/\/$/, '') !== login.href.replace(/\/$/, '')) {
    throw new SignInError(
      'issuer-differs',
      'The answer is from another server than the one that was asked (iss, RFC 9207). It is used for nothing.',
    )
  }
  const refusal = refusalIn(parameters, { host: login.host, status: 302, cause })
  if (refusal !== undefined) throw refusal
}

/** Where a refusal was seen. */
interface SeenAt {
  readonly host: string
  readonly status: number
  readonly cause: string | undefined
}

/** What a refusal in the words of the authorize endpoint says; `undefined` for what is none. */
export function refusalIn(parameters: URLSearchParams, { host, status, cause }: SeenAt): TokenError | undefined {
  const error = parameters.get('error')
  if (error === null) return undefined
  const errorDescription = parameters.get('error_description') ?? undefined
  const explanation = explain({ grantType: undefined, error, errorDescription, host, cause })
  return new TokenError({ error, errorDescription, status, requestId: undefined, explanation })
}

/** The one code of an answer. @throws {SignInError} `code-missing` */
export function codeIn(parameters: URLSearchParams): string {
  const [code, ...others] = parameters.getAll('code')
  if (code !== undefined && code !== '' && others.length === 0) return code
  throw new SignInError('code-missing', 'The answer has neither one code nor an error.')
}

/** The scheme, host and path: a URL of an app's own scheme has no origin. */
function placeOf({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`
}
