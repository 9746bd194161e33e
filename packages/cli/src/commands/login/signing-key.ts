import { Option } from '@commander-js/extra-typings'
import { WrongUsage } from '../../failure.ts'
import type { Client } from '../../logins.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { onlyOpen, openStore, withKeyStores } from '../keystore/opened.ts'
import { passwordSource } from '../keystore/password-options.ts'

export const keyFileOption = new Option('--key-file <file>', 'the private key, or a key store with it')
export const keyEnvOption = new Option('--key-env <variable>', 'the private key as PEM, from this environment variable')
export const keyStdinOption = new Option('--key-stdin', 'the same, from standard input')
export const aliasOption = new Option('--alias <name>', 'which key of a key store that has several')

/** Where a private key comes from, as the options say. */
export interface KeySource {
  readonly keyFile?: string | undefined
  readonly keyEnv?: string | undefined
  readonly keyStdin?: true | undefined
  readonly alias?: string | undefined
}

/** The private key as open PEM, and what signs with it. @throws {WrongUsage} when it is not given once, or is none */
export async function signingKey(
  client: Client,
  terminal: Terminal,
  options: KeySource & Parameters<typeof passwordSource>[0],
) {
  const { keyFile, keyEnv, keyStdin, alias } = options
  const source = { variable: keyEnv, file: undefined, isStandardInput: keyStdin }
  const given = await readSecret(source, '--key', process.env)
  if ((given === undefined) === (keyFile === undefined)) {
    throw new WrongUsage('Give the private key once.', {
      next: 'By --key-file <file>, --key-env <variable> or --key-stdin.',
    })
  }
  const privateKey = keyFile === undefined ? (given ?? '') : await keyOfFile(terminal, keyFile, alias, options)
  return { privateKey, signer: signerOf(client, privateKey) }
}

function signerOf(client: Client, privateKey: string) {
  try {
    return client.signerFromKey(privateKey)
  } catch (cause) {
    if (cause instanceof client.InputError) throw cause
    throw new WrongUsage('This is no private key in PEM form, or a locked one.', {
      next: 'Give the file by --key-file, and its password by --password-env <variable>.',
      cause,
    })
  }
}

/** The private key of a file as open PEM. */
function keyOfFile(
  terminal: Terminal,
  file: string,
  alias: string | undefined,
  options: Parameters<typeof passwordSource>[0],
): Promise<string> {
  return withKeyStores(async (keyStores) => {
    const given = await readSecret(passwordSource(options), '--password', process.env)
    const { store } = await openStore(keyStores, terminal, file, given)
    const keys = onlyOpen(file, store.entries).filter((entry) => entry.kind === 'private-key')
    const chosen = alias === undefined ? keys : keys.filter((key) => key.alias.toLowerCase() === alias.toLowerCase())
    const [key, ...others] = chosen
    const names = keys.map((one) => one.alias).join(', ')
    if (key === undefined) {
      throw new WrongUsage(alias === undefined ? `${file} has no private key.` : `${file} has no key “${alias}”.`, {
        next: names === '' ? 'Give the file with the private key.' : `There are: ${names}.`,
      })
    }
    if (others.length > 0)
      throw new WrongUsage(`${file} has several keys.`, { next: `Choose one by --alias: ${names}.` })
    return keyStores.pemBlock('PRIVATE KEY', key.privateKey)
  })
}
