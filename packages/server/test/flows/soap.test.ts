import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { startTestServer, type TestServer, targetBase } from './test-server.ts'
import { isAlive, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example', { firstName: 'Ada', lastName: '<Lovelace>' })
  app = await server.addApp('Web_App')
})

afterAll(() => server.close())

const namespaces = 'xmlns:se="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:partner.soap.sforce.com"'

async function call(operation: string, sessionId?: string, path = '/services/Soap/u/60.0') {
  const header =
    sessionId === undefined
      ? ''
      : `<se:Header><p:SessionHeader><p:sessionId>${sessionId}</p:sessionId></p:SessionHeader></se:Header>`
  return post(`<se:Envelope ${namespaces}>${header}<se:Body>${operation}</se:Body></se:Envelope>`, path)
}

async function post(body: string, path = '/services/Soap/u/60.0') {
  const headers = { 'content-type': 'text/xml', soapaction: '""' }
  const response = await server.request(targetBase + path, { method: 'POST', headers, body })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe('the SOAP API', () => {
  it('says who a token acts for', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const answer = await call('<p:getUserInfo/>', access_token, `/services/Soap/c/60.0/${server.org.id}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/xml;charset=UTF-8')
    expect(answer.text).toContain('xmlns="urn:enterprise.soap.sforce.com"')
    expect(answer.text).toContain(`<organizationId>${server.org.id}</organizationId>`)
    expect(answer.text).toContain('<userFullName>Ada &lt;Lovelace&gt;</userFullName>')
    expect(answer.text).toContain('<roleId xsi:nil="true"/>')
  })

  it('ends a token', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const answer = await call('<p:logout/>', access_token)
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('<soapenv:Body><logoutResponse/>')])
    expect(await isAlive(server, access_token)).toBe(false)
    const again = await call('<p:logout/>', access_token)
    expect([again.status, again.text]).toEqual([
      500,
      expect.stringContaining('<faultcode>sf:INVALID_SESSION_ID</faultcode><faultstring>INVALID_SESSION_ID: Invalid'),
    ])
    expect((await server.journalOf(again)).refusal?.reason).toBe('token-revoked')
  })

  it('needs a token that may call the API', async () => {
    const { access_token } = await tokensFor(server, user, app, { scope: 'openid' })
    for (const token of [undefined, 'junk', 'two words', access_token]) {
      const answer = await call('<p:getUserInfo/>', token)
      expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('sf:INVALID_SESSION_ID')])
    }
  })

  it.each([
    ['nothing', '', 'soap-malformed'],
    ['no XML', 'hello', 'soap-malformed'],
    ['half of it', `<se:Envelope ${namespaces}><se:Body>`, 'soap-malformed'],
    ['another document', '<p>1</p>', 'soap-malformed'],
    ['an empty body', `<se:Envelope ${namespaces}><se:Body/></se:Envelope>`, 'soap-malformed'],
    [
      'entities',
      `<!DOCTYPE x [<!ENTITY a "aaaa">]><se:Envelope ${namespaces}><se:Body><p:logout>&a;</p:logout></se:Body></se:Envelope>`,
      'soap-malformed',
    ],
    ['very much of it', `<se:Envelope ${namespaces}>${'<a>'.repeat(15_000)}`, 'soap-malformed'],
    [
      'another operation',
      `<se:Envelope ${namespaces}><se:Body><p:query/></se:Body></se:Envelope>`,
      'soap-operation-unknown',
    ],
    ['too much', ' '.repeat(70_000), 'body-too-large'],
  ])('refuses %s by a fault', async (_, body, reason) => {
    const answer = await post(body)
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('<soapenv:Fault>')])
    expect((await server.journalOf(answer)).refusal?.reason).toBe(reason)
  })
})
