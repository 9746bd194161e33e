import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizeUrl } from './test-browser.ts'
import { answerOf, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
const base = 'https://login.target.example'
const place = { base, targetPort: 8789, otherPort: 8788 }

beforeAll(async () => {
  server = await startTestServer({ place, trustedProxies: ['192.0.2.1', '192.0.2.2'] })
  await server.addApp('Warehouse')
})
afterAll(() => server.close())

async function ask(path: string, proto: string | undefined, from = '192.0.2.1', init: RequestInit = {}, on = server) {
  const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto }
  return answerOf(await on.request(on.base + path, { ...init, headers }, from))
}

const form: RequestInit = { method: 'POST', body: new URLSearchParams({ grant_type: 'x', token: 'x' }) }
const required = { error: 'invalid_request', error_description: 'HTTPS required' }

describe('a request that came by plain http, as a trusted proxy says', () => {
  it.each(['token', 'par', 'revoke', 'introspect', 'register', 'singleaccess'])(
    'is refused at /services/oauth2/%s',
    async (endpoint) => {
      const strict = await startTestServer({
        place,
        trustedProxies: ['192.0.2.1'],
        posture: { pushedRequests: 'offered' },
      })
      const answer = await ask(`/services/oauth2/${endpoint}`, 'http', '192.0.2.1', form, strict)
      expect([answer.status, answer.body]).toEqual([400, required])
      const { refusal } = await strict.journalOf(answer)
      expect(refusal).toEqual({ reason: 'https-required', facts: { address: base } })
      await strict.close()
    },
  )

  it('is refused at the authorize endpoint with the bare pair, before anything else of it is looked at', async () => {
    const answer = await ask(authorizeUrl('3MVG9Unknown'), 'http')
    expect([answer.status, answer.text]).toEqual([400, 'error=invalid_request&error_description=HTTPS%20required'])
  })

  it('is refused with a word where identities are asked for', async () => {
    const paths = ['/services/oauth2/userinfo', `/id/${server.org.id}/005000000000001AAA`]
    for (const path of paths) {
      const { status, text } = await ask(path, 'http')
      expect([status, text]).toEqual([403, 'HTTPS_Required'])
    }
  })
})

describe('the scheme that callers used', () => {
  const grantUnknown = { error: 'unsupported_grant_type', error_description: 'grant type not supported' }

  it.each([
    ['https, as the proxy says', 'https', '192.0.2.1', grantUnknown],
    ['unknown, where the proxy says nothing', undefined, '192.0.2.1', grantUnknown],
    ['not for a stranger to say', 'http', '203.0.113.7', grantUnknown],
    ['https at the first of two proxies', 'https, http', '192.0.2.2', grantUnknown],
    ['http at the first of two proxies', ' HTTP ,https', '192.0.2.2', required],
  ])('is %s', async (_, proto, from, expected) => {
    expect((await ask('/services/oauth2/token', proto, from, form)).body).toEqual(expected)
  })

  it('does not matter to a server that is reached by http, nor to the check of its health', async () => {
    const plain = await startTestServer({ trustedProxies: ['192.0.2.1'] })
    expect((await ask('/services/oauth2/token', 'http', '192.0.2.1', form, plain)).body).toEqual(grantUnknown)
    await plain.close()
    expect((await ask('/health/live', 'http')).status).toBe(200)
  })
})
