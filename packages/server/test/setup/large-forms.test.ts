import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formOn, type SetupServer, sendFiles, startSetupServer, submitForm, textOf, tokenOn } from './setup-server.ts'

const mebibyte = 1024 * 1024

let setup: SetupServer
beforeAll(async () => {
  setup = await startSetupServer()
})
afterAll(() => setup.server.close())

const fileOf = (length: number, name: string) => new File([new Uint8Array(length)], name)

describe('a form with too large a file comes back with all else that was entered', () => {
  it('of an app, whose other file is to be chosen again', async () => {
    const { server, admin } = setup
    const path = '/setup/connected-apps/new'
    const entered = {
      label: 'Shop',
      contactEmail: 'dev@shop.example',
      callbackUrls: 'https://shop.example/callback',
      description: 'Sells things.',
    }
    const files = {
      applicationBinaryFile: fileOf(12 * mebibyte, 'shop.apk'),
      applicationIconFile: new File([Buffer.from('89504e470d0a1a0a', 'hex')], 'shop.png'),
    }
    const { status, html } = await sendFiles(setup, path, files, entered)
    expect(status).toBe(422)
    expect(html).toMatch(/<title>Error: /)
    for (const value of Object.values(entered)) expect(html).toContain(value)
    expect(textOf(html)).toContain('One thing has to be mended App Binary File : This file has more than 10 MB.')
    expect(html).toMatch(/id="f-applicationBinaryFile-problem">This file has more than 10 MB\.</)
    expect(textOf(html)).toContain('Nothing was kept of Icon File : choose the file again')
    expect(html).toMatch(/id="f-applicationIconFile-lost">Choose this file again: nothing was kept of it\.</)
    expect((await server.stores.apps.list(admin.user.orgId)).map(({ label }) => label)).not.toContain('Shop')
  })

  it('of an app that is edited, and stays as it was', async () => {
    const { server } = setup
    const app = await server.addApp('Kiosk')
    const path = `/setup/connected-apps/${app.id}/edit`
    const icon = { applicationIconFile: fileOf(100 * 1024 + 1, 'kiosk.png') }
    const { status, html } = await sendFiles(setup, path, icon, { description: 'At the door.' })
    expect([status, html.includes('At the door.')]).toEqual([422, true])
    expect(html).toMatch(/id="f-applicationIconFile-problem">This file has more than 100 KB\.</)
    expect((await server.stores.apps.find(app.id))?.description).toBeUndefined()
  })

  it('of Import from Keystore', async () => {
    const path = '/setup/certificates/import'
    const entered = { aliases: 'first\nsecond', password: 'not to be shown' }
    const { status, html } = await sendFiles(setup, path, { keyStore: fileOf(512 * 1024 + 1, 'all.jks') }, entered)
    expect(status).toBe(422)
    expect(html).toMatch(/id="f-keyStore-problem">This file has more than 512 KB\.</)
    expect(html).toContain('first\nsecond')
    expect(html).not.toContain('not to be shown')
  })
})

describe('a form with too long a text comes back with its beginning, and with all else', () => {
  it.each([
    ['/setup/certificates/upload', 'certificate'],
    ['/setup/single-sign-on/new', 'validationCert'],
    ['/setup/connected-apps/new', 'callbackUrls'],
    ['/setup/permission-sets/new', 'label'],
  ])('%s', async (path, name) => {
    const { admin } = setup
    const page = await admin.browser.open(path)
    expect([page.status, formOn(page.html, path).has(name)]).toEqual([200, true])
    const { status, html } = await submitForm(admin, path, { [name]: `beginning ${'x'.repeat(600_000)} end` })
    expect(status).toBe(422)
    expect(html).toMatch(
      new RegExp(`id="f-${name}-problem">This text has more than 256 KB\\. Only its beginning is here: shorten it\\.`),
    )
    expect([html.includes('beginning xxx'), html.includes('xxx end')]).toEqual([true, false])
  })
})

it('a form larger than anything that is read is refused with a page, read no further', async () => {
  const { server, admin } = setup
  const path = '/setup/permission-sets/new'
  const { html } = await admin.browser.open(path)
  const cookie = [...admin.browser.cookies].map((pair) => pair.join('=')).join('; ')
  const start = `csrf_token=${encodeURIComponent(tokenOn(html, path))}&description=`
  const piece = Buffer.alloc(mebibyte, 'x')
  const answer = await server.request(path, {
    method: 'POST',
    headers: { cookie, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from(start)),
      pull: (controller) => controller.enqueue(piece),
    }),
    duplex: 'half',
  })
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('This form was refused')])
})

it('the sign-in form keeps to less, and says so on a page', async () => {
  const answer = await setup.server.request('/', {
    method: 'POST',
    headers: { accept: 'text/html' },
    body: new URLSearchParams({ username: 'x'.repeat(70_000) }),
  })
  expect([answer.status, textOf(await answer.text())]).toEqual([400, expect.stringContaining('request too large')])
})
