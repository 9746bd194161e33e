import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { explainedReasons } from '../../src/oauth/explanation.ts'
import { checksNotReached } from '../../src/oauth/flow-checks.ts'
import type { User } from '../../src/users/user.ts'
import { mendingLink } from '../../src/web/setup/flow-log/mending.ts'
import { placeGroups } from '../../src/web/setup/places.ts'
import { newSigner } from '../flows/test-server.ts'
import { codeFor, credentialsOf, exchange, isAlive, refresh } from '../flows/test-tokens.ts'
import { jwtBearer } from './journalled.ts'
import { type SetupServer, startSetupServer } from './setup-server.ts'

const path = '/setup/flow-log'

describe('the flow log', () => {
  let setup: SetupServer
  let app: ConnectedApp
  let user: User
  let profileId: string
  beforeAll(async () => {
    setup = await startSetupServer()
    const { server } = setup
    profileId = (await server.profile('Standard User')).id
    app = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [profileId] })
    user = await server.addUser('ada@target.example')
  })
  afterAll(() => setup.server.close())

  const ask = (claims: Record<string, unknown> = {}) =>
    jwtBearer(setup.server, { iss: app.consumerKey, sub: user.username, ...claims })
  const open = async (query = '') => (await setup.admin.browser.open(`${path}${query}`)).html
  const entryOf = async (answer: { readonly headers: Headers }) =>
    (await setup.admin.browser.open(`${path}/${answer.headers.get('x-request-id')}`)).html
  const requestsOn = (html: string) => [...html.matchAll(/href="\/setup\/flow-log\/([a-z0-9]+)"/gi)].map(([, id]) => id)
  const idOf = (answer: { readonly headers: Headers }) => answer.headers.get('x-request-id')

  it('shows the newest request on top, with app, user, how it ended and why', async () => {
    const first = await ask()
    const second = await ask({ aud: 'https://elsewhere.example' })
    const html = await open()
    expect(requestsOn(html).slice(0, 2)).toEqual([idOf(second), idOf(first)])
    const [row = '', next = ''] = html.split('<tbody>')[1]?.split('</tr>') ?? []
    for (const text of ['Warehouse', user.username, 'JWT Bearer Flow', 'Refused 400', 'audience-unknown']) {
      expect(row).toContain(text)
    }
    expect(next).toContain('Passed 200')
  })

  it('is filtered by app, user, flow, endpoint, outcome, cause and request id, and by several of them', async () => {
    const other = await setup.server.addApp('Other_App', {}, { isAdminApproved: true, profileIds: [profileId] })
    const bob = await setup.server.addUser('bob@target.example')
    const passed = idOf(await jwtBearer(setup.server, { iss: other.consumerKey, sub: bob.username }))
    const refused = idOf(await jwtBearer(setup.server, { iss: other.consumerKey, sub: bob.username, exp: 1 }))
    expect(requestsOn(await open(`?app=${other.id}`))).toEqual([refused, passed])
    expect(requestsOn(await open('?user=BOB@target.example'))).toEqual([refused, passed])
    expect(requestsOn(await open(`?user=${bob.id}`))).toEqual([refused, passed])
    const flow = encodeURIComponent('urn:ietf:params:oauth:grant-type:jwt-bearer')
    expect(requestsOn(await open(`?flow=${flow}&user=${bob.id}`))).toEqual([refused, passed])
    expect(requestsOn(await open(`?flow=refresh_token&user=${bob.id}`))).toEqual([])
    expect(requestsOn(await open(`?endpoint=token&outcome=passed&app=${other.id}`))).toEqual([passed])
    expect(requestsOn(await open(`?outcome=refused&app=${other.id}`))).toEqual([refused])
    expect(requestsOn(await open(`?cause=expiry-past&app=${other.id}`))).toEqual([refused])
    expect(requestsOn(await open(`?request=${passed}`))).toEqual([passed])
    expect(await open(`?app=${other.id}`)).toContain(`<option value="${other.id}" selected="">Other App</option>`)
  })

  it.each([
    ['user', 'nobody@target.example'],
    ['user', 'admin@other.example'],
    ['outcome', 'odd'],
    ['cause', '<b>'],
  ])('shows no request for a %s that this org has not, and says so', async (name, value) => {
    const html = await open(`?${name}=${encodeURIComponent(value)}`)
    expect(html).toContain('No request fits')
    expect(requestsOn(html)).toEqual([])
  })

  it('pages by row, so that new requests move nothing', async () => {
    const ids: (string | null)[] = []
    for (let count = 0; count < 60; count++) ids.unshift(idOf(await ask({ aud: 'https://pages.example' })))
    const first = await open('?cause=audience-unknown')
    const older = /href="([^"]*before=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    await ask({ aud: 'https://pages.example' })
    const next = (await setup.admin.browser.open(older)).html
    expect([...requestsOn(first), ...requestsOn(next).slice(0, 10)]).toEqual(ids)
    expect(next).not.toContain('data-tail=')
  })

  describe('an entry', () => {
    it('is a checklist: what was passed with what was found, what said no, and what was not reached', async () => {
      const html = await entryOf(await ask({ aud: 'https://test.salesforce.com' }))
      const states = [...html.matchAll(/<li class="(passed|refused|unreached)">/g)].map(([, state]) => state)
      expect(states.join(' ')).toMatch(/^(passed )+refused( unreached)+$/)
      expect(html).toContain('The audience (aud) names this server')
      expect(html).toContain('“https://test.salesforce.com”')
      expect(html).toContain('app: Warehouse')
      expect(html).toContain('Setup &gt; My Domain &gt; My Domain Details')
      expect(html).toContain('href="/setup/my-domain"')
      expect(html.split('unreached').at(-1)).toContain('The user has logins left in this hour')
    })

    it('of a request that passed has every check ticked', async () => {
      const html = await entryOf(await ask())
      expect(html.match(/<li class="passed">/g)?.length).toBe(15)
      expect(html).not.toContain('unreached')
      expect(html).toContain('Passed 200')
    })

    it('leads to the setting that mends it', async () => {
      const { server } = setup
      const mends = async (answer: { readonly headers: Headers }, href: string) =>
        expect(await entryOf(answer)).toContain(`class="slds-button slds-button_brand" href="${href}"`)
      const stranger = await newSigner()
      const claims = { iss: app.consumerKey, sub: user.username }
      await mends(await jwtBearer(server, claims, { key: stranger.privateKey }), `/setup/connected-apps/${app.id}/edit`)
      const unassigned = await server.addApp('Unassigned', {}, { isAdminApproved: true })
      await mends(
        await jwtBearer(server, { ...claims, iss: unassigned.consumerKey }),
        `/setup/connected-apps/${unassigned.id}/manage`,
      )
      const blocked = await server.addApp('Blocked', {}, { isBlocked: true })
      await mends(await jwtBearer(server, { ...claims, iss: blocked.consumerKey }), `/setup/oauth-usage/${blocked.id}`)
      const frozen = await server.addUser('frozen@target.example', { isFrozen: true })
      await mends(await ask({ sub: frozen.username }), `/setup/users/${frozen.id}`)
      const office = await server.addProfile({
        name: 'Office',
        loginIpRanges: [{ start: '192.0.2.1', end: '192.0.2.9' }],
      })
      const away = await server.addUser('away@target.example', { profileId: office.id })
      await mends(await ask({ sub: away.username }), `/setup/profiles/${office.id}`)
    })

    it('says so when no setting would change anything', async () => {
      expect(await entryOf(await ask({ exp: 1 }))).toContain('No setting here changes this')
    })

    it('shows what others wrote as text', async () => {
      const html = await entryOf(await ask({ sub: '<script>alert(1)</script>@x.example' }))
      expect(html).toContain('&lt;script&gt;alert(1)')
      expect(html).not.toContain('<script>alert')
    })

    it('of another org is not there', async () => {
      const answer = await ask()
      const { html, status } = await setup.stranger.browser.open(`${path}/${idOf(answer)}`)
      expect([status, html.includes('Page not found')]).toEqual([404, true])
      const list = (await setup.stranger.browser.open(`${path}?request=${idOf(answer)}`)).html
      expect(list).not.toContain(`${path}/${idOf(answer)}`)
      expect((await setup.stranger.browser.open(path)).html).not.toContain(user.username)
    })
  })

  describe('the live tail', () => {
    const follow = async (query: string) => {
      const { html, headers, status } = await setup.admin.browser.open(`${path}/tail?${query}`)
      return { html, status, after: headers.get('x-tail-after') ?? '' }
    }
    const begin = async () => /data-after="([0-9]+)"/.exec(await open())?.[1] ?? ''

    it('gives the rows newer than those on the page, the newest first, and from where on to ask next', async () => {
      const start = await begin()
      expect(await follow(`after=${start}`)).toMatchObject({ html: '', after: start })
      const [first, second] = [idOf(await ask()), idOf(await ask())]
      const news = await follow(`after=${start}`)
      expect(requestsOn(news.html)).toEqual([second, first])
      expect(news.html.startsWith('<tr>')).toBe(true)
      expect(await follow(`after=${news.after}`)).toMatchObject({ html: '', after: news.after })
    })

    it('keeps to the filter, and does not look at the same rows twice', async () => {
      const start = await begin()
      await ask()
      const none = await follow(`after=${start}&cause=expiry-past`)
      expect(none.html).toBe('')
      expect(Number(none.after)).toBeGreaterThan(Number(start))
      const wanted = idOf(await ask({ exp: 1 }))
      expect(requestsOn((await follow(`after=${none.after}&cause=expiry-past`)).html)).toEqual([wanted])
    })

    it('misses none of many at once', async () => {
      const start = await begin()
      const ids: (string | null)[] = []
      for (let count = 0; count < 130; count++) ids.unshift(idOf(await ask({ exp: 2 })))
      const first = await follow(`after=${start}`)
      const second = await follow(`after=${first.after}`)
      expect([...requestsOn(second.html), ...requestsOn(first.html)]).toEqual(ids)
    })

    it.each(['', 'after=', 'after=-1', 'after=x', 'after=99999999999999'])(
      'takes “%s” as: from now on',
      async (query) => {
        expect(await follow(query)).toMatchObject({ html: '', status: 200 })
      },
    )

    it('does not keep a session alive that nobody uses', async () => {
      const own = await startSetupServer()
      const { server, admin } = own
      server.advance(3700)
      expect((await admin.browser.open(`${path}/tail?after=0`)).status).toBe(200)
      server.advance(3600)
      expect((await admin.browser.open(`${path}/tail?after=0`)).url.pathname).toBe('/')
      await server.close()
      const used = await startSetupServer()
      used.server.advance(3700)
      await used.admin.browser.open(path)
      used.server.advance(3600)
      expect((await used.admin.browser.open(path)).url.pathname).toBe(path)
      await used.server.close()
    })
  })

  it('says what to do while there is no request', async () => {
    const html = (await setup.stranger.browser.open(`${path}?endpoint=soap`)).html
    expect(html).toContain('No request fits')
    expect(html).toContain('data-tail="/setup/flow-log/tail?endpoint=soap"')
  })
})

describe('what mends a cause', () => {
  it.each(explainedReasons)('is a page of Setup or nothing there: %s', (reason) => {
    const app = { id: '0H4000000000001AAA', label: 'App', external: undefined, isOwn: true }
    const external = { distributionState: 'Local' } as const
    const user = { id: '005000000000001AAA', username: 'ada@x.example', profileId: '00e000000000001AAA' }
    const places: readonly string[] = placeGroups.flatMap((group) => group.places.map((place) => place.path))
    const ways = [
      { app, user },
      { app: { ...app, external }, user },
      { app: { ...app, isOwn: false }, user },
      { app: { ...app, external, isOwn: false }, user },
      { app: undefined, user: undefined },
    ]
    for (const way of ways) {
      const href = mendingLink(reason, way)?.href ?? '/setup'
      expect(places).toContain(href.split('/').slice(0, 3).join('/'))
      // The settings of an app of another org are not ours to change.
      if (way.app?.isOwn === false) expect(href).not.toMatch(/-apps\/./)
    }
  })

  it('is nothing for a cause that this version does not know', () => {
    expect(mendingLink('of-the-future', { app: undefined, user: undefined })).toBeUndefined()
    expect(mendingLink('toString', { app: undefined, user: undefined })).toBeUndefined()
  })
})

describe('the checks that a refused request did not come to', () => {
  it('are those that a request makes that is let through, in their order', async () => {
    const setup = await startSetupServer()
    const { server } = setup
    const { id } = await server.profile('Standard User')
    const app = await server.addApp(
      'Everything',
      { isClientCredentialEnabled: true },
      { isAdminApproved: true, profileIds: [id] },
    )
    const user = await server.addUser('ada@target.example')
    const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
    if (policies === undefined) throw new Error('The app has no policies.')
    await server.stores.apps.setPolicies({ ...policies, clientCredentialUserId: user.id })
    const token = await jwtBearer(server, { iss: app.consumerKey, sub: user.username })
    const exchanged = await exchange(server, app, await codeFor(server, user, app))
    await refresh(server, app, exchanged.body.refresh_token)
    const own = `http://localhost:${server.org.port}/services`
    await server.post(`${own}/oauth2/token`, { grant_type: 'client_credentials', ...credentialsOf(app) })
    await server.post('/services/oauth2/introspect', { token: token.body.access_token, ...credentialsOf(app) })
    await server.request(`${own}/data/v60.0/limits`, {
      headers: { authorization: `Bearer ${token.body.access_token}` },
    })
    await server.post('/services/oauth2/revoke', { token: token.body.access_token })
    expect(await isAlive(server, token.body.access_token)).toBe(false)

    const entries = await server.stores.journal.list(server.org.id, { outcome: 'passed' }, { limit: 100 })
    const whole = new Map(entries.toReversed().map((entry) => [`${entry.endpoint} ${entry.flow}`, entry]))
    expect(whole.size).toBeGreaterThanOrEqual(9)
    for (const entry of whole.values()) {
      const [first, ...later] = entry.passed.map(({ check }) => check)
      const refusal = { reason: 'any', facts: {} }
      expect([entry.endpoint, entry.flow, checksNotReached({ ...entry, passed: [], refusal }, first ?? '')]).toEqual([
        entry.endpoint,
        entry.flow,
        later,
      ])
    }
    await server.close()
  })
})
