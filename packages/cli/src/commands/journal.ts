import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { diagnose, type KeptEntry, type Stores } from '@sallyport/server'
import { withDatabase } from '../database.ts'
import { findApp, findOrg, findUser } from '../find.ts'
import { dataOption, jsonOption, limitOption } from '../options.ts'
import { minute, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

/** `sallyport journal`: what was asked of the server, and what came of it. */
export function journal(terminal: Terminal): CommandUnknownOpts {
  return new Command('journal')
    .summary('list the requests to the server')
    .description(
      'Lists the requests of the journal, newest first: those of an org, or all of the server. `sallyport diagnose` explains ' +
        'one of them.',
    )
    .option('--org <name>', 'of this org, by name, My Domain or id')
    .option('--app <app>', 'of this connected app, by API name or consumer key')
    .option('--user <username>', 'of this user')
    .option('--endpoint <name>', 'such as token, authorize or rest')
    .option('--flow <name>', 'of this flow: the grant type, or the step')
    .addOption(new Option('--outcome <outcome>', 'that ended so').choices(['passed', 'refused', 'failed'] as const))
    .option('--reason <reason>', 'refused for this reason, such as audience-unknown')
    .option('--source-ip <address>', 'from this address')
    .addOption(limitOption())
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport journal --outcome refused --app Warehouse')
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const org = options.org === undefined ? undefined : await findOrg(stores, options.org)
        const user = options.user === undefined ? undefined : await findUser(stores, options.user)
        const app = options.app === undefined ? undefined : await findApp(stores, options.app, options.org)
        const { endpoint, flow, outcome, reason, sourceIp, limit } = options
        const filter = { appId: app?.app.id, userId: user?.id, endpoint, flow, outcome, reason, sourceIp }
        const entries = await (org === undefined
          ? stores.journal.listOfServer(filter, { limit })
          : stores.journal.list(org.id, filter, { limit }))
        const shown = await Promise.all(entries.map((entry) => shownEntry(stores, entry)))
        const rows = shown.map((each) => [
          minute(each.at),
          each.requestId,
          each.flow ?? each.endpoint,
          each.app ?? '–',
          each.user ?? '–',
          each.reason ?? String(each.status),
        ])
        const headings = ['At', 'Request', 'Flow', 'App', 'User', 'Outcome']
        const text = rows.length === 0 ? 'The journal has no such request.' : table(headings, rows, terminal.style)
        terminal.answer(shown, text)
      }),
    )
}

async function shownEntry({ orgs, apps, users }: Stores, entry: KeptEntry) {
  const { requestId, at, endpoint, orgId, appId, userId, sourceIp, status, error, refusal } = entry
  const [org, app, user] = await Promise.all([
    orgId === undefined ? undefined : orgs.find(orgId),
    appId === undefined ? undefined : apps.find(appId),
    userId === undefined ? undefined : users.find(userId),
  ])
  return {
    requestId,
    at,
    endpoint,
    flow: diagnose(entry).flow,
    org: org?.name,
    app: app?.fullName ?? appId,
    user: user?.username ?? userId,
    sourceIp,
    status,
    error,
    reason: refusal?.reason,
  }
}
