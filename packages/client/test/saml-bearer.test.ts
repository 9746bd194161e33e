import { X509Certificate } from 'node:crypto'
import { SAML } from '@node-saml/node-saml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignedXml } from 'xml-crypto'
import type { TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { InputError, type Signer, samlBearer, signerFromKey, signSamlAssertion } from '../src/index.ts'

let server: TestServer
let signer: Signer
const username = 'robot@target.example'

beforeAll(async () => {
  server = await startHttpServer()
  signer = signerFromKey(server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
  await server.addUser(username)
  const { id } = await server.profile('Standard User')
  await server.addApp('Robot', {}, { isAdminApproved: true, profileIds: [id] })
})
afterAll(() => server.close())

const request = () => ({ consumerKey: '3MVG9Robot', username, signer, loginHost: server.base })

describe('samlBearer', () => {
  it('gets a token that opens the API, and another one each time', async () => {
    const token = await samlBearer(request())
    expect(token).toMatchObject({
      tokenType: 'Bearer',
      refreshToken: undefined,
      scope: expect.arrayContaining(['api']),
    })
    const answer = await fetch(`${token.instanceUrl}/services/data/v62.0/sobjects/Account/listviews`, {
      headers: { authorization: `Bearer ${token.accessToken}` },
    })
    expect(answer.status).toBe(200)
    expect((await samlBearer(request())).accessToken).not.toBe(token.accessToken)
  })

  it('gives up what the server gives, with the explanation and the cause', async () => {
    await expect(samlBearer({ ...request(), audience: 'https://wrong.example' })).rejects.toMatchObject({
      name: 'TokenError',
      error: 'invalid_grant',
      errorDescription: 'audience is invalid',
      explanation: {
        cause: expect.stringMatching(/^saml-audience-unknown/),
        meaning: expect.stringContaining('Audience'),
      },
    })
    await expect(samlBearer({ ...request(), validitySeconds: -600 })).rejects.toMatchObject({
      errorDescription: 'expired authorization code',
      explanation: { meaning: expect.stringContaining('NotOnOrAfter') },
    })
  })
})

describe('an assertion', () => {
  const statement = {
    issuer: 'https://idp.example/a&b',
    subject: 'Ünïcödé <"robot">\t\n\r\'@target.example',
    audience: 'https://acme.example',
    recipient: 'https://acme.example/services/oauth2/token?so="1"&b=2',
    attributes: { organization_id: '00D', 'a "name"': 'x > y' },
  }

  it('is one that other people’s libraries verify, whatever characters are in it', async () => {
    const xml = await signSamlAssertion(statement, signer)
    const verifier = new SignedXml({ publicCert: new X509Certificate(server.signer.pem).publicKey })
    verifier.loadSignature(/<ds:Signature .*<\/ds:Signature>/s.exec(xml)?.[0] ?? '')
    expect(verifier.checkSignature(xml)).toBe(true)
    expect(verifier.getSignedReferences()).toEqual([xml.replace(/<ds:Signature .*<\/ds:Signature>/s, '')])
  })

  it('is taken by a service provider of another library within a response', async () => {
    const xml = await signSamlAssertion({ ...statement, subject: 'ada', recipient: 'https://acme.example/acs' }, signer)
    const response = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="${new Date().toISOString()}"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${xml}</samlp:Response>`
    const provider = new SAML({
      callbackUrl: 'https://acme.example/acs',
      issuer: 'https://acme.example',
      audience: statement.audience,
      idpCert: server.signer.pem,
      idpIssuer: statement.issuer,
      wantAuthnResponseSigned: false,
    })
    const { profile } = await provider.validatePostResponseAsync({
      SAMLResponse: Buffer.from(response).toString('base64'),
    })
    expect(profile).toMatchObject({ issuer: statement.issuer, nameID: 'ada', organization_id: '00D' })
  })

  it('is not written with what XML cannot hold', async () => {
    await expect(signSamlAssertion({ ...statement, subject: 'a\u0000b' }, signer)).rejects.toThrow(InputError)
  })
})
