import { expect, it } from 'vitest'
import type { OneUse } from '../../src/oauth/provisioning-store.ts'
import { hashSecret } from '../../src/secret.ts'
import { anOrg, aProfile, aUser, later } from './demo-org.ts'
import { contract, type TestStores } from './open-test-stores.ts'

const useOf = (text: string): OneUse => ({ hash: hashSecret(text), expiresAt: later(300) })

function provision(
  stores: TestStores,
  ...[uses, write, by]: [readonly OneUse[], Parameters<TestStores['provisioning']['provision']>[1], string?]
) {
  return stores.provisioning.provision(uses, write, by)
}

async function someOrg(stores: TestStores) {
  const org = anOrg()
  await stores.orgs.add(org)
  const profile = aProfile(org.id)
  await stores.profiles.add(profile)
  const person = (federationId: string, username = `${federationId}@acme.example`) =>
    aUser(profile, { federationId, username })
  return { org, person }
}

contract('users who are made by signing in', (open) => {
  it('are made with what is used up for it, or nothing is done', async () => {
    await using stores = await open()
    const { org, person } = await someOrg(stores)
    const made = person('e1')
    const found = () => stores.users.findByFederationId(org.id, 'e1')
    await stores.assertions.use(useOf('request'))
    const uses = [useOf('assertion'), useOf('request')]
    expect(await provision(stores, uses, { make: made })).toEqual({ outcome: 'used', place: 1 })
    expect(await found()).toBeUndefined()
    expect(await provision(stores, [useOf('assertion')], { make: made })).toEqual({
      outcome: 'provisioned',
    })
    expect(await found()).toEqual(made)
    expect(await stores.assertions.usedUntil(useOf('assertion').hash)).toEqual(useOf('assertion').expiresAt)
    expect(await stores.assertions.usedUntil(useOf('another').hash)).toBeUndefined()
    expect(await stores.assertions.use(useOf('assertion'))).toBe(false)
    expect(await provision(stores, [useOf('assertion')], { make: made })).toEqual({
      outcome: 'used',
      place: 0,
    })
  })

  it('are one, of fifty at once, and so is whoever has a username', async () => {
    await using stores = await open()
    const { org, person } = await someOrg(stores)
    const all = Array.from({ length: 50 }, (_, number) => number)
    const outcomes = await Promise.all([
      ...all.map((number) =>
        provision(stores, [useOf(`a${number}`)], { make: person('e2', `n${number}@acme.example`) }),
      ),
      ...all.map((number) =>
        provision(stores, [useOf(`b${number}`)], { make: person(`f${number}`, 'one@acme.example') }),
      ),
    ])
    expect(outcomes.filter(({ outcome }) => outcome === 'provisioned')).toHaveLength(2)
    expect(outcomes.filter(({ outcome }) => outcome === 'overtaken')).toHaveLength(98)
    expect(await stores.users.count(org.id, {})).toBe(2)
    // Of the others nothing was used up.
    const left = await Promise.all(all.map((number) => stores.assertions.use(useOf(`a${number}`))))
    expect(left.filter((isFirst) => isFirst)).toHaveLength(49)
  })

  it('count one use each, of fifty users at once', async () => {
    await using stores = await open()
    const { org, person } = await someOrg(stores)
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, number) => provision(stores, [useOf('one')], { make: person(`g${number}`) })),
    )
    expect(outcomes.filter(({ outcome }) => outcome === 'provisioned')).toHaveLength(1)
    expect(outcomes.filter(({ outcome }) => outcome === 'used')).toHaveLength(49)
    expect(await stores.users.count(org.id, {})).toBe(1)
  })

  it('are changed in what is named, and keep what an admin has changed meanwhile', async () => {
    await using stores = await open()
    const { org, person } = await someOrg(stores)
    const user = person('e3')
    await stores.users.add(user)
    await stores.users.update(user.id, { ...user, isActive: false, country: 'UK' })
    const change = { id: user.id, orgId: org.id, federationId: 'e3' }
    const to = { lastName: 'Hopper', firstName: undefined, modifiedAt: later(60) }
    expect(await provision(stores, [useOf('c')], { change, to })).toEqual({ outcome: 'provisioned' })
    const after = await stores.users.find(user.id)
    expect(after).toMatchObject({ lastName: 'Hopper', firstName: undefined, isActive: false, country: 'UK' })
    const active = { isActive: true, modifiedAt: later(61) }
    await provision(stores, [useOf('d')], { change, to: active })
    await provision(stores, [useOf('e')], { change, to: { ...active, isActive: false } })
    expect(await stores.users.find(user.id)).toMatchObject({ isActive: false, epoch: (after?.epoch ?? 0) + 1 })
    for (const other of [{ orgId: anOrg().id }, { federationId: 'e4' }]) {
      const outcome = await provision(stores, [useOf('f')], { change: { ...change, ...other }, to })
      expect(outcome).toEqual({ outcome: 'overtaken' })
    }
    expect(await stores.assertions.use(useOf('f'))).toBe(true)
  })

  it('are told as those of whoever has them made and changed, and may be named for the first time', async () => {
    await using stores = await open()
    const { org, person } = await someOrg(stores)
    const boss = person('boss')
    await stores.users.add(boss)
    const unnamed = { ...person('e5'), federationId: undefined }
    await provision(stores, [useOf('g')], { make: unnamed }, boss.id)
    const change = { id: unnamed.id, orgId: org.id, federationId: undefined }
    const to = { federationId: 'e5', modifiedAt: later(60) }
    expect(await provision(stores, [useOf('h')], { change, to }, boss.id)).toEqual({ outcome: 'provisioned' })
    expect(await stores.users.findByFederationId(org.id, 'e5')).toMatchObject({ id: unnamed.id })
    expect(await provision(stores, [useOf('i')], { change, to }, boss.id)).toEqual({ outcome: 'overtaken' })
    const trail = await stores.auditTrail.list(org.id, { limit: 2 })
    expect(trail.map(({ action, createdById }) => [action, createdById])).toEqual([
      ['changeduser', boss.id],
      ['createduser', boss.id],
    ])
  })
})
