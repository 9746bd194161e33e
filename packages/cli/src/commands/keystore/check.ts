import { verify } from 'node:crypto'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Failure } from '../../failure.ts'
import { jsonOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import { minute, table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { readBytes } from './files.ts'
import { type KeyStores, openEntries, openStore, withKeyStores } from './opened.ts'
import {
  keyPasswordEnvOption,
  keyPasswordFileOption,
  keyPasswordSource,
  keyPasswordStdinOption,
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
} from './password-options.ts'

type PublicKey = ReturnType<KeyStores['publicKeyOf']>

/** A key that a file has, alone or in a certificate. */
interface FoundKey {
  readonly file: string
  /** What it was found as. */
  readonly what: string
  readonly publicKey: PublicKey
  /** The same for the same key, wherever it is found. */
  readonly identity: string
}

/** A signed token: whose key signed it is to be told. */
interface FoundToken {
  readonly file: string
  readonly algorithm: string
  readonly expiresAt: Date | undefined
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

/** `sallyport keystore check`: whether files are about one key. */
export function keystoreCheck(terminal: Terminal): CommandUnknownOpts {
  return new Command('check')
    .summary('tell whether keys, certificates, key stores and a JWT belong together')
    .description(
      'Tells whether files are about one and the same key: private keys, certificates, key stores, JSON Web Keys, and a ' +
        'JWT that was signed with the key.',
    )
    .argument('<files...>', 'of any format; a JWT as text')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(keyPasswordEnvOption)
    .addOption(keyPasswordFileOption)
    .addOption(keyPasswordStdinOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport keystore check server.key server.crt server.jks assertion.jwt')
    .action((files, options) =>
      withKeyStores(async (keyStores) => {
        const password = await readSecret(passwordSource(options), '--password', process.env)
        const keys: FoundKey[] = []
        const tokens: FoundToken[] = []
        for (const file of files) {
          const text = Buffer.from(readBytes(file)).toString('latin1').trim()
          const token = readToken(file, text)
          if (token !== undefined) tokens.push(token)
          else if (text.startsWith('{')) keys.push(...keysOfJson(keyStores, file, text))
          else {
            const opened = await openStore(keyStores, terminal, file, password)
            const entries = await openEntries(keyStores, terminal, opened, keyPasswordSource(options))
            keys.push(...entries.flatMap((entry) => keysOfEntry(keyStores, file, entry)))
          }
        }
        const common = commonKey(files, keys, tokens)
        const rows = shownRows(keys, tokens, common)
        const warnings = tokens.flatMap((token) => tokenWarnings(token, new Date()))
        for (const warning of warnings) terminal.note(`${terminal.style.yellow('!')} ${warning}`)
        const { style } = terminal
        const marked = rows.map(({ file, what, key, isCommon }) => [
          isCommon ? style.green('✓') : style.red('✗'),
          file,
          what,
          key,
        ])
        const shown = table(['', 'File', 'What', 'Key'], marked, style)
        if (common === undefined) {
          if (!terminal.wantsJson) terminal.write(`${shown}\n`)
          throw new Failure('These do not belong together.', {
            problems: rows.map(({ file, what, key }) => `${file}: ${what}, ${key}`),
            next: 'Take the certificate that was made for the key: those with the same key belong together.',
          })
        }
        terminal.answer(
          { belongTogether: true, key: common, files: rows },
          `${shown}\n\n${style.green('✓')} These belong together.`,
        )
      }),
    )
}

function keysOfEntry(
  keyStores: KeyStores,
  file: string,
  entry: Awaited<ReturnType<typeof openEntries>>[number],
): readonly FoundKey[] {
  const named = (what: string) => (entry.alias === '' ? what : `${what} “${entry.alias}”`)
  if (entry.kind === 'trusted-certificate') {
    return [found(keyStores, file, named('certificate'), keyStores.publicKeyOf(entry.certificate))]
  }
  const [leaf] = entry.chain
  return [
    found(keyStores, file, named('private key'), keyStores.readPrivateKey(entry.privateKey)),
    ...(leaf === undefined ? [] : [found(keyStores, file, named('its certificate'), keyStores.publicKeyOf(leaf))]),
  ]
}

function keysOfJson(keyStores: KeyStores, file: string, text: string): readonly FoundKey[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Failure(`${file} is no JSON: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
  const isSet = typeof value === 'object' && value !== null && 'keys' in value
  const keys = isSet ? keyStores.fromJwks(value) : [keyStores.fromJwk(value)]
  return keys.map(({ kid, publicKey }) =>
    found(keyStores, file, kid === undefined ? 'JSON Web Key' : `JSON Web Key “${kid}”`, publicKey),
  )
}

function found(keyStores: KeyStores, file: string, what: string, key: PublicKey): FoundKey {
  return { file, what, publicKey: key, identity: keyStores.keyIdentity(key) }
}

/** A JWT in its compact form (RFC 7515 §7.1); `undefined` for any other text. */
function readToken(file: string, text: string): FoundToken | undefined {
  const [, header, claims, signature] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text) ?? []
  if (header === undefined || claims === undefined || signature === undefined) return undefined
  const algorithm = member(header, 'alg')
  if (typeof algorithm !== 'string') return undefined
  const exp = member(claims, 'exp')
  return {
    file,
    algorithm,
    expiresAt: typeof exp === 'number' ? new Date(exp * 1000) : undefined,
    signed: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, 'base64url'),
  }
}

function member(part: string, name: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null
      ? Object.entries(value).find(([key]) => key === name)?.[1]
      : undefined
  } catch {
    // Three words with dots between them are no JWT yet.
    return undefined
  }
}

/** Whether a key has signed a token. RS256 is fixed here, whatever the header says: nothing else is taken for an assertion. */
function hasSigned({ publicKey }: FoundKey, { algorithm, signed, signature }: FoundToken): boolean {
  return (
    algorithm === 'RS256' && publicKey.asymmetricKeyType === 'rsa' && verify('sha256', signed, publicKey, signature)
  )
}

/** The one key that every file is about. */
function commonKey(
  files: readonly string[],
  keys: readonly FoundKey[],
  tokens: readonly FoundToken[],
): string | undefined {
  const wholeFiles = new Set(tokens.map(({ file }) => file))
  return keys.find(
    (key) =>
      files.every(
        (file) => wholeFiles.has(file) || keys.some((other) => other.file === file && other.identity === key.identity),
      ) &&
      tokens.every((token) => hasSigned(key, token)) &&
      // A private key beside a certificate that is not its own belongs to nothing.
      keys.every((other, position) => {
        const before = keys[position - 1]
        if (!other.what.startsWith('its certificate') || before === undefined) return true
        return before.identity === other.identity
      }),
  )?.identity
}

function shownRows(keys: readonly FoundKey[], tokens: readonly FoundToken[], common: string | undefined) {
  const mostCommon = common ?? keys[0]?.identity
  return [
    ...keys.map(({ file, what, identity }) => ({ file, what, key: identity, isCommon: identity === mostCommon })),
    ...tokens.map((token) => {
      const signer = keys.find((key) => hasSigned(key, token))?.identity
      const what = `JWT (${token.algorithm})`
      return { file: token.file, what, key: signer ?? 'signed with none of these', isCommon: signer === mostCommon }
    }),
  ]
}

function tokenWarnings({ file, algorithm, expiresAt }: FoundToken, now: Date): readonly string[] {
  const warnings = []
  if (algorithm !== 'RS256') warnings.push(`${file} says it is signed by ${algorithm}; Salesforce takes RS256 only.`)
  if (expiresAt !== undefined && expiresAt < now) warnings.push(`${file} expired at ${minute(expiresAt)}.`)
  return warnings
}
