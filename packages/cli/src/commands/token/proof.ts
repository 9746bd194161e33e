import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Failure, WrongUsage } from '../../failure.ts'
import { dpopOf, openLogins, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { loginOption } from '../login/login-options.ts'

/** `sallyport token proof`: what goes with a bound token, for one request. */
export function tokenProof(terminal: Terminal): CommandUnknownOpts {
  return new Command('proof')
    .summary('print a proof for one request with a bound token')
    .description(
      'Prints the header DPoP for one request with the access token of a sign-in that is bound to a key (RFC 9449). It is good ' +
        'once, soon, for this method and address alone. `call` makes proofs by itself, and puts in a nonce where a server wants one.',
    )
    .argument('<method>', 'such as GET')
    .argument('<url>', 'the whole address')
    .addOption(loginOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  curl -H "Authorization: DPoP $(sallyport token show)" \\\n' +
        '    -H "DPoP: $(sallyport token proof GET https://acme.example/services/data)" https://acme.example/services/data',
    )
    .action((method, address, options) =>
      withClient(async (client) => {
        const url = URL.parse(address)
        if (url === null)
          throw new WrongUsage(`“${address}” is no address.`, { next: 'Give the whole of it: https://…' })
        const kept = openLogins(client)
        const login = kept.find(options.login)
        const key = dpopOf(client, login)
        if (key === undefined) {
          throw new Failure(`The tokens of “${login.name}” are bound to no key: they are sent as they are.`, {
            next: 'For bound ones sign in with --dpop, such as: sallyport login web --dpop',
          })
        }
        const { accessToken } = await kept.tokens(login).token()
        const proof = await key.proof({ method: method.toUpperCase(), url }, accessToken)
        terminal.answer({ proof }, proof)
      }),
    )
}
