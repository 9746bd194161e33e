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
    const client = await registerClient({ ...asked(), isPublic: true })
    expect(client.consumerSecret).toBeUndefined()
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
