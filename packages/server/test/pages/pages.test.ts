import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../../../test/chromium.ts'
import { stylesheet } from '../../src/web/pages/built-stylesheet.ts'
import { samples } from './samples.ts'

const policy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const posted: { path: string; form: Record<string, string> }[] = []

const server = createServer(async (request, response) => {
  const path = request.url ?? '/'
  if (path === '/assets/sallyport.css') {
    response.writeHead(200, { 'content-type': 'text/css', 'cache-control': 'max-age=60' }).end(stylesheet)
    return
  }
  if (request.method === 'POST')
    posted.push({ path, form: Object.fromEntries(new URLSearchParams(await text(request))) })
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }
  response.writeHead(200, headers).end(samples.get(path.slice(1)) ?? samples.get('success'))
})

let browser: Browser
let origin: string

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The test server has no port')
  origin = `http://127.0.0.1:${address.port}`
  browser = await launchChromium()
})

afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
})

describe('every page', () => {
  let page: Page
  const complaints: string[] = []

  // One document under the policy of our pages takes each page in turn, because reading axe anew takes longer than its work.
  beforeAll(async () => {
    page = await browser.newPage({ reducedMotion: 'reduce', viewport: { width: 320, height: 640 } })
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('requestfailed', (request) => complaints.push(request.url()))
    await page.goto(`${origin}/success`)
    await page.evaluate(`${axe}; undefined`)
  })

  afterAll(async () => {
    await page.close()
  })

  it.each([...samples])(
    '%s: axe finds no fault in either scheme, nothing overflows a small screen, the console is silent',
    async (_, markup) => {
      complaints.length = 0
      await page.emulateMedia({ colorScheme: 'light' })
      // What stands in frames is not ours; without them, the page is what somebody sees.
      await page.setContent(markup.replaceAll(/<iframe.*?<\/iframe>/gs, ''))
      expect(await faults(page, {})).toEqual([])

      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await faults(page, { runOnly: ['color-contrast'] })).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0)
      expect(complaints).toEqual([])
    },
  )
})

describe('without script', () => {
  let page: Page

  beforeAll(async () => {
    page = await browser.newPage({ javaScriptEnabled: false })
  })

  afterAll(async () => {
    await page.close()
  })

  it('a person signs in from the keyboard alone, in the order of the page', async () => {
    await page.goto(`${origin}/sign-in`)
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to content')
    await page.keyboard.press('Tab')
    await page.keyboard.type('ada@acme.example')
    await page.keyboard.press('Tab')
    await page.keyboard.type('correct horse')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Sign in')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${origin}/`)
    expect(posted.pop()).toEqual({
      path: '/',
      form: {
        csrf_token: 'csrf-1',
        startURL: '/services/oauth2/authorize?source=abc',
        username: 'ada@acme.example',
        pw: 'correct horse',
        Login: 'Login',
        rememberUn: 'on',
      },
    })
  })

  it('the Enter key in the password field signs in', async () => {
    await page.goto(`${origin}/sign-in`)
    await page.fill('#username', 'ada@acme.example')
    await page.fill('#password', 'correct horse')
    await page.press('#password', 'Enter')
    await page.waitForURL(`${origin}/`)
    expect(posted.pop()?.form).toMatchObject({ username: 'ada@acme.example', pw: 'correct horse', Login: 'Login' })
  })

  it.each([
    ['#oaapprove', 'allow'],
    ['#oadeny', 'deny'],
  ])('the consent page posts the decision of %s', async (button, decision) => {
    await page.goto(`${origin}/consent`)
    await page.click(button)
    await page.waitForURL(`${origin}/setup/secur/**`)
    expect(posted.pop()).toEqual({
      path: '/setup/secur/RemoteAccessAuthorizationPage.apexp',
      form: { csrf_token: 'csrf-2', source: 'CAAAA-opaque', decision },
    })
  })

  it('"Not you?" posts its own form and no decision', async () => {
    await page.goto(`${origin}/consent`)
    await page.getByRole('button', { name: 'Not you?' }).click()
    await page.waitForURL(`${origin}/secur/switch-user`)
    expect(posted.pop()?.form).toEqual({ csrf_token: 'csrf-3', source: 'CAAAA-opaque' })
  })

  it('the keyboard reaches "Not you?", the app\'s site, Deny and Allow, in this order', async () => {
    await page.goto(`${origin}/consent`)
    const order: (string | undefined)[] = []
    for (let step = 0; step < 5; step += 1) {
      await page.keyboard.press('Tab')
      order.push(await focused(page))
    }
    expect(order).toEqual(['Skip to content', 'Not you?', 'More at edge.example (new tab)', 'Deny', 'Allow'])
  })

  it('the demo users open without script', async () => {
    await page.goto(`${origin}/sign-in-demo`)
    const password = page.getByText('correct horse battery staple')
    expect(await password.isVisible()).toBe(false)
    await page.getByText('Demo users').click()
    expect(await password.isVisible()).toBe(true)
  })

  it("an app's markup is text and nothing else", async () => {
    await page.goto(`${origin}/consent-hostile`)
    expect(await page.locator('script').count()).toBe(0)
    expect(await page.getByText('<script>alert(1)</script>').isVisible()).toBe(true)
    expect(await page.locator('a:not(.skip)').count()).toBe(0)
  })
})

it('the focus is seen, and the dark scheme is dark', async () => {
  const page = await browser.newPage({ colorScheme: 'light' })
  await page.goto(`${origin}/sign-in`)
  await page.focus('#username')
  const wall = 'getComputedStyle(document.documentElement).backgroundColor'
  const outline = "getComputedStyle(document.querySelector('#username')).outline"
  expect([await page.evaluate(wall), await page.evaluate(outline)]).toEqual([
    'rgb(228, 232, 225)',
    'rgb(166, 83, 0) solid 3px',
  ])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect([await page.evaluate(wall), await page.evaluate(outline)]).toEqual([
    'rgb(13, 19, 16)',
    'rgb(255, 183, 74) solid 3px',
  ])
  await page.close()
})

/** What axe has to say about the page, a line for each rule that it breaks. */
async function faults(page: Page, options: { runOnly?: string[] }): Promise<unknown> {
  const settings = JSON.stringify({ resultTypes: ['violations'], ...options })
  return await page.evaluate(
    `axe.run(${settings}).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html)))`,
  )
}

async function focused(page: Page): Promise<string | undefined> {
  return (await page.locator(':focus').textContent())?.trim()
}
