import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminBrowser, signInAsAdmin, startAdminBrowser } from './admin-browser.ts'

const phone = { width: 390, height: 844 }
const desk = { width: 1280, height: 900 }

let admin: AdminBrowser

beforeAll(async () => {
  admin = await startAdminBrowser()
})
afterAll(() => admin.close())

/** Setup on a phone. */
async function setupOn(options: { readonly javaScriptEnabled: boolean }): Promise<Page> {
  const page = await admin.browser.newPage({ ...options, viewport: phone })
  await page.goto(`${admin.server.base}/setup`)
  await signInAsAdmin(page)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

describe('the menu of Setup', () => {
  it('is closed on a phone until it is asked for, and stands beside the page as soon as there is room', async () => {
    const page = await setupOn({ javaScriptEnabled: true })
    const place = page.getByRole('link', { name: 'Permission Sets' })
    await place.waitFor({ state: 'hidden' })
    await page.getByText('Setup menu').click()
    await place.waitFor({ state: 'visible' })
    await page.getByText('Setup menu').click()
    await page.setViewportSize(desk)
    await place.waitFor({ state: 'visible' })
    await page.setViewportSize(phone)
    await place.waitFor({ state: 'hidden' })
    await page.close()
  })

  it('is open everywhere without script', async () => {
    const page = await setupOn({ javaScriptEnabled: false })
    expect(await page.getByRole('link', { name: 'Permission Sets' }).isVisible()).toBe(true)
    await page.close()
  })
})
