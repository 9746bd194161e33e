import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { isInForce, type ReleaseUpdate, releaseUpdateNames, releaseUpdates } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport release list`: the dated changes of Salesforce, and which are in force in an org. */
export function releaseList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the dated changes of Salesforce')
    .description(
      'Lists the dated changes of Salesforce that are known here, in the order of their days, and whether each is in force ' +
        'in the org. What is known from reports of users alone is marked so.',
    )
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores, now }) => {
        const { name: org, settings } = await findOrg(stores, options.org)
        const listed = releaseUpdateNames.map((name) => {
          const update: ReleaseUpdate = releaseUpdates[name]
          const switched = settings.releaseUpdates[name]
          const date = update.date.toISOString().slice(0, 10)
          return { name, ...update, date, isInForce: isInForce(name, settings, now()), switched }
        })
        const { bold, dim, green } = terminal.style
        const text = listed.map(({ name, date, what, setting, source, isReport, isInForce, switched }) => {
          const state = isInForce ? green('in force') : 'not in force'
          const by = switched === undefined ? '' : ' (switched by itself)'
          const from = `Source: ${source}${isReport ? ' (a report, not documentation)' : ''}`
          return `${date}  ${bold(name)}  ${state}${by}\n  ${what}\n  ${setting}\n  ${dim(from)}`
        })
        const heading = `The org “${org}” behaves as Salesforce of: ${settings.release}.`
        terminal.answer({ org, release: settings.release, updates: listed }, [heading, ...text].join('\n\n'))
      }),
    )
}
