import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import newman from 'newman'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../../../test/chromium.ts'
import { consumerSecret, password, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from '../interop/http-server.ts'
import { addOffered, offerAt, people } from './offer.ts'

const run = promisify(execFile)
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

let server: TestServer
let browser: Browser
let page: Page
let folder: string
const complaints: string[] = []

beforeAll(async () => {
  server = await startHttpServer({ walkthrough: offerAt })
  await addOffered(server)
  browser = await launchChromium()
  page = await newPage()
  folder = await mkdtemp(join(tmpdir(), 'walkthrough-'))
})

afterEach(() => {
  expect(complaints.splice(0)).toEqual([])
})

afterAll(async () => {
  await browser.close()
  await server.close()
  await rm(folder, { recursive: true })
})

/** A page whose console and errors are noted: there must be none but those that the browser notes of a refusal. */
async function newPage(settings: { javaScriptEnabled?: boolean; colorScheme?: 'dark' } = {}): Promise<Page> {
  const made = await browser.newPage({ reducedMotion: 'reduce', viewport: { width: 1280, height: 900 }, ...settings })
  made.setDefaultTimeout(20_000)
  made.on('console', (message) => {
    if (!/^Failed to load resource: the server responded with a status of 40[0134]/.test(message.text()))
      complaints.push(message.text())
  })
  made.on('pageerror', (error) => complaints.push(error.message))
  return made
}

/** Presses a button that asks the server, until the answer is shown. */
async function press(id: string): Promise<void> {
  await page.click(`#${id}`)
  await page.locator('#walkthrough[aria-busy]').waitFor({ state: 'hidden' })
}

const outcome = (step: string) => page.locator(`#outcome-${step}`).textContent()
const requestIn = (step: string) => page.locator(`#request-${step}`).inputValue()

async function faults(): Promise<readonly string[]> {
  await page.evaluate(await readFile(axe, 'utf8'))
  const found: unknown = await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html)))",
  )
  return Array.isArray(found) ? found.map(String) : ['axe did not run']
}

async function signInAndAllow(): Promise<void> {
  await page.click('#go-there')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForSelector('#outcome-authorize')
}

describe('a newcomer', () => {
  it('goes through the web server flow, sign-in and consent and all, to a new access token', async () => {
    await page.goto(`${server.base}/walkthrough`)
    await press('send-authorize')
    expect(await outcome('authorize')).toContain('asks for a username and a password')
    await signInAndAllow()
    expect(page.url()).toBe(`${server.base}/walkthrough`)
    expect(await outcome('authorize')).toContain('with a code')
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
    for (const step of ['token', 'userinfo', 'api', 'refresh']) {
      await press(`send-${step}`)
      expect([step, await outcome(step)]).toEqual([step, '✓ 200'])
      expect(await page.locator(`#checks-${step} .passed`).count()).toBeGreaterThan(0)
    }
    const fields = await page.locator('#step-token dl.details').textContent()
    for (const name of ['access_token', 'refresh_token', 'instance_url', 'signature', 'issued_at'])
      expect(fields).toContain(name)
    expect(await page.locator('#walkthrough svg.sequence .message.planned').count()).toBe(0)
    expect(await faults()).toEqual([])
  })

  it('reads what a parameter is, by pointer and by keyboard', async () => {
    const name = page.locator('#parameters-token').getByRole('button', { name: 'code_verifier' })
    const explanation = page.locator(`#${await name.getAttribute('aria-describedby')}`)
    expect(await explanation.textContent()).toContain('PKCE')
    const opacity = () =>
      explanation.evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).opacity)
    expect(await opacity()).toBe('0')
    await name.focus()
    expect(await opacity()).toBe('1')
    await page.locator('#send-token').focus()
    await name.hover()
    expect(await opacity()).toBe('1')
  })

  it.each([
    ['other-callback', 'authorize', 'redirect-uri-mismatch', 'slash', '✓ 302'],
    ['missing-pkce', 'token', 'verifier-missing', 'code_verifier', '✓ 200'],
    ['wrong-verifier', 'token', 'verifier-wrong', 'challenge', '✓ 200'],
    ['replayed-code', 'token', 'code-spent', 'code', '✓ 200'],
    ['wrong-secret', 'token', 'client-secret-wrong', 'secret', '✓ 200'],
  ])('breaks it on purpose (%s), reads why, and mends it', async (name, step, reason, words, mended) => {
    await press(`break-${name}`)
    expect(await outcome(step)).toContain('✗ 400')
    const why = await page.locator(`#checks-${step} .refused`).textContent()
    expect(why).toContain(`Cause${reason}`)
    expect(why).toContain(words)
    expect(why).toContain('What to do.')
    expect(await page.locator('#walkthrough svg.sequence .refused').count()).toBeGreaterThan(0)
    await press('mend')
    expect(await outcome(step)).toContain(mended)
  })

  it('changes a request into nonsense, and reads what cannot be sent or what the server says to it', async () => {
    await page.fill('#request-token', 'hello')
    expect(await page.locator('#parameters-token').textContent()).toContain('a method and a URL')
    await press('send-token')
    expect(await outcome('token')).toContain('Cannot be sent')
    await page.fill('#request-token', `POST ${server.base}/services/oauth2/token\n\n\u0000{"<b>":`)
    await press('send-token')
    expect(await outcome('token')).toContain('✗ 400 unsupported_grant_type')
    await page.fill('#request-token', 'GET https://elsewhere.example/')
    await press('send-token')
    expect(await outcome('token')).toContain('not to https://elsewhere.example')
    await page.fill(
      '#request-authorize',
      `GET ${server.base}/services/oauth2/authorize?client_id=<script>alert(1)</script>`,
    )
    await press('send-authorize')
    expect(await page.locator('#checks-authorize .refused').textContent()).toContain('client-unknown')
    expect(await faults()).toEqual([])
    await press('begin-again')
    expect(await requestIn('token')).toContain('grant_type=authorization_code')
  })

  it('goes through the JWT bearer flow: signs here, asks, and calls the API', async () => {
    await press('flow-jwt-bearer')
    for (const step of ['assertion', 'token', 'userinfo', 'api']) await press(`send-${step}`)
    expect(await outcome('assertion')).toContain('Signed with RS256')
    expect(await outcome('token')).toBe('✓ 200')
    expect(await outcome('api')).toBe('✓ 200')
    expect(await page.getByLabel('What it says').textContent()).toContain(`"sub": "${people.robot}"`)
    await page.fill('#decode', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`)
    expect(await page.getByLabel('What it says').textContent()).toContain('"alg": "none"')
    expect(await faults()).toEqual([])
  })

  it.each([
    ['wrong-audience', 'audience-unknown', 'https://wrong.example'],
    ['old-expiry', 'expiry-past', '10 min'],
    ['foreign-key', 'signature-wrong', 'key'],
    ['unknown-user', 'user-unknown', 'nobody@nowhere.example'],
    ['user-without-approval', 'not-admin-approved', people.outsider],
  ])('breaks the JWT on purpose (%s), reads why, and mends it', async (name, reason, words) => {
    await press(`break-${name}`)
    expect(await outcome('token')).toContain('✗ 400')
    const why = await page.locator('#checks-token .refused').textContent()
    expect(why).toContain(`Cause${reason}`)
    expect(why).toContain(words)
    await press('mend')
    expect(await outcome('token')).toBe('✓ 200')
  })

  it('edits the JWT: other claims, no JSON at all, and a key that is none', async () => {
    await page.fill('#jwt-claims', 'not json')
    await press('send-assertion')
    await press('send-token')
    expect(await page.locator('#checks-token .refused').textContent()).toContain('assertion-malformed')
    await page.fill('#jwt-key', 'no key')
    await press('send-assertion')
    expect(await outcome('assertion')).toContain('Paste the private key as PEM')
    await page.selectOption('#app', { label: 'Integration' })
  })

  it('walks with an app of their own, and the keyboard stays where it was', async () => {
    await press('flow-web-server')
    await page.selectOption('#app', { label: 'An app of my own' })
    expect(await page.getByText(`${server.base}/walkthrough/callback`, { exact: true }).first().isVisible()).toBe(true)
    await page.fill('#consumer-key', '3MVG9Own')
    await page.fill('#consumer-secret', consumerSecret)
    expect(await faults()).toEqual([])
    await page.locator('#send-authorize').focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('#outcome-authorize')
    expect(await page.locator(':focus').getAttribute('id')).toBe('send-authorize')
    expect(await outcome('authorize')).toContain('asks “Allow Access?”')
    await page.click('#go-there')
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForSelector('#outcome-authorize')
    await press('send-token')
    expect(await outcome('token')).toBe('✓ 200')
    await page.fill('#request-userinfo', 'GET /nothing')
    await page.click('#undo-userinfo')
    expect(await requestIn('userinfo')).toContain('/services/oauth2/userinfo')
    expect(await page.locator(':focus').getAttribute('id')).toBe('step-userinfo')
    await press('flow-jwt-bearer')
  })
})

describe('what a newcomer takes along', () => {
  async function taken(format: string, step = 'all'): Promise<string> {
    await page.selectOption('#take-step', step)
    await page.selectOption('#take-format', format)
    return (await page.locator('#taken').textContent()) ?? ''
  }

  it('has no secret in it unless one asks for them', async () => {
    await press('send-assertion')
    await press('send-token')
    const secrets = [consumerSecret, 'PRIVATE KEY-----\n', /Bearer (\S+)/.exec(await requestIn('api'))?.[1] ?? '']
    expect(secrets.every((secret) => secret.length > 10)).toBe(true)
    const formats = await page
      .locator('#take-format option')
      .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''))
    expect(formats).toHaveLength(6)
    for (const format of formats) {
      for (const step of ['all', 'token', 'api']) {
        const text = await taken(format, step)
        expect([format, step, secrets.filter((secret) => text.includes(secret))]).toEqual([format, step, []])
      }
    }
  })

  it('runs as it is: the flow and a step with curl, a Postman collection, a TypeScript file', async () => {
    await page.check('#with-secrets')
    const script = join(folder, 'flow.sh')
    await writeFile(script, await taken('curl'))
    const step = await taken('curl', 'api')
    await symlink(fileURLToPath(new URL('../../../../node_modules', import.meta.url)), join(folder, 'node_modules'))
    const program = join(folder, 'flow.ts')
    await writeFile(program, await taken('typescript'))
    const [flow, single, typed] = await Promise.all([
      run('sh', [script]),
      run('sh', ['-c', step]),
      run(process.execPath, [program]),
    ])
    expect(JSON.parse(flow.stdout)).toMatchObject({ done: true, sobjectType: 'Account' })
    expect(JSON.parse(single.stdout)).toMatchObject({ done: true, sobjectType: 'Account' })
    expect(typed.stdout).toMatch(/^200 \{"done":true/)

    const collection = JSON.parse(await taken('postman'))
    const { failures, executions } = (await runNewman(collection)).run
    expect(failures.map(({ error }) => error.message)).toEqual([])
    expect(executions.map(({ response }) => response.code)).toEqual([200, 200, 200])
  })

  it('runs as it is: the web server flow with a shell script and with a TypeScript file', async () => {
    await press('flow-web-server')
    for (const [format, program, file] of [
      ['curl', 'sh', 'web.sh'],
      ['typescript', process.execPath, 'web.ts'],
    ] as const) {
      await writeFile(join(folder, file), await taken(format))
      const child = spawn(program, [join(folder, file)])
      let printed = ''
      const asks = new Promise<string>((resolve) => {
        const take = (chunk: Buffer) => {
          printed += chunk
          const url = /(http\S+\/authorize\?\S+)\n[^\n]*: $/.exec(printed)?.[1]
          if (url !== undefined) resolve(url)
        }
        child.stdout.on('data', take)
        child.stderr.on('data', take)
      })
      const answer = await page.request.get(await asks, { maxRedirects: 0 })
      child.stdin.end(`${answer.headers()['location']}\n`)
      const [status] = await once(child, 'close')
      expect([status, printed]).toEqual([0, expect.stringContaining('"sobjectType":"Account"')])
    }
    await press('flow-jwt-bearer')
    await press('send-assertion')
    await press('send-token')
  })

  it('reads secrets from the environment where it does not have them', async () => {
    await page.uncheck('#with-secrets')
    const text = await taken('curl', 'token')
    const { stdout } = await run('sh', ['-c', text], { env: { ...process.env, ASSERTION: 'a.b.c' } })
    expect(JSON.parse(stdout)).toMatchObject({ error: 'invalid_grant' })
    await expect(run('sh', ['-c', text])).rejects.toThrow('ASSERTION')
  })

  it('is saved as a file; so is the picture', async () => {
    const saved = async (id: string) => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.click(`#${id}`)])
      return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')] as const
    }
    const [name, text] = await saved('take-download')
    expect([name, text]).toEqual(['jwt-bearer.sh', await page.locator('#taken').textContent()])
    const [picture, svg] = await saved('picture')
    expect(picture).toBe('jwt-bearer.svg')
    expect(svg).toMatch(/^<svg[^>]+xmlns="http:\/\/www\.w3\.org\/2000\/svg".*Authorization server.*200 · Access token/s)
  })

  it('shares a link: the other side sees the same break and its reason, and gets no secret', async () => {
    await press('break-wrong-audience')
    await page.click('#share')
    const link = page.url()
    const shared = Buffer.from(link.split('#')[1] ?? '', 'base64url').toString()
    expect(shared).toContain('https://wrong.example')
    expect(shared).not.toMatch(/PRIVATE KEY|eyJ/)
    expect(shared).not.toContain(consumerSecret)
    const other = await newPage()
    await other.goto(link)
    expect(await other.locator('#checks-token .refused').textContent()).toContain('audience-unknown')
    await other.goto(`${server.base}/walkthrough#nonsense`)
    await other.reload()
    expect(await other.locator('#send-authorize').isVisible()).toBe(true)
    await other.close()
  })
})

describe('the page', () => {
  it('fits a phone, and its colours are right in the dark, too', async () => {
    await page.setViewportSize({ width: 320, height: 640 })
    expect(Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'))).toBeLessThanOrEqual(
      0,
    )
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await faults()).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
    // What stands there without script.
    await page.evaluate("document.documentElement.classList.remove('is-walking')")
    expect(await faults()).toEqual([])
    const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(Number(over)).toBeLessThanOrEqual(0)
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  it('says so when somebody comes back whose walk did not begin here', async () => {
    await page.goto(`${server.base}/walkthrough/callback?code=aPrxStrange&state=x`)
    expect(await page.getByText('no walk had begun in this tab').isVisible()).toBe(true)
    expect(page.url()).toBe(`${server.base}/walkthrough`)
  })

  it('tells of a person who denies', async () => {
    await page.context().clearCookies()
    await page.goto(`${server.base}/walkthrough`)
    await page.selectOption('#user', people.outsider)
    await press('send-authorize')
    await page.click('#go-there')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.waitForSelector('#outcome-authorize')
    expect(await outcome('authorize')).toContain('access_denied')
    expect(await page.locator('#checks-authorize .refused').textContent()).toContain('denied')
  })

  it('reads without script', async () => {
    const plain = await newPage({ javaScriptEnabled: false })
    await plain.goto(`${server.base}/walkthrough`)
    expect(await plain.getByText('With script, this page lets you send').isVisible()).toBe(true)
    for (const heading of ['Web Server Flow', 'JWT Bearer Flow']) {
      expect(await plain.getByRole('heading', { name: heading }).isVisible()).toBe(true)
    }
    expect(await plain.locator('svg.sequence').count()).toBe(2)
    expect(await plain.getByText('openssl dgst -sha256 -sign').isVisible()).toBe(true)
    await plain.close()
  })
})

function runNewman(collection: object): Promise<newman.NewmanRunSummary> {
  return new Promise((resolve, reject) => {
    newman.run({ collection, reporters: [] }, (error, summary) => (error === null ? resolve(summary) : reject(error)))
  })
}
