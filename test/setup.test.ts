import { createPrivateKey, createSign, randomBytes } from 'node:crypto'
import { makeSelfSigned, pemBlock } from '@sallyport/keystore'
import type { Browser, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { freePort } from '../packages/cli/src/free-port.ts'
import { run, startServer, temporaryFolder } from '../packages/cli/test/program.ts'
import { launchChromium } from './chromium.ts'

const admin = { username: 'ada@acme.example', password: 'correct horse battery staple' }
const robot = 'robot@acme.example'
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

it('an admin of an empty server connects a server by JWT with the mouse, watches its use, and blocks it', async () => {
  using folder = temporaryFolder()
  const url = `http://localhost:${await freePort(['127.0.0.1', '::1'], 0)}`
  const place = { env: { SALLYPORT_ENCRYPTION_KEY: randomBytes(32).toString('base64'), SALLYPORT_DATA: folder.path } }
  await using _server = await startServer(['serve', '--public-url', url, '--port', new URL(url).port], place)
  expect((await run(['org', 'create', 'Acme'], place)).status).toBe(0)
  const words = ['user', 'create', admin.username, '--last-name', 'Lovelace', '--profile', 'System Administrator']
  expect((await run([...words, '--password-stdin'], { ...place, input: admin.password })).status).toBe(0)

  const signer = await newSigner()
  const browser = await launchChromium()
  try {
    const page = await signedIn(browser, url)

    await page.getByRole('link', { name: 'App Manager', exact: true }).click()
    await page.getByRole('link', { name: 'New Connected App' }).click()
    await page.getByLabel('Connected App Name').fill('Warehouse')
    await page.getByLabel('Contact Email').fill('dev@acme.example')
    await page.getByLabel('Callback URL').fill('https://warehouse.example/callback')
    const file = {
      name: 'warehouse.crt',
      mimeType: 'application/x-x509-ca-cert',
      buffer: Buffer.from(signer.certificate),
    }
    await page.getByLabel('Take it from a file: Use digital signatures').setInputFiles(file)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('CN=Warehouse').first().waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Warehouse', level: 1 }).waitFor()
    const consumerKey = (await page.locator('[data-copy="consumer key"] code').textContent()) ?? ''
    expect(consumerKey).toMatch(/^3MVG9/)
    const app = new URL(page.url()).pathname

    await page.getByRole('link', { name: 'Permission Sets', exact: true }).click()
    await page.getByRole('link', { name: 'New Permission Set' }).click()
    await page.getByLabel('Label').fill('Warehouse Access')
    await page.getByLabel('API Name').fill('Warehouse_Access')
    await page.getByRole('button', { name: 'Save' }).click()

    await page.getByRole('link', { name: 'Users', exact: true }).click()
    await page.getByRole('link', { name: 'New User' }).click()
    await page.getByLabel('Last Name').fill('Robot')
    await page.getByLabel('Email').fill(robot)
    await page.getByLabel('Username').fill(robot)
    await page.getByLabel('Profile').selectOption('Standard User')
    await page.getByRole('button', { name: 'Save' }).click()

    await page.getByRole('link', { name: 'Connect a Server by JWT' }).click()
    await page.getByRole('link', { name: 'Begin', exact: true }).click()
    await page.getByLabel('Bring your own certificate').check()
    await page.getByLabel('Unique Name').fill('Warehouse')
    await page.getByLabel('Certificate (PEM)', { exact: true }).fill(signer.certificate)
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByLabel('App', { exact: true }).selectOption({ label: 'Warehouse (Warehouse)' })
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('button', { name: 'Upload and Go On' }).click()
    await page.getByLabel('Warehouse Access (Warehouse_Access)').check()
    await page.getByRole('button', { name: 'Pre-Authorize and Go On' }).click()
    await page.getByLabel('Username').fill(robot)
    await page.getByLabel('Permission set to give').selectOption({ index: 1 })
    await page.getByRole('button', { name: 'Next' }).click()
    const claims = () => ({ iss: consumerKey, sub: robot, aud: url, exp: Math.floor(Date.now() / 1000) + 180 })
    await page.getByLabel('Assertion signed elsewhere').fill(signer.sign(claims()))
    await page.getByRole('button', { name: 'Run the Test' }).click()
    await page.locator('.checks > .passed').first().waitFor()
    expect(await page.locator('.checks > .refused').count()).toBe(0)

    expect(await askForToken(url, signer.sign(claims()))).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
    await page.getByRole('link', { name: 'Connected Apps OAuth Usage' }).click()
    const row = page.getByRole('row', { name: 'Warehouse' })
    expect(await row.textContent()).toMatch(/Warehouse.*1/)
    await row.getByRole('link', { name: 'Block' }).click()
    await page.getByRole('button', { name: 'Block' }).click()
    await page.getByRole('status').getByText('blocked').waitFor()

    const refused = await askForToken(url, signer.sign(claims()))
    expect(refused).toEqual({ status: 400, body: { error: 'app_blocked', error_description: expect.any(String) } })
    await page.getByRole('link', { name: 'Flow Log' }).click()
    await page.getByRole('row', { name: 'app-blocked' }).first().getByRole('link').first().click()
    expect(await page.locator('.checks > .refused').textContent()).toContain('Warehouse')
    await page
      .getByRole('main')
      .getByRole('link', { name: /OAuth Usage/ })
      .first()
      .click()
    expect(new URL(page.url()).pathname).toBe(`/setup/oauth-usage/${app.split('/').at(-1)}`)
  } finally {
    await browser.close()
  }
}, 90_000)

async function signedIn(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage()
  page.setDefaultTimeout(10_000)
  await page.goto(`${url}/setup`)
  await page.fill('#username', admin.username)
  await page.fill('#password', admin.password)
  await page.click('#Login')
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

async function askForToken(url: string, assertion: string) {
  const body = new URLSearchParams({ grant_type: bearer, assertion })
  const answer = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body })
  return { status: answer.status, body: await answer.json() }
}

async function newSigner() {
  const subject = [['CN', 'Warehouse']] as const
  const made = await makeSelfSigned({ uniqueName: 'Warehouse', keySize: 2048, subject, now: new Date() })
  const key = createPrivateKey(pemBlock('PRIVATE KEY', made.privateKey))
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    certificate: pemBlock('CERTIFICATE', made.certificate),
    sign(claims: object): string {
      const input = `${part({ alg: 'RS256' })}.${part(claims)}`
      return `${input}.${createSign('RSA-SHA256').update(input).sign(key, 'base64url')}`
    },
  }
}
