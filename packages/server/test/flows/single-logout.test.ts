import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authorizeAs, authorizeUrl, testBrowser } from './test-browser.ts'
import { base, startTestServer, type TestServer } from './test-server.ts'
import { claimsOf, exchange, refresh } from './test-tokens.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

const username = 'ada@target.example'

/** Somebody who opened one app that wants to be told, another that does, and one that does not. */
async function openedApps() {
  await server.addUser(username)
  const shop = await server.addApp('Shop', { singleLogoutUrl: 'https://shop.example/bye?from=acme' })
  const mail = await server.addApp('Mail', { singleLogoutUrl: 'https://mail.example/logout' })
  const deaf = await server.addApp('Deaf')
  await server.addApp('Unopened', { singleLogoutUrl: 'https://unopened.example/logout' })
  const browser = testBrowser(server)
  const codes = []
  for (const { consumerKey } of [shop, mail, deaf, shop]) {
    codes.push((await authorizeAs(server, username, consumerKey, {}, browser)).searchParams.get('code') ?? '')
  }
  const { body } = await exchange(server, shop, codes[0] ?? '')
  return { browser, shop, mail, tokens: body, sid: claimsOf(body.id_token).sid as string }
}

const framed = (html: string) =>
  [...html.matchAll(/<iframe[^>]* src="([^"]*)"/g)].map(([, url = '']) => url.replaceAll('&amp;', '&'))

describe('signing out', () => {
  it('calls the Single Logout URLs of the apps that were opened, with iss and the sid of their ID tokens', async () => {
    const { browser, sid } = await openedApps()
    const page = await browser.open('/secur/logout.jsp')
    const called = new URLSearchParams({ iss: base, sid })
    expect(framed(page.html)).toEqual([
      `https://shop.example/bye?from=acme&${called}`,
      `https://mail.example/logout?${called}`,
    ])
    expect(page.html).toContain('Sign out of Shop</a>')
    expect(page.headers.get('content-security-policy')).toContain(
      'frame-src https://shop.example https://mail.example;',
    )
    expect((await browser.open(authorizeUrl('3MVG9Shop'))).html).toContain('name="pw"')
    expect(framed((await browser.open('/secur/logout.jsp')).html)).toEqual([])
  })

  it('calls the URL that the org says in its policies, in place of the app’s own or of none', async () => {
    const { browser, shop } = await openedApps()
    const policies = await server.stores.apps.findPolicies(shop.id, server.org.id)
    if (policies === undefined) throw new Error('The policies are gone.')
    await server.stores.apps.setPolicies({ ...policies, singleLogoutUrl: 'https://shop.acme.example/bye' })
    const page = await browser.open('/secur/logout.jsp')
    expect(framed(page.html).map((url) => new URL(url).host)).toEqual(['shop.acme.example', 'mail.example'])
  })

  it('goes on by itself, and by a link, when it was to lead somewhere', async () => {
    const { browser } = await openedApps()
    const page = await browser.open('/secur/logout.jsp?retURL=%2Fservices%2Foauth2%2Fsuccess')
    expect(page.headers.get('refresh')).toBe('3;url=/services/oauth2/success')
    expect(page.html).toContain('<a class="go" href="/services/oauth2/success">')
  })

  it('leaves out the app that asked for it', async () => {
    const { browser, tokens } = await openedApps()
    const query = new URLSearchParams({ id_token_hint: tokens.id_token })
    const page = await browser.open(`/services/auth/idp/oidc/logout?${query}`)
    expect(framed(page.html).map((url) => new URL(url).host)).toEqual(['mail.example'])
  })

  it('is one redirect as before where no app is to be told', async () => {
    await server.addUser(username)
    const { consumerKey } = await server.addApp('Deaf')
    const browser = testBrowser(server)
    await authorizeAs(server, username, consumerKey, {}, browser)
    const stop = await browser.open('/secur/logout.jsp?retURL=%2Fservices%2Foauth2%2Fsuccess')
    expect(stop.url.pathname).toBe('/services/oauth2/success')
  })
})

it('keeps the sid through refreshes, and gives each session one of its own', async () => {
  const { shop, tokens, sid } = await openedApps()
  const { body } = await refresh(server, shop, tokens.refresh_token)
  expect(claimsOf(body.id_token).sid).toBe(sid)
  const callback = await authorizeAs(server, username, shop.consumerKey)
  const other = await exchange(server, shop, callback.searchParams.get('code') ?? '')
  expect(claimsOf(other.body.id_token).sid).not.toBe(sid)
})

it('announces what it does', async () => {
  const response = await server.request('/.well-known/openid-configuration')
  expect(await response.json()).toMatchObject({
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
  })
})
