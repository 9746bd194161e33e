import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SetupServer, sendFiles, startSetupServer, textOf } from './setup-server.ts'

const archive = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(900_000, 7)])
const png = Buffer.from('89504e470d0a1a0a00000000', 'hex')

let setup: SetupServer
beforeAll(async () => {
  setup = await startSetupServer()
})
afterAll(() => setup.server.close())

const fileOf = (bytes: Uint8Array, name: string) => new File([new Uint8Array(bytes)], name)

it('takes binary and icon of an app, shows them, and gives them out again', async () => {
  const { server, admin, standard, stranger } = setup
  const app = await server.addApp('Shop')
  const path = `/setup/connected-apps/${app.id}`
  const sent = await sendFiles(
    setup,
    `${path}/edit`,
    { applicationBinaryFile: fileOf(archive, 'My shop.apk'), applicationIconFile: fileOf(png, 'shop.png') },
    { devicePlatform: 'android' },
  )
  expect(sent).toMatchObject({ status: 303, location: path })
  const { html } = await admin.browser.open(path)
  expect(html).toMatch(/<a href="[^"]*\/binary-file" download="My shop.apk">My shop.apk<\/a> \(878.9 KB\)/)
  expect(html).toContain(`<img class="app-icon" src="${path}/icon-file"`)
  const get = (who: typeof admin, file: string) =>
    server.request(path + file, {
      headers: { cookie: [...who.browser.cookies].map((pair) => pair.join('=')).join('; ') },
    })
  const binary = await get(admin, '/binary-file')
  expect(Buffer.from(await binary.arrayBuffer())).toEqual(archive)
  expect(Object.fromEntries(binary.headers)).toMatchObject({
    'content-type': 'application/vnd.android.package-archive',
    'content-disposition': 'attachment; filename="My_shop.apk"',
    'x-content-type-options': 'nosniff',
  })
  const icon = await get(admin, '/icon-file')
  expect([icon.headers.get('content-type'), Buffer.from(await icon.arrayBuffer())]).toEqual(['image/png', png])
  expect((await get(stranger, '/binary-file')).status).toBe(404)
  expect((await get(standard, '/binary-file')).status).toBe(403)
  expect((await server.request(`${path}/binary-file`)).status).toBe(302)
})

it('keeps files through an edit of something else, and removes them when it is told to', async () => {
  const { server, admin } = setup
  const app = await server.addApp('Kiosk')
  const path = `/setup/connected-apps/${app.id}`
  await sendFiles(
    setup,
    `${path}/edit`,
    { applicationBinaryFile: fileOf(archive, 'kiosk.ipa') },
    { devicePlatform: 'ios' },
  )
  expect(await sendFiles(setup, `${path}/edit`, {}, { description: 'At the door.' })).toMatchObject({ status: 303 })
  expect((await admin.browser.open(path)).html).toContain('kiosk.ipa')
  expect((await admin.browser.open(`${path}/edit`)).html).toContain('Remove App Binary File')
  expect((await admin.browser.open(`${path}/edit`)).html).not.toContain('Remove Icon File')
  await sendFiles(setup, `${path}/edit`, {}, { noBinaryFile: 'on' })
  expect((await admin.browser.open(path)).html).not.toContain('kiosk.ipa')
  expect((await admin.browser.open(`${path}/binary-file`)).status).toBe(404)
})

it('says what is wrong with a file, and that it has to be chosen again', async () => {
  const { server } = setup
  const app = await server.addApp('Stand')
  const path = `/setup/connected-apps/${app.id}/edit`
  const files = {
    applicationBinaryFile: fileOf(archive, 'stand.apk'),
    applicationIconFile: fileOf(archive.subarray(0, 90), 'stand.png'),
  }
  const { status, html } = await sendFiles(setup, path, files, { devicePlatform: 'ios' })
  expect(status).toBe(422)
  expect(html).toContain('An app for iOS is a file .ipa.')
  expect(html).toContain('“stand.png” is called .png, but what is in it is none.')
  expect(textOf(html)).toContain('Nothing was kept of App Binary File and Icon File : choose both files again')
  expect(html.match(/Choose this file again: nothing was kept of it\./g)).toHaveLength(2)
})
