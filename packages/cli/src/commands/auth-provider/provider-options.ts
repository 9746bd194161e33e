import { Command, Option } from '@commander-js/extra-typings'
import { type EnteredAuthProvider, userMatchings } from '@sallyport/server'
import { entered } from '../../entered.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'

/** A command that enters an auth. provider, `create` or `update`, with its options. */
export function providerCommand(name: 'create' | 'update') {
  return new Command(name)
    .argument('<name>', name === 'create' ? 'its URL suffix, unique in the org' : 'its URL suffix')
    .option('--label <text>', 'what people see on its button')
    .option('--consumer-key <text>', 'what the provider calls this org: its client_id')
    .option('--consumer-secret-env <variable>', 'take the secret of that client from this environment variable')
    .option('--consumer-secret-file <file>', 'take the secret of that client from this file')
    .option('--consumer-secret-stdin', 'take the secret of that client from standard input')
    .option('--issuer <url>', 'whose ID tokens are believed; an empty text asks for none')
    .option('--authorize-url <url>', 'where people are sent to')
    .option('--token-url <url>', 'where the code is exchanged')
    .option('--user-info-url <url>', 'where it says who they are; an empty text believes the ID token alone')
    .option('--scope <scopes>', 'what is asked for, with blanks between')
    .addOption(
      new Option(
        '--user-matching <how>',
        'how users are found that are not linked yet: LinkedOnly, FederationId (sub), Username (preferred_username) or Email (verified)',
      ).choices(userMatchings),
    )
    .option('--credentials-in-header', 'send key and secret in a header')
    .option('--no-credentials-in-header', 'send key and secret in the body')
    .option('--pkce', 'send a code challenge (PKCE)')
    .option('--no-pkce')
    .option('--require-mfa', 'users with multi-factor authentication verify their identity after this, too')
    .option('--no-require-mfa')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** Options of commands for what acts call the same. */
export const providerOptionNames = {
  developerName: '<name>',
  friendlyName: '--label',
  consumerKey: '--consumer-key',
  consumerSecret: 'The consumer secret',
  idTokenIssuer: '--issuer',
  authorizeUrl: '--authorize-url',
  tokenUrl: '--token-url',
  userInfoUrl: '--user-info-url',
  defaultScopes: '--scope',
  userMatching: '--user-matching',
  isPkceEnabled: '--pkce',
} as const

type Options = ReturnType<ReturnType<typeof providerCommand>['opts']>

// Whom the command line says nothing of is checked as everybody is: addresses on this very machine may do without TLS, and a
// server that must not ask such ones does not.
export const providerRules = { acceptsPlainProviders: true }

/** What was entered on the command line. */
export async function enteredProvider(options: Options): Promise<EnteredAuthProvider> {
  const source = {
    variable: options.consumerSecretEnv,
    file: options.consumerSecretFile,
    isStandardInput: options.consumerSecretStdin,
  }
  return entered({
    friendlyName: options.label,
    consumerKey: options.consumerKey,
    consumerSecret: await readSecret(source, '--consumer-secret', process.env),
    idTokenIssuer: options.issuer,
    authorizeUrl: options.authorizeUrl,
    tokenUrl: options.tokenUrl,
    userInfoUrl: options.userInfoUrl,
    defaultScopes: options.scope,
    userMatching: options.userMatching,
    sendClientCredentialsInHeader: options.credentialsInHeader,
    isPkceEnabled: options.pkce,
    requireMfa: options.requireMfa,
  })
}
