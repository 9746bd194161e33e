import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { appNoun } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { appJson, appState, permittedUsers, shownApp } from './shown-app.ts'

/** `sallyport app list`: the connected apps of one org, or of all. */
export function appList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the connected apps')
    .description('Lists the connected apps of an org, or of all orgs, with those built into the server.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const orgs = options.org === undefined ? await stores.orgs.list() : [await findOrg(stores, options.org)]
        const builtIn = await stores.apps.listBuiltIn()
        const found = await Promise.all(
          orgs.map(async (org) => [...(await stores.apps.list(org.id)), ...builtIn].map((app) => ({ app, org }))),
        )
        const shown = await Promise.all(found.flat().map((each) => shownApp(stores, each)))
        const rows = shown.map(({ app, org, policies }) => [
          app.fullName,
          [appNoun(app), app.external?.distributionState].filter((part) => part !== undefined).join(', '),
          app.orgId === undefined ? `${org} (built in)` : org,
          permittedUsers(policies),
          appState(policies),
          app.consumerKey,
        ])
        const headings = ['Name', 'Kind', 'Org', 'Permitted users', 'State', 'Consumer key']
        const none = 'There is no app yet. Make one: sallyport app create <app>'
        terminal.answer(shown.map(appJson), rows.length === 0 ? none : table(headings, rows, terminal.style))
      }),
    )
}
