import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { strictPosture } from '../../src/options.ts'
import { base, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

let server: TestServer
let token: string
const page = 'https://one.app.example'

beforeAll(async () => {
  server = await startTestServer({ posture: { allowsOtherOrigins: strictPosture.allowsOtherOrigins } })
  const settings = { ...server.org.settings, corsAllowedOrigins: ['https://*.app.example'] }
  await server.stores.orgs.update({ ...server.org, settings })
  const user = await server.addUser('ada@target.example')
  token = (await tokensFor(server, user, await server.addApp('Web_App'))).access_token
})

afterAll(() => server.close())

const ask = (url: string, origin: string, method = 'GET') =>
  server.request(url, { method, headers: { origin, authorization: `Bearer ${token}` } })
const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin')
const limits = '/services/data/v67.0/limits'

describe('pages of other origins', () => {
  it('ask an org that lists them, and may read what it answers, refusals too', async () => {
    const answer = await ask(targetBase + limits, page)
    expect([answer.status, allowed(answer)]).toEqual([200, page])
    expect(answer.headers.get('vary')).toContain('origin')
    expect(answer.headers.get('access-control-expose-headers')).toContain('sforce-limit-info')
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    const refused = await ask(`${targetBase}/services/data/v67.0/nothing`, page)
    expect([refused.status, allowed(refused)]).toEqual([404, page])
    const preflight = await ask(`${targetBase}/services/data/v67.0/sobjects/Account/1`, page, 'OPTIONS')
    expect([preflight.status, allowed(preflight)]).toEqual([204, page])
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
    expect(allowed(await ask(`${targetBase}/services/oauth2/userinfo`, page))).toBe(page)
  })

  it.each([
    ['that the org does not list', targetBase, 'https://app.example'],
    ['that only look like one', targetBase, 'https://one.app.example.evil.example'],
    ['that another org lists', otherBase, page],
    ['at the login host, which is no org’s own', base, page],
    ['that are opaque', targetBase, 'null'],
  ])('%s get no leave', async (_, host, origin) => {
    expect(allowed(await ask(host + limits, origin))).toBeNull()
    const preflight = await ask(host + limits, origin, 'OPTIONS')
    expect([preflight.status >= 400, allowed(preflight)]).toEqual([true, null])
  })
})
