import { failedLoginStatuses } from '../../oauth/refusal.ts'
import { type LoginFilter, type LoginHistoryEntry, loginTypeLabels } from '../../sessions/login-history.ts'
import { loginHistoryCsv, mostLoginRows } from '../../sessions/login-history-csv.ts'
import { usernamesFrom } from '../../users/usernames.ts'
import { excerpt } from '../pages/excerpt.ts'
import { Badge, Card, EmptyState, Instant } from './blocks.tsx'
import { browserName } from './browser-name.ts'
import { download } from './download.ts'
import { chosen, chosenDay, Filters } from './filters.tsx'
import { namedUser } from './named-user.ts'
import { page, shown } from './route.tsx'
import { RowPager, readBefore, rowPage } from './row-pages.tsx'
import type { SetupRoute, SetupVisit } from './setup-visit.ts'
import { DataTable, pageLength, withQuery } from './table.tsx'

const path = '/setup/login-history'

const statuses = [
  { value: 'Success', label: 'Success' },
  { value: 'failed', label: 'Any failure' },
  ...failedLoginStatuses.map((status) => ({ value: status, label: status })),
]
const types = [
  { value: 'Application', label: loginTypeLabels.Application },
  { value: 'Oauth2', label: loginTypeLabels.Oauth2 },
  { value: 'OtherApi', label: loginTypeLabels.OtherApi },
  { value: 'Saml', label: loginTypeLabels.Saml },
  { value: 'Saml2', label: loginTypeLabels.Saml2 },
  { value: 'ThirdPartySso', label: loginTypeLabels.ThirdPartySso },
] as const

type Attempt = LoginHistoryEntry & { readonly username: string }

/** *Login History*: every attempt to sign in, by a person or by a program, right or wrong. */
export const loginHistory: readonly SetupRoute[] = [
  ...page(path, 'manage users', async (visit) => {
    const { stores, org, query } = visit
    const filter = await filterOf(visit)
    const before = readBefore(query)
    const { rows, next } =
      filter === undefined
        ? { rows: [], next: undefined }
        : await rowPage((limit) => stores.loginHistory.list(org.id, filter, { before, limit }), pageLength)
    const usernameOf = usernamesFrom(stores.users)
    const attempts = await Promise.all(rows.map(async (row) => ({ ...row, username: await usernameOf(row.userId) })))
    return shown(visit, {
      title: 'Login History',
      lead: 'Every attempt to sign in of the last six months, by a person or by a program, right or wrong. Times are UTC.',
      place: path,
      actions: [
        rows.length > 0
          ? { href: withQuery(`${path}/csv`, query, { before: undefined }), label: 'Download (CSV)' }
          : undefined,
      ],
      children: (
        <Card title="Attempts">
          <Filters
            path={path}
            query={query}
            filters={[
              { name: 'user', label: 'Username' },
              { name: 'status', label: 'Status', options: statuses },
              { name: 'type', label: 'Login Type', options: types },
              { name: 'from', label: 'From', type: 'date' },
              { name: 'to', label: 'To (including)', type: 'date' },
            ]}
          />
          <DataTable<Attempt>
            caption="Attempts to sign in, newest first"
            rows={attempts}
            columns={[
              {
                heading: 'Username',
                cell: ({ userId, username }) => (
                  <a class="long" href={`/setup/users/${userId}`}>
                    {username}
                  </a>
                ),
              },
              { heading: 'Login Time', cell: ({ at }) => <Instant at={at} /> },
              { heading: 'Source IP', cell: ({ sourceIp }) => sourceIp },
              {
                heading: 'Login Type',
                cell: ({ loginType, loginSubType }) => (
                  <>
                    {loginTypeLabels[loginType]}
                    {loginSubType !== undefined && <p class="help long">{loginSubType}</p>}
                  </>
                ),
              },
              {
                heading: 'Status',
                cell: ({ status }) => <Badge look={status === 'Success' ? 'success' : 'error'}>{status}</Badge>,
              },
              {
                heading: 'Application',
                cell: ({ application, browser }) => (
                  <>
                    {excerpt(application, 80)}
                    <p class="help">{browserName(browser)}</p>
                  </>
                ),
              },
              { heading: 'Login URL', cell: ({ loginUrl }) => <span class="long">{loginUrl}</span> },
            ]}
            empty={<NoAttempt query={query} isUserUnknown={filter === undefined} />}
          />
          <RowPager path={path} query={query} next={next} />
          {rows.length > 0 && (
            <p class="help">
              {`The file has what the filter lets through, the newest ${mostLoginRows.toLocaleString('en')} attempts.`}
            </p>
          )}
        </Card>
      ),
    })
  }),
  ...page(`${path}/csv`, 'manage users', async (visit) => {
    const { stores, org, at } = visit
    const filter = await filterOf(visit)
    // Of a user who is not there, there is no attempt either.
    const none = { list: async () => [] }
    return download({
      fileName: `LoginHistory-${at.toISOString().slice(0, 10)}.csv`,
      type: 'text/csv;charset=UTF-8',
      body: await loginHistoryCsv(
        filter === undefined ? none : stores.loginHistory,
        usernamesFrom(stores.users),
        org.id,
        filter ?? {},
      ),
    })
  }),
]

/** What the address asks for; `undefined` when it names a user whom this org does not have. */
async function filterOf(visit: SetupVisit): Promise<LoginFilter | undefined> {
  const { query } = visit
  const user = await namedUser(visit)
  if (user === 'unknown') return undefined
  const status = chosen(query, 'status', statuses)
  const lastDay = chosenDay(query, 'to')
  return {
    userId: user?.id,
    outcome: status === 'failed' ? 'failed' : undefined,
    status: status === 'failed' ? undefined : status,
    loginType: chosen(query, 'type', types),
    from: chosenDay(query, 'from'),
    to: lastDay === undefined ? undefined : new Date(lastDay.getTime() + 86_400_000),
  }
}

function NoAttempt({ query, isUserUnknown }: { readonly query: URLSearchParams; readonly isUserUnknown: boolean }) {
  if (isUserUnknown) {
    return (
      <EmptyState title={`This org has no user “${excerpt(query.get('user') ?? '', 80)}”`}>
        <a href={path}>Show all attempts</a>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No attempt is found">
      <a href={path}>Show all attempts</a>
    </EmptyState>
  )
}
