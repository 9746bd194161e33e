import { checkTitle } from '../../../journal/checks.ts'
import type { KeptEntry } from '../../../journal/journal.ts'
import { checkOfReason } from '../../../oauth/explanation.ts'
import { excerpt } from '../../pages/excerpt.ts'
import { renderPart } from '../../pages/page.tsx'
import { Card, EmptyState, Instant, Nothing } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import { RowPager, readBefore, rowPage } from '../row-pages.tsx'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { type Column, DataTable, pageLength, TableRows, withQuery } from '../table.tsx'
import { flowLogEntry } from './entry.tsx'
import { logFilterForm, flowLogPath as path, readLogFilter } from './log-filter.tsx'
import { type Named, namesOf } from './names.ts'
import { Ending, requestName } from './request-words.tsx'

// Rows that are added to a page at once; whoever was away for longer loads it again.
const tailLength = 100

/** *Flow Log*: every protocol request of the org, with its checks; new ones appear while one looks. */
export const flowLog: readonly SetupRoute[] = [
  ...page(path, 'view setup', list),
  { method: 'GET', path: `${path}/tail`, right: 'view setup', isBackground: true, answer: tail },
  ...flowLogEntry,
]

async function list(visit: SetupVisit) {
  const { stores, org } = visit
  const { filter, query } = await readLogFilter(visit)
  const before = readBefore(visit.query)
  const [newest] = await stores.journal.list(org.id, {}, { limit: 1 })
  const { rows: entries, next } =
    filter === undefined
      ? { rows: [], next: undefined }
      : await rowPage((limit) => stores.journal.list(org.id, filter, { before, limit }), pageLength)
  const isLive = before === undefined && filter !== undefined
  const refresh = withQuery(path, query, {})
  return shown(visit, {
    title: 'Flow Log',
    lead: 'Every request of this org to sign in, to get a token or to use one: which checks it passed, and why it was refused.',
    place: path,
    children: (
      <Card
        title={before === undefined ? 'Requests' : 'Older requests'}
        action={
          <>
            {isLive && (
              <span class="slds-text-color_weak" data-tail-state="" role="status">
                As of now
              </span>
            )}
            <a class="slds-button slds-button_neutral" href={refresh}>
              {before === undefined ? 'Refresh' : 'Newest'}
            </a>
          </>
        }
      >
        {await logFilterForm(visit, query)}
        <DataTable
          caption="Requests, the newest first"
          rows={entries}
          columns={await columnsFor(visit, entries)}
          tail={isLive ? { href: withQuery(`${path}/tail`, query, {}), after: newest?.id ?? 0 } : undefined}
          empty={<NoRequests isFiltered={query.size > 0} hasAny={newest !== undefined} />}
        />
        <RowPager path={path} query={visit.query} next={next} />
      </Card>
    ),
  })
}

/** Rows newer than `after`, for a page that adds them on top; `x-tail-after` says from where on to ask next. */
async function tail(visit: SetupVisit) {
  const { stores, org } = visit
  const { filter } = await readLogFilter(visit)
  // Looked up first: what comes while the list is read is found the next time.
  const [newest] = await stores.journal.list(org.id, {}, { limit: 1 })
  const top = newest?.id ?? 0
  const after = readAfter(visit.query) ?? top
  const found =
    filter === undefined || after >= top ? [] : await stores.journal.list(org.id, filter, { after, limit: tailLength })
  const next = found.length === tailLength ? (found.at(-1)?.id ?? top) : Math.max(top, found.at(-1)?.id ?? 0, after)
  const entries = found.toReversed()
  return {
    status: 200,
    headers: {
      'content-type': 'text/html;charset=UTF-8',
      'cache-control': 'no-store',
      'x-tail-after': String(next),
    },
    body: renderPart(<TableRows rows={entries} columns={await columnsFor(visit, entries)} />),
  }
}

/** The row to go on from; 0 is before the first. */
function readAfter(query: URLSearchParams): number | undefined {
  return query.get('after') === '0' ? 0 : readBefore(query, 'after')
}

async function columnsFor(visit: SetupVisit, entries: readonly KeptEntry[]): Promise<readonly Column<KeptEntry>[]> {
  const names = await namesOf(visit.stores, visit.org.id, {
    appIds: entries.map(({ appId }) => appId),
    userIds: entries.map(({ userId }) => userId),
  })
  return columns(names)
}

function columns({ apps, users }: Named): readonly Column<KeptEntry>[] {
  const named = (name: string | undefined, id: string | undefined) =>
    id === undefined ? <Nothing /> : excerpt(name ?? id, 120)
  return [
    {
      heading: 'Time (UTC)',
      cell: ({ requestId, at }) => (
        <a href={`${path}/${encodeURIComponent(requestId)}`}>
          <Instant at={at} withSeconds />
        </a>
      ),
    },
    { heading: 'Request', cell: ({ endpoint, flow }) => requestName(endpoint, flow) },
    { heading: 'App', cell: ({ appId }) => named(apps.get(appId ?? '')?.label, appId) },
    { heading: 'User', cell: ({ userId }) => named(users.get(userId ?? '')?.username, userId) },
    { heading: 'Outcome', cell: (entry) => <Ending entry={entry} /> },
    { heading: 'Cause', cell: ({ refusal }) => (refusal === undefined ? <Nothing /> : <Cause {...refusal} />) },
    { heading: 'Source IP', cell: ({ sourceIp }) => excerpt(sourceIp, 60) },
  ]
}

function Cause({ reason }: { readonly reason: string }) {
  const check = checkOfReason(reason)
  return <span title={check === undefined ? undefined : checkTitle(check)}>{reason}</span>
}

function NoRequests({ isFiltered, hasAny }: { readonly isFiltered: boolean; readonly hasAny: boolean }) {
  if (isFiltered && hasAny) {
    return (
      <EmptyState title="No request fits">
        <a href={path}>Show all requests</a>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No request yet">
      <p>As soon as somebody signs in, or an app asks for a token, it stands here with every check.</p>
      <p>
        <a href="/setup/connect-a-server">Connect a server by JWT</a> to see the first.
      </p>
    </EmptyState>
  )
}
