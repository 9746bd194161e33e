import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '../../../../test/eventually.ts'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { openStores } from '../../src/stores/open.ts'
import { testSeal } from '../stores/open-test-stores.ts'
import { judged } from './audit.ts'
import { anyOf, makeFaultOrgs } from './fault-org.ts'
import { figures, violations } from './history.ts'
import { type InsideNode, startInsideNode } from './inside-node.ts'
import { type KillableServer, longest, type Node, startKillableServer } from './killable-server.ts'
import { answers, deeds, isAnswered, keyOf, keyOfAssertion, load, newRun, type Thing } from './load.ts'

vi.setConfig({ testTimeout: longest })

let nodes: KillableServer[] = []

/** Starts two nodes on one database. */
async function startTwo(url: string): Promise<readonly [KillableServer, KillableServer]> {
  const both = await Promise.all([startKillableServer(url), startKillableServer(url)])
  nodes = both
  return both
}

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.kill()))
})

describe('fifty nodes on one database', () => {
  const inside: InsideNode[] = []
  afterEach(() => Promise.all(inside.splice(0).map((node) => node[Symbol.asyncDispose]())))

  it('answer any request of a flow, whichever gets it, and let exactly one of fifty have what is there once', async ({
    annotate,
  }) => {
    const url = await newSchemaUrl()
    const orgs = await makeFaultOrgs({ url })
    const both = await startTwo(url)
    // One after the other, as nodes do not come up all at the same moment.
    while (inside.length < 48) inside.push(await startInsideNode(url, `inside ${inside.length}`))
    const all: readonly Node[] = [...both, ...inside]
    const run = await newRun(all, orgs)
    const { allow, exchange, refresh, tradeAssertion, check } = deeds(run)
    const { stock, history } = run
    // Fifty nodes on a small machine may tell some callers to come again: then it is the turn of another one.
    const onlyOneOf = async <T>(
      make: () => Promise<T>,
      key: (one: T) => string,
      deed: (node: Node, one: T) => Promise<void>,
    ) => {
      for (;;) {
        const one = await make()
        const areAnswered = await Promise.all(all.map((node) => isAnswered(deed(node, one))))
        if (areAnswered.includes(false)) continue
        const outcomes = history.events.filter(({ act, key: about }) => act === 'spend' && about === key(one))
        const expected = ['done', ...Array.from({ length: 49 }, () => 'refused')]
        expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(expected)
        return one
      }
    }
    const newCode = async (): Promise<Thing> => {
      while (!(await isAnswered(allow(anyOf(stock.unasked)))));
      return anyOf([...stock.codes].slice(-1))
    }
    const newRefreshToken = async (): Promise<Thing> => {
      while (!(await isAnswered(exchange(anyOf(all), await newCode()))));
      return anyOf([...stock.refreshTokens].slice(-1))
    }

    const { family } = await onlyOneOf(newCode, keyOf, exchange)
    // Whoever came second has ended what the first had bought (RFC 6749 §4.1.2).
    const bought = [...stock.given.values()].find((thing) => thing.kind === 'access token' && thing.family === family)
    if (bought === undefined) throw new Error('Nothing was bought.')
    await Promise.all(all.map((node) => isAnswered(check(node, bought))))
    expect(history.events.filter(({ key, outcome }) => key === keyOf(bought) && outcome === 'done')).toEqual([])

    await onlyOneOf(newRefreshToken, keyOf, refresh)
    const org = anyOf(orgs)
    const newAssertion = async () => org.assertion()
    await onlyOneOf(newAssertion, keyOfAssertion, (node, assertion) => tradeAssertion(node, org, assertion))

    expect(violations(history.events)).toEqual([])
    await annotate(figures({ loaded: history.events, events: history.events, faults: '50 callers at once' }))
  })
})

describe('two nodes on one database', () => {
  it('see within a second what was revoked, blocked and changed on the other', async () => {
    const url = await newSchemaUrl()
    const [org] = await makeFaultOrgs({ url })
    const [one, other] = await startTwo(url)
    const trade = (node: Node) =>
      node.post('/services/oauth2/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: org?.assertion() ?? '',
      })
    const { body } = await trade(one)
    expect((await other.get('/services/oauth2/userinfo', body.access_token)).status).toBe(200)
    await one.post('/services/oauth2/revoke', { token: body.access_token })
    expect((await other.get('/services/oauth2/userinfo', body.access_token)).status).toBe(403)

    const third = await openStores({ url, seal: testSeal, now: () => new Date(), onError: expect.unreachable })
    const app = await third.apps.findByConsumerKey('AcmeServer')
    await third.apps.endAll(app?.id ?? '', app?.orgId ?? '', true)
    await third.close()
    await eventually(async () =>
      expect(await Promise.all([trade(one), trade(other)])).toMatchObject([{ status: 400 }, { status: 400 }]),
    )
  })

  it('lose nothing that was answered when one of them is killed under load, and callers go on with the other', async ({
    annotate,
  }) => {
    const url = await newSchemaUrl()
    const orgs = await makeFaultOrgs({ url })
    const [killed, survivor] = await startTwo(url)
    const live = [killed, survivor]
    const run = await newRun(live, orgs)
    let isGoing = true
    const loading = load(run, 12, () => isGoing)
    killed.killAfter(200)
    await killed.ended
    await answers(run, 300)
    isGoing = false
    await loading
    live.shift()
    const { violations, figures } = await judged(run, '1 of 2 nodes killed')
    expect(violations).toEqual([])
    await annotate(figures)
  })
})
