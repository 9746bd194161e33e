import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { revokeApproval } from '@sallyport/server'
import { accepted, confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findApp, findUser } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app revoke`: takes back what users allowed an app. */
export function appRevoke(terminal: Terminal): CommandUnknownOpts {
  return new Command('revoke')
    .summary('take back what users allowed a connected app')
    .description(
      'Takes back what one user, or every user of the org, allowed a connected app: consent, refresh tokens and access ' +
        'tokens end at once. They may allow it again.',
    )
    .argument('<app>', 'by API name or consumer key')
    .option('--user <username>', 'of this user')
    .option('--all', 'of every user of the org')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport app revoke Shop --user ada@acme.example')
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        if ((options.user === undefined) === (options.all !== true)) {
          throw new WrongUsage('Say of whom: --user <username> or --all.')
        }
        const tick = terminal.style.green('✓')
        if (options.user !== undefined) {
          const user = await findUser(stores, options.user)
          const { app } = await findApp(stores, name, options.org ?? user.orgId)
          accepted(terminal, await revokeApproval({ ...stores, now }, user, app), 'Nothing was revoked.')
          const done = `${tick} What ${user.username} allowed ${app.fullName} has ended.`
          terminal.answer({ fullName: app.fullName, username: user.username, revoked: 1 }, done)
          return
        }
        const { app, org } = await findApp(stores, name, options.org)
        const users = (await stores.approvals.usersOf(app.id, org.id)).length
        await confirmed(
          terminal,
          options.yes,
          `This ends every token of ${app.fullName} in the org “${org.name}”, and asks its users (${users}) for consent again.`,
        )
        const revoked = await stores.approvals.revokeAll(app.id, org.id, now())
        terminal.answer(
          { fullName: app.fullName, org: org.name, revoked },
          `${tick} What users of “${org.name}” allowed ${app.fullName} has ended (${revoked}).`,
        )
      }),
    )
}
