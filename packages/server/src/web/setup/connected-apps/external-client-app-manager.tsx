import type { AppPolicies } from '../../../connected-apps/connected-app.ts'
import { Badge, Card, EmptyState, Instant } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable, listPage, NoneFound, Pager, readListQuery, SearchBox } from '../table.tsx'
import { appPath, externalClientApps } from './app-kind.ts'
import { AppRowActions } from './app-row-actions.tsx'
import type { InstalledApp } from './find-app.ts'

const { path } = externalClientApps

/** *External Client App Manager*: the external client apps that were made in this org, and those that it has installed. */
export const externalClientAppManager: readonly SetupRoute[] = page(path, 'view setup', async (visit) => {
  const { query } = visit
  const sorted = readListQuery(query, ['name', 'api-name', 'state', 'distribution', 'modified'])
  const all = await externalAppsOf(visit)
  const { rows, total, pages } = listPage(
    all,
    sorted,
    ({ app }) => `${app.label} ${app.fullName} ${app.description ?? ''}`,
    {
      name: ({ app }) => app.label,
      'api-name': ({ app }) => app.fullName,
      state: ({ policies }) => stateOf(policies).text,
      distribution: ({ app }) => app.external?.distributionState ?? '',
      modified: ({ app }) => app.modifiedAt,
    },
  )
  const canManage = visit.can('manage connected apps')
  return shown(visit, {
    title: 'External Client App Manager',
    lead: 'The successors of connected apps: each works in its own org, and elsewhere only where it is packaged and installed.',
    place: path,
    actions: [canManage ? { href: `${path}/new`, label: 'New External Client App', look: 'brand' } : undefined],
    children: (
      <Card title="External client apps">
        {all.length > 0 && <SearchBox path={path} query={query} label="Search apps" />}
        <DataTable<InstalledApp>
          caption="External client apps"
          rows={rows}
          list={{ path, query, sorted }}
          columns={[
            { heading: 'App Name', sort: 'name', cell: ({ app }) => <a href={appPath(app)}>{app.label}</a> },
            { heading: 'API Name', sort: 'api-name', cell: ({ app }) => <code>{app.fullName}</code> },
            { heading: 'App Status', sort: 'state', cell: ({ policies }) => <State {...policies} /> },
            {
              heading: 'Distribution State',
              sort: 'distribution',
              cell: ({ app, isOwn }) => (isOwn ? app.external?.distributionState : 'Installed from another org'),
            },
            { heading: 'Last Modified', sort: 'modified', cell: ({ app }) => <Instant at={app.modifiedAt} /> },
            { heading: 'Actions', cell: (found) => <AppRowActions {...found} canManage={canManage} /> },
          ]}
          empty={
            all.length === 0 ? (
              <EmptyState title="No external client app yet">
                <p>
                  It lets a program ask for tokens of this org, by stricter rules than a connected app: with PKCE, and
                  without the flows that are dying out.
                </p>
                <p>
                  {canManage ? <a href={`${path}/new`}>Make one</a> : 'Ask somebody who may manage connected apps.'}
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

async function externalAppsOf({ stores, org }: SetupVisit): Promise<readonly InstalledApp[]> {
  const installed = (await stores.apps.policiesOfOrg(org.id)).filter(({ isInstalled }) => isInstalled)
  const found = await Promise.all(
    installed.map(async (policies) => ({ policies, app: await stores.apps.find(policies.appId) })),
  )
  return found.flatMap(({ app, policies }) =>
    app?.external === undefined ? [] : [{ app, policies, isOwn: app.orgId === org.id }],
  )
}

function State(policies: AppPolicies) {
  const { look, text } = stateOf(policies)
  return <Badge look={look}>{text}</Badge>
}

function stateOf({ isBlocked, isEnabled, isOauthPluginEnabled }: AppPolicies) {
  if (isBlocked) return { look: 'error', text: 'Blocked' } as const
  if (!isEnabled) return { look: 'warning', text: 'Disabled' } as const
  return isOauthPluginEnabled
    ? ({ look: 'success', text: 'Enabled' } as const)
    : ({ look: 'warning', text: 'Disabled for OAuth' } as const)
}
