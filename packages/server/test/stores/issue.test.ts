import { expect, it } from 'vitest'
import { hashSecret } from '../../src/secret.ts'
import type { Stores } from '../../src/stores/stores.ts'
import type { Purchase } from '../../src/tokens/issuance.ts'
import {
  aCode,
  addDemoOrg,
  anIssuance,
  boughtByCode,
  consent,
  issued,
  later,
  noon,
  refreshStateOf,
  stateOf,
} from './demo-org.ts'
import { contract } from './open-test-stores.ts'

function served(purchases: readonly Purchase[]): number {
  return purchases.filter(({ outcome }) => outcome === 'issued').length
}

function jti(text: string) {
  return { hash: hashSecret(text), expiresAt: later(300) }
}

function codeStateOf(stores: Stores, id: number, secret: string) {
  return stores.codes.find({ id, hash: hashSecret(secret) })
}

contract('tokens for an assertion', (open) => {
  it('writes token and login history together', async () => {
    await using stores = await open()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'a' }, { at: later(5), scopes: ['api', 'id'] })
    const { accessTokenId, refreshTokenId } = issued(await stores.issue.forAssertion(issuance, undefined))
    expect(refreshTokenId).toBeUndefined()
    expect(await stores.accessTokens.find({ id: accessTokenId, hash: hashSecret('a') }, later(5))).toEqual({
      state: 'live',
      token: {
        id: accessTokenId,
        hash: hashSecret('a'),
        orgId: org.id,
        userId: ada.id,
        appId: warehouse.id,
        approvalId: expect.any(Number),
        refreshTokenId: undefined,
        scopes: ['api', 'id'],
        format: 'opaque',
        issuedAt: later(5),
        expiresAt: later(7205),
        timeout: 7200,
        sessionLevel: 'STANDARD',
      },
    })
    const [entry] = await stores.loginHistory.list(org.id, {}, { limit: 10 })
    expect(entry).toEqual({ ...issuance.login, id: expect.any(Number) })
  })

  it('serves exactly one of fifty callers that show the same jti at once', async () => {
    await using stores = await open()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'a' })
    const purchases = await Promise.all(
      Array.from({ length: 50 }, () => stores.issue.forAssertion(issuance, jti('one'))),
    )
    expect(served(purchases)).toBe(1)
    expect(await stores.issue.forAssertion(issuance, jti('one'))).toEqual({ outcome: 'replayed' })
    expect(await stores.loginHistory.list(org.id, {}, { limit: 10 })).toHaveLength(1)
    expect(await stores.approvals.find(ada.id, warehouse.id)).toMatchObject({ useCount: 1 })
  })

  it('ends nothing when an assertion is replayed', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'a' })
    const { accessTokenId } = issued(await stores.issue.forAssertion(issuance, jti('one')))
    await stores.issue.forAssertion(issuance, jti('one'))
    expect(await stateOf(stores, accessTokenId, 'a')).toBe('live')
  })

  it('issues a dead token when what was checked had already been ended', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const checked = await anIssuance(stores, ada, warehouse, { access: 'a' })
    await stores.users.endAll(ada.id)
    const { accessTokenId } = issued(await stores.issue.forAssertion(checked, undefined))
    expect(await stateOf(stores, accessTokenId, 'a')).toBe('revoked')
  })
})

contract('used assertions', (open) => {
  it('notes a jti once, for one of fifty callers, and shares its memory with the JWT bearer flow', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const uses = await Promise.all(Array.from({ length: 50 }, () => stores.assertions.use(jti('one'))))
    expect(uses.filter((isFirst) => isFirst)).toHaveLength(1)
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'a' })
    expect(await stores.issue.forAssertion(issuance, jti('one'))).toEqual({ outcome: 'replayed' })
  })

  it('forgets those that have expired, a bounded number at a time', async () => {
    await using stores = await open()
    for (const second of [1, 2, 3, 60]) {
      await stores.assertions.use({ hash: hashSecret(`jti ${second}`), expiresAt: later(second) })
    }
    expect(await stores.assertions.deleteExpired(later(10), 2)).toBe(2)
    expect(await stores.assertions.deleteExpired(later(10), 2)).toBe(1)
    expect(await stores.assertions.deleteExpired(later(10), 2)).toBe(0)
    expect(await stores.assertions.use({ hash: hashSecret('jti 1'), expiresAt: later(90) })).toBe(true)
    expect(await stores.assertions.use({ hash: hashSecret('jti 60'), expiresAt: later(90) })).toBe(false)
  })
})

contract('tokens for a code', (open) => {
  it('keeps a code as it was added, and knows it only by its secret', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const { hash, ...code } = aCode(ada, warehouse, 'c', {
      codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      nonce: 'n-0S6_WzA2Mj',
      scopes: ['openid', 'api'],
      authTime: later(-30),
    })
    const id = await stores.codes.add({ ...code, hash })
    expect(await codeStateOf(stores, id, 'c')).toEqual({ state: 'unspent', code: { ...code, id } })
    expect(await codeStateOf(stores, id, 'guess')).toEqual({ state: 'unknown' })
    expect(await codeStateOf(stores, id + 1, 'c')).toEqual({ state: 'unknown' })
  })

  it('keeps a code without challenge and nonce', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const { hash, ...code } = aCode(ada, warehouse, 'c')
    const id = await stores.codes.add({ ...code, hash })
    expect(await codeStateOf(stores, id, 'c')).toEqual({ state: 'unspent', code: { ...code, id } })
  })

  it('buys an access token and a refresh token', async () => {
    await using stores = await open()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const { codeId, refreshTokenId, accessTokenId } = await boughtByCode(
      stores,
      ada,
      warehouse,
      { access: 'a', refresh: 'r' },
      { at: later(3), scopes: ['api', 'refresh_token'] },
    )
    expect(await codeStateOf(stores, codeId, 'code of a')).toMatchObject({ state: 'spent' })
    expect(await stores.accessTokens.find({ id: accessTokenId, hash: hashSecret('a') }, later(3))).toMatchObject({
      state: 'live',
      token: { refreshTokenId },
    })
    expect(await stores.refreshTokens.find({ id: refreshTokenId, hash: hashSecret('r') })).toEqual({
      state: 'live',
      token: {
        id: refreshTokenId,
        orgId: org.id,
        userId: ada.id,
        appId: warehouse.id,
        approvalId: expect.any(Number),
        scopes: ['api', 'refresh_token'],
        authTime: later(3),
        session: { level: 'STANDARD', sid: undefined },
        issuedAt: later(3),
        lastUsedAt: later(3),
        useCount: 0,
      },
    })
  })

  it('serves exactly one of fifty callers at once, and the others end what it bought', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const codeId = await stores.codes.add(aCode(ada, warehouse, 'c'))
    const issuances = await Promise.all(
      Array.from({ length: 50 }, (_, n) => anIssuance(stores, ada, warehouse, { access: `a${n}`, refresh: `r${n}` })),
    )
    const purchases = await Promise.all(issuances.map((issuance) => stores.issue.forCode(issuance, codeId)))
    expect(served(purchases)).toBe(1)
    const winner = purchases.findIndex(({ outcome }) => outcome === 'issued')
    const bought = issued(purchases[winner] ?? { outcome: 'replayed' })
    expect(await stateOf(stores, bought.accessTokenId, `a${winner}`)).toBe('revoked')
    expect(await refreshStateOf(stores, bought.refreshTokenId ?? 0, `r${winner}`)).toBe('revoked')
  })

  it('ends what a code bought when it is replayed, and what was refreshed from that', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const first = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const other = await boughtByCode(stores, ada, warehouse, { access: 'x', refresh: 'y' })
    const refreshed = issued(
      await stores.issue.forRefreshToken(await anIssuance(stores, ada, warehouse, { access: 'b' }), {
        id: first.refreshTokenId,
        hash: hashSecret('r'),
        newHash: hashSecret('s'),
      }),
    )
    const again = await anIssuance(stores, ada, warehouse, { access: 'z' })
    expect(await stores.issue.forCode(again, first.codeId)).toEqual({ outcome: 'replayed' })
    expect(await stateOf(stores, first.accessTokenId, 'a')).toBe('revoked')
    expect(await stateOf(stores, refreshed.accessTokenId, 'b')).toBe('revoked')
    expect(await refreshStateOf(stores, first.refreshTokenId, 's')).toBe('revoked')
    expect(await stateOf(stores, other.accessTokenId, 'x')).toBe('live')
  })

  it('spends a code whose exchange is refused, and ends what an earlier exchange bought', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const unsold = await stores.codes.add(aCode(ada, warehouse, 'c'))
    await stores.codes.spend(unsold, later(1))
    expect(await codeStateOf(stores, unsold, 'c')).toMatchObject({ state: 'spent' })
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'a' })
    expect(await stores.issue.forCode(issuance, unsold)).toEqual({ outcome: 'replayed' })
    const sold = await boughtByCode(stores, ada, warehouse, { access: 'b' })
    await stores.codes.spend(sold.codeId, later(1))
    expect(await stateOf(stores, sold.accessTokenId, 'b')).toBe('revoked')
  })

  it('takes a code for spent once consent, user, app or org were ended', async () => {
    await using stores = await open()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const ends = [
      () => stores.approvals.revoke(ada.id, warehouse.id, later(1)),
      () => stores.users.endAll(ada.id),
      () => stores.apps.endAll(warehouse.id, org.id, false),
      () => stores.orgs.endAll(org.id),
    ]
    for (const end of ends) {
      await consent(stores, ada, warehouse, ['api'])
      const codeId = await stores.codes.add(aCode(ada, warehouse, 'c'))
      expect(await codeStateOf(stores, codeId, 'c')).toMatchObject({ state: 'unspent' })
      await end()
      expect(await codeStateOf(stores, codeId, 'c')).toMatchObject({ state: 'spent' })
    }
  })

  it('deletes old codes, a bounded number at a time', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const ids: number[] = []
    for (const second of [0, 1, 2, 60]) {
      ids.push(await stores.codes.add(aCode(ada, warehouse, 'c', { issuedAt: later(second) })))
    }
    expect(await stores.codes.deleteExpired(later(10), 2)).toBe(2)
    expect(await stores.codes.deleteExpired(later(10), 2)).toBe(1)
    expect(await stores.codes.deleteExpired(later(10), 2)).toBe(0)
    expect(await codeStateOf(stores, ids[0] ?? 0, 'c')).toEqual({ state: 'unknown' })
    expect(await codeStateOf(stores, ids[3] ?? 0, 'c')).toMatchObject({ state: 'unspent' })
  })
})

contract('tokens for a refresh token', (open) => {
  it('counts the uses of a refresh token that does not rotate, as often as it is shown', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const { refreshTokenId } = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const proof = { id: refreshTokenId, hash: hashSecret('r'), newHash: undefined }
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'b' }, { at: later(60) })
    const purchases = await Promise.all(Array.from({ length: 20 }, () => stores.issue.forRefreshToken(issuance, proof)))
    expect(served(purchases)).toBe(20)
    expect(await stores.refreshTokens.find(proof)).toMatchObject({
      state: 'live',
      token: { useCount: 20, issuedAt: noon, lastUsedAt: later(60) },
    })
    expect(await stores.approvals.find(ada.id, warehouse.id)).toMatchObject({ useCount: 21, lastUsedAt: later(60) })
  })

  it('keeps its number through rotations, and knows the secrets it had', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const { refreshTokenId: id } = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r0' })
    for (const n of [0, 1]) {
      const purchase = await stores.issue.forRefreshToken(
        await anIssuance(stores, ada, warehouse, { access: `b${n}` }),
        { id, hash: hashSecret(`r${n}`), newHash: hashSecret(`r${n + 1}`) },
      )
      expect(issued(purchase).refreshTokenId).toBe(id)
    }
    expect(await refreshStateOf(stores, id, 'r0')).toBe('rotated-out')
    expect(await refreshStateOf(stores, id, 'r1')).toBe('rotated-out')
    expect(await refreshStateOf(stores, id, 'r2')).toBe('live')
    expect(await refreshStateOf(stores, id, 'guess')).toBe('unknown')
    expect(await refreshStateOf(stores, id + 1, 'r2')).toBe('unknown')
  })

  it('lets one of fifty callers rotate, and takes the others for thieves: the family ends', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const { refreshTokenId: id, accessTokenId } = await boughtByCode(stores, ada, warehouse, {
      access: 'a',
      refresh: 'r',
    })
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'b' })
    const purchases = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        stores.issue.forRefreshToken(issuance, { id, hash: hashSecret('r'), newHash: hashSecret(`s${n}`) }),
      ),
    )
    expect(served(purchases)).toBe(1)
    const winner = purchases.findIndex(({ outcome }) => outcome === 'issued')
    expect(await refreshStateOf(stores, id, `s${winner}`)).toBe('revoked')
    expect(await stateOf(stores, accessTokenId, 'a')).toBe('revoked')
  })

  it('ends the refresh token and all its access tokens when an old secret is shown', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const { refreshTokenId: id, accessTokenId } = await boughtByCode(stores, ada, warehouse, {
      access: 'a',
      refresh: 'r',
    })
    const rotate = async (access: string, from: string, to: string) =>
      stores.issue.forRefreshToken(await anIssuance(stores, ada, warehouse, { access }), {
        id,
        hash: hashSecret(from),
        newHash: hashSecret(to),
      })
    const second = issued(await rotate('b', 'r', 's'))
    expect(await stateOf(stores, second.accessTokenId, 'b')).toBe('live')
    expect(await rotate('c', 'r', 't')).toEqual({ outcome: 'replayed' })
    expect(await refreshStateOf(stores, id, 's')).toBe('revoked')
    expect(await stateOf(stores, accessTokenId, 'a')).toBe('revoked')
    expect(await stateOf(stores, second.accessTokenId, 'b')).toBe('revoked')
    expect(await rotate('d', 's', 'u')).toEqual({ outcome: 'replayed' })
  })

  it('gives nothing for a refresh token that was revoked', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const { refreshTokenId: id } = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'b' })
    const proof = { id, hash: hashSecret('r'), newHash: undefined }
    await stores.approvals.revoke(ada.id, warehouse.id, later(1))
    expect(await stores.issue.forRefreshToken(issuance, proof)).toEqual({ outcome: 'replayed' })
  })
})

contract('logins in an hour', (open) => {
  it('serves as many of fifty callers at once as the user has logins left, with all apps together', async () => {
    await using stores = await open()
    const { ada, warehouse, website } = await addDemoOrg(stores)
    const ask = async (app: typeof warehouse, at: Date) => {
      const issuance = await anIssuance(stores, ada, app, { access: 'a' }, { at, mostLogins: 20 })
      return stores.issue.forAssertion(issuance, undefined)
    }
    expect(served(await Promise.all(Array.from({ length: 8 }, () => ask(website, noon))))).toBe(8)
    const purchases = await Promise.all(Array.from({ length: 50 }, () => ask(warehouse, later(60))))
    expect(served(purchases)).toBe(12)
    expect(await ask(website, later(3599))).toEqual({ outcome: 'too-many-logins', most: 20 })
    expect(await ask(website, later(3600))).toMatchObject({ outcome: 'issued' })
  })

  it('counts what another process has served as its own', async () => {
    await using stores = await open()
    const other = await stores.openAgain()
    try {
      const { ada, warehouse } = await addDemoOrg(stores)
      const issuance = await anIssuance(stores, ada, warehouse, { access: 'a' }, { mostLogins: 10 })
      for (let each = 0; each < 6; each++) issued(await other.issue.forAssertion(issuance, undefined))
      const both = Array.from({ length: 20 }, (_, number) =>
        (number % 2 === 0 ? stores : other).issue.forAssertion(issuance, undefined),
      )
      const count = served(await Promise.all(both))
      // Two groups that are under way at the same moment do not see each other.
      expect([count >= 4, count <= 8]).toEqual([true, true])
      expect(await stores.issue.forAssertion(issuance, undefined)).toEqual({ outcome: 'too-many-logins', most: 10 })
      expect(await other.issue.forAssertion(issuance, undefined)).toEqual({ outcome: 'too-many-logins', most: 10 })
    } finally {
      await other.close()
    }
  })

  it('spends neither code nor refresh token of whoever has none left', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const codeId = await stores.codes.add(aCode(ada, warehouse, 'c'))
    const otherId = await stores.codes.add(aCode(ada, warehouse, 'other'))
    const { refreshTokenId = 0 } = issued(await stores.issue.forCode(issuance, codeId))
    const over = { ...issuance, mostLogins: 1 }
    const rotation = { id: refreshTokenId, hash: hashSecret('r'), newHash: hashSecret('next') }
    expect(await stores.issue.forRefreshToken(over, rotation)).toEqual({ outcome: 'too-many-logins', most: 1 })
    expect(await stores.issue.forCode(over, otherId)).toEqual({ outcome: 'too-many-logins', most: 1 })
    const more = { ...issuance, mostLogins: 9 }
    expect((await stores.issue.forRefreshToken(more, rotation)).outcome).toBe('issued')
    expect((await stores.issue.forCode(more, otherId)).outcome).toBe('issued')
  })
})
