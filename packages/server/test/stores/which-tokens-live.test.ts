import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashSecret } from '../../src/secret.ts'
import {
  aCode,
  addDemoOrg,
  anIssuance,
  consent,
  type DemoOrg,
  issued,
  later,
  policiesOf,
  refreshStateOf,
  stateOf,
} from './demo-org.ts'
import { openPostgresStores, openSqliteStores, type TestStores } from './open-test-stores.ts'

// What may be done. Numbers pick one of the users or apps, or one of the latest codes or tokens.
const pick = fc.nat({ max: 3 })
const act = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary })
const acts = fc.oneof(
  act(4, fc.record({ do: fc.constant('assert' as const), user: pick, app: pick })),
  act(2, fc.record({ do: fc.constant('code' as const), user: pick, app: pick })),
  act(6, fc.record({ do: fc.constant('code and exchange' as const), user: pick, app: pick })),
  act(3, fc.record({ do: fc.constant('exchange' as const), code: pick, withRefreshToken: fc.boolean() })),
  act(2, fc.record({ do: fc.constant('spend' as const), code: pick })),
  act(8, fc.record({ do: fc.constant('refresh' as const), token: pick, rotates: fc.boolean(), isOld: fc.boolean() })),
  act(1, fc.record({ do: fc.constant('revoke access' as const), token: pick })),
  act(2, fc.record({ do: fc.constant('revoke refresh' as const), token: pick })),
  act(1, fc.record({ do: fc.constant('revoke approval' as const), user: pick, app: pick })),
  act(1, fc.record({ do: fc.constant('revoke app' as const), app: pick })),
  act(1, fc.record({ do: fc.constant('end app' as const), app: pick, isBlocked: fc.boolean() })),
  act(2, fc.record({ do: fc.constant('unblock app' as const), app: pick })),
  act(3, fc.record({ do: fc.constant('freeze' as const), user: pick, isFrozen: fc.boolean() })),
  act(1, fc.record({ do: fc.constant('end user' as const), user: pick })),
  act(1, fc.record({ do: fc.constant('end org' as const) })),
  act(1, fc.record({ do: fc.constant('delete ended' as const) })),
)
type Act = typeof acts extends fc.Arbitrary<infer T> ? T : never

interface RefreshToken {
  readonly id: number
  readonly user: number
  readonly app: number
  secrets: readonly string[]
  isAlive: boolean
}

interface AccessToken {
  readonly id: number
  readonly secret: string
  readonly user: number
  readonly app: number
  readonly from: RefreshToken | undefined
  isAlive: boolean
}

interface Code {
  readonly id: number
  readonly user: number
  readonly app: number
  isUnspent: boolean
  bought: readonly (AccessToken | RefreshToken)[]
}

/** The plainest account of which tokens live: every end is written into every thing it ends. */
class Model {
  readonly access: AccessToken[] = []
  readonly refresh: RefreshToken[] = []
  readonly codes: Code[] = []
  readonly frozen = new Set<number>()
  readonly blocked = new Set<number>()

  end(which: (thing: { readonly user: number; readonly app: number }) => boolean): void {
    for (const token of [...this.access, ...this.refresh]) if (which(token)) token.isAlive = false
    for (const code of this.codes) if (which(code)) code.isUnspent = false
  }

  isLive(token: AccessToken): boolean {
    const isHeldBack = this.frozen.has(token.user) || this.blocked.has(token.app)
    return token.isAlive && (token.from?.isAlive ?? true) && !isHeldBack
  }
}

function of<T>(list: readonly T[], picked: number): T | undefined {
  return list.at(-1 - (picked % (list.length || 1)))
}

async function perform(act: Act, stores: TestStores, demo: DemoOrg, model: Model, step: number): Promise<void> {
  const users = [demo.ada, demo.bob] as const
  const apps = [demo.warehouse, demo.website] as const
  const userAt = (picked: number) => (picked % 2 === 0 ? users[0] : users[1])
  const appAt = (picked: number) => (picked % 2 === 0 ? apps[0] : apps[1])
  const at = later(step)
  switch (act.do) {
    case 'assert': {
      const [user, app, secret] = [act.user % 2, act.app % 2, `access ${step}`]
      const issuance = await anIssuance(stores, userAt(user), appAt(app), { access: secret }, { at })
      const { accessTokenId } = issued(await stores.issue.forAssertion(issuance, undefined))
      model.access.push({ id: accessTokenId, secret, user, app, from: undefined, isAlive: true })
      return
    }
    case 'code and exchange': {
      await perform({ ...act, do: 'code' }, stores, demo, model, step)
      return perform({ do: 'exchange', code: 0, withRefreshToken: true }, stores, demo, model, step)
    }
    case 'code': {
      const [user, app] = [act.user % 2, act.app % 2]
      await consent(stores, userAt(user), appAt(app), ['api'])
      const id = await stores.codes.add(aCode(userAt(user), appAt(app), `code ${step}`, { issuedAt: at }))
      model.codes.push({ id, user, app, isUnspent: true, bought: [] })
      return
    }
    case 'exchange': {
      const code = of(model.codes, act.code)
      if (code === undefined) return
      const secrets = {
        access: `access ${step}`,
        ...(act.withRefreshToken ? { refresh: `refresh ${step}` } : {}),
      }
      const issuance = await anIssuance(stores, userAt(code.user), appAt(code.app), secrets, { at })
      const found = await stores.codes.find({ id: code.id, hash: hashSecret('guess') })
      expect(found.state).toBe('unknown')
      const purchase = await stores.issue.forCode(issuance, code.id)
      if (!code.isUnspent) {
        for (const token of code.bought) token.isAlive = false
        // A code that a counter ended may still be exchanged here, for tokens that are dead.
        if (purchase.outcome === 'replayed') return
      }
      const { accessTokenId, refreshTokenId } = issued(purchase)
      const isAlive = code.isUnspent
      const { user, app } = code
      const from =
        refreshTokenId === undefined
          ? undefined
          : { id: refreshTokenId, user, app, secrets: [`refresh ${step}`], isAlive }
      const token = { id: accessTokenId, secret: `access ${step}`, user, app, from, isAlive }
      model.access.push(token)
      if (from !== undefined) model.refresh.push(from)
      code.isUnspent = false
      code.bought = from === undefined ? [token] : [token, from]
      return
    }
    case 'spend': {
      const code = of(model.codes, act.code)
      if (code === undefined) return
      await stores.codes.spend(code.id, at)
      for (const token of code.bought) token.isAlive = false
      code.isUnspent = false
      return
    }
    case 'refresh': {
      const token = of(model.refresh, act.token)
      const secret = act.isOld ? token?.secrets[0] : token?.secrets.at(-1)
      if (token === undefined || secret === undefined) return
      const isCurrent = secret === token.secrets.at(-1)
      const access = `access ${step}`
      const purchase = await stores.issue.forRefreshToken(
        await anIssuance(stores, userAt(token.user), appAt(token.app), { access }, { at }),
        { id: token.id, hash: hashSecret(secret), newHash: act.rotates ? hashSecret(`refresh ${step}`) : undefined },
      )
      if (!isCurrent) token.isAlive = false
      if (purchase.outcome === 'replayed') return expect(token.isAlive).toBe(false)
      if (act.rotates) token.secrets = [...token.secrets, `refresh ${step}`]
      const { user, app } = token
      const id = issued(purchase).accessTokenId
      model.access.push({ id, secret: access, user, app, from: token, isAlive: token.isAlive })
      return
    }
    case 'revoke access': {
      const token = of(model.access, act.token)
      if (token === undefined) return
      expect(await stores.accessTokens.revoke(token.id, at)).toBe(model.isLive(token))
      token.isAlive = false
      return
    }
    case 'revoke refresh': {
      const token = of(model.refresh, act.token)
      if (token === undefined) return
      expect(await stores.refreshTokens.revoke(token.id, at)).toBe(token.isAlive)
      token.isAlive = false
      return
    }
    case 'revoke approval': {
      const [user, app] = [act.user % 2, act.app % 2]
      await stores.approvals.revoke(userAt(user).id, appAt(app).id, at)
      return model.end((thing) => thing.user === user && thing.app === app)
    }
    case 'revoke app': {
      await stores.approvals.revokeAll(appAt(act.app).id, demo.org.id, at)
      return model.end(({ app }) => app === act.app % 2)
    }
    case 'end app': {
      await stores.apps.endAll(appAt(act.app).id, demo.org.id, act.isBlocked)
      if (act.isBlocked) model.blocked.add(act.app % 2)
      return model.end(({ app }) => app === act.app % 2)
    }
    case 'unblock app': {
      await stores.apps.setPolicies(policiesOf(appAt(act.app), demo.org.id))
      model.blocked.delete(act.app % 2)
      return
    }
    case 'freeze': {
      await stores.users.setFrozen(userAt(act.user).id, act.isFrozen)
      if (!act.isFrozen) return void model.frozen.delete(act.user % 2)
      model.frozen.add(act.user % 2)
      return model.end(({ user }) => user === act.user % 2)
    }
    case 'end user': {
      await stores.users.endAll(userAt(act.user).id)
      return model.end(({ user }) => user === act.user % 2)
    }
    case 'end org': {
      await stores.orgs.endAll(demo.org.id)
      return model.end(() => true)
    }
    case 'delete ended':
      await stores.refreshTokens.deleteEnded(at, 3)
  }
}

describe.each([
  { database: 'SQLite', open: openSqliteStores, numRuns: 200 },
  { database: 'PostgreSQL', open: openPostgresStores, numRuns: 20 },
])('whatever is issued, refreshed, revoked, blocked and frozen, in whatever order ($database)', ({ open, numRuns }) => {
  it('exactly those tokens live that the plainest account says', async () => {
    await using stores = await open({ now: () => later(1) })
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 5, maxLength: 30 }), async (sequence) => {
        const demo = await addDemoOrg(stores)
        const model = new Model()
        const look = async (token: AccessToken) => {
          const state = await stateOf(stores, token.id, token.secret, later(100))
          expect(state).toBe(model.isLive(token) ? 'live' : 'revoked')
        }
        for (const [step, act] of sequence.entries()) {
          await perform(act, stores, demo, model, step)
          // What was found once must not be remembered past the next act.
          for (const token of model.access.slice(-3)) await look(token)
        }
        for (const token of model.access) await look(token)
        for (const token of model.refresh) {
          const state = await refreshStateOf(stores, token.id, token.secrets.at(-1) ?? '')
          expect([token.isAlive ? 'live' : 'revoked', ...(token.isAlive ? [] : ['unknown'])]).toContain(state)
          const [first] = token.secrets
          if (token.secrets.length === 1 || first === undefined) continue
          expect(['rotated-out', ...(token.isAlive ? [] : ['unknown'])]).toContain(
            await refreshStateOf(stores, token.id, first),
          )
        }
      }),
      { numRuns },
    )
  })
})
