import { Option } from '@commander-js/extra-typings'
import { WrongUsage } from '../../failure.ts'
import type { Client } from '../../logins.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import type { passwordSource } from '../keystore/password-options.ts'
import { type KeySource, signingKey } from './signing-key.ts'

/** How an app shows who it is, as it is kept: by one of the two, or not at all. */
export interface AppProof {
  readonly consumerSecret?: string
  /** PEM, open. */
  readonly privateKey?: string
}

export const secretEnvOption = new Option(
  '--consumer-secret-env <variable>',
  'the consumer secret, from this environment variable',
)
export const secretFileOption = new Option('--consumer-secret-file <file>', 'the same, from this file')
export const secretStdinOption = new Option('--consumer-secret-stdin', 'the same, from standard input')

/** Where the secret of an app comes from, as the options say. */
interface ConsumerSecretSource {
  readonly consumerSecretEnv?: string | undefined
  readonly consumerSecretFile?: string | undefined
  readonly consumerSecretStdin?: true | undefined
}

/** The same for its secret or its key. */
type ProofSource = KeySource & Parameters<typeof passwordSource>[0] & ConsumerSecretSource

/** The secret of an app, where one is given. */
export function consumerSecretIn(options: ConsumerSecretSource): Promise<string | undefined> {
  const source = {
    variable: options.consumerSecretEnv,
    file: options.consumerSecretFile,
    isStandardInput: options.consumerSecretStdin,
  }
  return readSecret(source, '--consumer-secret', process.env)
}

/** The secret of an app, or the private key of its certificate. @throws {WrongUsage} for both */
export async function appProof(client: Client, terminal: Terminal, options: ProofSource): Promise<AppProof> {
  const consumerSecret = await consumerSecretIn(options)
  const hasKey = [options.keyFile, options.keyEnv, options.keyStdin].some((one) => one !== undefined)
  if (!hasKey) return consumerSecret === undefined ? {} : { consumerSecret }
  if (consumerSecret !== undefined) {
    throw new WrongUsage('An app shows who it is in one way.', {
      next: 'Give the consumer secret, or the private key of the app’s certificate; not both.',
    })
  }
  const { privateKey } = await signingKey(client, terminal, options)
  return { privateKey }
}
