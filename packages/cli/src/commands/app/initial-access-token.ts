import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { generateInitialAccessToken } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { Failure } from '../../failure.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app initial-access-token`: what apps register themselves with under this one. */
export function appInitialAccessToken(terminal: Terminal): CommandUnknownOpts {
  return new Command('initial-access-token')
    .summary('let apps register themselves under a connected app')
    .description(
      'Makes the initial access token of a connected app, in the place of the one before: who holds it registers apps ' +
        '(POST /services/oauth2/register) with the policies of this one and no more scopes than it has.',
    )
    .argument('<app>', 'by API name or consumer key')
    .option('--delete', 'take the token away; the apps that it registered stay')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport app initial-access-token Shop')
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const found = await findApp(stores, name, options.org)
        const { app } = found
        if (app.orgId === undefined) throw new Failure(`Nobody registers under ${app.fullName}: it is built in.`)
        await checkOwnApp(stores, found, 'apps register under it')
        if (app.external !== undefined)
          throw new Failure(`${app.fullName} is an external client app: no apps register under it.`)
        const { consumerKey, fullName } = app
        const tick = terminal.style.green('✓')
        if (options.delete === true) {
          if (!(await stores.registrations.deleteInitialToken(app.id))) {
            throw new Failure(`${fullName} has no initial access token.`)
          }
          terminal.answer({ consumerKey, fullName, isDeleted: true }, `${tick} No app can register under ${fullName}.`)
          return
        }
        const initialAccessToken = await generateInitialAccessToken({ ...stores, now }, app)
        terminal.answer(
          { consumerKey, fullName, initialAccessToken },
          `${tick} Apps register under ${fullName} with this token, which is told this once.\n  Initial access token  ${initialAccessToken}`,
        )
      }),
    )
}
