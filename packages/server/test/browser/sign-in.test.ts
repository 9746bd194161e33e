import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../../../test/chromium.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl } from '../flows/test-browser.ts'
import { consumerSecret, password, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from '../interop/http-server.ts'
import { type CallbackServer, startCallbackServer } from './callback-server.ts'

// `SALLYPORT_SCREENSHOTS=. npx vitest run packages/server/test/browser` puts pictures of the consent page there, such as
// the one of the README.
const pictures = process.env['SALLYPORT_SCREENSHOTS']

let server: TestServer
let callback: CallbackServer
let browser: Browser
let ada: User
let grace: User
let apps = 0
const complaints: string[] = []

beforeAll(async () => {
  callback = await startCallbackServer()
  const demoUsers = [{ username: 'ada@target.example', password, note: 'Standard User' }]
  server = await startHttpServer({ demoUsers })
  ada = await server.addUser('ada@target.example')
  grace = await server.addUser('grace@target.example', { firstName: 'Grace', lastName: 'Hopper' })
  browser = await launchChromium()
})

// A new browser for each test, but for the time that it takes: one that has forgotten everything.
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.clearCookies()))
  expect(complaints.splice(0)).toEqual([])
})

afterAll(async () => {
  await browser.close()
  await callback.close()
  await server.close()
})

/** An app that nobody has approved yet. */
function newApp(details: Partial<ConnectedApp> = {}): Promise<ConnectedApp> {
  apps += 1
  return server.addApp(`Warehouse_${apps}`, { label: 'Warehouse', callbackUrls: [callback.url], ...details })
}

/** A page whose console, errors and failed requests are noted: there must be none. */
async function newPage(javaScriptEnabled: boolean): Promise<Page> {
  const page = await browser.newPage({ reducedMotion: 'reduce', javaScriptEnabled })
  page.on('console', (message) => {
    // A page that says no with a status is noted by the browser, too, and rightly.
    if (!/^Failed to load resource: the server responded with a status of 40[013]/.test(message.text()))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`))
  return page
}

const startOf = ({ consumerKey }: ConnectedApp, parameters: Record<string, string> = {}) =>
  server.base + authorizeUrl(consumerKey, { redirect_uri: callback.url, state: 's 1', ...parameters })

async function signIn(page: Page, username = ada.username, secret = password): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function exchange({ consumerKey }: ConnectedApp, code: string | undefined): Promise<number> {
  const { status } = await server.post('/services/oauth2/token', {
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: callback.url,
    client_id: consumerKey,
    client_secret: consumerSecret,
  })
  return status
}

const focused = (page: Page) => page.locator(':focus')

describe.each([
  ['with script', true],
  ['without script', false],
])('a person in Chromium, %s,', (_, javaScriptEnabled) => {
  let page: Page

  beforeAll(async () => {
    page = await newPage(javaScriptEnabled)
  })

  it('signs in and allows by keyboard alone, and the app gets a code that is good for tokens', async () => {
    const app = await newApp()
    await page.goto(startOf(app))
    expect(await page.title()).toBe('Sign in · Sallyport')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type(ada.username)
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/RemoteAccessAuthorizationPage.apexp?**')
    expect(await page.title()).toBe('Allow Access? · Sallyport')
    for (const name of ['Skip to content', 'Not you?', 'Deny', 'Allow']) {
      await page.keyboard.press('Tab')
      expect((await focused(page).textContent())?.trim()).toBe(name)
    }
    await page.keyboard.press('Enter')
    await page.waitForURL(`${callback.url}?**`)
    const answer = callback.received.at(-1)?.parameters
    expect(answer).toEqual({ code: expect.stringMatching(/^aPrx/), state: 's 1' })
    expect(await exchange(app, answer?.['code'])).toBe(200)
  })

  it('carries the answer to the app in a form, where it asked for that', async () => {
    const app = await newApp()
    await page.goto(startOf(app, { response_mode: 'form_post', state: '"><b>' }))
    await signIn(page)
    await page.getByRole('button', { name: 'Allow' }).click()
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(callback.url)
    const answer = callback.received.at(-1)
    expect(answer).toEqual({ method: 'POST', parameters: { code: expect.stringMatching(/^aPrx/), state: '"><b>' } })
    expect(await exchange(app, answer?.parameters['code'])).toBe(200)
  })

  it.each(['query', 'form_post'])(
    'gets to wherever the app sends people next, another origin, too (%s)',
    async (response_mode) => {
      const home = await startCallbackServer()
      const redirect_uri = new URL(`/onward?${new URLSearchParams({ to: home.url })}`, callback.url).href
      const app = await newApp({ callbackUrls: [redirect_uri] })
      const isAsked = response_mode === 'form_post' && !javaScriptEnabled
      const start = startOf(app, { redirect_uri, response_mode })
      await page.goto(start)
      await signIn(page)
      await page.getByRole('button', { name: 'Allow' }).click()
      if (isAsked) await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(home.url)

      await page.context().clearCookies()
      await page.goto(start)
      await signIn(page)
      if (isAsked) await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(home.url)
      expect(home.received).toHaveLength(2)
      await home.close()
    },
  )
})

describe('a person in Chromium', () => {
  let page: Page

  beforeAll(async () => {
    page = await newPage(false)
  })

  it('denies, and the app is told so', async () => {
    await page.goto(startOf(await newApp()))
    await signIn(page)
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.waitForURL(`${callback.url}?**`)
    expect(callback.received.at(-1)?.parameters).toEqual({
      error: 'access_denied',
      error_description: 'end-user denied authorization',
      state: 's 1',
    })
  })

  it('is told beside the form that the password is wrong, and types only that again', async () => {
    await page.goto(startOf(await newApp()))
    await signIn(page, ada.username, 'not the password')
    const alert = page.getByRole('alert')
    expect(await alert.textContent()).toContain('You could not be signed in.')
    expect(await page.title()).toBe('Error: Sign in · Sallyport')
    const field = page.getByLabel('Password')
    const described = await field.getAttribute('aria-describedby')
    expect([await alert.getAttribute('id'), await field.inputValue()]).toEqual([described, ''])
    expect(await page.getByLabel('Username').inputValue()).toBe(ada.username)
    await field.fill(password)
    await field.press('Enter')
    await page.waitForURL('**/RemoteAccessAuthorizationPage.apexp?**')
  })

  it('who is somebody else says so, and signs in as oneself', async () => {
    await page.goto(startOf(await newApp()))
    await signIn(page, grace.username)
    expect(await page.getByText('Grace Hopper').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Not you?' }).click()
    await signIn(page)
    expect(await page.getByText('Ada Lovelace').isVisible()).toBe(true)
    expect(await page.getByText('Grace Hopper').count()).toBe(0)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${callback.url}?**`)
  })

  it('is not asked again for what was allowed before', async () => {
    const app = await newApp()
    await page.goto(startOf(app))
    await signIn(page)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${callback.url}?**`)
    await page.goto(startOf(app, { state: 's 2' }))
    expect(callback.received.at(-1)?.parameters).toEqual({ code: expect.stringMatching(/^aPrx/), state: 's 2' })
  })

  it('comes to rest on our page where the app has none, with the code in the address', async () => {
    const success = `${server.base}/services/oauth2/success`
    const app = await newApp({ callbackUrls: [success] })
    await page.goto(startOf(app, { redirect_uri: success }))
    await signIn(page)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${success}?code=aPrx*`)
    expect(await page.getByRole('heading').textContent()).toBe('You may close this window')
  })

  it('reads why an app is refused before sign-in, what to do, and where that is in Setup', async () => {
    const response = await page.goto(startOf(await newApp(), { redirect_uri: `${callback.url}/` }))
    expect(response?.status()).toBe(400)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('OAuth Error')
    const why = page.getByRole('region', { name: 'Why, and what to do' })
    const text = await why.textContent()
    for (const words of ['redirect_uri_mismatch', 'redirect_uri must match configuration'])
      expect(await page.getByText(words, { exact: true }).isVisible()).toBe(true)
    for (const words of [callback.url, 'slash', 'Setup > App Manager']) expect(text).toContain(words)
  })

  it('reads why an app is refused after sign-in, too', async () => {
    await page.goto(startOf(await newApp(), { scope: 'full' }))
    await signIn(page)
    await page.waitForURL('**/RemoteAccessErrorPage.apexp?**')
    expect(await page.getByRole('region', { name: 'Why, and what to do' }).textContent()).toContain('full')
  })

  it('is remembered by name where that was asked for, also after signing out', async () => {
    await page.goto(server.base)
    await page.getByLabel('Remember me').check()
    await signIn(page)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(new URL(server.base).host)
    expect(await page.getByText('System Administrator').count()).toBe(0)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).click()
    expect(await page.getByLabel('Username').inputValue()).toBe(ada.username)
    expect(await page.getByLabel('Remember me').isChecked()).toBe(true)
  })

  it("takes a pair from the demo's list", async () => {
    await page.goto(startOf(await newApp()))
    await page.getByText('Demo users').click()
    const [username = '', secret = ''] = await page.locator('.demo code').allTextContents()
    await signIn(page, username, secret)
    await page.waitForURL('**/RemoteAccessAuthorizationPage.apexp?**')
  })

  it('cannot be shown our pages in a frame of somebody else', async () => {
    const frame = new URL(`/frame?${new URLSearchParams({ of: server.base })}`, callback.url).href
    const [complaint] = await Promise.all([page.waitForEvent('console'), page.goto(frame)])
    expect(complaint.text()).toContain("frame-ancestors 'none'")
    expect(await page.frames()[1]?.locator('input').count()).toBe(0)
    complaints.length = 0
  })

  it.each([
    ['light', 760],
    ['dark', 760],
    ['light', 320],
  ] as const)(
    'reads the consent page, %s, in a window of %i pixels without scrolling sideways',
    async (colorScheme, width) => {
      const url = 'https://warehouse.example/callback'
      const app = await newApp({
        callbackUrls: [url],
        description: 'Keeps stock levels and orders in step with your accounts.',
        scopes: ['api', 'openid', 'refresh_token'],
      })
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 880 })
      await page.goto(startOf(app, { redirect_uri: url }))
      await signIn(page)
      await page.getByRole('button', { name: 'Allow' }).waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      if (pictures !== undefined) {
        await page.screenshot({ path: join(pictures, `consent-${colorScheme}-${width}.png`), fullPage: true })
      }
    },
  )
})
