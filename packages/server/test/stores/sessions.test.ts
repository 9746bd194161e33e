import { expect, it } from 'vitest'
import { hashSecret } from '../../src/secret.ts'
import type { Session } from '../../src/sessions/session.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { addDemoOrg, type DemoOrg, later, noon } from './demo-org.ts'
import { contract } from './open-test-stores.ts'

function aSession({ org, ada }: DemoOrg): Omit<Session, 'id'> {
  return {
    orgId: org.id,
    userId: ada.id,
    authTime: noon,
    expiresAt: later(7200),
    timeout: 7200,
    sourceIp: '192.0.2.7',
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
