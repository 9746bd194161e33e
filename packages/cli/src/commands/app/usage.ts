import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { type Stores, type UsedApp, usedApps } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findApp, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { minute, table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app usage`: which apps are used in an org, or who uses one of them. */
export function appUsage(terminal: Terminal): CommandUnknownOpts {
  return new Command('usage')
    .summary('show who uses which connected app')
    .description(
      'Shows which connected apps are used in an org, or were refused because they are not installed; with an app, which ' +
        'users use it.',
    )
    .argument('[app]', 'by API name or consumer key')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { answer, style } = terminal
        if (name !== undefined) {
          const uses = await usersOf(stores, name, options.org)
          const rows = uses.map((use) => [
            use.username,
            use.scopes.join(' ') || '–',
            minute(use.firstUsedAt),
            minute(use.lastUsedAt),
            String(use.useCount),
          ])
          const headings = ['User', 'Scopes allowed', 'First use', 'Last use', 'Uses']
          answer(uses, rows.length === 0 ? `Nobody has used ${name} yet.` : table(headings, rows, style))
          return
        }
        const orgs = options.org === undefined ? await stores.orgs.list() : [await findOrg(stores, options.org)]
        const found = await Promise.all(
          orgs.map(async (org) => (await usedApps(stores, org)).map((used) => ({ org: org.name, used }))),
        )
        const uses = found.flat()
        const rows = uses.map(({ org, used }) => [
          used.app.fullName,
          org,
          stateOf(used),
          String(used.userCount),
          minute(used.firstUsedAt),
          minute(used.lastUsedAt),
          String(used.useCount),
        ])
        const headings = ['App', 'Org', 'State', 'Users', 'First use', 'Last use', 'Uses']
        const json = uses.map(({ org, used: { app, ...use } }) => ({
          app: app.fullName,
          consumerKey: app.consumerKey,
          org,
          ...use,
        }))
        answer(json, rows.length === 0 ? 'No connected app has been used yet.' : table(headings, rows, style))
      }),
    )
}

function stateOf({ isInstalled, isBlocked }: UsedApp): string {
  const place = isInstalled ? 'installed' : 'not installed'
  return isBlocked ? `${place}, blocked` : place
}

async function usersOf(stores: Stores, name: string, orgName: string | undefined) {
  const { app, org } = await findApp(stores, name, orgName)
  const uses = await stores.approvals.usersOf(app.id, org.id)
  return Promise.all(
    uses.map(async ({ userId, scopes, firstUsedAt, lastUsedAt, useCount }) => {
      const username = (await stores.users.find(userId))?.username ?? userId
      return { username, scopes, firstUsedAt, lastUsedAt, useCount }
    }),
  )
}
