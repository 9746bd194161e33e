import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateInitialAccessToken } from '../../server/src/connected-apps/initial-access-token.ts'
import { callbackUrl, type TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { registerClient } from '../src/index.ts'

let server: TestServer
let initialAccessToken: string

beforeAll(async () => {
  server = await startHttpServer()
  const app = await server.addApp('Parent')
  const { registrations } = server.stores
  initialAccessToken = await generateInitialAccessToken({ registrations, now: server.now }, app)
})
afterAll(() => server.close())

const asked = () => ({ loginHost: server.base, initialAccessToken, redirectUris: [callbackUrl] })

describe('registerClient', () => {
  it('registers an app that can be used at once', async () => {
    const client = await registerClient({ ...asked(), name: 'Mine', scopes: ['api'] })
    expect(client).toMatchObject({ scopes: ['api', 'id'], redirectUris: [callbackUrl] })
    const app = await server.stores.apps.findByConsumerKey(client.consumerKey)
    expect(app?.label).toBe('Mine')
    expect(client.consumerSecret).toMatch(/./)
    const headers = { authorization: `Bearer ${client.registrationAccessToken}` }
    expect((await fetch(client.registrationUrl, { headers })).status).toBe(200)
  })

  it('gives a public app no secret', async () => {
    const client = await registerClient({ ...asked(), shows: 'none' })
    expect(client.consumerSecret).toBeUndefined()
  })

  it('says of what is no certificate of an RSA key that it is none, and asks nobody', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    for (const certificate of ['', 'junk', pem]) {
      await expect(registerClient({ ...asked(), shows: { certificate } })).rejects.toThrow(
        'The certificate is no X.509 certificate in PEM.',
      )
    }
  })

  it('with a key is refused by a server that gives secrets alone, as Salesforce is', async () => {
    const asking = registerClient({ ...asked(), shows: { certificate: server.signer.pem } })
    await expect(asking).rejects.toMatchObject({ error: 'failed_registration' })
  })

  it('says what a refusal means', async () => {
    await expect(registerClient({ ...asked(), initialAccessToken: 'wrong' })).rejects.toMatchObject({
      error: 'invalid_token',
      explanation: { meaning: 'The token is no initial access token of an app of this org.' },
    })
    await expect(registerClient({ ...asked(), redirectUris: [] })).rejects.toMatchObject({
      error: 'failed_registration',
      errorDescription: 'invalid client metadata',
    })
  })
})
