import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Failure } from '../../failure.ts'
import { withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { readFile } from '../../secret-source.ts'
import { printable, type Terminal } from '../../terminal.ts'
import { givenToken } from './given-token.ts'

/** `sallyport token decode`: what is in a JWT, and what is wrong with it for Salesforce. */
export function tokenDecode(terminal: Terminal): CommandUnknownOpts {
  return new Command('decode')
    .summary('show what is in a JWT, and what Salesforce would object to')
    .description(
      'Shows header and claims of a JWT, and says what is wrong with it as an assertion for the JWT bearer flow: algorithm, ' +
        'issuer, subject, audience, lifetime, and whose key signed it. Nothing is sent anywhere.',
    )
    .argument('<file>', 'the file that holds it, or - for standard input')
    .option('--certificate-file <file>', "the app's certificate, to see whether its key signed the JWT")
    .option('--audience <url>', 'the login host that it is meant for')
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport token decode assertion.jwt --certificate-file server.crt')
    .action((place, options) =>
      withClient(async (client) => {
        const text = await givenToken(place)
        const jwt = client.decodeJwt(text)
        const certificate = options.certificateFile === undefined ? undefined : readFile(options.certificateFile)
        const checks = client.checkAssertion(text, { now: new Date(), certificate, audience: options.audience })
        if (jwt === undefined) throw new Failure(checks[0]?.message ?? 'This is no JWT.')
        const header = Object.fromEntries(jwt.header)
        const claims = Object.fromEntries(jwt.claims)
        const { style } = terminal
        const marks = { fine: style.green('✓'), wrong: style.red('✗'), unchecked: style.dim('–') }
        const part = (name: string, value: unknown) =>
          `${style.bold(name)}\n${printable(JSON.stringify(value, undefined, 2))}`
        const lines = checks.map(({ outcome, message }) => `  ${marks[outcome]} ${printable(message)}`)
        const isGood = checks.every(({ outcome }) => outcome !== 'wrong')
        const verdict = isGood
          ? 'As an assertion for Salesforce:'
          : 'As an assertion for Salesforce it would be refused:'
        terminal.answer(
          { header, claims, checks },
          [part('Header', header), part('Claims', claims), style.bold(verdict), ...lines].join('\n'),
        )
      }),
    )
}
