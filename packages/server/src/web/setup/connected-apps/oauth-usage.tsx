import { blockApp, installApp, unblockApp, uninstallApp } from '../../../connected-apps/app-policies.ts'
import { type Approval, mostRefreshTokens } from '../../../connected-apps/approval.ts'
import { type UsedApp, usedApps } from '../../../connected-apps/used-apps.ts'
import { done, type Outcome } from '../../../problem.ts'
import type { RefreshToken } from '../../../tokens/refresh-token.ts'
import type { User } from '../../../users/user.ts'
import { Badge, Card, Details, EmptyState, Instant, Nothing, YesNo } from '../blocks.tsx'
import { type Asked, confirmPage, type Done, notFound, page, shown } from '../route.tsx'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable, listPage, NoneFound, Pager, pageLength, readListQuery, SearchBox } from '../table.tsx'
import { kindOf, policiesPath } from './app-kind.ts'
import { ScopeList } from './scope-list.tsx'
import { UninstallConsequences } from './uninstall-app.tsx'

const path = '/setup/oauth-usage'
const right = 'manage oauth usage'
const toApp = 'manage connected apps'

const list = page(path, right, async (visit) => {
  const { stores, org, query } = visit
  const sorted = readListQuery(query, ['app', 'users', 'uses', '-last'])
  const all = await usedApps(stores, org)
  const { rows, total, pages } = listPage(all, sorted, ({ app }) => `${app.label} ${app.description ?? ''}`, {
    app: ({ app }) => app.label,
    users: ({ userCount }) => userCount,
    uses: ({ useCount }) => useCount,
    last: ({ lastUsedAt }) => lastUsedAt ?? 0,
  })
  return shown(visit, {
    title: 'Connected Apps OAuth Usage',
    lead: 'The apps that people of this org use, wherever they were made. What is decided here holds for this org alone.',
    place: path,
    children: (
      <Card title="Apps in use">
        {all.length > 0 && <SearchBox path={path} query={query} label="Search apps" />}
        <DataTable<UsedApp>
          caption="Apps in use"
          rows={rows}
          list={{ path, query, sorted }}
          columns={[
            {
              heading: 'App',
              sort: 'app',
              cell: ({ app }) => <a href={`${path}/${app.id}`}>{app.label}</a>,
            },
            { heading: 'App Type', cell: ({ app }) => kindOf(app).title },
            { heading: 'Description', cell: ({ app }) => app.description ?? <Nothing /> },
            { heading: 'State', cell: (used) => <State {...used} /> },
            { heading: 'User Count', sort: 'users', align: 'right', cell: ({ userCount }) => String(userCount) },
            { heading: 'Use Count', sort: 'uses', align: 'right', cell: ({ useCount }) => String(useCount) },
            { heading: 'Most Recent Use', sort: 'last', cell: ({ lastUsedAt }) => <Instant at={lastUsedAt} /> },
            { heading: 'Actions', cell: (used) => <RowActions used={used} visit={visit} /> },
          ]}
          empty={
            all.length === 0 ? (
              <EmptyState title="No app has been used yet">
                <p>An app is listed from the first token that somebody of this org gets with it.</p>
                <p>
                  See the <a href="/setup/connected-apps">apps of this org</a>, or{' '}
                  <a href="/setup/flow-log">what was refused</a> if you expected one here.
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

function State({ isInstalled, isBlocked, lastRefusedAt }: UsedApp) {
  return (
    <span class="actions">
      {isBlocked && <Badge look="error">Blocked</Badge>}
      {isInstalled ? <Badge look="success">Installed</Badge> : <Badge look="warning">Not installed</Badge>}
      {lastRefusedAt !== undefined && !isInstalled && <Badge>Users were refused</Badge>}
    </span>
  )
}

function RowActions({ used, visit }: { readonly used: UsedApp; readonly visit: SetupVisit }) {
  const { app } = used
  return (
    <span class="actions">
      {actionsOf(used, visit).map(({ to, label }) => (
        <a href={to} aria-label={`${label}: ${app.label}`}>
          {label}
        </a>
      ))}
    </span>
  )
}

/** What can be done about an app just now, by whoever looks. */
function actionsOf({ app, isOwn, isInstalled, isBlocked }: UsedApp, { can }: SetupVisit) {
  const own = `${path}/${app.id}`
  return [
    isInstalled && can(toApp) ? { to: policiesPath(app), label: 'Manage App Policies' } : undefined,
    !isInstalled && can(toApp) ? { to: `${own}/install`, label: 'Install' } : undefined,
    isInstalled && !isOwn && can(toApp) ? { to: `${own}/uninstall`, label: 'Uninstall' } : undefined,
    isBlocked ? { to: `${own}/unblock`, label: 'Unblock' } : { to: `${own}/block`, label: 'Block' },
  ].filter((action) => action !== undefined)
}

const detail = page(`${path}/:app`, right, async (visit) => {
  const used = await findUsed(visit)
  if (used === undefined) return notFound(visit)
  const { stores, org, query } = visit
  const { app, userCount } = used
  const own = `${path}/${app.id}`
  const sorted = readListQuery(query, ['last'])
  const pages = Math.max(1, Math.ceil(userCount / pageLength))
  const at = Math.min(sorted.page, pages)
  const approvals = await stores.approvals.usersOf(app.id, org.id, { limit: pageLength, offset: (at - 1) * pageLength })
  const rows = await Promise.all(
    approvals.map(async (approval) => ({
      approval,
      user: await stores.users.find(approval.userId),
      refreshTokens: await stores.refreshTokens.listLive(approval, visit.at),
    })),
  )
  return shown(visit, {
    title: app.label,
    lead: app.description,
    place: path,
    actions: [
      ...actionsOf(used, visit).map(({ to, label }) => ({
        href: to,
        label,
        look: label === 'Block' ? ('destructive' as const) : ('neutral' as const),
      })),
      userCount > 0 ? { href: `${own}/revoke-all`, label: 'Revoke All', look: 'destructive' } : undefined,
    ],
    children: (
      <>
        <Card title="In this org">
          <Details
            rows={[
              ['App Type', kindOf(app).title],
              ['Installed', <YesNo value={used.isInstalled} />],
              ['Blocked', <YesNo value={used.isBlocked} />],
              ['Made in', used.isOwn ? 'This org' : app.orgId === undefined ? 'Comes with the server' : 'Another org'],
              ['User Count', String(userCount)],
              ['Use Count', String(used.useCount)],
              ['First Use', <Instant at={used.firstUsedAt} />],
              ['Most Recent Use', <Instant at={used.lastUsedAt} />],
              used.isInstalled
                ? undefined
                : ['Last Refused for Not Being Installed', <Instant at={used.lastRefusedAt} />],
            ]}
          />
        </Card>
        <Card title="Users">
          <DataTable<Use>
            caption={`Users of ${app.label}`}
            rows={rows}
            columns={[
              { heading: 'User', cell: ({ approval, user }) => <UserLink approval={approval} user={user} /> },
              { heading: 'First Use', cell: ({ approval }) => <Instant at={approval.firstUsedAt} /> },
              { heading: 'Most Recent Use', cell: ({ approval }) => <Instant at={approval.lastUsedAt} /> },
              { heading: 'Use Count', align: 'right', cell: ({ approval }) => String(approval.useCount) },
              {
                heading: 'Refresh Tokens',
                align: 'right',
                cell: ({ refreshTokens }) => `${refreshTokens.length} of ${mostRefreshTokens}`,
              },
              { heading: 'Scopes Allowed', cell: ({ approval }) => <ScopeList scopes={approval.scopes} /> },
              {
                heading: 'Actions',
                cell: ({ approval, user }) => (
                  <a href={`${own}/revoke/${approval.userId}`} aria-label={`Revoke: ${user?.username ?? ''}`}>
                    Revoke
                  </a>
                ),
              },
            ]}
            empty={
              <EmptyState title="Nobody uses this app now">
                <p>
                  {used.isBlocked
                    ? 'It is blocked, and stays listed so that it can be let in again.'
                    : 'Somebody was refused because it is not installed. Install it to let people authorize it.'}
                </p>
              </EmptyState>
            }
          />
          {rows.length > 0 && <Pager path={own} query={query} page={at} pages={pages} total={userCount} />}
        </Card>
      </>
    ),
  })
})

interface Use {
  readonly approval: Approval
  readonly user: User | undefined
  readonly refreshTokens: readonly RefreshToken[]
}

function UserLink({ approval, user }: Pick<Use, 'approval' | 'user'>) {
  return <a href={`/setup/users/${approval.userId}`}>{user?.username ?? approval.userId}</a>
}

async function findUsed({ stores, org, params }: SetupVisit): Promise<UsedApp | undefined> {
  return (await usedApps(stores, org)).find(({ app }) => app.id === params['app'])
}

/** A page that asks before it does something about an app in use. */
function act(
  name: string,
  needed: 'manage oauth usage' | 'manage connected apps',
  show: (used: UsedApp) => Pick<Asked, 'title' | 'consequences' | 'button' | 'isDestructive'>,
  doIt: (used: UsedApp, visit: SetupVisit) => Promise<Outcome<string>>,
): readonly SetupRoute[] {
  return confirmPage<UsedApp>({
    path: `${path}/:app/${name}`,
    right: needed,
    find: findUsed,
    show: (used) => ({
      ...show(used),
      place: path,
      crumbs: [{ href: `${path}/${used.app.id}`, label: used.app.label }],
      cancel: `${path}/${used.app.id}`,
    }),
    act: (used, visit) => after(doIt(used, visit)),
  })
}

/** What was done is told on the list: an app without users and block is no more to be found. */
async function after(doing: Promise<Outcome<string>>): Promise<Outcome<Done>> {
  const outcome = await doing
  return outcome.ok ? done({ to: path, say: outcome.value }, outcome.warnings) : outcome
}

const acts = [
  ...act(
    'install',
    toApp,
    ({ app }) => ({
      title: `Install ${app.label}`,
      consequences:
        app.external?.distributionState === 'Local' ? (
          <p>
            It cannot be installed: it is an external client app whose distribution state is Local, so it works in the
            org alone that made it. That org can make it Packaged.
          </p>
        ) : (
          <p>
            People of this org may authorize the app, and it gets policies here: who may use it, from where, and for how
            long. Its callback URLs, scopes and secret stay with the org that made it.
          </p>
        ),
      button: 'Install',
      isDestructive: false,
    }),
    async ({ app }, { stores, org }) => {
      const outcome = await installApp(stores, app, org)
      return outcome.ok ? done(`“${app.label}” is installed. Look at its policies next.`) : outcome
    },
  ),
  ...act(
    'uninstall',
    toApp,
    ({ app, userCount }) => ({
      title: `Uninstall ${app.label}`,
      consequences:
        app.external !== undefined ? (
          <UninstallConsequences />
        ) : (
          <>
            <p>This org’s policies for the app are forgotten, and nobody new may authorize it.</p>
            <p>
              Nothing is revoked: {people(userCount)} who authorized it may go on. To end that too, revoke all or block
              the app.
            </p>
          </>
        ),
      button: 'Uninstall',
      isDestructive: true,
    }),
    async ({ app }, { stores, org }) => {
      const outcome = await uninstallApp(stores, app, org)
      return outcome.ok ? done(`“${app.label}” is uninstalled.`) : outcome
    },
  ),
  ...act(
    'block',
    right,
    ({ app, userCount }) => ({
      title: `Block ${app.label}`,
      consequences: (
        <>
          <p>
            Every session of the app in this org ends at once: {people(userCount)} lose it. Each further request for a
            token is refused with <code>OAUTH_APP_BLOCKED</code>.
          </p>
          <p>Unblocking lets it ask again; what ended stays ended. Other orgs are not touched.</p>
        </>
      ),
      button: 'Block',
      isDestructive: true,
    }),
    async ({ app }, { stores, org }) => {
      await blockApp(stores, app, org)
      return done(`“${app.label}” is blocked.`)
    },
  ),
  ...act(
    'unblock',
    right,
    ({ app }) => ({
      title: `Unblock ${app.label}`,
      consequences: <p>The app may ask for tokens again. People whose sessions ended have to let it in anew.</p>,
      button: 'Unblock',
      isDestructive: false,
    }),
    async ({ app }, { stores, org }) => {
      await unblockApp(stores, app, org)
      return done(`“${app.label}” is unblocked.`)
    },
  ),
  ...act(
    'revoke-all',
    right,
    ({ app, userCount }) => ({
      title: `Revoke all of ${app.label}`,
      consequences: (
        <p>
          Consent, refresh tokens and access tokens of {people(userCount)} end at once. Each of them can let the app in
          again, unless it is blocked.
        </p>
      ),
      button: 'Revoke All',
      isDestructive: true,
    }),
    async ({ app }, { stores, org, at }) => {
      const count = await stores.approvals.revokeAll(app.id, org.id, at)
      return done(`“${app.label}” is revoked for ${people(count)}.`)
    },
  ),
]

const revoke = confirmPage<{ readonly used: UsedApp; readonly user: User }>({
  path: `${path}/:app/revoke/:user`,
  right,
  async find(visit) {
    const { stores, org, params } = visit
    const [used, user] = await Promise.all([findUsed(visit), stores.users.find(params['user'] ?? '')])
    if (used === undefined || user === undefined || user.orgId !== org.id) return undefined
    return (await stores.approvals.find(user.id, used.app.id)) === undefined ? undefined : { used, user }
  },
  show: ({ used: { app }, user }) => ({
    title: `Revoke ${app.label} for ${user.username}`,
    place: path,
    crumbs: [{ href: `${path}/${app.id}`, label: app.label }],
    consequences: <p>Consent, refresh tokens and access tokens of this user for the app end at once.</p>,
    button: 'Revoke',
    isDestructive: true,
    cancel: `${path}/${app.id}`,
  }),
  async act({ used: { app, userCount, isBlocked }, user }, { stores, at }) {
    await stores.approvals.revoke(user.id, app.id, at)
    // Without its last user an app that is not blocked is no more in use.
    const to = userCount > 1 || isBlocked ? `${path}/${app.id}` : path
    return done({ to, say: `“${app.label}” is revoked for ${user.username}.` })
  },
})

function people(count: number): string {
  return count === 1 ? 'one user' : `${count} users`
}

/** *Connected Apps OAuth Usage*: who uses which app; install, block and revoke. */
export const oauthUsage: readonly SetupRoute[] = [...list, ...detail, ...acts, ...revoke]
