import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { displayName, type Org, type Stores, type User } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { minute, table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { shownUser, stateOf, userJson } from './shown-user.ts'

/** `sallyport user list`: the users of one org, or of all. */
export function userList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the users')
    .description('Lists the users of an org, or of all orgs, by username.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores, now }) => {
        const orgs = options.org === undefined ? await stores.orgs.list() : [await findOrg(stores, options.org)]
        const users = (await Promise.all(orgs.map((org) => usersOf(stores, org)))).flat()
        const shown = await Promise.all(users.map((user) => shownUser(stores, user, now())))
        const rows = shown.map((each) => [
          each.user.username,
          displayName(each.user),
          each.org,
          each.profile,
          stateOf(each),
          minute(each.user.lastLoginAt),
        ])
        const headings = ['Username', 'Name', 'Org', 'Profile', 'State', 'Last sign-in']
        const none = 'There is no user yet. Make one: sallyport user create <username> --last-name <name>'
        terminal.answer(shown.map(userJson), rows.length === 0 ? none : table(headings, rows, terminal.style))
      }),
    )
}

const pageSize = 500

async function usersOf({ users }: Pick<Stores, 'users'>, org: Org): Promise<readonly User[]> {
  const all: User[] = []
  for (;;) {
    const last = all.at(-1)
    const page = await users.list(org.id, { limit: pageSize, ...(last !== undefined && { after: last.username }) })
    all.push(...page)
    if (page.length < pageSize) return all
  }
}
