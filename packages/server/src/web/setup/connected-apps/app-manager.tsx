import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { Card, EmptyState, Instant } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { DataTable, listPage, Pager, readListQuery, SearchBox } from '../table.tsx'

const path = '/setup/connected-apps'

/** *App Manager*: the connected apps that were made in this org. */
export const appManager: readonly SetupRoute[] = page(path, 'view setup', async (visit) => {
  const { stores, org, query } = visit
  const sorted = readListQuery(query, ['name', 'api-name', 'created', 'modified'])
  const all = await stores.apps.list(org.id)
  const { rows, total, pages } = listPage(
    all,
    sorted,
    (app) => `${app.label} ${app.fullName} ${app.description ?? ''}`,
    {
      name: (app) => app.label,
      'api-name': (app) => app.fullName,
      created: (app) => app.createdAt,
      modified: (app) => app.modifiedAt,
    },
  )
  const canManage = visit.can('manage connected apps')
  return shown(visit, {
    title: 'App Manager',
    lead: 'The connected apps of this org: who may ask for tokens here, and how.',
    place: path,
    actions: [canManage ? { href: `${path}/new`, label: 'New Connected App', look: 'brand' } : undefined],
    children: (
      <Card title="Connected apps">
        {all.length > 0 && <SearchBox path={path} query={query} label="Search apps" />}
        <DataTable<ConnectedApp>
          caption="Connected apps"
          rows={rows}
          list={{ path, query, sorted }}
          columns={[
            {
              heading: 'App Name',
              sort: 'name',
              cell: (app) => <a href={`${path}/${app.id}`}>{app.label}</a>,
            },
            { heading: 'API Name', sort: 'api-name', cell: (app) => <code>{app.fullName}</code> },
            { heading: 'Description', cell: (app) => app.description ?? '' },
            { heading: 'Created Date', sort: 'created', cell: (app) => <Instant at={app.createdAt} /> },
            { heading: 'Last Modified', sort: 'modified', cell: (app) => <Instant at={app.modifiedAt} /> },
            { heading: 'Actions', cell: (app) => <RowActions app={app} canManage={canManage} /> },
          ]}
          empty={
            all.length === 0 ? (
              <EmptyState title="No connected app yet">
                <p>A connected app lets a program ask for tokens of this org.</p>
                <p>
                  {canManage ? (
                    <>
                      <a href={`${path}/new`}>Make one</a>, or{' '}
                      <a href="/setup/connect-a-server">connect a server by JWT</a> step by step.
                    </>
                  ) : (
                    'Ask somebody who may manage connected apps.'
                  )}
                </p>
              </EmptyState>
            ) : (
              <EmptyState title={`No app is found by “${sorted.q}”`}>
                <a href={path}>Show all apps</a>
              </EmptyState>
            )
          }
        />
        {rows.length > 0 && <Pager path={path} query={query} page={sorted.page} pages={pages} total={total} />}
      </Card>
    ),
  })
})

function RowActions({ app, canManage }: { readonly app: ConnectedApp; readonly canManage: boolean }) {
  return (
    <span class="actions">
      <a href={`${path}/${app.id}`} aria-label={`View ${app.label}`}>
        View
      </a>
      {canManage && (
        <>
          <a href={`${path}/${app.id}/edit`} aria-label={`Edit ${app.label}`}>
            Edit
          </a>
          <a href={`${path}/${app.id}/manage`} aria-label={`Manage ${app.label}`}>
            Manage
          </a>
        </>
      )}
    </span>
  )
}
