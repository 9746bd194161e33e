import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addIdentityProvider } from '../../server/test/flows/test-saml.ts'
import type { TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { InputError, samlSso, signerFromKey } from '../src/index.ts'

let server: TestServer

beforeAll(async () => {
  server = await startHttpServer()
  await server.addUser('ada@target.example', { federationId: 'E-4711' })
  await addIdentityProvider(server, { identityMapping: 'FederationId' })
})
afterAll(() => server.close())

const request = () => ({
  tokenEndpoint: `${server.base}/services/oauth2/token?so=${server.org.id}`,
  issuer: 'https://idp.example',
  subject: 'E-4711',
  audience: 'https://target.example',
  signer: signerFromKey(server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
})

describe('samlSso', () => {
  it('gets a token for whom the identity provider vouches, which opens the API', async () => {
    const token = await samlSso(request())
    expect(token).toMatchObject({ tokenType: 'Bearer', refreshToken: undefined, scope: ['full'] })
    const headers = { authorization: `Bearer ${token.accessToken}` }
    const answer = await fetch(`${token.instanceUrl}/services/data/v62.0/sobjects/Account/listviews`, { headers })
    expect(answer.status).toBe(200)
  })

  it('gives up what the server gives, with the explanation and the cause', async () => {
    await expect(samlSso({ ...request(), subject: 'E-0815' })).rejects.toMatchObject({
      name: 'TokenError',
      errorDescription: 'invalid assertion',
      explanation: { cause: expect.stringMatching(/^sso-user-unknown/), meaning: expect.stringContaining('no user') },
    })
  })

  it.each([
    'none',
    'https://acme.example/',
    'http://acme.example/services/oauth2/token',
    'https://a.example/services/oauth2/token#x',
  ])('asks no endpoint like %s', async (tokenEndpoint) => {
    await expect(samlSso({ ...request(), tokenEndpoint })).rejects.toThrow(InputError)
  })
})
