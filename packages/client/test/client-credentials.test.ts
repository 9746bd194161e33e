import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumerSecret, type TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { clientCredentials, signerFromKey } from '../src/index.ts'

let server: TestServer
let myDomain: string

beforeAll(async () => {
  server = await startHttpServer()
  myDomain = `http://127.0.0.1:${server.org.port}`
  const user = await server.addUser('robot@target.example')
  await server.addApp('Robot', { isClientCredentialEnabled: true }, { clientCredentialUserId: user.id })
  await server.addApp('Off')
})
afterAll(() => server.close())

describe('clientCredentials', () => {
  it('gets a token with the consumer secret that opens the API', async () => {
    const token = await clientCredentials({ consumerKey: '3MVG9Robot', proof: consumerSecret, myDomain })
    expect(token).toMatchObject({
      instanceUrl: myDomain,
      refreshToken: undefined,
      scope: expect.arrayContaining(['api']),
    })
    const answer = await fetch(`${token.instanceUrl}/services/data/v62.0/limits`, {
      headers: { authorization: `Bearer ${token.accessToken}` },
    })
    expect(answer.status).toBe(200)
  })

  it('gets a token with a signed JWT in the place of the secret', async () => {
    const proof = signerFromKey(server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
    expect(await clientCredentials({ consumerKey: '3MVG9Robot', proof, myDomain })).toHaveProperty('accessToken')
  })

  it('says what a refusal means', async () => {
    const refused = clientCredentials({ consumerKey: '3MVG9Off', proof: consumerSecret, myDomain })
    await expect(refused).rejects.toMatchObject({
      error: 'invalid_grant',
      errorDescription: 'client credentials flow not enabled',
      explanation: { meaning: expect.stringContaining('“Enable Client Credentials Flow” is off') },
    })
    const wrong = clientCredentials({ consumerKey: '3MVG9Robot', proof: 'wrong', myDomain })
    await expect(wrong).rejects.toMatchObject({ error: 'invalid_client' })
  })

  it.each(['production', 'sandbox', 'https://login.salesforce.com', 'acme'])('sends nothing to %s', async (host) => {
    const transport = () => Promise.reject(new Error('This was sent.'))
    const asked = clientCredentials({ consumerKey: 'k', proof: 's', myDomain: host }, { transport })
    await expect(asked).rejects.toMatchObject({ name: 'InputError' })
  })
})
