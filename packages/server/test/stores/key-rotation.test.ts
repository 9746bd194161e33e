import { createLocalJWKSet, createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/eventually.ts'
import { dueStep, keepRotating, nextRotation } from '../../src/certificates/key-rotation.ts'
import {
  ensureSigningKey,
  jsonWebKeySet,
  newSigningKey,
  type SigningKey,
  signingKeyAt,
} from '../../src/certificates/signing-keys.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { keyRing, signJwt } from '../../src/tokens/key-ring.ts'
import { addDemoOrg } from './demo-org.ts'
import { contract, testSeal as seal } from './open-test-stores.ts'

const period = 90 * 86_400
const begin = Date.parse('2026-01-01T00:00:00Z')
const days = (count: number) => new Date(begin + count * 86_400_000)

let now: Date
const clock = () => now
const leads = async () => true

/** A node: what it does on schedule, publishes, and signs, over the stores of its own. */
function node({ signingKeys }: Stores) {
  return {
    list: () => signingKeys.list(),
    look: () => keepRotating({ signingKeys, leads, seal, now: clock }, period),
    published: async () => jsonWebKeySet(await signingKeys.list(), []),
    async sign() {
      const keys = await signingKeys.list()
      const signing = signingKeyAt(keys, now)
      if (signing === undefined) throw new Error('There is no key.')
      const { kid, privateKey } = keyRing(keys, signing, seal).signer
      return signJwt({ kid, alg: 'RS256' }, { iat: now.getTime() / 1000 }, privateKey)
    },
  }
}

contract('the schedule of signing keys', (open) => {
  it('is kept by one of two nodes, and each verifies what either signed before, during and after', async () => {
    now = days(0)
    await using stores = await open({ now: clock })
    const again = await stores.openAgain()
    try {
      const nodes = [node(stores), node(again)]
      const [one, other] = nodes
      if (one === undefined || other === undefined) throw new Error('There are no two nodes.')
      const kids = (at: typeof one) => at.list().then((keys) => keys.map(({ kid }) => kid))
      await ensureSigningKey(stores.signingKeys, seal, clock)
      await eventually(async () => expect(await kids(other)).toEqual(['228']))

      // A client that reads the JWKS of either node, keeps it for ten minutes, and reads again when a name is unknown to it.
      let reads = 0
      const client = createRemoteJWKSet(new URL('https://login.example/id/keys'), {
        cacheMaxAge: 600_000,
        [customFetch]: async () => Response.json(await nodes[reads++ % 2]?.published()),
      })
      const verified = async (token: string) => {
        for (const each of nodes) {
          await jwtVerify(token, createLocalJWKSet({ keys: [...(await each.published()).keys].map(jwk) }), {
            currentDate: now,
          })
        }
        return (await jwtVerify(token, client, { currentDate: now })).protectedHeader.kid
      }
      const before = await one.sign()
      expect(await verified(before)).toBe('228')

      // A day before its turn the next key is published, once, whoever looks.
      now = days(88.9)
      await Promise.all(nodes.map((each) => each.look()))
      expect(await kids(one)).toEqual(['228'])
      now = days(89)
      await Promise.all(nodes.map((each) => each.look()))
      for (const each of nodes) {
        await eventually(async () => expect(await kids(each)).toEqual(['229', '228']))
      }
      expect(nextRotation(await one.list(), period, now)).toEqual(days(90))
      await Promise.all(nodes.map((each) => each.look()))
      expect(await kids(one)).toEqual(['229', '228'])

      // Whoever keeps what it reads for some minutes knows the key before it meets its name.
      now = new Date(days(90).getTime() - 1)
      await client.reload()
      const readsBefore = reads
      const during = [await one.sign(), await other.sign()]
      now = days(90)
      const after = [await one.sign(), await other.sign()]
      expect(await Promise.all(during.map(verified))).toEqual(['228', '228'])
      expect(await Promise.all(after.map(verified))).toEqual(['229', '229'])
      expect(await verified(before)).toBe('228')
      expect(reads).toBe(readsBefore)

      // The one before stays until the last token that it can have signed has ended: a day, and a little for clocks.
      now = new Date(days(91).getTime() + 300_000)
      await Promise.all(nodes.map((each) => each.look()))
      expect(await Promise.all(during.map(verified))).toEqual(['228', '228'])
      now = new Date(now.getTime() + 1)
      await Promise.all(nodes.map((each) => each.look()))
      for (const each of nodes) {
        await eventually(async () => expect(await kids(each)).toEqual(['229']))
      }
      expect(await Promise.all(after.map(verified))).toEqual(['229', '229'])
      expect(nextRotation(await one.list(), period, now)).toEqual(days(180))
    } finally {
      await again.close()
    }
  })

  it('is left to whoever leads', async () => {
    now = days(0)
    await using stores = await open({ now: clock })
    await ensureSigningKey(stores.signingKeys, seal, clock)
    now = days(89.5)
    await keepRotating({ ...stores, leads: async () => false, seal, now: clock }, period)
    expect(await stores.signingKeys.list()).toHaveLength(1)
  })

  it('is told in Setup Audit Trail, as done by nobody', async () => {
    now = days(0)
    await using stores = await open({ now: clock })
    const { org } = await addDemoOrg(stores)
    await ensureSigningKey(stores.signingKeys, seal, clock)
    now = days(89)
    await keepRotating({ ...stores, leads, seal, now: clock }, period)
    await stores.signingKeys.schedule('229', days(89.5))
    now = days(92)
    await keepRotating({ ...stores, leads, seal, now: clock }, period)
    await stores.signingKeys.delete('228')
    const told = await stores.auditTrail.list(org.id, { limit: 4 })
    expect(told.map(({ createdById, display }) => [createdById, display])).toEqual([
      [undefined, 'Retired signing key 228'],
      [undefined, 'From 2026-03-31T12:00:00.000Z signs signing key 229'],
      [undefined, 'Created signing key 229'],
      [undefined, 'Created signing key 228'],
    ])
  })
})

describe('what is due', () => {
  const key = async (kid: number, made: number, signs = made): Promise<SigningKey> =>
    newSigningKey(seal, kid, days(made), days(signs))

  it('after a long rest is the next key, in ten minutes', async () => {
    const keys = [await key(228, 0)]
    expect(dueStep(keys, period, days(200))).toEqual({
      do: 'publish',
      signsFrom: new Date(days(200).getTime() + 600_000),
    })
  })

  it('of a short period is the next key half of it ahead', async () => {
    const keys = [await key(228, 0)]
    expect(dueStep(keys, 86_400, days(0.49))).toBeUndefined()
    expect(dueStep(keys, 86_400, days(0.5))).toEqual({ do: 'publish', signsFrom: days(1) })
  })

  it('is no key more while one waits, even one that signs late', async () => {
    const keys = [await key(229, 89, 95), await key(228, 0)]
    expect(dueStep(keys, period, days(94))).toBeUndefined()
    expect(nextRotation(keys, undefined, days(94))).toEqual(days(95))
  })

  it('is never the end of the key that signs, or of one that waits', async () => {
    const keys = [await key(230, 50, 60), await key(229, 40), await key(228, 0)]
    expect(dueStep(keys, period, days(50))).toEqual({ do: 'retire', kid: '228' })
    expect(dueStep(keys.slice(0, 2), period, days(50))).toBeUndefined()
  })

  it('is planned by nobody where there is no schedule', async () => {
    expect(nextRotation([await key(228, 0)], undefined, days(500))).toBeUndefined()
  })
})

/** A JWK as `jose` wants it. */
function jwk(key: object) {
  return { kty: 'RSA', ...key }
}
