import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { type Answer, answerOf, callbackUrl, startTestServer, type TestServer } from './test-server.ts'
import { codeFor, credentialsOf, refusalOf } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp

const tokenUrl = '/services/oauth2/token'
const formType = 'application/x-www-form-urlencoded'

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App')
})

afterAll(() => server.close())

async function send(
  body: string | Uint8Array<ArrayBuffer> | null,
  type: string | undefined = formType,
  url = tokenUrl,
): Promise<Answer> {
  const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
  return answerOf(await server.request(url, { method: 'POST', body, headers }))
}

const grantForm = async () => ({
  grant_type: 'authorization_code',
  code: await codeFor(server, user, app),
  redirect_uri: callbackUrl,
  ...credentialsOf(app),
})

describe('a token request may be written', () => {
  it.each<readonly [string, (form: Record<string, string>) => Promise<Answer>]>([
    ['as a form', (form) => send(new URLSearchParams(form).toString())],
    [
      'as a form whose type has a character set',
      (form) => send(new URLSearchParams(form).toString(), `${formType};charset=UTF-8`),
    ],
    [
      'as a form whose type is in capitals',
      (form) => send(new URLSearchParams(form).toString(), formType.toUpperCase()),
    ],
    ['as a form without a type', (form) => send(new TextEncoder().encode(new URLSearchParams(form).toString()), '')],
    [
      'as multipart/form-data, as the device flow of the Salesforce CLI does it',
      async (form) => {
        const body = new FormData()
        for (const [name, value] of Object.entries(form)) body.append(name, value)
        return answerOf(await server.request(tokenUrl, { method: 'POST', body }))
      },
    ],
    [
      'in the query string of an empty POST',
      (form) => send(null, formType, `${tokenUrl}?${new URLSearchParams(form)}`),
    ],
    [
      'half in the body and half in the query string',
      ({ code = '', ...form }) =>
        send(new URLSearchParams(form).toString(), formType, `${tokenUrl}?code=${encodeURIComponent(code)}`),
    ],
    [
      'with parameters nobody knows',
      (form) => send(new URLSearchParams({ ...form, utm_source: 'x', a: 'b' }).toString()),
    ],
    ['with empty pairs between', (form) => send(`&&${new URLSearchParams(form)}&&=&x&`)],
  ])('%s', async (_, sendForm) => {
    const { status, body } = await sendForm(await grantForm())
    expect([status, body.token_type]).toEqual([200, 'Bearer'])
  })
})

describe('a token request is refused', () => {
  it.each<readonly [string, () => Promise<Answer>, string, string, string]>([
    [
      'as JSON',
      async () => send(JSON.stringify(await grantForm()), 'application/json'),
      'body-not-form',
      'unsupported_grant_type',
      'grant type not supported',
    ],
    [
      'as XML',
      async () => send('<grant_type/>', 'text/xml'),
      'body-not-form',
      'unsupported_grant_type',
      'grant type not supported',
    ],
    [
      'as a multipart body that is none',
      async () => send('junk', 'multipart/form-data; boundary=x'),
      'parameter-malformed',
      'invalid_request',
      'malformed parameter',
    ],
    [
      'as a multipart body without a boundary',
      async () => send('junk', 'multipart/form-data'),
      'parameter-malformed',
      'invalid_request',
      'malformed parameter',
    ],
    [
      'with bytes that are no UTF-8',
      async () => send(new Uint8Array([0x61, 0x3d, 0xff, 0xfe])),
      'body-malformed',
      'invalid_request',
      'malformed request body',
    ],
    [
      'with percent-encoding of what is no UTF-8',
      async () => send('grant_type=%ff%fe'),
      'parameter-malformed',
      'invalid_request',
      'malformed parameter',
    ],
    [
      'with percent-encoding that is none',
      async () => send('grant_type=%zz'),
      'parameter-malformed',
      'invalid_request',
      'malformed parameter',
    ],
    [
      'with a parameter twice',
      async () => send('grant_type=a&grant_type=a'),
      'parameter-repeated',
      'invalid_request',
      'duplicate parameter',
    ],
    [
      'with a parameter twice, once empty',
      async () => send('grant_type=&grant_type=a'),
      'parameter-repeated',
      'invalid_request',
      'duplicate parameter',
    ],
    [
      'with a parameter nobody knows twice',
      async () => send('a=1&grant_type=x&a=2'),
      'parameter-repeated',
      'invalid_request',
      'duplicate parameter',
    ],
    [
      'with a parameter in body and query string',
      async () => send('code=a', formType, `${tokenUrl}?code=b`),
      'parameter-repeated',
      'invalid_request',
      'duplicate parameter',
    ],
    [
      'with a parameter that differs in its encoding alone',
      async () => send('code=a&%63ode=b'),
      'parameter-repeated',
      'invalid_request',
      'duplicate parameter',
    ],
    [
      'with 65,537 bytes',
      async () => send(`a=${'x'.repeat(65_535)}`),
      'body-too-large',
      'invalid_request',
      'request too large',
    ],
    [
      'with a megabyte',
      async () => send('x'.repeat(1_000_000)),
      'body-too-large',
      'invalid_request',
      'request too large',
    ],
    [
      'with nothing in it',
      async () => send(null),
      'grant-type-unknown',
      'unsupported_grant_type',
      'grant type not supported',
    ],
    [
      'with 60,000 characters of a consumer key',
      async () => send(`grant_type=refresh_token&client_id=${'x'.repeat(60_000)}`),
      'client-unknown',
      'invalid_client_id',
      'client identifier invalid',
    ],
    [
      'with 60,000 characters of a code',
      async () =>
        send(
          `${new URLSearchParams({ ...credentialsOf(app), grant_type: 'authorization_code' })}&code=${'x'.repeat(60_000)}`,
        ),
      'code-unknown',
      'invalid_grant',
      'invalid authorization code',
    ],
    [
      'with ten thousand parameters',
      async () => send(Array.from({ length: 9000 }, (_, n) => `${n}=`).join('&')),
      'grant-type-unknown',
      'unsupported_grant_type',
      'grant type not supported',
    ],
  ])('%s', async (_, ask, reason, error, error_description) => {
    const answer = await ask()
    expect(await refusalOf(server, answer)).toEqual({ status: 400, error, error_description, reason })
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(answer.headers.get('x-sallyport-cause')?.length).toBeLessThanOrEqual(300)
    expect(JSON.stringify(await server.journalOf(answer)).length).toBeLessThan(2000)
  })

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const long = 'x'.repeat(10_000)
  const clientAssertion = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

  it.each<readonly [string, string]>([
    ['a name that is no UTF-8', `${'x'.repeat(50_000)}=%ff`],
    ['an algorithm', `assertion=${encoded({ alg: long })}.${encoded({ iss: '3MVG9Web_App' })}.YQ`],
    ['critical headers', `assertion=${encoded({ alg: 'RS256', crit: [long] })}.e30.YQ`],
    [
      'a client that contradicts itself',
      `client_id=${'x'.repeat(50_000)}&client_assertion_type=${clientAssertion}&client_assertion=${encoded({ alg: 'RS256' })}.${encoded({ iss: long, sub: `${long}y` })}.YQ`,
    ],
  ])('in a way that leaves little in the journal, however long it is: %s', async (_, body) => {
    const grant_type = body.startsWith('assertion') ? 'urn:ietf:params:oauth:grant-type:jwt-bearer' : 'refresh_token'
    const answer = await send(`grant_type=${grant_type}&${body}`)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(await server.journalOf(answer)).length).toBeLessThan(2000)
  })

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'])('by %s', async (method) => {
    const answer = await answerOf(await server.request(tokenUrl, { method }))
    expect(answer.status).toBe(400)
    if (method === 'HEAD') return
    expect(answer.body).toEqual({ error: 'invalid_request', error_description: 'must use HTTP POST' })
  })

  it('says what is wrong in characters that RFC 6749 allows', async () => {
    for (const body of ['grant_type="\\ü', 'grant_type=%22%5C', `grant_type=refresh_token&client_id=%22`]) {
      const { error, error_description } = (await send(body)).body
      expect(`${error}${error_description}`).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    }
  })
})
