import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { confirmed } from '../../accepted.ts'
import { Failure } from '../../failure.ts'
import { type Client, type Login, type Logins, openLogins, withClient } from '../../logins.ts'
import { jsonOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { flowOf } from '../token/login-flow.ts'

/** `sallyport login remove`: the sign-in is forgotten, and its tokens end. */
export function loginRemove(terminal: Terminal): CommandUnknownOpts {
  return new Command('remove')
    .summary('forget a sign-in')
    .description('Ends the tokens of a sign-in at the org, as far as it can be reached, and forgets it with its key.')
    .argument('<name>')
    .option('--keep-tokens', 'forget it without ending its tokens')
    .addOption(yesOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withClient(async (client) => {
        const kept = openLogins(client)
        const { logins, unreadable } = kept.list()
        const login = logins.find((one) => one.name === name)
        if (login === undefined && !unreadable.includes(name)) kept.find(name)
        await confirmed(terminal, options.yes, `This forgets the sign-in “${name}”, and ends its tokens.`)
        if (login !== undefined && options.keepTokens !== true) await endTokens(client, terminal, kept, login)
        await kept.remove(name)
        terminal.answer({ name, isRemoved: true }, `${terminal.style.green('✓')} Forgot the sign-in “${name}”.`)
      }),
    )
}

/** A token that cannot be ended does not keep a sign-in from being forgotten. */
async function endTokens(client: Client, terminal: Terminal, kept: Logins, login: Login): Promise<void> {
  try {
    const token = await kept.keptToken(login)
    if (token === undefined) return
    await flowOf(client, login).revoke(token.refreshToken ?? token.accessToken)
  } catch (error) {
    const isKnown =
      error instanceof client.TokenError || error instanceof client.TransportError || error instanceof Failure
    if (!isKnown) throw error
    terminal.note(`${terminal.style.yellow('!')} Its tokens could not be ended: ${error.message}`)
  }
}
