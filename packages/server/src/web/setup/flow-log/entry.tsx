import type { KeptEntry } from '../../../journal/journal.ts'
import { excerpt } from '../../pages/excerpt.ts'
import { Card, Copyable, Details, Instant, Notice } from '../blocks.tsx'
import { appPath } from '../connected-apps/app-kind.ts'
import { notFound, page, shown } from '../route.tsx'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { diagnosisFor, EntryChecklist } from './entry-checklist.tsx'
import { flowLogPath } from './log-filter.tsx'
import { Ending, requestName } from './request-words.tsx'

/** One request of the log: what was asked, and each check with what came of it. */
export const flowLogEntry: readonly SetupRoute[] = page(`${flowLogPath}/:request`, 'view setup', async (visit) => {
  const { stores, org, params } = visit
  const [entry] = await stores.journal.list(org.id, { requestId: params['request'] ?? '' }, { limit: 1 })
  if (entry === undefined) return notFound(visit)
  const told = await diagnosisFor(visit, entry)
  const { answer } = told.diagnosis
  const isFailed = entry.refusal === undefined && entry.status >= 500
  return shown(visit, {
    title: requestName(entry.endpoint, entry.flow),
    kind: 'Request',
    place: flowLogPath,
    actions: [{ href: `${flowLogPath}?${moreLikeIt(entry)}`, label: 'More Like This' }],
    children: (
      <>
        <Card title="What was asked">
          <Details
            rows={[
              ['Outcome', <Ending entry={entry} />],
              ['Time (UTC)', <Instant at={entry.at} withSeconds />],
              ['App', <AppLink visit={visit} told={told} entry={entry} />],
              [
                'User',
                told.subject.user === undefined ? (
                  entry.userId
                ) : (
                  <a href={`/setup/users/${told.subject.user.id}`}>{excerpt(told.subject.user.username, 120)}</a>
                ),
              ],
              ['Source IP', excerpt(entry.sourceIp, 60)],
              [
                'Answer',
                <code>
                  {excerpt([String(answer.status), answer.error, answer.description].filter(Boolean).join(' · '), 300)}
                </code>,
              ],
              ['Request id', <Copyable text={entry.requestId} label="request id" />],
              ['In a terminal', <Copyable text={`sallyport diagnose ${entry.requestId}`} label="command" />],
            ]}
          />
        </Card>
        <Card title="Checks">
          {isFailed && (
            <Notice look="error">
              The server failed here by a fault of its own. Its log says more, under this request id.
            </Notice>
          )}
          <EntryChecklist {...told} />
        </Card>
      </>
    ),
  })
})

function AppLink(props: {
  readonly visit: SetupVisit
  readonly told: Awaited<ReturnType<typeof diagnosisFor>>
  readonly entry: KeptEntry
}) {
  const { app } = props.told.subject
  if (app === undefined) return <>{props.entry.appId ?? ''}</>
  // OAuth Usage does not list what cannot be installed.
  if (!app.isOwn && app.external?.distributionState === 'Local') return <>{excerpt(app.label, 120)}</>
  return <a href={app.isOwn ? appPath(app) : `/setup/oauth-usage/${app.id}`}>{excerpt(app.label, 120)}</a>
}

function moreLikeIt({ endpoint, appId, userId, refusal }: KeptEntry): URLSearchParams {
  return new URLSearchParams({
    ...(refusal === undefined ? { endpoint } : { cause: refusal.reason }),
    ...(appId !== undefined && { app: appId }),
    ...(userId !== undefined && { user: userId }),
  })
}
