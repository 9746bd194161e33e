import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizeUrl, testBrowser } from '../flows/test-browser.ts'
import { base, consumerSecret, startTestServer, type TestServer } from '../flows/test-server.ts'
import { startSetupServer } from '../setup/setup-server.ts'
import { addOffered, offerAt, people } from './offer.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ walkthrough: offerAt })
  await addOffered(server)
})

afterAll(() => server.close())

const html = { accept: 'text/html' }

describe('the page of the walkthrough', () => {
  it('is there for whoever opens it, is kept by nobody, and may ask only this server and its orgs', async () => {
    const answer = await server.request('/walkthrough', { headers: html })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const policy = answer.headers.get('content-security-policy')?.split('; ')
    expect(policy).toContain("connect-src 'self' http://localhost:8789 http://localhost:8788")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(await answer.text()).toContain(consumerSecret)
  })

  it('reads as an explanation of both flows, with commands to paste', async () => {
    const page = await (await server.request('/walkthrough', { headers: html })).text()
    const read = page.slice(page.indexOf('to-read'))
    for (const words of [
      'Web Server Flow',
      'JWT Bearer Flow',
      'openssl dgst -sha256 -sign',
      '3MVG9Web_App',
      'CLIENT_SECRET:?',
    ])
      expect(read).toContain(words)
    expect(read).not.toContain(consumerSecret)
    expect(read).not.toContain('PRIVATE KEY-----')
  })

  it('hides what it offers from a name that is not ours, though that leads here (DNS rebinding)', async () => {
    const page = await server.request('/walkthrough', { headers: { ...html, host: 'evil.example:8787' } })
    const text = await page.text()
    expect([page.status, text.includes(consumerSecret), text.includes('PRIVATE KEY')]).toEqual([200, false, false])
  })

  it.each(['http://127.0.0.1:8787', 'http://localhost:8789'])('is at one address: %s leads there', async (other) => {
    const answer = await server.request(`${other}/walkthrough/callback?code=x`, { headers: html })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${base}/walkthrough/callback?code=x`])
  })

  it('has its script and its look from this server', async () => {
    for (const [path, type] of [
      ['/assets/walkthrough.js', 'text/javascript;charset=UTF-8'],
      ['/assets/walkthrough.css', 'text/css;charset=UTF-8'],
    ] as const) {
      const answer = await server.request(path)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
    }
  })
})

describe('the checks of a request', () => {
  it('are told by its id, as a part of a page and as JSON', async () => {
    const assertion = server.assertion({ iss: '3MVG9Integration', sub: people.robot, aud: 'https://wrong.example' })
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
    const refused = await server.post('/services/oauth2/token', form)
    const path = `/walkthrough/checks?request=${refused.headers.get('x-request-id')}`
    const part = await (await server.request(path, { headers: html })).text()
    expect(part).toContain('<li class="passed">')
    expect(part).toMatch(/<li class="refused">.*audience-unknown.*https:\/\/wrong\.example.*What to do/s)
    expect(part).not.toContain(assertion)
    expect(await (await server.request(path)).json()).toMatchObject({
      app: 'Integration',
      user: people.robot,
      answer: { error: 'invalid_grant' },
      checks: expect.arrayContaining([expect.objectContaining({ outcome: 'refused', reason: 'audience-unknown' })]),
    })
  })

  it('are told of the last request of an app that a browser carried', async () => {
    await testBrowser(server).open(authorizeUrl('3MVG9Web_App', { redirect_uri: 'https://app.example/other' }))
    const answer = await server.request('/walkthrough/checks?client=3MVG9Web_App')
    expect(await answer.json()).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ reason: 'redirect-uri-mismatch' })]),
    })
  })

  it.each(['', '?request=unknown', '?client=unknown'])('are not there for what nobody asked: %s', async (query) => {
    expect((await server.request(`/walkthrough/checks${query}`)).status).toBe(404)
  })

  it('are not there under a name that is not ours', async () => {
    const path = '/walkthrough/checks?client=3MVG9Web_App'
    expect((await server.request(path, { headers: { host: 'evil.example:8787' } })).status).toBe(404)
  })
})

describe('the way to the walkthrough', () => {
  it.each([
    ['where there is one', offerAt, true],
    ['and not where there is none', undefined, false],
  ])('leads from the front page, the tree of Setup and Quick Find %s', async (_, offer, isThere) => {
    const setup = await startSetupServer(offer === undefined ? {} : { walkthrough: offer })
    const { browser } = setup.admin
    const pages = ['/', '/setup/connected-apps', '/setup/quick-find?find=o']
    const found = await Promise.all(
      pages.map(async (path) => (await browser.open(path)).html.includes('href="/walkthrough"')),
    )
    expect(found).toEqual(pages.map(() => isThere))
    await setup.server.close()
  })
})
