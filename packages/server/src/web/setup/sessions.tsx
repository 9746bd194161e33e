import { done, refused } from '../../problem.ts'
import { type ListedSession, lastUsedAt } from '../../sessions/session.ts'
import type { ListedAccessToken } from '../../tokens/access-token.ts'
import type { User } from '../../users/user.ts'
import { usernamesFrom } from '../../users/usernames.ts'
import { excerpt } from '../pages/excerpt.ts'
import { Badge, Card, EmptyState, Instant } from './blocks.tsx'
import { chosen, Filters } from './filters.tsx'
import { namedUser } from './named-user.ts'
import { confirmPage, page, shown } from './route.tsx'
import { type RowPage, RowPager, readBefore, rowPage } from './row-pages.tsx'
import type { SetupRoute, SetupVisit } from './setup-visit.ts'
import { type Column, DataTable, pageLength } from './table.tsx'

const path = '/setup/sessions'
const kinds = [
  { value: 'UI', label: 'UI and its like: people with a browser' },
  { value: 'Oauth2', label: 'Oauth2: access tokens of apps' },
] as const

type PersonSession = ListedSession & { readonly username: string; readonly isCurrent: boolean }
type AppSession = ListedAccessToken & { readonly username: string; readonly appLabel: string }

const none: RowPage<never> = { rows: [], next: undefined }

/** *Session Management*: who is signed in, which access tokens are live, and the way to end them. */
export const sessionManagement: readonly SetupRoute[] = [
  ...page(path, 'manage users', async (visit) => {
    const { query } = visit
    const named = await namedUser(visit)
    const kind = chosen(query, 'type', kinds)
    const user = named === 'unknown' ? undefined : named
    const [people, apps] = await Promise.all([
      named === 'unknown' || kind === 'Oauth2' ? none : sessionsOf(visit, user),
      named === 'unknown' || kind === 'UI' ? none : tokensOf(visit, user),
    ])
    return shown(visit, {
      title: 'Session Management',
      lead: 'Who is signed in with a browser, and which access tokens apps hold. Ended, both are refused at once. Times are UTC.',
      place: path,
      actions: [
        user === undefined
          ? undefined
          : { href: `${path}/of/${user.id}/end`, label: `End all of ${user.username}`, look: 'destructive' },
      ],
      children: (
        <>
          <Card title="Filter">
            <Filters
              path={path}
              query={query}
              filters={[
                { name: 'user', label: 'Username' },
                { name: 'type', label: 'Session Type', options: kinds },
              ]}
            />
            {named === 'unknown' && (
              <EmptyState title={`This org has no user “${excerpt(query.get('user') ?? '', 80)}”`}>
                <a href={path}>Show all sessions</a>
              </EmptyState>
            )}
          </Card>
          {named !== 'unknown' && kind !== 'Oauth2' && <People {...people} query={query} />}
          {named !== 'unknown' && kind !== 'UI' && <Apps {...apps} query={query} />}
        </>
      ),
    })
  }),
  ...confirmPage<PersonSession>({
    path: `${path}/:session/end`,
    right: 'manage users',
    async find(visit) {
      const [session] = await sessionsFrom(visit, { before: numberOf(visit, 'session') + 1, limit: 1 })
      return session?.id === numberOf(visit, 'session') ? session : undefined
    },
    show: ({ username, sourceIp, isCurrent }) => ({
      title: `End a session of ${username}?`,
      place: path,
      consequences: (
        <p>
          {isCurrent
            ? 'This is your own session, with which you are here: you will have to sign in again.'
            : `The browser at ${sourceIp} has to sign in again with its next click. What stands in an unsent form there is lost.`}
        </p>
      ),
      button: 'End Session',
      isDestructive: true,
      cancel: path,
    }),
    async act({ id, username }, { stores, org }) {
      const isEnded = await stores.sessions.endIn(org.id, id)
      return isEnded ? done({ to: path, say: `A session of ${username} has ended.` }) : refused(endedBefore)
    },
  }),
  ...confirmPage<AppSession>({
    path: `${path}/tokens/:token/end`,
    right: 'manage users',
    async find(visit) {
      const [token] = await tokensFrom(visit, { before: numberOf(visit, 'token') + 1, limit: 1 })
      return token?.id === numberOf(visit, 'token') ? token : undefined
    },
    show: ({ username, appLabel, refreshTokenId }) => ({
      title: `End an access token of ${appLabel}?`,
      place: path,
      consequences: (
        <>
          <p>{`The next call that ${appLabel} makes with it for ${username} is refused (INVALID_SESSION_ID).`}</p>
          <p>
            {refreshTokenId === undefined
              ? 'The app may ask for another at once, if it may use this org still.'
              : 'Its refresh token stays: the app may get another at once. To end that too, revoke the app’s approval in Connected Apps OAuth Usage.'}
          </p>
        </>
      ),
      button: 'End Access Token',
      isDestructive: true,
      cancel: path,
    }),
    async act({ id, username, appLabel }, { stores, org, at }) {
      const isEnded = await stores.accessTokens.endIn(org.id, id, at)
      return isEnded
        ? done({ to: path, say: `An access token of ${appLabel} for ${username} has ended.` })
        : refused(endedBefore)
    },
  }),
  ...confirmPage<User>({
    path: `${path}/of/:user/end`,
    right: 'manage users',
    async find({ stores, org, params }) {
      const user = await stores.users.find(params['user'] ?? '')
      return user?.orgId === org.id ? user : undefined
    },
    show: (user, visit) => ({
      title: `End every session of ${user.username}?`,
      place: path,
      consequences: (
        <>
          <p>All of these end at once, in every browser and every app:</p>
          <ul class="slds-list_dotted">
            <li>
              every session with a browser{user.id === visit.user.id ? ', also the one with which you are here' : ''}
            </li>
            <li>every access token</li>
            <li>every refresh token: apps have to send the user through sign-in again</li>
          </ul>
          <p>
            What the user may do stays: who knows the password or holds a key may come back at once. Freeze the user to
            keep them out.
          </p>
        </>
      ),
      button: 'End All',
      isDestructive: true,
      cancel: path,
    }),
    async act({ id, username }, { stores }) {
      await stores.users.endAll(id)
      return done({ to: path, say: `Every session and token of ${username} has ended.` })
    },
  }),
]

const endedBefore = { field: 'session', message: 'It had ended already.' }

function numberOf({ params }: SetupVisit, name: string): number {
  const text = params[name] ?? ''
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : 0
}

interface Part {
  readonly userId?: string | undefined
  readonly before: number | undefined
  readonly limit: number
}

function sessionsOf(visit: SetupVisit, user: User | undefined): Promise<RowPage<PersonSession>> {
  const before = readBefore(visit.query)
  return rowPage((limit) => sessionsFrom(visit, { userId: user?.id, before, limit }), pageLength)
}

async function sessionsFrom(visit: SetupVisit, part: Part): Promise<readonly PersonSession[]> {
  const { stores, org, at, session: own } = visit
  const usernameOf = usernamesFrom(stores.users)
  const sessions = await stores.sessions.list(org.id, { ...part, now: at })
  return Promise.all(
    sessions.map(async (session) => ({
      ...session,
      username: await usernameOf(session.userId),
      isCurrent: session.id === own.id,
    })),
  )
}

function tokensOf(visit: SetupVisit, user: User | undefined): Promise<RowPage<AppSession>> {
  const before = readBefore(visit.query, 'tokensBefore')
  return rowPage((limit) => tokensFrom(visit, { userId: user?.id, before, limit }), pageLength)
}

async function tokensFrom({ stores, org, at }: SetupVisit, part: Part): Promise<readonly AppSession[]> {
  const usernameOf = usernamesFrom(stores.users)
  const tokens = await stores.accessTokens.list(org.id, { ...part, now: at })
  return Promise.all(
    tokens.map(async (token) => ({
      ...token,
      username: await usernameOf(token.userId),
      appLabel: (await stores.apps.find(token.appId))?.label ?? token.appId,
    })),
  )
}

type Listed = { readonly query: URLSearchParams }

function userColumn<Row extends { readonly userId: string; readonly username: string }>(): Column<Row> {
  return {
    heading: 'Username',
    cell: ({ userId, username }) => (
      <a class="long" href={`/setup/users/${userId}`}>
        {username}
      </a>
    ),
  }
}

function People({ rows, next, query }: RowPage<PersonSession> & Listed) {
  return (
    <Card title="Browser sessions">
      <DataTable<PersonSession>
        caption="Browser sessions, newest first"
        rows={rows}
        columns={[
          userColumn(),
          { heading: 'Session Type', cell: ({ type }) => type },
          {
            heading: 'Login Type',
            cell: ({ accessTokenId }) => (accessTokenId === undefined ? 'Application' : 'Remote Access 2.0'),
          },
          { heading: 'Source IP', cell: ({ sourceIp }) => sourceIp },
          { heading: 'Created', cell: ({ authTime }) => <Instant at={authTime} /> },
          { heading: 'Last Use', cell: (session) => <Instant at={lastUsedAt(session)} /> },
          { heading: 'Valid Until', cell: ({ expiresAt }) => <Instant at={expiresAt} /> },
          {
            heading: 'Action',
            cell: ({ id, username, isCurrent }) => (
              <span class="actions">
                <a href={`${path}/${id}/end`} aria-label={`End session ${id} of ${username}`}>
                  End
                </a>
                {isCurrent && <Badge look="success">Current</Badge>}
              </span>
            ),
          },
        ]}
        empty={<EmptyState title="Nobody is signed in with a browser" />}
      />
      <RowPager path={path} query={query} next={next} label="browser sessions" />
    </Card>
  )
}

function Apps({ rows, next, query }: RowPage<AppSession> & Listed) {
  return (
    <Card title="Access tokens">
      <DataTable<AppSession>
        caption="Access tokens, newest first"
        rows={rows}
        columns={[
          userColumn(),
          { heading: 'Session Type', cell: () => 'Oauth2' },
          { heading: 'Login Type', cell: () => 'Remote Access 2.0' },
          { heading: 'Application', cell: ({ appLabel }) => appLabel },
          { heading: 'Scopes', cell: ({ scopes }) => scopes.join(' ') },
          { heading: 'Created', cell: ({ issuedAt }) => <Instant at={issuedAt} /> },
          { heading: 'Last Use', cell: (token) => <Instant at={lastUsedAt(token)} /> },
          { heading: 'Valid Until', cell: ({ expiresAt }) => <Instant at={expiresAt} /> },
          {
            heading: 'Action',
            cell: ({ id, username, appLabel }) => (
              <a href={`${path}/tokens/${id}/end`} aria-label={`End token ${id} of ${appLabel} for ${username}`}>
                End
              </a>
            ),
          },
        ]}
        empty={
          <EmptyState title="No app holds a live access token">
            <p>One appears here as soon as an app signs in, by whichever flow.</p>
          </EmptyState>
        }
      />
      <RowPager path={path} query={query} next={next} parameter="tokensBefore" label="access tokens" />
    </Card>
  )
}
