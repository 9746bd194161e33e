import type { Browser, Page } from 'playwright-core'
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
  const here = addressOf(server)
  const { certificate } = await server.addCertificate('Requests')
  await addSamlApp(provider, 'Branch', {
    entityUrl: 'https://branch.example',
    acsUrl: `${here}?so=${server.org.id}`,
    certificate: certificate.pem,
    samlSloUrl: `${here}/services/auth/sp/saml2/logout`,
    samlIdpSLOBindingEnum: 'PostBinding',
  })
  await provider.addUser(username)
  await server.addUser(username)
  await addIdentityProvider(server, {
    fullName: 'Headquarters',
    issuer: addressOf(provider),
    samlEntityId: 'https://branch.example',
    validationCert,
    loginUrl: `${addressOf(provider)}/idp/endpoint/HttpPost`,
    redirectBinding: false,
    requestSigningCertId: 'Requests',
    singleLogoutUrl: `${addressOf(provider)}/services/auth/idp/saml2/logout`,
    singleLogoutBinding: 'RedirectBinding',
  })
})

afterAll(async () => {
  await browser.close()
  await Promise.all([provider.close(), server.close()])
  expect(complaints).toEqual([])
})

const modes = [
  ['with script: its pages post themselves', true],
  ['without: by their buttons', false],
] as const

/** Somebody who has signed in at the one org by way of the other. */
async function signedIn(javaScriptEnabled: boolean): Promise<Page> {
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
  return page
}

describe('single sign-on by SAML from one org to another, in a browser', () => {
  it.each(modes)('goes on %s', async (_, javaScriptEnabled) => {
    const page = await signedIn(javaScriptEnabled)
    expect(await page.textContent('main')).toContain(username)
    await page.context().clearCookies()
    await page.close()
  })
})

describe('single logout by SAML between two orgs, in a browser', () => {
  it.each(
    modes.flatMap(([mode, hasScript]) => [['here', mode, hasScript] as const, ['there', mode, hasScript] as const]),
  )('is begun %s by the button of the front page, and goes on %s', async (where, _, javaScriptEnabled) => {
    const page = await signedIn(javaScriptEnabled)
    await page.goto(`${addressOf(where === 'here' ? server : provider)}/`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    if (!javaScriptEnabled) {
      // What the provider has to say is posted; the other org redirects.
      await page.waitForURL((url) => url.href.startsWith(`${addressOf(provider)}/services/auth/`))
      await page.getByRole('button', { name: 'Continue' }).click()
    }
    await page.waitForURL((url) => url.href.startsWith(addressOf(where === 'here' ? server : provider)))
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    for (const party of [server, provider]) {
      await page.goto(`${addressOf(party)}/personal`)
      expect(await page.getByLabel('Password').count()).toBe(1)
    }
    await page.context().clearCookies()
    await page.close()
  })
})
