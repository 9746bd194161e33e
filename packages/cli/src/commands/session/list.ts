import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { lastUsedAt, type Org, type Stores, sessionId } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findOrg, findUser } from '../../find.ts'
import { dataOption, jsonOption, limitOption, orgOption } from '../../options.ts'
import { minute, table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport session list`: who is signed in, and which apps act for whom. */
export function sessionList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the live sessions')
    .description('Lists the live sessions of an org, or of one user: first those in browsers, then those of apps.')
    .option('--user <username>', 'of this user')
    .addOption(limitOption())
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores, now }) => {
        const user = options.user === undefined ? undefined : await findUser(stores, options.user)
        const org = await findOrg(stores, user?.orgId ?? options.org)
        const page = { userId: user?.id, now: now(), limit: options.limit }
        const sessions = await sessionsOf(stores, org, page)
        const rows = sessions.map((each) => [
          each.id,
          each.username,
          each.app ?? 'Browser',
          minute(each.startedAt),
          minute(each.lastUsedAt),
          minute(each.expiresAt),
        ])
        const headings = ['Id', 'User', 'App', 'Since', 'Last use', 'Until']
        const text = rows.length === 0 ? 'No session is live.' : table(headings, rows, terminal.style)
        terminal.answer(sessions, text)
      }),
    )
}

async function sessionsOf(
  { sessions, accessTokens, users, apps }: Stores,
  org: Org,
  page: { readonly userId: string | undefined; readonly now: Date; readonly limit: number },
) {
  const usernameOf = async (id: string) => (await users.find(id))?.username ?? id
  const inBrowsers = (await sessions.list(org.id, page)).map(async (each) => ({
    id: sessionId({ kind: 'browser', id: each.id }),
    username: await usernameOf(each.userId),
    app: undefined,
    scopes: undefined,
    sourceIp: each.sourceIp,
    startedAt: each.authTime,
    lastUsedAt: lastUsedAt(each),
    expiresAt: each.expiresAt,
  }))
  const ofApps = (await accessTokens.list(org.id, page)).map(async (each) => ({
    id: sessionId({ kind: 'app', id: each.id }),
    username: await usernameOf(each.userId),
    app: (await apps.find(each.appId))?.fullName ?? each.appId,
    scopes: each.scopes,
    sourceIp: undefined,
    startedAt: each.issuedAt,
    lastUsedAt: lastUsedAt(each),
    expiresAt: each.expiresAt,
  }))
  return Promise.all([...inBrowsers, ...ofApps])
}
