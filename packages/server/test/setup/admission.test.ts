import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { salesforcePosture } from '../../src/options.ts'
import { sessionId } from '../../src/tokens/org-session.ts'
import { passwords } from '../../src/users/password.ts'
import { missingFor } from '../../src/users/setup-rights.ts'
import { setupRoutes } from '../../src/web/setup/setup.ts'
import { addHandler } from '../flows/test-handlers.ts'
import { addProvider } from '../flows/test-provider.ts'
import { addIdentityProvider } from '../flows/test-saml.ts'
import { tokensFor } from '../flows/test-tokens.ts'
import { addCredentials } from './credentials.ts'
import { journalledRequest } from './journalled.ts'
import { fullApp, type SetupServer, type SignedIn, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer
/** For each part of a path that names a thing: one of this org, by its name in paths. */
let things: Readonly<Record<string, string>>
/** The same for personal settings, where people have to do with nobody's things but their own. */
let own: ReadonlyMap<SignedIn, Readonly<Record<string, string>>>

// What the routes do is asked of the server below; here they only say what there is, and who may.
const never = () => {
  throw new Error('This is not what the test asks.')
}
const routes = setupRoutes({
  seal: { close: never, open: never, current: '' },
  passwords: passwords({ memory: 64, passes: 1, parallelism: 1 }),
  addresses: { siteOf: never, serves: never, baseOf: never, basesOf: never, ownBasesOf: never },
  newId: never,
  samlRules: salesforcePosture,
  askJitHandler: never,
  providerRules: salesforcePosture,
  signingKeyPeriod: undefined,
  ask: never,
  now: never,
})

beforeAll(async () => {
  setup = await startSetupServer()
  const app = await fullApp(setup.server)
  const { server, admin, standard } = setup
  await tokensFor(server, admin.user, app)
  const page = { now: server.now(), limit: 1 }
  const [session] = await server.stores.sessions.list(server.org.id, page)
  const [token] = await server.stores.accessTokens.list(server.org.id, page)
  await submitForm(admin, '/setup/certificates/new-self-signed', { label: 'A', name: 'A', keySize: '2048' })
  const permissionSet = await server.addPermissionSet('Everything')
  await submitForm(admin, '/setup/oauth-custom-scopes/new', { name: 'Orders', label: 'Orders', description: 'Orders' })
  await submitForm(admin, '/setup/custom-permissions/new', { name: 'Approve', label: 'Approve' })
  const { namedCredential, externalCredential } = await addCredentials(server)
  const [customScope] = await server.stores.customScopes.list(server.org.id)
  const [customPermission] = await server.stores.customPermissions.list(server.org.id)
  const [certificate] = await server.stores.certificates.list(server.org.id)
  const handler = await addHandler(server, app, admin.user)
  const settings = await addIdentityProvider(server)
  const provider = await addProvider(server, 'Acme_ID', 'https://id.example')
  const link = { orgId: server.org.id, providerId: provider.id, remoteId: 'remote-1', userId: standard.user.id }
  await server.stores.accountLinks.add({ ...link, createdAt: server.now() })
  const external = { external: { distributionState: 'Packaged' }, saml: undefined } as const
  const installed = await fullApp(server, 'Away', { ...external, orgId: server.otherOrg.id })
  things = {
    app: app.id,
    externalApp: (await fullApp(server, 'Successor', external)).id,
    installedApp: installed.id,
    user: standard.user.id,
    profile: standard.user.profileId,
    permissionSet: permissionSet.id,
    ...(await ownThings(standard, app)),
    session: String(session?.id),
    token: String(token?.id),
    certificate: certificate?.id ?? '',
    customScope: customScope?.id ?? '',
    namedCredential: namedCredential.id,
    externalCredential: externalCredential.id,
    update: 'endSoapLogin',
    customPermission: customPermission?.id ?? '',
    settings: settings.id,
    handler: handler.id,
    provider: provider.id,
    link: Buffer.from('remote-1').toString('base64url'),
    request: await journalledRequest(server, app),
  }
  own = new Map([
    [admin, await ownThings(admin, app)],
    [standard, things],
  ])
})

afterAll(() => setup.server.close())

function filled(path: string, ids: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:([a-z]+)/gi, (_, name: string) => {
    const id = ids[name === 'app' ? appOf(path) : name]
    if (id === undefined) throw new Error(`The test has no ${name} for ${path}.`)
    return id
  })
}

/** Which app a path is about: the two kinds have pages of their own, and only what was made elsewhere is uninstalled. */
function appOf(path: string): string {
  if (!path.startsWith('/setup/external-client-apps/')) return 'app'
  return path.endsWith('/uninstall') ? 'installedApp' : 'externalApp'
}

/** What somebody has to do with: an app that they let in, and a session of theirs. */
async function ownThings({ user }: SignedIn, app: ConnectedApp): Promise<Readonly<Record<string, string>>> {
  const { server } = setup
  await tokensFor(server, user, app)
  const [session] = await server.stores.sessions.list(user.orgId, { userId: user.id, now: server.now(), limit: 1 })
  const [refreshToken] = await server.stores.refreshTokens.listLive({ userId: user.id, appId: app.id }, server.now())
  return {
    app: app.id,
    orgSession: sessionId({ kind: 'browser', id: session?.id ?? 0 }),
    refreshToken: String(refreshToken?.id),
  }
}

/** The path with ids of things that somebody may have to do with. */
function filledFor(who: SignedIn, path: string): string {
  return filled(path, path.startsWith('/personal') ? { ...things, ...own.get(who) } : things)
}

/** Asks without following redirects. */
function ask(who: SignedIn | undefined, method: string, path: string, body?: string) {
  const cookie = [...(who?.browser.cookies ?? [])].map((pair) => pair.join('=')).join('; ')
  const headers = {
    accept: 'text/html',
    ...(cookie === '' ? {} : { cookie }),
    ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  return setup.server.request(path, { method, headers, ...(body === undefined ? {} : { body }) })
}

describe('every route of Setup', () => {
  it('is there once', () => {
    const all = routes.map(({ method, path }) => `${method} ${path}`)
    expect(all.length).toBe(new Set(all).size)
    expect(all.length).toBeGreaterThan(1)
  })

  it.each(routes)('sends whoever is not signed in to sign in, and back: $method $path', async ({ method, path }) => {
    const target = filled(path, things)
    const answer = await ask(undefined, method, target, method === 'POST' ? '' : undefined)
    expect([302, 303]).toContain(answer.status)
    expect(answer.headers.get('location')).toBe(`/?startURL=${encodeURIComponent(target)}`)
  })

  it.each(routes)('keeps a Standard User out of what is not theirs: $method $path', async ({ method, path, right }) => {
    const answer = await ask(
      setup.standard,
      method,
      filledFor(setup.standard, path),
      method === 'POST' ? '' : undefined,
    )
    const isTheirs = missingFor(right, (permission) => permission === 'ApiEnabled').length === 0
    if (!isTheirs) {
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('Insufficient Privileges')
      expect((await setup.server.journalOf(answer)).refusal?.reason).toBe('setup-permission-missing')
      return
    }
    // A form of theirs wants its token.
    expect(answer.status).toBe(method === 'POST' ? 403 : 200)
  })

  it.each(routes.filter(({ method }) => method === 'POST'))(
    'takes no form without its token, even from an admin: $path',
    async ({ path }) => {
      const answer = await ask(setup.admin, 'POST', filledFor(setup.admin, path), 'csrf_token=forged')
      expect(answer.status).toBe(403)
      expect((await setup.server.journalOf(answer)).refusal?.reason).toBe('form-forged')
    },
  )

  it.each(routes.filter(({ method }) => method === 'GET'))('shows an admin the page: $path', async ({ path }) => {
    const answer = await ask(setup.admin, 'GET', filledFor(setup.admin, path))
    expect(answer.status).toBeLessThan(400)
  })

  it.each(routes.filter(({ method, path }) => method === 'GET' && path.includes(':') && !path.includes(':update')))(
    // A release update is Salesforce's, and there for every org.
    "answers an admin of another org as if the id were nobody's: $path",
    async ({ path }) => {
      const unknown = Object.fromEntries(Object.entries(things).map(([name, id]) => [name, nobodys(id)]))
      const foreign = await ask(setup.stranger, 'GET', filled(path, things))
      const nowhere = await ask(setup.stranger, 'GET', filled(path, unknown))
      expect([foreign.status, withoutIds(await foreign.text())]).toEqual([404, withoutIds(await nowhere.text())])
    },
  )

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('has no %s', async (method) => {
    for (const path of new Set(routes.map((route) => filled(route.path, things)))) {
      expect([path, (await ask(setup.admin, method, path)).status]).toEqual([path, 404])
    }
  })
})

it('is of the org at whose address it is asked for, and of no other', async () => {
  const { admin, server } = setup
  const elsewhere = await server.request('http://localhost:8788/setup/connected-apps', {
    headers: {
      accept: 'text/html',
      cookie: [...admin.browser.cookies].map(([name, value]) => `${name.replace('8787', '8788')}=${value}`).join('; '),
    },
  })
  expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([302, '/?startURL=%2Fsetup%2Fconnected-apps'])
})

function nobodys(id: string): string {
  return /^[0-9]+$/.test(id) ? '999999999' : `${id.slice(0, 3)}000000000zzzAAA`
}

function withoutIds(html: string): string {
  return html.replaceAll(/<code>[a-z0-9]{12,}<\/code>/gi, '')
}
