import { rs256KeySet } from './crypto.ts'
import { membersOf, readJson, textOf } from './encoding.ts'
import { explain } from './explanations.ts'
import { endpointOf, type LoginHost, loginUrl } from './login-host.ts'
import { TokenError } from './token-error.ts'
import type { Asking } from './token-request.ts'
import { transport } from './transport.ts'

/** What an app says of itself when it registers (RFC 7591 §2). */
export interface ClientRegistration {
  /** Where the browser may come back to. */
  readonly redirectUris: readonly string[]
  readonly name?: string
  readonly contacts?: readonly string[]
  /** No more than the app has whose initial access token is shown; all of its scopes unless given. */
  readonly scopes?: readonly string[]
  /**
   * What the app shows when it asks for tokens: a secret, unless this is said. `none` for an app on people's own devices, which
   * keeps no secret; a certificate (PEM) for one that signs with its key (`signer` of each flow), where the server takes
   * keys. Salesforce takes none.
   */
  readonly shows?: 'secret' | 'none' | { readonly certificate: string }
}

/** An app that registered itself. The secret and the registration token are told this once. */
export interface RegisteredClient {
  readonly consumerKey: string
  /** `undefined` for an app that shows none. */
  readonly consumerSecret: string | undefined
  readonly scopes: readonly string[]
  readonly redirectUris: readonly string[]
  /** What the registration is read, changed and deleted with (RFC 7592), at the URL below. */
  readonly registrationAccessToken: string
  readonly registrationUrl: string
}

/** Where to register, and by what. */
export interface RegisterClientRequest extends ClientRegistration {
  readonly loginHost: LoginHost
  /** Generated on the page of a connected app, or by `sallyport app initial-access-token`. */
  readonly initialAccessToken: string
}

/**
 * Registers an app (RFC 7591), under the connected app that the initial access token is of.
 * @throws {InputError} for a login host or a certificate that is none
 * @throws {TokenError} when it is refused
 * @throws {TransportError} when there was no answer
 */
export async function registerClient(request: RegisterClientRequest, asking: Asking = {}): Promise<RegisteredClient> {
  const { transport: send = transport(), signal, timeout } = asking
  const url = endpointOf(loginUrl(request.loginHost), '/services/oauth2/register')
  const answer = await send(
    {
      method: 'POST',
      url,
      headers: {
        authorization: `Bearer ${request.initialAccessToken}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({
        redirect_uris: request.redirectUris,
        client_name: request.name,
        contacts: request.contacts,
        scope: request.scopes?.join(' '),
        ...authentication(request.shows),
      }),
    },
    { signal, timeout },
  )
  const members = membersOf(readJson(textOf(answer.body)))
  const text = (name: string) => {
    const value = members?.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const consumerKey = text('client_id')
  const registrationAccessToken = text('registration_access_token')
  const registrationUrl = text('registration_client_uri')
  if (
    answer.status !== 201 ||
    consumerKey === undefined ||
    registrationAccessToken === undefined ||
    registrationUrl === undefined
  ) {
    throw refusalOf(text, answer.status, url, answer.headers)
  }
  return {
    consumerKey,
    consumerSecret: text('client_secret'),
    scopes: texts(members?.get('scopes')),
    redirectUris: texts(members?.get('redirect_uris')),
    registrationAccessToken,
    registrationUrl,
  }
}

function authentication(shows: ClientRegistration['shows'] = 'secret'): object {
  if (shows === 'secret') return {}
  if (shows === 'none') return { token_endpoint_auth_method: 'none' }
  return { token_endpoint_auth_method: 'private_key_jwt', jwks: rs256KeySet(shows.certificate) }
}

/** What the endpoint said instead of an app. */
function refusalOf(text: (name: string) => string | undefined, status: number, url: URL, headers: Headers): TokenError {
  const error = text('error') ?? 'unusable_answer'
  const errorDescription = text('error_description')
  const cause = headers.get('x-sallyport-cause') ?? undefined
  return new TokenError({
    error,
    errorDescription,
    status,
    requestId: headers.get('x-request-id') ?? undefined,
    explanation: explain({ grantType: undefined, error, errorDescription, host: url.host, cause }),
  })
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
