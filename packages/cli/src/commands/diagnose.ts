import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import {
  diagnose as diagnosisOf,
  displayName,
  type JournalEntry,
  type KnownNames,
  type Stores,
} from '@sallyport/server'
import { withDatabase } from '../database.ts'
import { diagnosisText } from '../diagnosis-text.ts'
import { Failure, WrongUsage } from '../failure.ts'
import { dataOption, jsonOption } from '../options.ts'
import type { Terminal } from '../terminal.ts'

/** `sallyport diagnose`: one request out of the journal, as a checklist. */
export function diagnose(terminal: Terminal): CommandUnknownOpts {
  return new Command('diagnose')
    .summary('explain why a request was refused')
    .description(
      'Explains a request: every check it passed, the one that refused it, what was expected and found there, what to ' +
        'do, and where that setting is in Salesforce Setup.',
    )
    .argument('[request-id]', 'what the answer has in its header x-request-id')
    .option('--last', 'the newest request that was refused')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport diagnose --last')
    .action((requestId, options) =>
      withDatabase(options, async ({ stores }) => {
        if ((requestId === undefined) === (options.last !== true)) {
          throw new WrongUsage(
            'Say which request: its id, which is in the header x-request-id of the answer, or --last.',
          )
        }
        const entry = requestId === undefined ? await newestRefusal(stores) : await findEntry(stores, requestId)
        const diagnosis = diagnosisOf(entry, await namesIn(stores, entry))
        terminal.answer(diagnosis, diagnosisText(diagnosis, terminal.style, terminal.columns))
      }),
    )
}

async function newestRefusal({ journal }: Pick<Stores, 'journal'>): Promise<JournalEntry> {
  const [newest] = await journal.listOfServer({ outcome: 'refused' }, { limit: 1 })
  if (newest === undefined) throw new Failure('No request has been refused yet.')
  return newest
}

async function findEntry({ journal }: Pick<Stores, 'journal'>, requestId: string): Promise<JournalEntry> {
  const entry = await journal.find(requestId)
  if (entry !== undefined) return entry
  throw new Failure(`The journal has no request ${requestId}.`, {
    next: 'The newest refusal is shown by: sallyport diagnose --last',
  })
}

async function namesIn({ orgs, apps, users }: Stores, { orgId, appId, userId }: JournalEntry): Promise<KnownNames> {
  const [org, app, user] = await Promise.all([
    orgId === undefined ? undefined : orgs.find(orgId),
    appId === undefined ? undefined : apps.find(appId),
    userId === undefined ? undefined : users.find(userId),
  ])
  return {
    org: org?.name,
    app: app?.label,
    user: user === undefined ? undefined : `${user.username} (${displayName(user)})`,
  }
}
