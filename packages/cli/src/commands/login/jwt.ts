import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { type Client, withClient } from '../../logins.ts'
import { addTo, jsonOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { onlyOpen, openStore, withKeyStores } from '../keystore/opened.ts'
import {
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
} from '../keystore/password-options.ts'
import { keepLogin } from './kept-login.ts'
import { nameOption, urlOption } from './login-options.ts'

/** `sallyport login jwt`: a server signs in with a key. */
export function loginJwt(terminal: Terminal): CommandUnknownOpts {
  return new Command('jwt')
    .summary('sign in with a private key (JWT bearer flow)')
    .description(
      'Signs a JWT with the private key of an app’s certificate, exchanges it for a token, and keeps the key, locked, to get ' +
        'further tokens with. The key comes from PEM, PKCS#12 or JKS.',
    )
    .requiredOption('--username <name>', 'the user to act for')
    .requiredOption('--consumer-key <key>', 'of the app whose certificate belongs to the key')
    .addOption(urlOption)
    .option('--key-file <file>', 'the private key, or a key store with it')
    .option('--key-env <variable>', 'the private key as PEM, from this environment variable')
    .option('--key-stdin', 'the same, from standard input')
    .option('--alias <name>', 'which key of a key store that has several')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .option('--audience <url>', 'aud of the JWT; by default the login host for the kind of org')
    .option('--scope <scope>', 'one scope to ask for; may be given several times', addTo)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport login jwt --username robot@acme.example --consumer-key 3MVG9… --key-file server.key\n' +
        '  sallyport login jwt --username robot@acme.example.dev --consumer-key 3MVG9… --key-file server.jks --url sandbox',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, username, audience, scope, keyFile, keyEnv, keyStdin, alias } = options
        const source = { variable: keyEnv, file: undefined, isStandardInput: keyStdin }
        const given = await readSecret(source, '--key', process.env)
        if ((given === undefined) === (keyFile === undefined)) {
          throw new WrongUsage('Give the private key once.', {
            next: 'By --key-file <file>, --key-env <variable> or --key-stdin.',
          })
        }
        const privateKey = keyFile === undefined ? (given ?? '') : await keyOfFile(terminal, keyFile, alias, options)
        const signer = signerOf(client, privateKey)
        const settings = { loginHost, consumerKey, privateKey, ...entered({ audience, scope: scope?.slice() }) }
        const token = await terminal.busy('Signing in', () =>
          client.jwtBearer({ loginHost, consumerKey, username, audience, scope, signer }),
        )
        await keepLogin(client, terminal, { kind: 'jwt', ...settings }, { token, name: options.name })
      }),
    )
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
