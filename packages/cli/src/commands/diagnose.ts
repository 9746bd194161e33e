import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
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
import { evidenceText } from '../evidence-text.ts'
import { Failure, WrongUsage } from '../failure.ts'
import { withClient } from '../logins.ts'
import { dataOption, jsonOption } from '../options.ts'
import { readFile } from '../secret-source.ts'
import type { Terminal } from '../terminal.ts'

/** `sallyport diagnose`: one request out of the journal as a checklist, or what somebody has of one that was sent anywhere. */
export function diagnose(terminal: Terminal): CommandUnknownOpts {
  return new Command('diagnose')
    .summary('explain why a request was refused')
    .description(
      'Explains a request of this server: every check it passed, the one that refused it, what was expected and found there, ' +
        'what to do, and where that setting is in Salesforce Setup. Or takes what you have of a request that was sent to any ' +
        'org: the error as JSON, a curl command with what it printed, a HAR file, a CI log. Nobody is asked, and secrets are ' +
        'not shown.',
    )
    .argument('[what]', 'what the answer has in its header x-request-id; or a file, or - for standard input')
    .option('--last', 'the newest request that was refused')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport diagnose --last\n  sallyport diagnose build.log\n  sallyport diagnose session.har --json\n' +
        '  pbpaste | sallyport diagnose -\n' +
        '  sallyport diagnose \'{"error":"invalid_grant","error_description":"audience is invalid"}\'',
    )
    .action(async (what, options) => {
      if ((what === undefined) === (options.last !== true)) {
        throw new WrongUsage(
          'Say which request: its id, which is in the header x-request-id of the answer, a file with what you have of it, or --last.',
        )
      }
      const evidence = what === undefined ? undefined : await givenEvidence(what)
      if (evidence !== undefined) return showEvidence(terminal, evidence)
      const requestId = what
      await withDatabase(options, async ({ stores }) => {
        const entry = requestId === undefined ? await newestRefusal(stores) : await findEntry(stores, requestId)
        const diagnosis = diagnosisOf(entry, await namesIn(stores, entry))
        terminal.answer(diagnosis, diagnosisText(diagnosis, terminal.style, terminal.columns))
      })
    })
}

/** The text to look into; `undefined` for the id of a request. */
async function givenEvidence(what: string): Promise<string | undefined> {
  if (what === '-') return text(process.stdin)
  if (/^\s*[{[]/.test(what)) return what
  if (existsSync(what)) return readFile(what)
  if (/^[\w-]+$/.test(what)) return undefined
  throw new WrongUsage('This is neither the id of a request nor a file that is there.', {
    next: 'Save what you have in a file, or pass it by standard input: pbpaste | sallyport diagnose -',
  })
}

async function showEvidence(terminal: Terminal, evidence: string): Promise<void> {
  await withClient(async (client) => {
    const diagnosis = client.diagnoseEvidence(evidence, { now: new Date() })
    if (diagnosis.exchanges.length === 0) {
      throw new Failure('There is no request to an endpoint of OAuth in it, and no answer of one.', {
        problems: diagnosis.notUnderstood,
        next: 'Wanted is the error as JSON, a curl command, a HAR file, or a log with one of these in it.',
      })
    }
    terminal.answer(diagnosis, evidenceText(diagnosis, terminal.style, terminal.columns))
  })
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
