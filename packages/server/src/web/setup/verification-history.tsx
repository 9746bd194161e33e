import type { KeptVerification } from '../../sessions/verification.ts'
import { usernamesFrom } from '../../users/usernames.ts'
import { Badge, Card, EmptyState, Instant, Nothing } from './blocks.tsx'
import { page, shown } from './route.tsx'
import { RowPager, readBefore, rowPage } from './row-pages.tsx'
import type { SetupRoute } from './setup-visit.ts'
import { DataTable, pageLength } from './table.tsx'

const path = '/setup/verification-history'

const policies: Readonly<Record<KeptVerification['policy'], string>> = {
  TwoFactorAuthentication: 'Multi-factor authentication for user interface logins',
  ProfilePolicy: 'Session security level required at login, of the profile',
  HighAssurance: 'High assurance session required',
  DeviceActivation: 'Device activation',
}
const methods: Readonly<Record<KeptVerification['method'], string>> = {
  Totp: 'One-time password generator',
  TempCode: 'Temporary code',
}
const statuses: Readonly<Record<KeptVerification['status'], string>> = {
  Succeeded: 'Succeeded',
  FailedInvalidCode: 'Failed: Invalid code',
  FailedTooManyAttempts: 'Failed: Too many attempts',
}

type Row = KeptVerification & { readonly username: string; readonly app: string | undefined }

/** *Identity Verification History*: who had to prove more than a password, for what, and whether they could. */
export const verificationHistory: readonly SetupRoute[] = page(path, 'manage users', async (visit) => {
  const { stores, org, query } = visit
  const before = readBefore(query)
  const { rows, next } = await rowPage(
    (limit) => stores.verificationHistory.list(org.id, { limit, ...(before !== undefined && { before }) }),
    pageLength,
  )
  const usernameOf = usernamesFrom(stores.users)
  const shownRows = await Promise.all(
    rows.map(async (entry) => ({
      ...entry,
      username: await usernameOf(entry.userId),
      app: entry.resourceId === undefined ? undefined : (await stores.apps.find(entry.resourceId))?.label,
    })),
  )
  return shown(visit, {
    title: 'Identity Verification History',
    lead: 'Each try to verify an identity beyond the password. Times are UTC.',
    place: path,
    children: (
      <Card title="Verifications">
        <DataTable<Row>
          caption="Verifications, newest first"
          rows={shownRows}
          columns={[
            { heading: 'Time', cell: ({ at }) => <Instant at={at} withSeconds /> },
            { heading: 'User', cell: ({ username }) => username },
            { heading: 'Triggered By', cell: ({ policy }) => policies[policy] },
            { heading: 'Method', cell: ({ method }) => methods[method] },
            {
              heading: 'Status',
              cell: ({ status }) => (
                <Badge look={status === 'Succeeded' ? 'success' : 'error'}>{statuses[status]}</Badge>
              ),
            },
            { heading: 'Resource', cell: ({ app }) => app ?? <Nothing /> },
            { heading: 'Source IP', cell: ({ sourceIp }) => <code>{sourceIp}</code> },
          ]}
          empty={
            <EmptyState title="Nobody had to verify their identity">
              <p>
                It is asked for by the permission “Multi-Factor Authentication for User Interface Logins”, and by apps
                whose policies require a high assurance session.
              </p>
            </EmptyState>
          }
        />
        <RowPager path={path} query={query} next={next} />
      </Card>
    ),
  })
})
