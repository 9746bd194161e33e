import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminBrowser, signInAsAdmin, startAdminBrowser } from './admin-browser.ts'

let admin: AdminBrowser
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'large-file-'))
  await writeFile(join(folder, 'large.apk'), Buffer.alloc(12 * 1024 * 1024, 'PK'))
  await writeFile(join(folder, 'small.apk'), Buffer.from('504b0304', 'hex'))
  admin = await startAdminBrowser()
})
afterAll(async () => {
  await admin.close()
  await rm(folder, { recursive: true })
})

/** The form of a new app, with its name and a file of 12 MB in it. */
async function formWithLargeFile(javaScriptEnabled: boolean, label: string): Promise<Page> {
  const page = await admin.browser.newPage({ javaScriptEnabled })
  await page.goto(`${admin.server.base}/setup/connected-apps/new`)
  await signInAsAdmin(page)
  await page.getByLabel('Connected App Name').fill(label)
  await page.getByLabel('Contact Email').fill('dev@shop.example')
  await page.getByLabel('Callback URL').fill('https://shop.example/callback')
  await page.getByLabel('App Platform').selectOption('android')
  await page.getByLabel('App Binary File', { exact: true }).setInputFiles(join(folder, 'large.apk'))
  return page
}

const save = (page: Page) => page.getByRole('button', { name: 'Save' }).click()
const appsCalled = async (label: string) =>
  (await admin.server.stores.apps.list(admin.server.org.id)).filter((app) => app.label === label).length

/** What is said beside the field, and whether the browser tells it to whoever cannot see. */
async function saidBeside(page: Page): Promise<readonly [said: string, isInvalid: string | null]> {
  const field = page.getByLabel('App Binary File', { exact: true })
  const [first = ''] = ((await field.getAttribute('aria-describedby')) ?? '').split(' ')
  return [(await page.locator(`[id="${first}"]`).textContent()) ?? '', await field.getAttribute('aria-invalid')]
}

it('a text counts as it is sent, with two bytes for the end of a line', async () => {
  const page = await admin.browser.newPage()
  await page.goto(`${admin.server.base}/setup/connected-apps/new`)
  await signInAsAdmin(page)
  const field = page.getByLabel('Callback URL')
  const most = Number(await field.getAttribute('data-most'))
  const fits = `${'x'.repeat(most - 10)}${'\n'.repeat(5)}`
  await field.fill(fits)
  expect(await field.getAttribute('aria-invalid')).not.toBe('true')
  await field.fill(`${fits}\n`)
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await page.close()
})

describe('a file of 12 MB where 10 are taken', () => {
  it('comes back without script, with all else that was entered, and is done with a smaller one', async () => {
    const page = await formWithLargeFile(false, 'Shop without script')
    await save(page)
    await page.locator('#problems').waitFor()
    expect(await page.getByLabel('Connected App Name').inputValue()).toBe('Shop without script')
    expect(await page.getByLabel('Callback URL').inputValue()).toBe('https://shop.example/callback')
    expect(await saidBeside(page)).toEqual(['This file has more than 10 MB.', 'true'])
    expect(await appsCalled('Shop without script')).toBe(0)
    await page.getByLabel('App Binary File', { exact: true }).setInputFiles(join(folder, 'small.apk'))
    await save(page)
    await page.getByRole('heading', { name: 'Shop without script', level: 1 }).waitFor()
    expect(await appsCalled('Shop without script')).toBe(1)
    await page.close()
  })

  it('is refused with script before anything is sent, in the same words, until another is chosen', async () => {
    const page = await formWithLargeFile(true, 'Shop with script')
    const posts: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(request.url())
    })
    expect(await saidBeside(page)).toEqual(['This file has more than 10 MB.', 'true'])
    await save(page)
    expect(await page.locator(':focus').getAttribute('name')).toBe('applicationBinaryFile')
    expect(posts).toEqual([])
    await page.getByLabel('App Binary File', { exact: true }).setInputFiles(join(folder, 'small.apk'))
    expect(await page.getByText('This file has more than').count()).toBe(0)
    await save(page)
    await page.getByRole('heading', { name: 'Shop with script', level: 1 }).waitFor()
    expect(posts).toHaveLength(1)
    await page.close()
  })
})
