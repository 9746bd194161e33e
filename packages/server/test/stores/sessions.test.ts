import { expect, it } from 'vitest'
import { hashSecret } from '../../src/secret.ts'
import type { Session } from '../../src/sessions/session.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { addDemoOrg, type DemoOrg, later, noon, aSession as sessionOf } from './demo-org.ts'
import { contract } from './open-test-stores.ts'

function aSession({ org, ada }: DemoOrg): Omit<Session, 'id'> {
  return {
    orgId: org.id,
    userId: ada.id,
    authTime: noon,
    expiresAt: later(7200),
    timeout: 7200,
    sourceIp: '192.0.2.7',
    type: 'UI',
    accessTokenId: undefined,
    level: 'STANDARD',
    awaitsVerification: false,
    sso: undefined,
    sid: 'sid',
    appIds: [],
    formSecret: 'form secret',
  }
}

function add(stores: Stores, session: Omit<Session, 'id'>, secret = 's') {
  return stores.sessions.add({ ...session, hash: hashSecret(secret), epochs: { org: 1, user: 1 } })
}

function find(stores: Stores, id: number, now: Date, secret = 's') {
  return stores.sessions.find({ id, hash: hashSecret(secret) }, now)
}

contract('sessions', (open) => {
  it('gives a session back to who shows number and secret, until it expires', async () => {
    await using stores = await open()
    const session = aSession(await addDemoOrg(stores))
    const id = await add(stores, session)
    expect(await find(stores, id, noon)).toEqual({ ...session, id })
    expect(await find(stores, id, noon, 'guess')).toBeUndefined()
    expect(await find(stores, id + 1, noon)).toBeUndefined()
    expect(await find(stores, id, later(7199))).toBeDefined()
    expect(await find(stores, id, later(7200))).toBeUndefined()
  })

  it('moves the end ahead, never back', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const id = await add(stores, aSession(demo))
    await stores.sessions.extend(id, later(9000))
    await stores.sessions.extend(id, later(8000))
    await stores.users.endAll(demo.bob.id)
    expect(await find(stores, id, later(8999))).toMatchObject({ expiresAt: later(9000) })
  })

  it('ends one session and no other', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const [id, other] = [await add(stores, aSession(demo)), await add(stores, aSession(demo))]
    await stores.sessions.end(id)
    expect(await find(stores, id, noon)).toBeUndefined()
    expect(await find(stores, other, noon)).toBeDefined()
  })

  it.each<[string, (stores: Stores, demo: DemoOrg) => Promise<void>]>([
    ['the user is ended', (stores, { ada }) => stores.users.endAll(ada.id)],
    ['the user is frozen', (stores, { ada }) => stores.users.setFrozen(ada.id, true)],
    ['the user is deactivated', (stores, { ada }) => stores.users.update(ada.id, { ...ada, isActive: false })],
    ['the org is ended', (stores, { org }) => stores.orgs.endAll(org.id)],
    ['the org is closed', (stores, { org }) => stores.orgs.update({ ...org, isActive: false })],
  ])('ends at once when %s', async (_, end) => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const id = await add(stores, aSession(demo))
    const elsewhere = await add(stores, aSession(await addDemoOrg(stores)))
    await end(stores, demo)
    expect(await find(stores, id, noon)).toBeUndefined()
    expect(await find(stores, elsewhere, noon)).toBeDefined()
  })

  it('deletes expired sessions, a bounded number at a time', async () => {
    await using stores = await open()
    const session = aSession(await addDemoOrg(stores))
    for (const second of [1, 2, 3]) await add(stores, { ...session, expiresAt: later(second) })
    const live = await add(stores, session)
    expect(await stores.sessions.deleteExpired(later(60), 2)).toBe(2)
    expect(await stores.sessions.deleteExpired(later(60), 2)).toBe(1)
    expect(await stores.sessions.deleteExpired(later(60), 2)).toBe(0)
    expect(await find(stores, live, later(60))).toBeDefined()
  })
})

contract('session management', (open) => {
  it('lists the live sessions of an org, or of a user in it, newest first, a page at a time', async () => {
    await using stores = await open()
    const { org, ada, bob } = await addDemoOrg(stores)
    const { ada: stranger } = await addDemoOrg(stores)
    const [first, second, ended, third] = await Promise.all([
      stores.sessions.add(sessionOf(ada)),
      stores.sessions.add(sessionOf(bob)),
      stores.sessions.add(sessionOf(ada, { expiresAt: later(1) })),
      stores.sessions.add(sessionOf(ada)),
      stores.sessions.add(sessionOf(stranger)),
    ])
    const now = later(60)
    const ids = async (page: { userId?: string; before?: number; limit: number }) =>
      (await stores.sessions.list(org.id, { now, ...page })).map(({ id }) => id)
    expect(await ids({ limit: 10 })).toEqual([third, second, first])
    expect(await ids({ limit: 1 })).toEqual([third])
    expect(await ids({ before: third, limit: 1 })).toEqual([second])
    expect(await ids({ userId: ada.id, limit: 10 })).toEqual([third, first])
    expect(await ids({ userId: stranger.id, limit: 10 })).toEqual([])
    const [listed] = await stores.sessions.list(org.id, { now: noon, userId: ada.id, before: third, limit: 1 })
    expect(listed).toEqual({
      id: ended,
      type: 'UI',
      accessTokenId: undefined,
      orgId: org.id,
      userId: ada.id,
      authTime: noon,
      expiresAt: later(1),
      timeout: 7200,
      sourceIp: '192.0.2.7',
      level: 'STANDARD',
      awaitsVerification: false,
      sso: undefined,
      sid: 'sid of s',
      appIds: [],
    })
    await stores.users.setFrozen(bob.id, true)
    expect(await ids({ limit: 10 })).toEqual([third, first])
  })

  it('finds the live sessions that an identity provider began for somebody, by the settings and the name', async () => {
    await using stores = await open()
    const { ada, bob } = await addDemoOrg(stores)
    const name = { value: 'ada#1', format: 'urn:x', nameQualifier: undefined, spNameQualifier: undefined }
    const sso = { configId: '0LE000000000001AAA', name, sessionIndex: 'i1' }
    const first = await stores.sessions.add(sessionOf(ada, { sso }))
    const second = await stores.sessions.add(sessionOf(ada, { sso: { ...sso, sessionIndex: undefined } }))
    const over = await stores.sessions.add(sessionOf(ada, { sso, expiresAt: later(1) }))
    await stores.sessions.add(sessionOf(ada))
    await stores.sessions.add(sessionOf(bob, { sso: { ...sso, configId: '0LE000000000002AAA' } }))
    await stores.sessions.add(sessionOf(bob, { sso: { ...sso, name: { ...name, value: 'bob#1' } } }))
    const found = await stores.sessions.listOfSso({ configId: sso.configId, name: { value: 'ada#1' } }, later(1))
    expect(found.map(({ id }) => id)).toEqual([second, first])
    expect(found[1]?.sso).toEqual(sso)
    expect((await stores.sessions.listOfSso(sso, noon)).map(({ id }) => id)).toContain(over)
    await stores.sessions.end(second)
    await stores.users.setFrozen(ada.id, true)
    expect(await stores.sessions.listOfSso(sso, noon)).toEqual([])
  })

  it("ends a session of the org, and none of another's", async () => {
    await using stores = await open()
    const { org, ada, bob } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    const id = await stores.sessions.add(sessionOf(ada))
    const kept = await stores.sessions.add(sessionOf(bob))
    expect(await stores.sessions.endIn(other.id, id)).toBe(false)
    expect(await find(stores, id, noon)).toBeDefined()
    expect(await stores.sessions.endIn(org.id, id)).toBe(true)
    expect(await find(stores, id, noon)).toBeUndefined()
    expect(await stores.sessions.endIn(org.id, id)).toBe(false)
    expect(await find(stores, kept, noon)).toBeDefined()
  })

  it('ends every session of a user but the one that is kept', async () => {
    await using stores = await open()
    const { ada, bob } = await addDemoOrg(stores)
    const [first, kept, others] = await Promise.all([
      stores.sessions.add(sessionOf(ada)),
      stores.sessions.add(sessionOf(ada)),
      stores.sessions.add(sessionOf(bob)),
    ])
    expect(await stores.sessions.endAllOf(ada.id, kept)).toBe(1)
    expect(await find(stores, first, noon)).toBeUndefined()
    expect(await find(stores, kept, noon)).toBeDefined()
    expect(await stores.sessions.endAllOf(ada.id)).toBe(1)
    expect(await find(stores, kept, noon)).toBeUndefined()
    expect(await find(stores, others, noon)).toBeDefined()
  })
})
