import { type Approval, mostRefreshTokens } from '../../../connected-apps/approval.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { revokeApproval } from '../../../connected-apps/revoke-approval.ts'
import { done, refused } from '../../../problem.ts'
import { type LoginHistoryEntry, loginTypeLabels } from '../../../sessions/login-history.ts'
import { lastUsedAt, type SessionType } from '../../../sessions/session.ts'
import { endSession, readSessionId, sessionId } from '../../../tokens/org-session.ts'
import type { RefreshToken } from '../../../tokens/refresh-token.ts'
import type { SetupRight } from '../../../users/setup-rights.ts'
import type { User } from '../../../users/user.ts'
import { Badge, EmptyState, Instant, Nothing } from '../blocks.tsx'
import { ScopeList } from '../connected-apps/scope-list.tsx'
import type { PlacePath } from '../places.ts'
import { type Asked, confirmPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'

/** Whose access is shown, and where that is done: a user's page, or one's own. */
export interface AccessPlace {
  readonly place: PlacePath
  readonly right: SetupRight
  readonly find: (visit: SetupVisit) => Promise<User | undefined>
  readonly crumbs: (user: User) => NonNullable<Asked['crumbs']>
  /** The pattern of the address under which an app of theirs is revoked, with `:app`. */
  readonly revoke: string
  /** The same for one refresh token, with `:refreshToken`. */
  readonly revokeToken: string
  /** The same for ending a session, with `:orgSession`. */
  readonly end: string
  /** Where to go afterwards. */
  readonly back: (user: User, from: 'apps' | 'sessions') => string
}

/** An app that a user lets act for them. */
export interface OwnApp {
  readonly approval: Approval
  readonly app: ConnectedApp | undefined
}

/** The apps that a user lets act for them, latest use first. */
export async function appsOf({ stores }: Pick<SetupVisit, 'stores'>, user: User): Promise<readonly OwnApp[]> {
  const approvals = await stores.approvals.listOf(user.id)
  return Promise.all(approvals.map(async (approval) => ({ approval, app: await stores.apps.find(approval.appId) })))
}

/** *OAuth Connected Apps* of a user. */
export function OwnApps({ apps, revoke }: { readonly apps: readonly OwnApp[]; revoke?: (appId: string) => string }) {
  return (
    <DataTable<OwnApp>
      caption="OAuth connected apps"
      rows={apps}
      columns={[
        { heading: 'Connected App', cell: ({ app }) => app?.label ?? <Nothing /> },
        { heading: 'First Use', cell: ({ approval }) => <Instant at={approval.firstUsedAt} /> },
        { heading: 'Most Recent Use', cell: ({ approval }) => <Instant at={approval.lastUsedAt} /> },
        { heading: 'Use Count', align: 'right', cell: ({ approval }) => String(approval.useCount) },
        { heading: 'Scopes Allowed', cell: ({ approval }) => <ScopeList scopes={approval.scopes} /> },
        ...(revoke === undefined
          ? []
          : [
              {
                heading: 'Actions',
                cell: ({ approval, app }: OwnApp) => (
                  <a href={revoke(approval.appId)} aria-label={`Revoke ${app?.label ?? ''}`}>
                    Revoke
                  </a>
                ),
              },
            ]),
      ]}
      empty={
        <EmptyState title="No app acts for this user">
          <p>An app is listed once somebody has let it in, or an admin has for them, until that is taken back.</p>
        </EmptyState>
      }
    />
  )
}

/** A refresh token by which an app may act for a user at any time. */
export interface OwnRefreshToken {
  readonly token: RefreshToken
  readonly app: ConnectedApp | undefined
}

/** The live refresh tokens of a user, newest first. */
export async function refreshTokensOf(
  { stores, at }: Pick<SetupVisit, 'stores' | 'at'>,
  user: User,
): Promise<readonly OwnRefreshToken[]> {
  const tokens = await stores.refreshTokens.listLive({ userId: user.id }, at)
  return Promise.all(tokens.map(async (token) => ({ token, app: await stores.apps.find(token.appId) })))
}

/** The refresh tokens of a user: an app is listed once for each place that it was connected from. */
export function OwnRefreshTokens(props: {
  readonly tokens: readonly OwnRefreshToken[]
  readonly revoke: (id: number) => string
}) {
  return (
    <DataTable<OwnRefreshToken>
      caption="Refresh tokens"
      rows={props.tokens}
      columns={[
        { heading: 'Connected App', cell: ({ app }) => app?.label ?? <Nothing /> },
        { heading: 'Given', cell: ({ token }) => <Instant at={token.issuedAt} /> },
        { heading: 'Most Recent Use', cell: ({ token }) => <Instant at={token.lastUsedAt} /> },
        { heading: 'Use Count', align: 'right', cell: ({ token }) => String(token.useCount) },
        { heading: 'Scopes', cell: ({ token }) => <ScopeList scopes={token.scopes} /> },
        {
          heading: 'Actions',
          cell: ({ token, app }) => (
            <a href={props.revoke(token.id)} aria-label={`Revoke the refresh token of ${app?.label ?? 'an app'}`}>
              Revoke
            </a>
          ),
        },
      ]}
      empty={
        <EmptyState title="No refresh token is alive">
          <p>
            An app gets one with the scope refresh_token, each time somebody lets it in. Of one app{' '}
            {String(mostRefreshTokens)} stay alive; the next ends the oldest.
          </p>
        </EmptyState>
      }
    />
  )
}

/** A live session of a user: in a browser, or of an app. */
export interface OwnSession {
  readonly id: string
  readonly type: SessionType | 'Oauth2'
  readonly app: string | undefined
  readonly createdAt: Date
  readonly lastUsedAt: Date
  readonly expiresAt: Date
  readonly sourceIp: string | undefined
  readonly isCurrent: boolean
}

const mostSessions = 50

/** The newest live sessions of a user, in browsers and of apps. */
export async function sessionsOf(visit: SetupVisit, user: User): Promise<readonly OwnSession[]> {
  const { stores, org, session: current, at: now } = visit
  const wanted = { userId: user.id, now, limit: mostSessions }
  const [browsers, tokens] = await Promise.all([
    stores.sessions.list(org.id, wanted),
    stores.accessTokens.list(org.id, wanted),
  ])
  const apps = await Promise.all(tokens.map(({ appId }) => stores.apps.find(appId)))
  return [
    ...browsers.map((session) => ({
      id: sessionId({ kind: 'browser', id: session.id }),
      type: session.type,
      app: undefined,
      createdAt: session.authTime,
      lastUsedAt: lastUsedAt(session),
      expiresAt: session.expiresAt,
      sourceIp: session.sourceIp,
      isCurrent: session.id === current.id,
    })),
    ...tokens.map((token, index) => ({
      id: sessionId({ kind: 'app', id: token.id }),
      type: 'Oauth2' as const,
      app: apps[index]?.label,
      createdAt: token.issuedAt,
      lastUsedAt: lastUsedAt(token),
      expiresAt: token.expiresAt,
      sourceIp: undefined,
      isCurrent: false,
    })),
  ]
}

/** The sessions of a user. */
export function OwnSessions(props: { readonly sessions: readonly OwnSession[]; end?: (id: string) => string }) {
  const { sessions, end } = props
  return (
    <DataTable<OwnSession>
      caption="Sessions"
      rows={sessions}
      columns={[
        { heading: 'Session', cell: ({ app, type }) => app ?? (type === 'Oauth2' ? <Nothing /> : 'Browser') },
        { heading: 'Session Type', cell: ({ type }) => type },
        { heading: 'Created', cell: ({ createdAt }) => <Instant at={createdAt} /> },
        { heading: 'Last Used', cell: (session) => <Instant at={session.lastUsedAt} /> },
        { heading: 'Ends Unless Used', cell: ({ expiresAt }) => <Instant at={expiresAt} /> },
        {
          heading: 'Source IP',
          cell: ({ sourceIp }) => (sourceIp === undefined ? <Nothing /> : <code>{sourceIp}</code>),
        },
        {
          heading: 'Actions',
          cell: ({ id, isCurrent, app }) => {
            if (isCurrent) return <Badge look="success">This session</Badge>
            return end === undefined ? (
              <Nothing />
            ) : (
              <a href={end(id)} aria-label={`End session ${app ?? 'in a browser'}`}>
                End
              </a>
            )
          },
        },
      ]}
      empty={
        <EmptyState title="No live session">
          <p>
            Sessions begin with a sign-in, or when an app gets an access token, and end some time after their last use.
          </p>
        </EmptyState>
      }
    />
  )
}

/** Attempts to sign in, newest first. */
export function LoginTable({ entries }: { readonly entries: readonly LoginHistoryEntry[] }) {
  return (
    <DataTable<LoginHistoryEntry>
      caption="Login history"
      rows={entries}
      columns={[
        { heading: 'Login Time', cell: ({ at }) => <Instant at={at} /> },
        { heading: 'Source IP', cell: ({ sourceIp }) => <code>{sourceIp}</code> },
        { heading: 'Login Type', cell: ({ loginType }) => loginTypeLabels[loginType] },
        {
          heading: 'Status',
          cell: ({ status }) => <Badge look={status === 'Success' ? 'success' : 'error'}>{status}</Badge>,
        },
        { heading: 'Application', cell: ({ application }) => application },
        { heading: 'Browser', cell: ({ browser }) => browser },
        { heading: 'Login URL', cell: ({ loginUrl }) => loginUrl },
      ]}
      empty={<EmptyState title="No attempt to sign in yet" />}
    />
  )
}

/** The pages that ask before an app of a user is revoked, or a session of theirs ended. */
export function accessPages(
  { place, right, find, crumbs, revoke, revokeToken, end, back }: AccessPlace,
  { now }: Pick<SetupNeeds, 'now'>,
): readonly SetupRoute[] {
  return [
    ...confirmPage<{ readonly user: User; readonly app: ConnectedApp }>({
      path: revoke,
      right,
      async find(visit) {
        const { stores, params } = visit
        const [user, app] = await Promise.all([find(visit), stores.apps.find(params['app'] ?? '')])
        if (user === undefined || app === undefined) return undefined
        return (await stores.approvals.find(user.id, app.id)) === undefined ? undefined : { user, app }
      },
      show: ({ user, app }) => ({
        title: `Revoke ${app.label}`,
        place,
        crumbs: crumbs(user),
        consequences: (
          <p>
            The app cannot act for {user.username} any more: consent, refresh tokens and access tokens end at once. It
            can be let in again.
          </p>
        ),
        button: 'Revoke',
        isDestructive: true,
        cancel: back(user, 'apps'),
      }),
      async act({ user, app }, { stores }) {
        const outcome = await revokeApproval({ ...stores, now }, user, app)
        return outcome.ok ? done({ to: back(user, 'apps'), say: `“${app.label}” is revoked.` }) : outcome
      },
    }),
    ...confirmPage<{ readonly user: User; readonly app: ConnectedApp; readonly id: number }>({
      path: revokeToken,
      right,
      async find(visit) {
        const user = await find(visit)
        if (user === undefined) return undefined
        const asked = (await refreshTokensOf(visit, user)).find(
          ({ token }) => String(token.id) === visit.params['refreshToken'],
        )
        return asked?.app === undefined ? undefined : { user, app: asked.app, id: asked.token.id }
      },
      show: ({ user, app }) => ({
        title: `Revoke a refresh token of ${app.label}`,
        place,
        crumbs: crumbs(user),
        consequences: (
          <p>
            Wherever the app uses this token, it cannot act for {user.username} any more: the access tokens from it end
            at once. What else the app holds goes on; to end all of it, revoke the app.
          </p>
        ),
        button: 'Revoke',
        isDestructive: true,
        cancel: back(user, 'apps'),
      }),
      async act({ user, app, id }, { stores, at }) {
        const hasEnded = await stores.refreshTokens.endOf(user.id, id, at)
        return hasEnded
          ? done({ to: back(user, 'apps'), say: `A refresh token of “${app.label}” is revoked.` })
          : refused({ field: 'token', message: 'This refresh token has ended already.' })
      },
    }),
    ...confirmPage<{ readonly user: User; readonly session: string }>({
      path: end,
      right,
      async find(visit) {
        const user = await find(visit)
        const asked = readSessionId(visit.params['orgSession'] ?? '')
        if (user === undefined || asked === undefined) return undefined
        const { stores, org, at } = visit
        const { list } = asked.kind === 'browser' ? stores.sessions : stores.accessTokens
        // The newest before the next one: the one that is asked for, if it lives and is this user's.
        const [found] = await list(org.id, { userId: user.id, now: at, before: asked.id + 1, limit: 1 })
        return found?.id === asked.id ? { user, session: sessionId(asked) } : undefined
      },
      show: ({ user, session }, visit) => ({
        title: 'End a session',
        place,
        crumbs: crumbs(user),
        consequences: (
          <p>
            {readSessionId(session)?.kind === 'browser'
              ? `${user.username} is signed out of that browser at once.`
              : 'The access token ends at once. With a refresh token the app gets a new one: to keep it out, revoke it.'}
            {isCurrent(session, visit) && ' It is the very session that you are in.'}
          </p>
        ),
        button: 'End Session',
        isDestructive: true,
        cancel: back(user, 'sessions'),
      }),
      async act({ user, session }, { stores, org }) {
        const hasEnded = await endSession({ ...stores, now }, org, session)
        return hasEnded
          ? done({ to: back(user, 'sessions'), say: 'The session has ended.' })
          : refused({ field: 'session', message: 'This session has ended already.' })
      },
    }),
  ]
}

function isCurrent(id: string, { session }: SetupVisit): boolean {
  return id === sessionId({ kind: 'browser', id: session.id })
}
