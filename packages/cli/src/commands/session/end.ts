import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { endSession, type Org } from '@sallyport/server'
import { type Database, withDatabase } from '../../database.ts'
import { Failure, WrongUsage } from '../../failure.ts'
import { findOrg, findUser } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport session end`: one session, or all that a user has in browsers. */
export function sessionEnd(terminal: Terminal): CommandUnknownOpts {
  return new Command('end')
    .summary('end a session')
    .description(
      'Ends a session at once: one by its id, or all that a user has in browsers. An app that holds a refresh token gets a ' +
        'new session with it; `sallyport app revoke` ends that, too.',
    )
    .argument('[id]', 'as `sallyport session list` shows it')
    .option('--user <username>', 'every session of this user in a browser')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((id, options) =>
      withDatabase(options, async (database) => {
        const { stores } = database
        const tick = terminal.style.green('✓')
        if (options.user !== undefined && id === undefined) {
          const { id: userId, username } = await findUser(stores, options.user)
          const ended = await stores.sessions.endAllOf(userId)
          const sessions = ended === 1 ? 'One session' : `${ended} sessions`
          terminal.answer({ username, ended }, `${tick} ${sessions} of ${username} ended.`)
          return
        }
        if (id === undefined || options.user !== undefined) {
          throw new WrongUsage('Say which: the id of a session, or --user <username>.')
        }
        const orgs = options.org === undefined ? await stores.orgs.list() : [await findOrg(stores, options.org)]
        if (!(await endedIn(database, orgs, id))) {
          throw new Failure(`There is no live session ${id}.`, { next: 'See which there are: sallyport session list' })
        }
        terminal.answer({ id, ended: 1 }, `${tick} The session ${id} has ended.`)
      }),
    )
}

async function endedIn({ stores, now }: Database, orgs: readonly Org[], id: string): Promise<boolean> {
  for (const org of orgs) if (await endSession({ ...stores, now }, org, id)) return true
  return false
}
