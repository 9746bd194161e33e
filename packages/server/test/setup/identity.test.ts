import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf } from '../flows/test-server.ts'
import { tokensFor } from '../flows/test-tokens.ts'
import { type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

afterAll(() => setup.server.close())

const path = '/setup/identity'

/** The keys that clients can read. */
async function published(): Promise<readonly { readonly kid: string }[]> {
  return (await answerOf(await setup.server.request('/id/keys'))).body.keys
}

/** The key that an ID token names, once its signature was verified with it. */
async function signerOf(idToken: string): Promise<string> {
  const [header = '', claims = '', signature = ''] = idToken.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const jwk = (await published()).find((key) => key.kid === kid)
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  const isSigned = verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))
  return isSigned ? kid : 'nobody'
}

/** Signs everybody in again: their sessions ended while time passed. */
async function later(seconds: number) {
  setup.server.advance(seconds)
  return setup.signIn(setup.admin.user)
}

describe('Identity Provider', () => {
  it('shows the endpoints of My Domain and of the login host, each of which answers', async () => {
    const { html } = await setup.admin.browser.open(path)
    for (const base of ['http://localhost:8787', 'http://localhost:8789']) {
      const discovery = `${base}/.well-known/openid-configuration`
      expect(html).toContain(`<code>${discovery}</code>`)
      const { issuer, token_endpoint, jwks_uri } = (await answerOf(await setup.server.request(discovery))).body
      for (const url of [issuer, token_endpoint, jwks_uri]) expect(html).toContain(`<code>${url}</code>`)
    }
  })

  it('is seen by who may not rotate, without the buttons', async () => {
    const { server, signIn } = setup
    const viewers = await server.addProfile({ name: 'Viewers', permissions: ['ViewSetup'] })
    const viewer = await signIn(await server.addUser('viewer@target.example', { profileId: viewers.id }))
    const { html } = await viewer.browser.open(path)
    expect([html.includes('Signs'), html.includes(`${path}/rotate`)]).toEqual([true, false])
    expect((await viewer.browser.open(`${path}/rotate`)).status).toBe(403)
  })

  it('does not rotate within ten minutes of the last time, whichever org asked', async () => {
    const { admin } = setup
    const before = await published()
    const { status, html } = await submitForm(admin, `${path}/rotate`)
    expect([status, html.includes('made less than ten minutes ago')]).toEqual([422, true])
    expect(await published()).toEqual(before)
  })

  it('rotates: the new key is published, and signs once every client can know it', async () => {
    const { server, standard } = setup
    const app = await server.addApp('Client')
    const first = (await tokensFor(server, standard.user, app)).id_token
    const old = await signerOf(first)
    const admin = await later(601)
    const { html } = await submitForm(admin, `${path}/rotate`)
    const next = String(Number(old) + 1)
    expect(html).toContain(`ID tokens are signed with the key ${next} from 2026-11-23T12:20Z on.`)
    expect(html).toContain('Published ahead')
    expect((await published()).map(({ kid }) => kid)).toEqual([next, old])
    server.advance(599)
    expect(await signerOf((await tokensFor(server, standard.user, app)).id_token)).toBe(old)
    server.advance(1)
    expect(await signerOf((await tokensFor(server, standard.user, app)).id_token)).toBe(next)
    expect(await signerOf(first)).toBe(old)
  })

  it('retires the old key, and never the one that signs', async () => {
    const { server } = setup
    const admin = await later(60)
    const [signing, old] = await published()
    const page = await admin.browser.open(`${path}/retire`)
    expect([page.html.includes(`value="${old?.kid}"`), page.html.includes(`value="${signing?.kid}"`)]).toEqual([
      true,
      false,
    ])
    expect((await submitForm(admin, `${path}/retire`, { kid: signing?.kid ?? '' })).status).toBe(422)
    const { html } = await submitForm(admin, `${path}/retire`, { kid: old?.kid ?? '' })
    expect(html).toContain(`The key ${old?.kid} is published no more.`)
    expect(await published()).toEqual([signing])
    // The keys are of every org: so is what is told of them, and nobody of another org is named.
    const changes = await server.stores.auditTrail.list(server.otherOrg.id, { limit: 2 })
    expect(changes.map(({ display, createdById }) => [display, createdById])).toEqual([
      [`Retired signing key ${old?.kid}`, undefined],
      [`Created signing key ${signing?.kid}`, undefined],
    ])
  })
})
