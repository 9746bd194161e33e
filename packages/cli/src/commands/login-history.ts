import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import {
  everyAttempt,
  type LoginHistoryEntry,
  loginCsvHeader,
  loginCsvLine,
  loginTypeLabels,
  type Stores,
} from '@sallyport/server'
import { withDatabase } from '../database.ts'
import { findOrg, findUser } from '../find.ts'
import { dataOption, jsonOption, limitOption, orgOption, readTime } from '../options.ts'
import { minute, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

/** `sallyport login-history`: who tried to sign in, and what came of it. */
export function loginHistory(terminal: Terminal): CommandUnknownOpts {
  return new Command('login-history')
    .summary('show who tried to sign in')
    .description('Shows the attempts to sign in to an org, newest first: by password, and by the flows of apps.')
    .option('--user <username>', 'of this user')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(['success', 'failed'] as const))
    .option('--status <words>', 'with this status, such as "Invalid password"')
    .addOption(new Option('--type <type>', 'of this login type').choices(['Application', 'Oauth2'] as const))
    .option('--from <time>', 'not before, such as 2026-01-05 or 2026-01-05T12:00Z', readTime)
    .option('--to <time>', 'before', readTime)
    .option('--csv', 'all of them, as CSV')
    .addOption(limitOption())
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport login-history --outcome failed --csv > failed.csv')
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const user = options.user === undefined ? undefined : await findUser(stores, options.user)
        const org = await findOrg(stores, user?.orgId ?? options.org)
        const { outcome, status, type: loginType, from, to } = options
        const filter = { userId: user?.id, outcome, status, loginType, from, to }
        if (options.csv === true) {
          terminal.write(loginCsvHeader)
          for await (const entry of everyAttempt(stores.loginHistory, org.id, filter)) {
            terminal.write(loginCsvLine(entry, await usernameOf(stores, entry)))
          }
          return
        }
        const entries = await stores.loginHistory.list(org.id, filter, { limit: options.limit })
        const shown = await Promise.all(
          entries.map(async ({ id, orgId, userId, ...entry }) => ({
            username: await usernameOf(stores, { userId }),
            ...entry,
          })),
        )
        const rows = shown.map((each) => [
          minute(each.at),
          each.username,
          each.status,
          loginTypeLabels[each.loginType],
          each.loginSubType ?? '',
          each.application,
          each.sourceIp,
        ])
        const headings = ['Login time', 'User', 'Status', 'Login type', 'Login subtype', 'Application', 'Source IP']
        const text = rows.length === 0 ? 'Nobody has tried to sign in.' : table(headings, rows, terminal.style)
        terminal.answer(shown, text)
      }),
    )
}

async function usernameOf({ users }: Pick<Stores, 'users'>, { userId }: Pick<LoginHistoryEntry, 'userId'>) {
  return (await users.find(userId))?.username ?? userId
}
