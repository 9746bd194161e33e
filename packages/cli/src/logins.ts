import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sealWith } from '@sallyport/server'
import { z } from 'zod'
import { flowOf } from './commands/token/login-flow.ts'
import { configFolder } from './config-folder.ts'
import { writePrivately } from './data-folder.ts'
import { Failure } from './failure.ts'

/** The client package. It is loaded when a command needs it, not when the program starts. */
export type Client = typeof import('@sallyport/client')
type TokenSource = import('@sallyport/client').TokenSource
type AccessToken = import('@sallyport/client').AccessToken
/** A key to bind tokens to, as it is kept. */
export type DpopJwk = import('@sallyport/client').PrivateEcJwk

/** What every sign-in has. */
const common = {
  name: z.string(),
  loginHost: z.string(),
  username: z.string(),
  organizationId: z.string(),
  at: z.coerce.date(),
  /** What the tokens are bound to (RFC 9449), open, if they are. */
  dpopKey: z
    .object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string(), d: z.string() })
    .optional(),
}

/** An app shows who it is by one of these, or not at all. */
const appProof = {
  consumerSecret: z.string().optional(),
  /** PEM, open: it stands in a locked file. */
  privateKey: z.string().optional(),
}

/** Whether each token brings sessions for web views. */
const isHybrid = z.boolean().optional()

const app = { ...common, consumerKey: z.string() }
/** PEM, open: it stands in a locked file. */
const privateKey = z.string()
const scope = z.array(z.string()).optional()

const loginSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('web'), ...app, ...appProof, isHybrid, redirectUri: z.string() }),
  z.object({ kind: z.literal('device'), ...app, ...appProof }),
  z.object({ kind: z.literal('client-credentials'), ...app, ...appProof }),
  z.object({ kind: z.literal('saml-bearer'), ...app, privateKey, audience: z.string().optional() }),
  z.object({
    kind: z.literal('saml-assertion'),
    ...common,
    tokenEndpoint: z.string(),
    issuer: z.string(),
    audience: z.string(),
    subject: z.string(),
    privateKey,
  }),
  z.object({
    kind: z.literal('token-exchange'),
    ...app,
    ...appProof,
    isHybrid,
    subjectToken: z.string(),
    subjectTokenType: z.enum(['access_token', 'refresh_token', 'id_token', 'saml2', 'jwt']),
    tokenHandler: z.string().optional(),
    scope,
  }),
  z.object({ kind: z.literal('jwt'), ...app, privateKey, audience: z.string().optional(), scope }),
  z.object({ kind: z.literal('user-agent'), ...app, isHybrid, redirectUri: z.string() }),
  z.object({
    kind: z.literal('password'),
    ...app,
    consumerSecret: z.string().optional(),
    password: z.string(),
    securityToken: z.string().optional(),
  }),
  z.object({ kind: z.literal('headless'), ...app, consumerSecret: z.string().optional() }),
])

/** A sign-in that is kept: what is needed to get tokens by it again. It holds secrets. */
export type Login = z.infer<typeof loginSchema>

/** The sign-ins of a person on this machine. */
export interface Logins {
  /** In the order of their names; those that cannot be opened are named, too. */
  list(): { readonly logins: readonly Login[]; readonly unreadable: readonly string[] }
  /** @throws {Failure} when there is none of that name; without a name, when there is none at all */
  find(name: string | undefined): Login
  /** The name of the one that commands use unless told otherwise. */
  defaultName(): string | undefined
  /** Keeps a sign-in with its first token, and makes it the one that commands use. */
  keep(login: Login, token: AccessToken): Promise<void>
  /** Makes a sign-in the one that commands use. */
  choose(name: string): void
  /** The token that is kept, valid or not. */
  keptToken(login: Login): Promise<AccessToken | undefined>
  remove(name: string): Promise<void>
  /** Tokens of a sign-in: kept, renewed, shared with other processes. */
  tokens(login: Login): TokenSource
}

const ending = '.login'

/** Opens the sign-ins of whoever runs the program. @throws {Failure} when their folder cannot be used */
export function openLogins(client: Client): Logins {
  const { path, key } = configFolder(process.env)
  const folder = join(path, 'logins')
  const chosen = join(path, 'default-login')
  const seal = sealWith(key)
  const store = client.tokenFileStore({ folder: join(path, 'tokens'), encryptionKey: new Uint8Array(key) })
  const cache = client.tokenCache({ store })
  const fileOf = (name: string) => join(folder, `${Buffer.from(name).toString('base64url')}${ending}`)
  const names = () =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => file.endsWith(ending))
          .map((file) => Buffer.from(file.slice(0, -ending.length), 'base64url').toString())
          .toSorted()
      : []

  return {
    list() {
      const read = names().map((name) => ({ name, login: tried(() => readLogin(name)) }))
      return {
        logins: read.flatMap(({ login }) => (login === undefined ? [] : [login])),
        unreadable: read.flatMap(({ name, login }) => (login === undefined ? [name] : [])),
      }
    },
    find(name) {
      const wanted = name ?? defaultName()
      const all = names()
      if (wanted !== undefined && all.includes(wanted)) return readLogin(wanted)
      if (all.length === 0) {
        throw new Failure('Nobody is signed in here yet.', {
          next: 'Sign in: sallyport login web, or sallyport login jwt --help',
        })
      }
      throw new Failure(`There is no sign-in “${wanted ?? ''}”.`, { next: `There are: ${all.join(', ')}.` })
    },
    defaultName,
    async keep(login, token) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const file = fileOf(login.name)
      writePrivately(`${file}.new`, seal.close(JSON.stringify(login), purposeOf(login.name)))
      renameSync(`${file}.new`, file)
      await cache.forget(login.name)
      await cache.source(login.name, async () => token).token()
      writePrivately(chosen, login.name)
    },
    choose: (name) => writePrivately(chosen, name),
    keptToken: ({ name }) => store.find(name),
    async remove(name) {
      rmSync(fileOf(name), { force: true })
      await cache.forget(name)
    },
    tokens: (login) => cache.source(login.name, (held) => renewed(login, held)),
  }

  function defaultName(): string | undefined {
    const all = names()
    const name = existsSync(chosen) ? readFileSync(chosen, 'utf8') : undefined
    return name !== undefined && all.includes(name) ? name : all[0]
  }

  function readLogin(name: string): Login {
    try {
      return loginSchema.parse(JSON.parse(seal.open(readFileSync(fileOf(name), 'utf8'), purposeOf(name))))
    } catch (cause) {
      throw new Failure(`The sign-in “${name}” cannot be opened: another key locked it, or another version wrote it.`, {
        next: `Remove it and sign in again: sallyport login remove ${name}`,
        cause,
      })
    }
  }

  function renewed(login: Login, held: AccessToken | undefined): Promise<AccessToken> {
    const asking = { dpop: dpopOf(client, login) }
    if (login.kind === 'web') return client.webServerFlow({ ...login, ...proofOf(client, login) }).refresh(held, asking)
    if (login.kind === 'device') return client.deviceFlow({ ...login, ...proofOf(client, login) }).refresh(held, asking)
    if (login.kind === 'user-agent') return client.userAgentFlow(login).refresh(held)
    if (login.kind === 'password') return client.usernamePassword(login)
    if (login.kind === 'headless') return flowOf(client, login).refresh(held, asking)
    if (login.kind === 'client-credentials') {
      const { consumerKey, consumerSecret = '', loginHost: myDomain } = login
      const proof = proofOf(client, login).signer ?? consumerSecret
      return client.clientCredentials({ consumerKey, proof, myDomain }, asking)
    }
    if (login.kind === 'token-exchange') {
      return held?.refreshToken === undefined
        ? client.tokenExchange({ ...login, ...proofOf(client, login) }, asking)
        : flowOf(client, login).refresh(held, asking)
    }
    const signer = client.signerFromKey(login.privateKey)
    if (login.kind === 'saml-assertion') {
      const { tokenEndpoint, issuer, audience, subject } = login
      return client.samlSso({ tokenEndpoint, issuer, audience, subject, signer })
    }
    if (login.kind === 'saml-bearer') {
      const { loginHost, consumerKey, username, audience } = login
      return client.samlBearer({ loginHost, consumerKey, username, audience, signer }, asking)
    }
    const { loginHost, consumerKey, username, audience, scope } = login
    return client.jwtBearer({ loginHost, consumerKey, username, audience, scope, signer }, asking)
  }
}

/** The key that the tokens of a sign-in are bound to; `undefined` where they are not. */
export function dpopOf(client: Client, { dpopKey }: { readonly dpopKey?: DpopJwk | undefined }) {
  return dpopKey === undefined ? undefined : client.dpopKey(dpopKey)
}

/** How an app shows who it is, as the client package takes it. */
export function proofOf(client: Client, proof: Pick<Extract<Login, { kind: 'web' }>, 'consumerSecret' | 'privateKey'>) {
  const { consumerSecret, privateKey } = proof
  return { consumerSecret, signer: privateKey === undefined ? undefined : client.signerFromKey(privateKey) }
}

/** A file under another name would be another's sign-in. */
function purposeOf(name: string): string {
  return `login ${name}`
}

function tried<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/**
 * Does what a command does with the client.
 * @throws {Failure} for what the client refuses, with what to do
 */
export async function withClient<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await import('@sallyport/client')
  try {
    return await work(client)
  } catch (error) {
    if (error instanceof client.TokenError) {
      const { error: code, errorDescription, explanation, requestId } = error
      const said = errorDescription === undefined ? code : `${code}: ${errorDescription}`
      const todo = explanation?.whatToDo ?? []
      throw new Failure(`${said}.${explanation === undefined ? '' : ` ${explanation.meaning}`}`, {
        problems: [
          ...todo,
          ...(explanation?.cause === undefined ? [] : [`The server says: ${explanation.cause}`]),
          ...(requestId === undefined ? [] : [`Request: ${requestId}`]),
        ],
        cause: error,
      })
    }
    const isKnown =
      error instanceof client.TransportError ||
      error instanceof client.SignInError ||
      error instanceof client.NamedCredentialError ||
      error instanceof client.MetadataError ||
      error instanceof client.TokenFileError ||
      error instanceof client.InputError
    if (isKnown) throw new Failure(error.message, { cause: error })
    throw error
  }
}
