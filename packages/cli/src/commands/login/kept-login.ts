import { type Client, dpopOf, type Login, openLogins } from '../../logins.ts'
import type { Terminal } from '../../terminal.ts'

type AccessToken = import('@sallyport/client').AccessToken
type NewLogin = Login extends infer One
  ? One extends Login
    ? Omit<One, 'name' | 'username' | 'organizationId' | 'at'>
    : never
  : never

/** What a sign-in has come to. */
export interface SignedIn {
  readonly token: AccessToken
  /** What it is called; by default the username. */
  readonly name: string | undefined
}

/** Asks whose token it is, and keeps the sign-in. */
export async function keepLogin(
  client: Client,
  terminal: Terminal,
  settings: NewLogin,
  { token, name }: SignedIn,
): Promise<void> {
  const identity = await client.identityOf(token, client.loginUrl(settings.loginHost), {
    dpop: dpopOf(client, settings),
  })
  const text = (member: string) => {
    const value = identity.get(member)
    return typeof value === 'string' ? value : ''
  }
  const username = text('username')
  const organizationId = text('organization_id')
  const login: Login = { ...settings, name: name ?? username, username, organizationId, at: new Date() }
  await openLogins(client).keep(login, token)
  terminal.answer(
    { name: login.name, username, organizationId, instanceUrl: token.instanceUrl, scope: token.scope },
    `${terminal.style.green('✓')} Signed in as ${username} at ${token.instanceUrl ?? settings.loginHost}` +
      `${login.name === username ? '' : `, kept as “${login.name}”`}.\n` +
      '  Call it: sallyport call GET /services/data/',
  )
}
