import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { checkRelease, readDay, releaseUpdates, updatesUntil } from '@sallyport/server'
import { withDatabase } from '../database.ts'
import { Failure, WrongUsage } from '../failure.ts'
import { findOrg } from '../find.ts'
import { dataOption, jsonOption, orgOption } from '../options.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

/** `sallyport check-release`: what will break in an org by Salesforce's dated changes. */
export function checkReleaseCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command('check-release')
    .summary('list what will break in an org by a day')
    .description(
      'Lists which apps and flows of an org will work no longer, or no longer so, by the changes that Salesforce has in force ' +
        'on a day and the org has not yet, and why. It looks at settings, and at the flows that the journal still knows of. ' +
        'Exit code 1 when something will break.',
    )
    .requiredOption('--at <day>', 'the day, such as 2027-03-01')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport check-release --at 2027-07-01')
    .action((options) =>
      withDatabase(options, async ({ stores, now }) => {
        const day = readDay(options.at)
        if (day === undefined) throw new WrongUsage(`“${options.at}” is no day.`, { next: 'Write it as 2027-03-01.' })
        const org = await findOrg(stores, options.org)
        const updates = updatesUntil(org, now(), day)
        const findings = await checkRelease(stores, org, updates)
        const changes = updates.map((name) => ({
          name,
          date: releaseUpdates[name].date.toISOString().slice(0, 10),
          what: releaseUpdates[name].what,
          setting: releaseUpdates[name].setting,
          breaks: findings.filter(({ update }) => update === name).map(({ subject, why }) => ({ subject, why })),
        }))
        terminal.answer({ org: org.name, at: options.at, changes }, text())
        if (findings.length > 0) {
          throw new Failure(
            `By ${options.at}, ${findings.length} thing${findings.length === 1 ? '' : 's'} will break.`,
            {
              next: 'Try it: sallyport release set <day>',
            },
          )
        }

        function text(): string {
          if (changes.length === 0) return `By ${options.at}, nothing changes for the org “${org.name}”.`
          return changes
            .map(({ name, date, what, setting, breaks }) => {
              const rows = breaks.map(({ subject, why }) => [subject, why])
              const list = rows.length === 0 ? 'Nothing here breaks.' : table(['Breaks', 'Why'], rows, terminal.style)
              return `${date}  ${terminal.style.bold(name)}\n${what}\n${setting}\n${list}`
            })
            .join('\n\n')
        }
      }),
    )
}
