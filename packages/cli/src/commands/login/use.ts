import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { openLogins, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport login use`: which sign-in commands use unless told otherwise. */
export function loginUse(terminal: Terminal): CommandUnknownOpts {
  return new Command('use')
    .summary('choose the sign-in that commands use')
    .description('Chooses the sign-in that commands use unless --login names another.')
    .argument('<name>')
    .addOption(jsonOption)
    .action((name) =>
      withClient(async (client) => {
        const kept = openLogins(client)
        const login = kept.find(name)
        kept.choose(login.name)
        terminal.answer({ name: login.name }, `${terminal.style.green('✓')} Commands use “${login.name}” now.`)
      }),
    )
}
