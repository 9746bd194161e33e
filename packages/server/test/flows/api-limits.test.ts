import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultOrgSettings } from '../../src/orgs/org.ts'
import { apiUsage } from '../../src/rest/api-usage.ts'
import { addDemoOrg } from '../stores/demo-org.ts'
import { openTestStores } from '../stores/open-test-stores.ts'
import { type Answer, answerOf, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

const hour = 3600

describe('API requests', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startTestServer()
    const user = await server.addUser('ada@target.example')
    token = (await tokensFor(server, user, await server.addApp('Web_App'))).access_token
  })

  afterAll(() => server.close())

  async function limits(accessToken = token): Promise<Answer & { readonly usage: string | null }> {
    const headers = { authorization: `Bearer ${accessToken}` }
    const response = await server.request(`${targetBase}/services/data/v67.0/limits`, { headers })
    return { ...(await answerOf(response)), usage: response.headers.get('sforce-limit-info') }
  }

  const setLimit = (dailyApiRequests: number | undefined) =>
    server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, dailyApiRequests } })

  it('are counted where there is no limit, against that of a Developer Edition', async () => {
    await limits()
    const { body, usage } = await limits()
    expect(usage).toBe('api-usage=2/15000')
    expect(body).toMatchObject({ DailyApiRequests: { Max: 15_000, Remaining: 14_998 } })
  })

  it('are not counted where a token is refused', async () => {
    expect((await limits('00D000000000001!nothing')).status).toBe(401)
    expect((await limits()).usage).toBe('api-usage=3/15000')
  })

  it('are refused over the limit of the org, which says so, until older ones are a day ago', async () => {
    await setLimit(5)
    expect((await limits()).body).toMatchObject({ DailyApiRequests: { Max: 5, Remaining: 1 } })
    expect((await limits()).usage).toBe('api-usage=5/5')
    for (let request = 0; request < 3; request++) {
      const refused = await limits()
      expect(refused).toMatchObject({
        status: 403,
        body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
      })
      expect(await server.journalOf(refused)).toMatchObject({
        refusal: { reason: 'request-limit-exceeded', facts: { limit: 5 } },
      })
    }
    server.advance(23 * hour)
    token = (await tokensFor(server, await server.addUser('bo@target.example'), await server.addApp('Next')))
      .access_token
    expect((await limits()).status).toBe(403)
    server.advance(hour)
    // What was refused does not count.
    expect((await limits()).usage).toBe('api-usage=1/5')
    await setLimit(undefined)
    expect((await limits()).usage).toBe('api-usage=2/15000')
  })
})

describe('apiUsage', () => {
  it('goes on after a restart, finds what other nodes have counted, and looks back for 24 hours', async () => {
    await using stores = await openTestStores()
    const { org } = await addDemoOrg(stores)
    const now = new Date('2026-03-01T12:30:00Z')
    const counted = { id: org.id, settings: defaultOrgSettings }
    const node = async (count: number, at: Date) => {
      const usage = apiUsage({ journal: stores.journal, onError: (error) => expect.fail(String(error)) })
      const request = async (when: Date) => {
        const { used } = await usage.count(counted, when)
        await stores.journal.add({ ...entry, orgId: org.id, at: when })
        return used
      }
      let used = 0
      for (let n = 0; n < count; n++) used = await request(at)
      return { used, request }
    }
    const first = await node(3, now)
    expect(first.used).toBe(3)
    const second = await node(2, now)
    expect(second.used).toBe(5)
    const settled = () => stores.journal.summary(org.id, now)
    await settled()
    const soon = new Date(now.getTime() + 5000)
    // It begins a look, which finds those five, and counts before it is journalled itself.
    expect(await first.request(soon)).toBe(4)
    await settled()
    expect(await first.request(soon)).toBe(6)
    await settled()
    expect(await first.request(new Date(now.getTime() + 23.4 * hour * 1000))).toBe(8)
    expect(await first.request(new Date(now.getTime() + 24 * hour * 1000))).toBe(2)
  })
})

const entry = {
  requestId: 'request',
  endpoint: 'rest',
  flow: 'rest',
  appId: undefined,
  userId: undefined,
  sourceIp: '127.0.0.1',
  status: 200,
  error: undefined,
  passed: [],
  refusal: undefined,
}
