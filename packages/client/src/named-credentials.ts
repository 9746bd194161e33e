import type { CalloutSender } from './apex/http.ts'
import type { Authentication, Claims } from './authentication.ts'
import { calloutUrl, parseCallout } from './callout.ts'
import { type CertificateStore, certificates as noCertificates } from './certificate-store.ts'
import { type CallingUser, credentialFields, type FieldSources, requiredSecrets } from './credential-fields.ts'
import { type CredentialOwner, type CredentialSecrets, ownerKey, secretsOf } from './credential-secrets.ts'
import { newCredentialToken, providerOf, signedAssertion, type TokenMaking } from './credential-tokens.ts'
import type { ExternalCredential, Principal } from './external-credential.ts'
import { base64, readTemplate } from './formula.ts'
import { mergeFields, refuseLineBreaks } from './merge-fields.ts'
import type { NamedCredential } from './named-credential.ts'
import { NamedCredentialError } from './named-credential-error.ts'
import { tokenCache } from './token-cache.ts'
import type { TokenSource } from './token-source.ts'
import { memoryTokenStore, type TokenStore } from './token-store.ts'
import { type IncomingAnswer, type OutgoingRequest, type SendOptions, type Transport, transport } from './transport.ts'
import type { SignIn, SignInWishes, WebServerFlow } from './web-server-flow.ts'

/** What an org has for callouts. */
export interface NamedCredentialsOptions {
  readonly namedCredentials: readonly NamedCredential[]
  readonly externalCredentials?: readonly ExternalCredential[]
  /** Passwords, client secrets and parameters: metadata holds none. */
  readonly secrets?: CredentialSecrets
  /** What JWTs are signed with, by unique name. */
  readonly certificates?: CertificateStore
  /** Auth. providers, by name: what credentials of the protocol Oauth sign in by. */
  readonly authProviders?: Readonly<Record<string, WebServerFlow>>
  /** Where tokens are kept; in memory unless given. */
  readonly store?: TokenStore
  readonly transport?: Transport
  readonly now?: () => Date
}

/** Whose sign-in a callout is made with. */
export interface CalloutOptions extends SendOptions {
  /** A principal of the external credential; the first that may be used unless given. */
  readonly principal?: string | undefined
}

/** A request to `callout:Name/path?query`. */
export interface CalloutRequest extends OutgoingRequest {
  readonly url: string
}

/** Sends requests by named credentials. */
export interface NamedCredentials extends CalloutSender {
  /**
   * Sends a request to `callout:Name/path?query`: with the token, password or headers of the credential, to its host and to no
   * other. A status that means that the token is no longer valid leads to one new token and one more try.
   * @throws {NamedCredentialError} when it is refused before it is sent
   * @throws {TokenError} when there is no token to be had
   * @throws {TransportError} when there was no answer
   */
  send(request: CalloutRequest, options?: CalloutOptions): Promise<IncomingAnswer>
  /** The same for a user: for principals that each user signs in for, and `$User.…` in formulas. */
  as(user: CallingUser): NamedCredentials
  /** Begins the sign-in of a credential of the protocol Oauth; what it brings is kept when it is finished. */
  beginSignIn(name: string, wishes?: SignInWishes & { readonly principal?: string | undefined }): SignIn
}

/** How one callout signs in. */
interface Resolved {
  readonly credential: NamedCredential
  readonly authentication: Authentication
  readonly owner: CredentialOwner
  readonly claims: Claims
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly refreshStatuses: readonly number[]
}

/**
 * Named credentials, legacy and current ones, that calls are made with.
 * @throws {NamedCredentialError} `definition-invalid` for two of one name
 */
export function namedCredentials(options: NamedCredentialsOptions): NamedCredentials {
  const named = byName(options.namedCredentials, 'named credentials')
  const external = byName(options.externalCredentials ?? [], 'external credentials')
  const { secrets = secretsOf({}), authProviders = {}, now = () => new Date() } = options
  const certificates = options.certificates ?? noCertificates([])
  const send = options.transport ?? transport({ retries: 0 })
  const store = options.store ?? memoryTokenStore()
  const cache = tokenCache({ store, now })
  return calling(undefined)

  function calling(user: CallingUser | undefined): NamedCredentials {
    return {
      send: (request, how = {}) => sendAs(user, request, how),
      as: (other) => calling(other),
      beginSignIn(name, { principal, ...wishes } = {}) {
        const resolved = resolve(name, principal, user)
        const signIn = providerOf(making(resolved, user)).begin(wishes)
        return {
          ...signIn,
          async finish(callback, asking) {
            const token = await signIn.finish(callback, { transport: send, now, ...asking })
            return store.renew(keyOf(resolved), async () => token)
          },
        }
      },
    }
  }

  async function sendAs(
    user: CallingUser | undefined,
    request: CalloutRequest,
    how: CalloutOptions,
  ): Promise<IncomingAnswer> {
    const endpoint = parseCallout(request.url)
    const resolved = resolve(endpoint.credential, how.principal, user)
    const url = calloutUrl(resolved.credential.url, endpoint)
    const { signal, timeout } = how
    const source = sourceOf(resolved, user)
    const token = source === undefined ? undefined : await source.token({ signal })
    const attempt = async (accessToken: string | undefined) =>
      send({ ...(await prepared(request, resolved, user, accessToken)), url }, { signal, timeout })
    const answer = await attempt(token?.accessToken)
    if (token === undefined || source === undefined) return answer
    if (answer.status !== 401 && !resolved.refreshStatuses.includes(answer.status)) return answer
    const renewed = await source.token({ signal, insteadOf: token })
    return attempt(renewed.accessToken)
  }

  /** The request with the credential's headers and with its merge fields filled in. */
  async function prepared(
    request: CalloutRequest,
    resolved: Resolved,
    user: CallingUser | undefined,
    accessToken: string | undefined,
  ): Promise<Omit<OutgoingRequest, 'url'>> {
    const { credential, authentication } = resolved
    const sources = sourcesOf(resolved, user)
    const token =
      authentication.protocol === 'Jwt'
        ? (await signedAssertion(making(resolved, user), authentication.jwt)).assertion
        : accessToken
    const fields = credentialFields({ ...sources, token: async () => token })
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.headers ?? {})) {
      headers[name.toLowerCase()] = credential.allowMergeFieldsInHeader
        ? await mergeFields(value, 'header', fields)
        : value
    }
    if (credential.generateAuthorizationHeader) {
      const authorization = await authorizationOf(resolved, sources, token)
      if (authorization !== undefined) headers['authorization'] = authorization
    }
    for (const { name, value } of resolved.headers) {
      const text = await readTemplate(value).evaluate(fields, now())
      refuseLineBreaks(text)
      headers[name.toLowerCase()] = text
    }
    const { body, method } = request
    if (body === undefined) return { method, headers }
    if (!credential.allowMergeFieldsInBody) return { method, headers, body }
    return { method, headers, body: await mergeFields(bodyText(body, credential.name), 'body', fields) }
  }

  async function authorizationOf(
    { authentication }: Resolved,
    sources: Omit<FieldSources, 'token'>,
    token: string | undefined,
  ): Promise<string | undefined> {
    if (authentication.protocol === 'Password') {
      const { username, password } = await requiredSecrets(sources, ['username', 'password'])
      return `Basic ${base64(`${username}:${password}`)}`
    }
    return token === undefined ? undefined : `Bearer ${token}`
  }

  function sourceOf(resolved: Resolved, user: CallingUser | undefined): TokenSource | undefined {
    const { protocol } = resolved.authentication
    if (protocol !== 'JwtExchange' && protocol !== 'ClientCredentials' && protocol !== 'Oauth') return undefined
    return cache.source(keyOf(resolved), (held) => newCredentialToken(making(resolved, user), held))
  }

  function making(resolved: Resolved, user: CallingUser | undefined): TokenMaking {
    const sources = sourcesOf(resolved, user)
    const fields = credentialFields({ ...sources, token: async () => undefined })
    const { authentication, claims, credential } = resolved
    const shared = { certificates, authProviders, transport: send, now }
    return { ...shared, authentication, claims, credential: credential.name, sources, fields }
  }

  function sourcesOf(
    { owner, credential, authentication }: Resolved,
    user: CallingUser | undefined,
  ): Omit<FieldSources, 'token'> {
    const { protocol } = authentication
    const isBearer = protocol !== 'NoAuthentication' && protocol !== 'Custom'
    const method = protocol === 'Password' ? 'Basic' : isBearer ? 'Bearer' : undefined
    return { owner, credential: credential.name, user, secrets: withUsername(secrets, authentication), method }
  }

  function resolve(name: string, wanted: string | undefined, user: CallingUser | undefined): Resolved {
    const credential = named.get(name.toLowerCase())
    if (credential === undefined) {
      throw new NamedCredentialError(
        'credential-unknown',
        `The callout couldn't access the endpoint: the named credential “${name}” does not exist. ` +
          `There are: ${Array.from(named.values(), (one) => one.name).join(', ') || 'none'}.`,
        name,
      )
    }
    if (!credential.isEnabled) {
      throw new NamedCredentialError(
        'credential-disabled',
        `Callouts by ${credential.name} are switched off.`,
        credential.name,
      )
    }
    const { signIn } = credential
    if (signIn.kind === 'own') {
      const isPerUser = signIn.principal === 'PerUserPrincipal'
      return {
        credential,
        authentication: signIn.authentication,
        owner: {
          credential: credential.name,
          principal: undefined,
          userId: isPerUser ? idOf(user, credential) : undefined,
        },
        claims: {},
        headers: credential.headers,
        refreshStatuses: [],
      }
    }
    const found = external.get(signIn.externalCredential.toLowerCase())
    if (found === undefined) {
      throw new NamedCredentialError(
        'external-credential-unknown',
        `We couldn't access the credential: ${credential.name} names the external credential “${signIn.externalCredential}”, which does not exist.`,
        credential.name,
      )
    }
    const principal = principalOf(found, wanted, user)
    const userId = principal.type === 'PerUserPrincipal' ? idOf(user, credential) : undefined
    return {
      credential,
      authentication: found.authentication,
      owner: { credential: found.name, principal: principal.name, userId },
      claims: principal.claims ?? {},
      headers: [...credential.headers, ...found.headers],
      refreshStatuses: found.refreshStatuses,
    }
  }
}

function byName<One extends { readonly name: string }>(all: readonly One[], what: string): ReadonlyMap<string, One> {
  const named = new Map(all.map((one) => [one.name.toLowerCase(), one]))
  if (named.size === all.length) return named
  throw new NamedCredentialError('definition-invalid', `Two ${what} have one name. Capitals make no difference.`)
}

function principalOf(found: ExternalCredential, wanted: string | undefined, user: CallingUser | undefined): Principal {
  const usable = found.principals.filter(({ type }) => user !== undefined || type === 'NamedPrincipal')
  const principal =
    wanted === undefined
      ? (usable[0] ?? found.principals[0])
      : found.principals.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  if (principal !== undefined) return principal
  throw new NamedCredentialError(
    'principal-unknown',
    `${found.name} has no principal “${wanted}”. There are: ${found.principals.map(({ name }) => name).join(', ')}.`,
    found.name,
  )
}

function idOf(user: CallingUser | undefined, { name }: NamedCredential): string {
  if (user !== undefined) return user.id
  throw new NamedCredentialError(
    'user-missing',
    `For ${name} each user signs in: call as one, with as({ id: … }).`,
    name,
  )
}

function keyOf({ owner }: Resolved): string {
  return `credential ${ownerKey(owner)}`
}

/** A user name that stands in the metadata goes with the password that does not. */
function withUsername(secrets: CredentialSecrets, authentication: Authentication): CredentialSecrets {
  const username = authentication.protocol === 'Password' ? authentication.username : undefined
  if (username === undefined) return secrets
  return { find: async (owner) => ({ username, ...(await secrets.find(owner)) }) }
}

/** A body as text. @throws {NamedCredentialError} `body-not-text` for bytes in which a merge field cannot stand */
function bodyText(body: NonNullable<OutgoingRequest['body']>, credential: string): string {
  if (!(body instanceof Uint8Array)) return body.toString()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new NamedCredentialError(
      'body-not-text',
      `${credential} fills merge fields in bodies, and this one is no text. Switch allowMergeFieldsInBody off for it.`,
      credential,
      { cause },
    )
  }
}
