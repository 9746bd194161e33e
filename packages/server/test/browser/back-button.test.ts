import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../../../test/chromium.ts'
import { password, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from '../interop/http-server.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  server = await startHttpServer()
  const { id } = await server.profile('System Administrator')
  await server.addUser('admin@target.example', { profileId: id })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

async function signIn(page: Page, secret: string): Promise<void> {
  await page.getByLabel('Username', { exact: true }).fill('admin@target.example')
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

describe.each([
  ['with script', true],
  ['without script', false],
])('the back button, %s', (_, javaScriptEnabled) => {
  it('leads through a form that was refused and then done, and sends nothing again', async () => {
    const page = await browser.newPage({ javaScriptEnabled })
    await page.goto(`${server.base}/setup/permission-sets/new`)
    await signIn(page, 'wrong')
    await page.getByText('You could not be signed in').first().waitFor()
    await signIn(page, password)
    await page.getByRole('heading', { name: 'New Permission Set' }).waitFor()
    const name = `Set_${javaScriptEnabled}`
    await page.getByLabel('Label').fill('Warehouse')
    await page.getByLabel('API Name').fill('1 is no name')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('#problems').waitFor()
    await page.getByLabel('API Name').fill(name)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Warehouse', level: 1 }).waitFor()

    await page.goBack()
    expect(await page.getByLabel('API Name').inputValue()).toMatch(/1 is no name|Set_/)
    await page.reload()
    expect(await page.locator('#problems').count()).toBe(1)
    await page.goBack()
    await page.goBack()
    expect(page.url()).toContain('startURL')
    await page.goForward()
    await page.goForward()
    const sets = await server.stores.permissionSets.list(server.org.id)
    expect(sets.filter((set) => set.name === name)).toHaveLength(1)
    await page.close()
  })
})
