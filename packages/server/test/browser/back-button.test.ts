import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminBrowser, signInAsAdmin, startAdminBrowser } from './admin-browser.ts'

let admin: AdminBrowser

beforeAll(async () => {
  admin = await startAdminBrowser()
})
afterAll(() => admin.close())

describe.each([
  ['with script', true],
  ['without script', false],
])('the back button, %s', (_, javaScriptEnabled) => {
  it('leads through a form that was refused and then done, and sends nothing again', async () => {
    const page = await admin.browser.newPage({ javaScriptEnabled })
    await page.goto(`${admin.server.base}/setup/permission-sets/new`)
    await signInAsAdmin(page, 'wrong')
    await page.getByText('You could not be signed in').first().waitFor()
    await signInAsAdmin(page)
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
    const sets = await admin.server.stores.permissionSets.list(admin.server.org.id)
    expect(sets.filter((set) => set.name === name)).toHaveLength(1)
    await page.close()
  })
})
