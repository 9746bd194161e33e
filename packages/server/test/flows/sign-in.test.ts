import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { hostileUrls } from './hostile-urls.ts'
import {
  authorizeUrl,
  decideOn,
  fieldsOf,
  refusalShown,
  signInOn,
  type TestBrowser,
  testBrowser,
} from './test-browser.ts'
import { base, otherBase, password, startTestServer, type TestServer, targetBase } from './test-server.ts'

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App')
})

afterAll(() => server.close())

/** Signs in at the front page. */
async function signedIn(username = user.username, at = base): Promise<TestBrowser> {
  const browser = testBrowser(server)
  const { html } = await signInOn(browser, await browser.open(`${at}/`), username)
  expect(html).toContain(username)
  return browser
}

async function isSignedIn(browser: TestBrowser, at = base): Promise<boolean> {
  const stop = await browser.open(`${at}/`)
  // Moving a session's end ahead is not waited for, but it is written before what comes after.
  await server.journalOf(stop)
  return !stop.html.includes('name="pw"')
}

describe('the sign-in form', () => {
  const post = async (form: Record<string, string>, cookie = '') => {
    const headers = { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) }
    const answer = await server.request('/', { method: 'POST', body: new URLSearchParams(form), headers })
    return refusalShown(server, answer, cookie)
  }
  const filled = () => ({ username: user.username, pw: password })

  async function formOf(path = '/') {
    const response = await server.request(path, { headers: { accept: 'text/html' } })
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    return { cookie, fields: fieldsOf(await response.text(), 'pw') }
  }

  it.each([
    [
      'no token',
      async () => {
        const { cookie, fields } = await formOf()
        return post({ ...filled(), startURL: fields['startURL'] ?? '' }, cookie)
      },
    ],
    [
      'another browser’s token',
      async () => {
        const [mine, others] = [await formOf(), await formOf()]
        return post({ ...others.fields, ...filled() }, mine.cookie)
      },
    ],
    ['no cookie', async () => post({ ...(await formOf()).fields, ...filled() })],
    [
      'a token for another destination',
      async () => {
        const { cookie, fields } = await formOf()
        return post({ ...fields, ...filled(), startURL: authorizeUrl(app.consumerKey) }, cookie)
      },
    ],
    [
      'a token of another form',
      async () => {
        const browser = await signedIn()
        const { csrf_token = '' } = fieldsOf((await browser.open('/')).html, 'csrf_token')
        const { cookie, fields } = await formOf()
        return post({ ...fields, ...filled(), csrf_token }, cookie)
      },
    ],
  ])('is refused with %s, right password or not, and signs nobody in', async (_, submit) => {
    const answer = await submit()
    expect(answer.status).toBe(403)
    expect(answer.headers.getSetCookie().join()).not.toContain('sid-')
    expect(await answer.text()).toContain('open for too long')
    expect((await server.journalOf(answer)).refusal?.reason).toBe('form-forged')
  })

  it.each([
    ['username', { pw: password }, 'Enter your username.'],
    ['pw', { username: 'ada@target.example' }, 'Enter your password.'],
  ])('says beside the field that %s is missing', async (_, form, words) => {
    const { cookie, fields } = await formOf()
    const answer = await post(
      { startURL: fields['startURL'] ?? '', csrf_token: fields['csrf_token'] ?? '', ...form },
      cookie,
    )
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(words)
  })

  it('says what is wrong once, by a page of its own that sends nothing again, and to this browser alone', async () => {
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open('/'), user.username, 'my-very-secret-guess')
    expect([stop.status, stop.url.pathname, stop.url.searchParams.get('startURL')]).toEqual([401, '/', '/'])
    expect(JSON.stringify([...browser.cookies, ...stop.headers])).not.toContain('very-secret')
    expect((await browser.open(stop.url.href)).status).toBe(200)
    browser.cookies.set('browser-8787-refused', `${Buffer.from('{"username":"eve"}').toString('base64url')}.forged`)
    const forged = await browser.open('/')
    expect([forged.status, forged.html.includes('eve')]).toEqual([200, false])
  })

  it('never shows the password again', async () => {
    const { cookie, fields } = await formOf()
    const secret = 'my-very-secret-guess'
    expect(await (await post({ ...fields, username: user.username, pw: secret }, cookie)).text()).not.toContain(secret)
  })

  it('shows what was typed for a username as text, and nothing of it as markup', async () => {
    const { cookie, fields } = await formOf()
    const html = await (await post({ ...fields, username: '"><script>alert(1)</script>', pw: 'x' }, cookie)).text()
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
  })

  it('remembers the username where asked to, and not the person', async () => {
    const browser = testBrowser(server)
    const page = await browser.open('/')
    await browser.submit('/', { ...fieldsOf(page.html, 'pw'), ...filled(), rememberUn: 'on' })
    await browser.open('/secur/logout.jsp')
    expect((await browser.open('/')).html).toContain(`value="${user.username}"`)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it.each(['%', '%E0%A4%A', '%FF', '"><script>'])(
    'takes a remembered username that somebody spoilt (%s) for none',
    async (value) => {
      const answer = await server.request('/', { headers: { accept: 'text/html', cookie: `browser-8787-un=${value}` } })
      expect(answer.status).toBe(200)
      expect(await answer.text()).not.toContain('<script>')
    },
  )
})

describe('a session', () => {
  it('begins with a cookie of its own, whatever the browser brought along', async () => {
    const browser = testBrowser(server)
    browser.cookies.set('sid-8787', 'SAAAAAAAAAplanted')
    const page = await browser.open('/')
    const before = browser.cookies.get('browser-8787')
    await signInOn(browser, page, user.username)
    expect(browser.cookies.get('sid-8787')).toMatch(/^S[A-Za-z0-9._]{52}$/)
    expect(browser.cookies.get('sid-8787')).not.toContain('planted')
    expect(before).toBeDefined()
    expect(browser.cookies.has('browser-8787')).toBe(false)
  })

  it('ends when somebody signs in again in its place', async () => {
    const browser = await signedIn()
    const first = browser.cookies.get('sid-8787') ?? ''
    const page = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'login' }))
    await signInOn(browser, page, user.username)
    expect(browser.cookies.get('sid-8787')).not.toBe(first)
    const thief = testBrowser(server)
    thief.cookies.set('sid-8787', first)
    expect(await isSignedIn(thief)).toBe(false)
  })

  it('has a cookie that no script and no other site can use', async () => {
    const browser = testBrowser(server)
    const page = await browser.open('/')
    const answer = await server.request('/', {
      method: 'POST',
      body: new URLSearchParams({ ...fieldsOf(page.html, 'pw'), username: user.username, pw: password }),
      headers: { cookie: `browser-8787=${browser.cookies.get('browser-8787')}` },
    })
    expect(answer.status).toBe(303)
    const cookies = answer.headers.getSetCookie()
    expect(cookies[0]).toMatch(/^sid-8787=S[A-Za-z0-9._]{52}; Path=\/; HttpOnly; SameSite=Lax$/)
    for (const cookie of cookies) expect(cookie).toContain('; Path=/; HttpOnly; SameSite=Lax')
  })

  it('has, over https, a __Host- cookie that never goes over plain http', async () => {
    const secure = await startTestServer({
      place: { base: 'https://login.example', targetPort: 8443, otherPort: 8444 },
    })
    try {
      const one = await secure.addUser('one@target.example')
      const page = await secure.request('/', { headers: { accept: 'text/html' } })
      const [cookie = ''] = page.headers.getSetCookie()
      expect(cookie).toMatch(/^__Host-browser=[A-Za-z0-9._]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
      const answer = await secure.request('/', {
        method: 'POST',
        body: new URLSearchParams({ ...fieldsOf(await page.text(), 'pw'), username: one.username, pw: password }),
        headers: { cookie: cookie.split(';')[0] ?? '' },
      })
      expect(answer.headers.getSetCookie()[0]).toMatch(
        /^__Host-sid=S[A-Za-z0-9._]{52}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      )
    } finally {
      await secure.close()
    }
  })

  it('moves its end ahead with use, once half of its time has gone', async () => {
    const browser = await signedIn()
    for (const [after, isStill] of [
      [3000, true],
      [4300, false],
    ] as const) {
      server.advance(after)
      expect(await isSignedIn(browser)).toBe(isStill)
    }
    const used = await signedIn()
    for (let hour = 0; hour < 5; hour++) {
      server.advance(3700)
      expect(await isSignedIn(used)).toBe(true)
    }
    server.advance(7200)
    expect(await isSignedIn(used)).toBe(false)
  })

  it('lasts as long as the profile says, where it does', async () => {
    const profile = await server.addProfile({ name: 'Short', sessionTimeout: 900 })
    const hasty = await server.addUser('hasty@target.example', { profileId: profile.id })
    const browser = await signedIn(hasty.username)
    server.advance(900)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it.each([
    ['signing out', (_: User, browser: TestBrowser) => browser.open('/secur/logout.jsp')],
    ['freezing the user', (one: User) => server.stores.users.setFrozen(one.id, true)],
    ['deactivating the user', (one: User) => server.stores.users.update(one.id, { ...one, isActive: false })],
    ['ending all the user has', (one: User) => server.stores.users.endAll(one.id)],
  ])('ends at once by %s, and its cookie is worth nothing afterwards', async (name, end) => {
    const one = await server.addUser(`${name.replaceAll(' ', '-')}@target.example`)
    const browser = await signedIn(one.username)
    const cookie = browser.cookies.get('sid-8787') ?? ''
    await end(one, browser)
    browser.cookies.set('sid-8787', cookie)
    expect(await isSignedIn(browser)).toBe(false)
    const stop = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'none' }))
    expect(stop.url.searchParams.get('error')).toBe('login_required')
  })

  it('is worth nothing at another org’s own address', async () => {
    const browser = await signedIn()
    browser.cookies.set('sid-8788', browser.cookies.get('sid-8787') ?? '')
    expect(await isSignedIn(browser, otherBase)).toBe(false)
    const stop = await browser.open(otherBase + authorizeUrl(app.consumerKey, { prompt: 'none' }))
    expect(stop.url.searchParams.get('error')).toBe('login_required')
  })

  it('begins at an org’s own address for its own people alone', async () => {
    await signedIn(user.username, targetBase)
    const browser = testBrowser(server)
    const refused = await signInOn(browser, await browser.open(`${otherBase}/`), user.username)
    expect(refused.status).toBe(401)
    expect(refused.html).toContain('You could not be signed in')
    expect((await server.journalOf(refused)).refusal?.reason).toBe('username-unknown')
  })
})

describe('the consent form', () => {
  let apps = 0

  async function consentOf(browser: TestBrowser, parameters: Record<string, string> = {}) {
    apps += 1
    const fresh = await server.addApp(`Fresh_${apps}`)
    const page = await browser.open(authorizeUrl(fresh.consumerKey, { state: 'mine', ...parameters }))
    expect(page.html).toContain('oaapprove')
    return { fresh, page }
  }

  it.each([
    [
      'no token',
      async (mine: TestBrowser) => {
        const { page } = await consentOf(mine)
        const { source = '' } = fieldsOf(page.html, 'decision')
        return mine.submit(page.url.pathname, { source, decision: 'allow' })
      },
    ],
    [
      'another browser’s token',
      async (mine: TestBrowser) => {
        const { page } = await consentOf(await signedIn())
        return decideOn(mine, page, 'allow')
      },
    ],
    [
      'a token of another request',
      async (mine: TestBrowser) => {
        const { page } = await consentOf(mine)
        const { page: other } = await consentOf(mine)
        const { source = '' } = fieldsOf(other.html, 'decision')
        return mine.submit(page.url.pathname, { ...fieldsOf(page.html, 'decision'), source, decision: 'allow' })
      },
    ],
    [
      'a request that was widened',
      async (mine: TestBrowser) => {
        const { page } = await consentOf(mine, { scope: 'openid' })
        const fields = fieldsOf(page.html, 'decision')
        const wider = Buffer.from(fields['source'] ?? '', 'base64url')
          .toString()
          .replace('openid', 'api')
        const source = Buffer.from(wider).toString('base64url')
        return mine.submit(page.url.pathname, { ...fields, source, decision: 'allow' })
      },
    ],
  ])('is refused with %s, and nothing is approved', async (_, submit) => {
    const stop = await submit(await signedIn())
    expect(stop.status).toBe(403)
    expect(stop.html).toContain('This form has expired')
    expect((await server.journalOf(stop)).refusal?.reason).toBe('form-forged')
  })

  it('grants what it showed, whatever else is posted with it', async () => {
    const browser = await signedIn()
    const { fresh, page } = await consentOf(browser, { scope: 'openid' })
    const more = { scope: 'api', redirect_uri: 'https://evil.example/', client_id: app.consumerKey, user_id: 'x' }
    const fields = { ...more, ...fieldsOf(page.html, 'decision'), decision: 'allow' }
    const stop = await browser.submit(page.url.pathname, fields)
    expect(stop.url.origin).toBe('https://app.example')
    expect((await server.stores.approvals.find(user.id, fresh.id))?.scopes).toEqual(['openid', 'id'])
  })

  it('takes anything but a clear yes for a no', async () => {
    const browser = await signedIn()
    const { page } = await consentOf(browser)
    const stop = await browser.submit(page.url.pathname, { ...fieldsOf(page.html, 'decision'), decision: 'maybe' })
    expect(stop.url.searchParams.get('error')).toBe('access_denied')
  })
})

describe('startURL and retURL', () => {
  it.each(hostileUrls)('never lead away from the server: %j', async (target) => {
    const browser = testBrowser(server)
    const page = await browser.open(`/?${new URLSearchParams({ startURL: target })}`)
    const form = { ...fieldsOf(page.html, 'pw'), startURL: target, username: user.username, pw: password }
    const answer = await server.request('/', {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { cookie: `browser-8787=${browser.cookies.get('browser-8787')}` },
    })
    expect(answer.status).toBe(303)
    expect(new URL(answer.headers.get('location') ?? '', base).origin).toBe(base)
    const left = await server.request(`/secur/logout.jsp?${new URLSearchParams({ retURL: target })}`)
    expect(new URL(left.headers.get('location') ?? '/', base).origin).toBe(base)
  })
})
