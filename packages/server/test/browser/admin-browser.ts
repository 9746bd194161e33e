import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../../../../test/chromium.ts'
import { password, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from '../interop/http-server.ts'

/** A server with an admin, and a browser to visit it with. */
export interface AdminBrowser {
  readonly server: TestServer
  readonly browser: Browser
  close(): Promise<void>
}

/** Starts both. */
export async function startAdminBrowser(): Promise<AdminBrowser> {
  const server = await startHttpServer()
  const { id } = await server.profile('System Administrator')
  await server.addUser('admin@target.example', { profileId: id })
  const browser = await launchChromium()
  return {
    server,
    browser,
    async close() {
      await browser.close()
      await server.close()
    },
  }
}

/** Fills the sign-in page that is open in as the admin. */
export async function signInAsAdmin(page: Page, secret: string = password): Promise<void> {
  await page.getByLabel('Username', { exact: true }).fill('admin@target.example')
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
