import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { generateInitialAccessToken } from '../../../connected-apps/initial-access-token.ts'
import { done, refused } from '../../../problem.ts'
import { Card, Copyable, Details, EmptyState, Instant, Notice } from '../blocks.tsx'
import { notTheirPassword, ownPassword } from '../own-password.ts'
import { confirmPage, formPage, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'
import { appCrumb, appPath, connectedApps } from './app-kind.ts'
import { findOwnApp } from './find-app.ts'

const right = 'manage connected apps'
// Under external client apps none register.
const kind = connectedApps

/** *Initial Access Token for Dynamic Client Registration*: generate, and delete. */
export function initialAccessTokenPages(needs: Pick<SetupNeeds, 'passwords' | 'now'>): readonly SetupRoute[] {
  return [...generate(needs), ...remove]
}

function generate(needs: Pick<SetupNeeds, 'passwords' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${kind.path}/:app/initial-access-token`,
    right,
    find: findOwnApp(kind),
    fields: () => ({ ownPassword }),
    show: async (form, app, { stores }) => ({
      title: 'Generate Initial Access Token',
      kind: app.label,
      place: kind.path,
      crumbs: [appCrumb(app)],
      inside: (
        <Card title="What it means">
          <p>
            Who holds the token registers apps of their own under this one, with its policies and with no more scopes
            than it has. It is shown on the next page, once.
            {(await stores.registrations.initialTokenOf(app.id)) !== undefined &&
              ' The one that there is now is worth nothing from then on; the apps that it registered stay.'}
          </p>
          {form.field('ownPassword')}
        </Card>
      ),
    }),
    submit: 'Generate',
    cancel: appPath,
    async act(values, app, visit) {
      const notThem = await notTheirPassword(needs, values.ownPassword, visit)
      if (notThem !== undefined) return notThem
      const token = await generateInitialAccessToken({ ...visit.stores, now: needs.now }, app)
      return shown(visit, {
        title: 'Initial Access Token',
        kind: app.label,
        place: kind.path,
        crumbs: [appCrumb(app)],
        children: (
          <Card title="Initial Access Token">
            <div class="stack">
              <Notice look="warning">
                Keep it where apps are registered, and nowhere else. Nobody can see it again; generate another one then.
              </Notice>
              <Details rows={[['Initial Access Token', <Copyable text={token} label="initial access token" />]]} />
              <p>
                <a href={appPath(app)}>Back to {app.label}</a>
              </p>
            </div>
          </Card>
        ),
      })
    },
  })
}

const remove = confirmPage<ConnectedApp>({
  path: `${kind.path}/:app/initial-access-token/delete`,
  right,
  find: findOwnApp(kind),
  show: (app) => ({
    title: 'Delete Initial Access Token',
    kind: app.label,
    place: kind.path,
    crumbs: [appCrumb(app)],
    consequences: <p>No app can register itself under {app.label} any more. Those that have stay as they are.</p>,
    button: 'Delete',
    isDestructive: true,
    cancel: appPath(app),
  }),
  async act(app, { stores }) {
    if (await stores.registrations.deleteInitialToken(app.id)) {
      return done({ to: appPath(app), say: 'The initial access token has been deleted.' })
    }
    return refused({ field: 'app', message: 'There is none.' })
  },
})

interface RegisteredAppsProps {
  readonly app: ConnectedApp
  readonly token: { readonly createdAt: Date } | undefined
  readonly parent: ConnectedApp | undefined
  readonly children: readonly { readonly app: ConnectedApp; readonly registeredAt: Date }[]
}

/** What an app has to do with dynamic registration. */
export async function registeredAppsOf(
  { stores: { apps, registrations } }: Pick<SetupVisit, 'stores'>,
  app: ConnectedApp,
): Promise<RegisteredAppsProps> {
  const [token, parentId, registered] = await Promise.all([
    registrations.initialTokenOf(app.id),
    registrations.parentOf(app.id),
    registrations.childrenOf(app.id),
  ])
  const children = await Promise.all(
    registered.map(async ({ appId, registeredAt }) => ({ app: await apps.find(appId), registeredAt })),
  )
  return {
    app,
    token,
    parent: parentId === undefined ? undefined : await apps.find(parentId),
    children: children.flatMap(({ app: child, registeredAt }) =>
      child === undefined ? [] : [{ app: child, registeredAt }],
    ),
  }
}

/** *Dynamic Client Registration* of an app: its initial access token, the apps registered by it, or the one it was registered under. */
export function RegisteredApps({
  found,
  canManage,
}: {
  readonly found: RegisteredAppsProps
  readonly canManage: boolean
}) {
  const { app, token, parent, children } = found
  const path = `${appPath(app)}/initial-access-token`
  return (
    <Card
      title="Initial Access Token for Dynamic Client Registration"
      action={
        canManage ? (
          <span class="actions">
            <a class="slds-button slds-button_neutral" href={path}>
              Generate
            </a>
            {token !== undefined && (
              <a class="slds-button slds-button_neutral" href={`${path}/delete`}>
                Delete
              </a>
            )}
          </span>
        ) : undefined
      }
    >
      <Details
        rows={[
          ['Initial Access Token', token === undefined ? 'None' : <Instant at={token.createdAt} />],
          parent === undefined ? undefined : ['Registered Under', <a href={appPath(parent)}>{parent.label}</a>],
        ]}
      />
      {(token !== undefined || children.length > 0) && (
        <DataTable<RegisteredAppsProps['children'][number]>
          caption="Apps that registered themselves under this one"
          rows={children}
          columns={[
            { heading: 'Connected App', cell: ({ app: child }) => <a href={appPath(child)}>{child.label}</a> },
            { heading: 'Consumer Key', cell: ({ app: child }) => <code>{child.consumerKey}</code> },
            { heading: 'Registered', cell: ({ registeredAt }) => <Instant at={registeredAt} /> },
          ]}
          empty={<EmptyState title="No app has registered itself yet" />}
        />
      )}
    </Card>
  )
}
