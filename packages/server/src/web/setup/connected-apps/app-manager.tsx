import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { Card, EmptyState, Instant } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { DataTable, listPage, NoneFound, Pager, readListQuery, SearchBox } from '../table.tsx'
import { appPath, connectedApps, externalClientApps, kindOf } from './app-kind.ts'
import { AppRowActions } from './app-row-actions.tsx'

const { path } = connectedApps

/** *App Manager*: the apps that were made in this org, of both kinds. */
export const appManager: readonly SetupRoute[] = page(path, 'view setup', async (visit) => {
  const { stores, org, query } = visit
  const sorted = readListQuery(query, ['name', 'api-name', 'type', 'created', 'modified'])
  const all = await stores.apps.list(org.id)
  const { rows, total, pages } = listPage(
    all,
    sorted,
    (app) => `${app.label} ${app.fullName} ${kindOf(app).title} ${app.description ?? ''}`,
    {
      name: (app) => app.label,
      'api-name': (app) => app.fullName,
      type: (app) => kindOf(app).title,
      created: (app) => app.createdAt,
      modified: (app) => app.modifiedAt,
    },
  )
  const canManage = visit.can('manage connected apps')
  return shown(visit, {
    title: 'App Manager',
    lead: 'The connected apps and external client apps of this org: who may ask for tokens here, and how.',
    place: path,
    actions: canManage
      ? [
          { href: `${path}/new`, label: 'New Connected App', look: 'brand' },
          { href: `${externalClientApps.path}/new`, label: 'New External Client App' },
        ]
      : [],
    children: (
      <Card title="Apps">
        {all.length > 0 && <SearchBox path={path} query={query} label="Search apps" />}
        <DataTable<ConnectedApp>
          caption="Apps"
          rows={rows}
          list={{ path, query, sorted }}
          columns={[
            {
              heading: 'App Name',
              sort: 'name',
              cell: (app) => <a href={appPath(app)}>{app.label}</a>,
            },
            { heading: 'API Name', sort: 'api-name', cell: (app) => <code>{app.fullName}</code> },
            { heading: 'App Type', sort: 'type', cell: (app) => kindOf(app).title },
            { heading: 'Description', cell: (app) => app.description ?? '' },
            { heading: 'Created Date', sort: 'created', cell: (app) => <Instant at={app.createdAt} /> },
            { heading: 'Last Modified', sort: 'modified', cell: (app) => <Instant at={app.modifiedAt} /> },
            { heading: 'Actions', cell: (app) => <AppRowActions app={app} isOwn canManage={canManage} /> },
          ]}
          empty={
            all.length === 0 ? (
              <EmptyState title="No app yet">
                <p>A connected app or an external client app lets a program ask for tokens of this org.</p>
                <p>
                  {canManage ? (
                    <>
                      <a href={`${path}/new`}>Make a connected app</a>,{' '}
                      <a href={`${externalClientApps.path}/new`}>an external client app</a>, or{' '}
                      <a href="/setup/connect-a-server">connect a server by JWT</a> step by step.
                    </>
                  ) : (
                    'Ask somebody who may manage connected apps.'
                  )}
                </p>
              </EmptyState>
            ) : (
              <NoneFound noun="app" path={path} sought={sorted.q} />
            )
          }
        />
        {rows.length > 0 && <Pager path={path} query={query} page={sorted.page} pages={pages} total={total} />}
      </Card>
    ),
  })
})
