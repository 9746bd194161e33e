import type { AuditEntry } from '../../journal/audit-trail.ts'
import { auditTrailCsv, mostAuditRows } from '../../journal/audit-trail-csv.ts'
import { type UsernameOf, usernamesFrom } from '../../users/usernames.ts'
import { Card, EmptyState, Instant } from './blocks.tsx'
import { download } from './download.ts'
import { page, shown } from './route.tsx'
import { RowPager, readBefore, rowPage } from './row-pages.tsx'
import type { SetupRoute } from './setup-visit.ts'
import { DataTable, pageLength } from './table.tsx'

const path = '/setup/audit-trail'

type Change = AuditEntry & { readonly doer: string }

/** *View Setup Audit Trail*: who changed what in this org, and when. */
export const auditTrail: readonly SetupRoute[] = [
  ...page(path, 'view setup', async (visit) => {
    const { stores, org, query } = visit
    const before = readBefore(query)
    const { rows, next } = await rowPage(
      (limit) => stores.auditTrail.list(org.id, { limit, ...(before !== undefined && { before }) }),
      pageLength,
    )
    const doer = doerOf(usernamesFrom(stores.users))
    const changes = await Promise.all(rows.map(async (entry) => ({ ...entry, doer: await doer(entry.createdById) })))
    return shown(visit, {
      title: 'View Setup Audit Trail',
      lead: 'Every change of how this org is set up in the last 180 days, by whichever way it was made. Times are UTC.',
      place: path,
      actions: [rows.length > 0 ? { href: `${path}/csv`, label: 'Download (CSV)' } : undefined],
      children: (
        <Card title="Changes">
          <DataTable<Change>
            caption="Changes, newest first"
            rows={changes}
            columns={[
              { heading: 'Date', cell: ({ at }) => <Instant at={at} /> },
              { heading: 'User', cell: (change) => change.doer },
              { heading: 'Action', cell: ({ display }) => display },
              { heading: 'Section', cell: ({ section }) => section },
            ]}
            empty={
              before === undefined ? (
                <EmptyState title="No change yet">
                  <p>Whatever is changed in Setup, by a command or by an org file will stand here.</p>
                </EmptyState>
              ) : (
                <EmptyState title="There are no older changes">
                  <a href={path}>Show the newest</a>
                </EmptyState>
              )
            }
          />
          <RowPager path={path} query={query} next={next} />
          <p class="help">{`The file has the newest ${mostAuditRows.toLocaleString('en')} changes.`}</p>
        </Card>
      ),
    })
  }),
  ...page(`${path}/csv`, 'view setup', async ({ stores, org, at }) =>
    download({
      fileName: `SetupAuditTrail-${at.toISOString().slice(0, 10)}.csv`,
      type: 'text/csv;charset=UTF-8',
      body: await auditTrailCsv(stores.auditTrail, doerOf(usernamesFrom(stores.users)), org.id),
    }),
  ),
]

function doerOf(usernameOf: UsernameOf): (createdById: string | undefined) => Promise<string> {
  return async (createdById) => (createdById === undefined ? 'A command or org file' : usernameOf(createdById))
}
