import type { KeptEntry } from '../../../journal/journal.ts'
import { commandLine } from '../../../oauth/explanations/mending.ts'
import { done, type Outcome, refused } from '../../../problem.ts'
import { excerpt } from '../../pages/excerpt.ts'
import { Card, CodeBlock, Details, Notice } from '../blocks.tsx'
import { area, type Field } from '../field.tsx'
import { diagnosisFor, EntryChecklist } from '../flow-log/entry-checklist.tsx'
import { flowLogPath } from '../flow-log/log-filter.tsx'
import { type Done, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { curlSample } from './code-samples.ts'
import { Elsewhere, findUser, goTo, guidePage, guidePath, lastPassed, shownName, Way, type WithUser } from './guide.tsx'
import { addressOf, heldAssertion, tryAssertion } from './trial.ts'

interface Subject extends WithUser {
  /** The request that the address names: the test that was made last. */
  readonly tried: KeptEntry | undefined
  readonly passed: KeptEntry | undefined
}

// What an assertion is worth is a token: it is not shown again.
const assertion: Field<string> = {
  ...area({
    label: 'Assertion signed elsewhere',
    help: 'A JWT that your server signed, good for some minutes. Leave it empty to have the server here sign with the key that it holds.',
    rows: 4,
  }),
  isForgotten: true,
}

/** The sixth step: a real request, and every check that it passes. */
export function testStep(needs: Pick<SetupNeeds, 'ask' | 'addresses' | 'seal' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${guidePath}/:certificate/:app/:user/test`,
    right: 'manage connected apps',
    find: async (visit): Promise<Subject | undefined> => {
      const way = await findUser(visit)
      if (way === undefined) return undefined
      return { ...way, tried: await triedIn(visit), passed: await lastPassed(visit, way) }
    },
    fields: () => ({ assertion }),
    show: async (form, subject, visit) => {
      const { certificate, app, user, tried, passed } = subject
      const isHeld = certificate.sealedPrivateKey !== undefined
      const base = addressOf(needs, visit)
      return {
        ...guidePage('test'),
        lead: 'The server is asked for a token, as yours will ask; each check is shown with what it found. The token ends at once.',
        inside: (
          <>
            <Way current="test" way={subject} passed={passed} />
            {tried !== undefined && (
              <Tried visit={visit} subject={subject} tried={tried} told={await diagnosisFor(visit, tried)} />
            )}
            <Card title="What is asked">
              <Details
                rows={[
                  ['Token endpoint', <code>{`${base}/services/oauth2/token`}</code>],
                  ['iss: Consumer Key', <code>{app.consumerKey}</code>],
                  ['sub: Username', shownName(user.username)],
                  ['aud: Audience', <code>{base}</code>],
                  [
                    'Signed with',
                    isHeld
                      ? `the private key of ${shownName(certificate.label)}, which is held here`
                      : `the private key of ${shownName(certificate.label)}, which only you have`,
                  ],
                ]}
              />
            </Card>
            <Card title={isHeld ? 'Sign it elsewhere' : 'Sign it with your key'}>
              {form.field('assertion')}
              {!isHeld && (
                <>
                  <p>This signs one and prints it; its last lines, which ask for the token, can be left out:</p>
                  <CodeBlock text={curlSample({ base, app, user, certificate })} label="commands" />
                </>
              )}
            </Card>
            <Elsewhere
              commands={[
                commandLine(
                  ...['login', 'jwt', '--username', user.username, '--consumer-key', app.consumerKey],
                  ...['--key-file', `${certificate.name.toLowerCase()}.key`, '--url', base],
                ),
                '# Why it was refused:',
                commandLine('diagnose', tried?.requestId ?? '<request id>'),
              ].join('\n')}
              inSalesforce="There is no test: your server asks, and Setup > Identity > Login History has a line for it with a status of a few words."
            />
          </>
        ),
      }
    },
    submit: 'Run the Test',
    cancel: (way) => goTo('user', way),
    act: async (values, way, visit): Promise<Outcome<Done>> => {
      const given = values.assertion.trim()
      const signed = given === '' ? heldAssertion(needs, visit, way) : given
      if (signed === undefined) {
        const message = 'The private key is not held here: paste an assertion that your server signed.'
        return refused({ field: 'assertion', message })
      }
      const { requestId, status, answer } = await tryAssertion(needs, visit, signed)
      const [entry] = await visit.stores.journal.list(visit.org.id, { requestId }, { limit: 1 })
      if (entry === undefined) {
        const message = `It was answered with ${status} ${answer}, and is about no app of this org: its iss must be ${way.app.consumerKey}.`
        return refused({ field: 'assertion', message })
      }
      const to = `${goTo('test', way)}?request=${encodeURIComponent(requestId)}`
      return done({ to, say: entry.refusal === undefined ? 'The test passed.' : 'The test was refused.' })
    },
  })
}

async function triedIn({ stores, org, query }: SetupVisit): Promise<KeptEntry | undefined> {
  const requestId = query.get('request')
  if (requestId === null || requestId === '') return undefined
  const [entry] = await stores.journal.list(org.id, { requestId, endpoint: 'token' }, { limit: 1 })
  return entry
}

interface TriedProps {
  readonly visit: SetupVisit
  readonly subject: Subject
  readonly tried: KeptEntry
  readonly told: Awaited<ReturnType<typeof diagnosisFor>>
}

function Tried({ subject, tried, told }: TriedProps) {
  const { app, user } = subject
  const isOther = tried.appId !== app.id || (tried.userId !== undefined && tried.userId !== user.id)
  return (
    <Card
      title={told.isPassed ? 'The test passed' : 'The test was refused'}
      action={<a href={`${flowLogPath}/${encodeURIComponent(tried.requestId)}`}>In the Flow Log</a>}
    >
      {isOther && (
        <Notice look="warning">
          {`The assertion was not about ${excerpt(app.label, 80)} and ${excerpt(user.username, 80)}, but about ${excerpt(told.diagnosis.app ?? 'another app', 80)} and ${excerpt(told.diagnosis.user ?? 'nobody known', 80)}.`}
        </Notice>
      )}
      <EntryChecklist {...told} />
      {told.isPassed && !isOther && (
        <p>
          <a class="slds-button slds-button_brand" href={goTo('code', subject)}>
            Go On to the Code
          </a>
        </p>
      )}
    </Card>
  )
}
