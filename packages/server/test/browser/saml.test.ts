import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../../../test/chromium.ts'
import { addIdentityProvider } from '../flows/test-saml.ts'
import { password, type TestServer } from '../flows/test-server.ts'
import { addSamlApp, enableIdentityProvider } from '../flows/test-service-provider.ts'
import { startHttpServer } from '../interop/http-server.ts'

let provider: TestServer
let server: TestServer
let browser: Browser
const complaints: string[] = []
const username = 'ada@target.example'
const addressOf = ({ base, org }: TestServer) => `http://${new URL(base).hostname}:${org.port}`

beforeAll(async () => {
  ;[provider, server] = await Promise.all([startHttpServer(), startHttpServer()])
  browser = await launchChromium()
  const validationCert = await enableIdentityProvider(provider)
  const acsUrl = `${addressOf(server)}?so=${server.org.id}`
  await addSamlApp(provider, 'Branch', { entityUrl: 'https://branch.example', acsUrl })
  await provider.addUser(username)
  await server.addUser(username)
  await addIdentityProvider(server, {
    fullName: 'Headquarters',
    issuer: addressOf(provider),
    samlEntityId: 'https://branch.example',
    validationCert,
    loginUrl: `${addressOf(provider)}/idp/endpoint/HttpPost`,
    redirectBinding: false,
  })
})

afterAll(async () => {
  await browser.close()
  await Promise.all([provider.close(), server.close()])
  expect(complaints).toEqual([])
})

describe('single sign-on by SAML from one org to another, in a browser', () => {
  it.each([
    ['with script: its pages post themselves', true],
    ['without: by their buttons', false],
  ])('goes on %s', async (_, javaScriptEnabled) => {
    const page = await browser.newPage({ reducedMotion: 'reduce', javaScriptEnabled })
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${addressOf(server)}/?startURL=%2Fpersonal`)
    await page.getByRole('link', { name: 'Headquarters' }).click()
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(`${addressOf(server)}/personal`)
    expect(await page.textContent('main')).toContain(username)
    await page.context().clearCookies()
    await page.close()
  })
})
