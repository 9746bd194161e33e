import { createSign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldsOf, type Stop, type TestBrowser } from '../flows/test-browser.ts'
import { answerOf, callbackUrl, newSigner } from '../flows/test-server.ts'
import { type RelyingParty, relyingParty } from './relying-party.ts'

describe('oidcc-rp-initiated-logout-certification-test-plan', () => {
  let party: RelyingParty
  let endSessionPath: string

  beforeAll(async () => {
    party = await relyingParty()
    const { body } = await answerOf(await party.server.request('/.well-known/openid-configuration'))
    endSessionPath = new URL(body.end_session_endpoint).pathname
  })

  afterAll(() => party.close())

  /** Signs somebody in and sends them to sign out, with parameters that may be made of the ID token. */
  async function logOut(parameters: (idToken: string) => Record<string, string> | Promise<Record<string, string>>) {
    const browser = party.browser()
    const { answer } = await party.tokens({}, browser)
    const query = new URLSearchParams(await parameters(answer.id_token))
    return { browser, stop: await browser.open(`${endSessionPath}?${query}`) }
  }

  async function isSignedIn(browser: TestBrowser): Promise<boolean> {
    const { callback } = await party.authorize({ prompt: 'none' }, browser)
    return callback.get('error') !== 'login_required'
  }

  /** Says yes where the page asks; whoever is asked may also stay. */
  async function confirmed(browser: TestBrowser, page: Stop): Promise<Stop> {
    if (!page.html.includes('name="csrf_token"')) return page
    const action = /<form[^>]*action="([^"]*)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    return browser.submit(action, { ...fieldsOf(page.html, 'csrf_token'), decision: 'sign-out' })
  }

  const complete = (id_token_hint: string) => ({
    id_token_hint,
    post_logout_redirect_uri: callbackUrl,
    state: party.kept.state,
  })

  /** Whatever the person says to it, it does not send them to the app. */
  async function staysHere(parameters: Parameters<typeof logOut>[0]): Promise<void> {
    const { browser, stop } = await logOut(parameters)
    expect(stop.hasLeft).toBe(false)
    const after = await confirmed(browser, stop)
    expect([after.hasLeft, after.status]).toEqual([false, 200])
  }

  /** Signs out, after asking where the request proves nothing, and says so on a page. */
  async function signsOutHere(parameters: Parameters<typeof logOut>[0]): Promise<void> {
    const { browser, stop } = await logOut(parameters)
    const after = await confirmed(browser, stop)
    expect(after.hasLeft).toBe(false)
    expect(after.html).toContain('You are signed out')
    expect(await isSignedIn(browser)).toBe(false)
  }

  it('oidcc-rp-initiated-logout-discovery-endpoint-verification', async () => {
    const { body } = await answerOf(await party.server.request('/.well-known/openid-configuration'))
    expect(new URL(body.end_session_endpoint).origin).toBe(party.issuer)
  })

  it('oidcc-rp-initiated-logout', async () => {
    const { browser, stop } = await logOut(complete)
    expect(stop.url.href).toBe(`${callbackUrl}?state=${party.kept.state}`)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', () =>
    staysHere((hint) => ({ ...complete(hint), post_logout_redirect_uri: 'https://elsewhere.example/' })))

  it('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', () =>
    staysHere((hint) => ({ ...complete(hint), post_logout_redirect_uri: `${callbackUrl}?foo=bar` })))

  it('oidcc-rp-initiated-logout-no-id-token-hint', () =>
    staysHere((hint) => {
      const { id_token_hint: _, ...rest } = complete(hint)
      return rest
    }))

  it('oidcc-rp-initiated-logout-modified-id-token-hint', () =>
    staysHere((hint) => {
      const claims = hint.split('.')[1]
      return complete(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`)
    }))

  it('oidcc-rp-initiated-logout-bad-id-token-hint', () =>
    staysHere(async (hint) => {
      const signed = hint.slice(0, hint.lastIndexOf('.'))
      const { privateKey } = await newSigner()
      return complete(`${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`)
    }))

  it('oidcc-rp-initiated-logout-no-params', () => signsOutHere(() => ({})))

  it('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', () =>
    signsOutHere((hint) => ({ id_token_hint: hint, state: party.kept.state })))

  it('oidcc-rp-initiated-logout-only-state', () => signsOutHere(() => ({ state: party.kept.state })))

  it('oidcc-rp-initiated-logout-no-state', async () => {
    const { browser, stop } = await logOut((hint) => ({ id_token_hint: hint, post_logout_redirect_uri: callbackUrl }))
    expect(stop.url.href).toBe(callbackUrl)
    expect(await isSignedIn(browser)).toBe(false)
  })
})
