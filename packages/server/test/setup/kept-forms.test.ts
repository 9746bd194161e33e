import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSigner } from '../flows/test-server.ts'
import { formOn, type SetupServer, type SignedIn, sendForm, startSetupServer } from './setup-server.ts'

let setup: SetupServer
beforeAll(async () => {
  setup = await startSetupServer()
})
afterAll(() => setup.server.close())

const path = '/setup/connected-apps/new'

/** Sends a form without following; answers where it leads. */
async function refused({ browser }: SignedIn, fields: Record<string, string>) {
  const page = await browser.open(path)
  const sent = [...formOn(page.html, path)].flatMap(([name, values]) => values.map((value) => [name, value] as const))
  const all = new Map([...sent, ...Object.entries(fields)])
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
  const response = await setup.server.request(path, { method: 'POST', headers, body: new URLSearchParams([...all]) })
  return { status: response.status, location: response.headers.get('location') ?? '' }
}

describe('a form that is refused', () => {
  it('is shown by a page of its own, which says what is wrong as often as it is loaded', async () => {
    const answer = await refused(setup.admin, { label: 'Shop', contactEmail: 'nobody' })
    expect(answer).toEqual({
      status: 303,
      location: expect.stringMatching(/^\/setup\/connected-apps\/new\?form=[\w.]{22}$/),
    })
    for (const _ of ['once', 'and again']) {
      const page = await setup.admin.browser.open(answer.location)
      expect([page.status, page.html]).toEqual([422, expect.stringContaining('value="nobody"')])
      expect(page.html).toContain('Complete this field.')
      expect(page.html).toContain('id="problems"')
    }
    const mended = { label: 'Shop', contactEmail: 'dev@shop.example', callbackUrls: 'https://shop.example/cb' }
    const made = await sendForm(setup.admin, await setup.admin.browser.open(answer.location), mended)
    expect(made.html).toContain('The connected app “Shop” has been made.')
  })

  it('is of nobody else, of no other page, and of no other session', async () => {
    const { location } = await refused(setup.admin, { label: 'Only mine' })
    const id = new URL(location, 'http://localhost').searchParams.get('form')
    expect((await setup.admin.browser.open(location)).html).toContain('Only mine')
    const again = await setup.signIn(setup.admin.user)
    for (const [who, url] of [
      [setup.stranger, location],
      [again, location],
      [setup.admin, `/setup/permission-sets/new?form=${id}`],
      [setup.admin, `${path}?form=unknown`],
    ] as const) {
      const page = await who.browser.open(url)
      expect([page.status, page.html.includes('Only mine'), page.html.includes('id="problems"')]).toEqual([
        200,
        false,
        false,
      ])
    }
  })

  it('is forgotten after a quarter of an hour', async () => {
    const { location } = await refused(setup.admin, { label: 'For a while' })
    setup.server.advance(899)
    expect((await setup.admin.browser.open(location)).html).toContain('For a while')
    setup.server.advance(1)
    expect((await setup.admin.browser.open(location)).html).not.toContain('For a while')
  })

  it('is kept sealed, and without passwords and private keys', async () => {
    const { admin, server } = setup
    const kept: string[] = []
    const { add } = server.stores.keptForms
    const watched = Object.assign(server.stores.keptForms, {
      add: (form: Parameters<typeof add>[0]) => {
        kept.push(form.content)
        return add(form)
      },
    })
    const key = (await newSigner()).privateKey.export({ format: 'pem', type: 'pkcs8' })
    const { location } = await refused(admin, { label: 'Secret', certificate: String(key) })
    const page = await admin.browser.open(location)
    expect(page.html).toContain('This holds a private key')
    expect(page.html).not.toContain('BEGIN PRIVATE KEY')
    const app = await server.addApp('Guessed')
    const asked = await admin.browser.open(`/setup/connected-apps/${app.id}/consumer-details`)
    const wrong = await sendForm(admin, asked, { ownPassword: 'not mine 123' })
    expect([wrong.status, wrong.html]).toEqual([422, expect.stringContaining('This is not your password.')])
    Object.assign(watched, { add })
    expect(kept).toHaveLength(2)
    for (const content of kept) expect(content).not.toMatch(/PRIVATE|not mine|Secret/)
  })

  it('is answered at once where it is too large to be kept', async () => {
    const long = 'x'.repeat(200_000)
    const answer = await refused(setup.admin, { description: long, callbackUrls: long, certificate: long })
    expect(answer).toEqual({ status: 422, location: '' })
  })
})
