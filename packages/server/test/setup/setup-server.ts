import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { signInOn, type TestBrowser, testBrowser } from '../flows/test-browser.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../flows/test-server.ts'

/** A server with somebody of every kind that Setup tells apart, each signed in at the login host. */
export interface SetupServer {
  readonly server: TestServer
  /** A System Administrator. */
  readonly admin: SignedIn
  /** A Standard User: nobody in Setup. */
  readonly standard: SignedIn
  /** A System Administrator of another org. */
  readonly stranger: SignedIn
  /** Signs somebody else in. */
  signIn(user: User): Promise<SignedIn>
}

/** Somebody with a browser in which they are signed in. */
export interface SignedIn {
  readonly user: User
  readonly browser: TestBrowser
}

/** Starts the server and signs everybody in. */
export async function startSetupServer(options: TestServerOptions = {}): Promise<SetupServer> {
  const server = await startTestServer(options)
  const { stores, otherOrg } = server
  const adminProfile = await server.profile('System Administrator')
  const strangerProfile = await stores.profiles.findByName(otherOrg.id, 'System Administrator')
  if (strangerProfile === undefined) throw new Error('The other org has no administrators.')
  const signIn = async (user: User): Promise<SignedIn> => {
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), user.username)
    return { user, browser }
  }
  return {
    server,
    signIn,
    admin: await signIn(await server.addUser('admin@target.example', { profileId: adminProfile.id })),
    standard: await signIn(await server.addUser('user@target.example')),
    stranger: await signIn(
      await server.addUser('admin@other.example', { orgId: otherOrg.id, profileId: strangerProfile.id }),
    ),
  }
}

/** The token of the form on a page, which it must bring to be taken. */
export function tokenOn(html: string, action: string): string {
  const form = html.split('<form').find((part) => part.includes(`action="${action}"`) && part.includes('csrf_token'))
  const token = /name="csrf_token" value="([^"]+)"/.exec(form ?? '')?.[1]
  if (token === undefined) throw new Error(`There is no form for ${action} on this page.`)
  return token
}

/** Opens a page and posts its form with these fields besides the token. */
export async function submitForm(
  { browser }: Pick<SignedIn, 'browser'>,
  path: string,
  fields: Record<string, string | readonly string[]> = {},
) {
  const page = await browser.open(path)
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
  )
  return browser.submit(path, [['csrf_token', tokenOn(page.html, path.replace(/\?.*/, ''))], ...pairs])
}

/** An app with everything that a page can show of one. */
export function fullApp(server: TestServer): Promise<ConnectedApp> {
  return server.addApp('Everything', {
    description: 'Shows all that an app can have.',
    contactPhone: '+33 1 23 45 67 89',
    infoUrl: 'https://app.example/about',
    logoUrl: 'https://app.example/logo.png',
    iconUrl: 'https://app.example/icon.png',
    startUrl: 'https://app.example/start',
    singleLogoutUrl: 'https://app.example/logout',
    ipRanges: [{ start: '192.0.2.0', end: '192.0.2.255', description: 'Office' }],
  })
}
