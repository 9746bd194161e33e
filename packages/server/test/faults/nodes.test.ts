import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../../test/postgres-server.ts'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { sealWith } from '../../src/seal.ts'
import { openStores } from '../../src/stores/open.ts'
import { callbackUrl } from '../flows/test-server.ts'
import { makeCrashOrg, people } from './crash-org.ts'
import { doneTwice, lost } from './history.ts'
import { anyOf, type KillableServer, startKillableServer } from './killable-server.ts'
import { deeds, emptyLedger, type Held, loadWhile } from './load.ts'
import { type SlowLine, slowLine } from './slow-line.ts'

let nodes: KillableServer[] = []

/** Starts nodes on one database. */
async function start(url: string, count: number): Promise<readonly KillableServer[]> {
  nodes = await Promise.all(Array.from({ length: count }, () => startKillableServer(url)))
  return nodes
}

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.kill()))
})

const sum = (helds: readonly Held[]) => ({
  answered: helds.reduce((all, { answered }) => all + answered, 0),
  unanswered: helds.reduce((all, { unanswered }) => all + unanswered, 0),
})

const readinessOf = async (node: KillableServer) => (await node.request('/health/ready')).status

describe('two nodes on one database', () => {
  it('answer any request of a flow, whichever gets it, and let exactly one of many have what is there once', async () => {
    const url = await newSchemaUrl()
    const org = await makeCrashOrg({ url })
    const both = anyOf(await start(url, 2))
    const ledger = emptyLedger(await people(both))
    const { allow } = deeds(both, ledger, org)
    await allow()
    const [{ consumerKey, code } = { consumerKey: '', code: '' }] = ledger.freshCodes
    const app = { client_id: consumerKey, client_secret: org.secretOf(consumerKey) }
    const token = (form: Record<string, string>) => both.post('/services/oauth2/token', { ...app, ...form })
    const times = (form: Record<string, string>) => Promise.all(Array.from({ length: 50 }, () => token(form)))

    const exchange = { grant_type: 'authorization_code', redirect_uri: callbackUrl }
    const exchanged = await times({ ...exchange, code })
    const [bought] = exchanged.filter(({ status }) => status === 200)
    expect(exchanged.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 49 }, () => 400)])
    // Whoever came second has ended what the first had bought (RFC 6749 §4.1.2).
    const userinfo = (text: string) =>
      both.request('/services/oauth2/userinfo', { headers: { authorization: `Bearer ${text}` } })
    expect((await userinfo(bought?.body.access_token)).status).toBe(403)

    ledger.freshCodes.clear()
    await allow()
    const [fresh] = ledger.freshCodes
    const second = { client_id: fresh?.consumerKey ?? '', client_secret: org.secretOf(fresh?.consumerKey ?? '') }
    const { body } = await token({ ...exchange, ...second, code: fresh?.code ?? '' })
    const refreshed = await times({ grant_type: 'refresh_token', ...second, refresh_token: body.refresh_token })
    expect(refreshed.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 49 }, () => 400)])
  })

  it('see within a second what was revoked, blocked and changed on the other', async () => {
    const url = await newSchemaUrl()
    const org = await makeCrashOrg({ url })
    const [one, other] = await start(url, 2)
    if (one === undefined || other === undefined) throw new Error('There are no two nodes.')
    const trade = (node: KillableServer) =>
      node.post('/services/oauth2/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: org.assertion(),
      })
    const { body } = await trade(one)
    const headers = { authorization: `Bearer ${body.access_token}` }
    expect((await other.request('/services/oauth2/userinfo', { headers })).status).toBe(200)
    await one.post('/services/oauth2/revoke', { token: body.access_token })
    expect((await other.request('/services/oauth2/userinfo', { headers })).status).toBe(403)

    const seal = sealWith(Buffer.alloc(32, 7))
    const third = await openStores({ url, seal, now: () => new Date(), onError: expect.unreachable })
    const app = await third.apps.findByConsumerKey('ServerApp')
    await third.apps.endAll(app?.id ?? '', app?.orgId ?? '', true)
    await third.close()
    await vi.waitFor(
      async () =>
        expect(await Promise.all([trade(one), trade(other)])).toMatchObject([{ status: 400 }, { status: 400 }]),
      { timeout: 1000, interval: 20 },
    )
  })
})

describe('nodes under load', () => {
  it('lose nothing that was answered when one of them is killed, and callers go on with the other', async ({
    annotate,
  }) => {
    const url = await newSchemaUrl()
    const org = await makeCrashOrg({ url })
    const [killed, survivor] = await start(url, 2)
    if (killed === undefined || survivor === undefined) throw new Error('There are no two nodes.')
    const live = [killed, survivor]
    const both = anyOf(live)
    const ledger = emptyLedger(await people(both))
    killed.killAfter(60)
    let answers = 0
    const counting = {
      ...both,
      post: async (...request: Parameters<typeof both.post>) => {
        const answer = await both.post(...request)
        answers += 1
        return answer
      },
    }
    const isGoing = () => answers < 150
    const held = sum(await Promise.all(Array.from({ length: 8 }, () => loadWhile(isGoing, counting, ledger, org))))
    expect(held.unanswered).toBeGreaterThan(0)
    live.shift()
    const complaints = [...(await lost(survivor, ledger, org)), ...(await doneTwice(survivor, ledger, org))]
    expect(complaints).toEqual([])
    await annotate(`load held: ${held.answered} deeds; faults: 1 node killed, ${held.unanswered} unanswered; lost: 0`)
  })
})

describe('a database server of their own', () => {
  let postgres: PostgresServer
  let line: SlowLine
  beforeAll(async () => {
    postgres = await startPostgres()
    line = await slowLine(postgres.port)
  })
  afterAll(async () => {
    line.close()
    await postgres.stop()
  })

  it('is killed under load and started again: 503 meanwhile, and nothing lost that was answered', async ({
    annotate,
  }) => {
    const url = `${postgres.url}?schema=killed`
    const org = await makeCrashOrg({ url })
    const both = anyOf(await start(url, 2))
    const ledger = emptyLedger(await people(both))
    let isGoing = true
    const load = Promise.all(Array.from({ length: 8 }, () => loadWhile(() => isGoing, both, ledger, org)))
    await setTimeout(1000)
    await postgres.kill()
    const [node] = nodes
    if (node === undefined) throw new Error('There is no node.')
    await vi.waitFor(async () => expect(await readinessOf(node)).toBe(503), { timeout: 5000, interval: 50 })
    const refused = await both.post('/services/oauth2/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: org.assertion(),
    })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    await postgres.start()
    await vi.waitFor(async () => expect(await Promise.all(nodes.map(readinessOf))).toEqual([200, 200]), {
      timeout: 5000,
      interval: 50,
    })
    await setTimeout(1000)
    isGoing = false
    const held = sum(await load)
    const complaints = [...(await lost(both, ledger, org)), ...(await doneTwice(both, ledger, org))]
    expect(complaints).toEqual([])
    await annotate(`load held: ${held.answered} deeds; PostgreSQL killed once, ${held.unanswered} unanswered; lost: 0`)
  })

  it('is slow, or out of reach: requests are slow, or answered 503 in bounded time; readiness is red', async () => {
    const url = `${postgres.url}?schema=slow`
    const org = await makeCrashOrg({ url })
    const [node] = await start(url.replace(`:${postgres.port}/`, `:${line.port}/`), 1)
    if (node === undefined) throw new Error('There is no node.')
    const trade = () =>
      node.post('/services/oauth2/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: org.assertion(),
      })
    expect((await trade()).status).toBe(200)
    line.delay = 250
    expect((await trade()).status).toBe(200)
    expect(await readinessOf(node)).toBe(200)

    line.delay = undefined
    const lostAt = performance.now()
    const [answer, readiness] = await Promise.all([trade(), readinessOf(node)])
    expect([answer.status, answer.headers.get('retry-after'), readiness]).toEqual([503, '1', 503])
    expect(performance.now() - lostAt).toBeLessThan(10_000)

    line.delay = 0
    await vi.waitFor(async () => expect((await trade()).status).toBe(200), { timeout: 10_000, interval: 100 })
    expect(await readinessOf(node)).toBe(200)
  })
})
