import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importCertificate } from '../../src/certificates/new-certificate.ts'
import { ensureSigningKey } from '../../src/certificates/signing-keys.ts'
import { openConsumerSecret } from '../../src/connected-apps/consumer-secret.ts'
import { installPlatformCli } from '../../src/connected-apps/platform-cli.ts'
import { newOrg } from '../../src/org-setup/new-org.ts'
import { recordIds } from '../../src/record-id.ts'
import { type Seal, sealWith } from '../../src/seal.ts'
import { authenticatorPurpose, openAuthenticator } from '../../src/sessions/authenticator.ts'
import { WrongEncryptionKey } from '../../src/stores/database-errors.ts'
import { openStores } from '../../src/stores/open.ts'
import { sealedColumns } from '../../src/stores/reseal.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { testCertificate } from '../certificates.ts'

const old = Buffer.alloc(32, 1)
const next = Buffer.alloc(32, 2)
const now = () => new Date('2026-11-29T12:00:00Z')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-reseal-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function withStores<Result>(seal: Seal, act: (stores: Stores) => Promise<Result>): Promise<Result> {
  const onError = (error: unknown) => {
    throw error
  }
  const stores = await openStores({ file: join(folder, 'sallyport.db'), seal, now, onError, synchronous: 'OFF' })
  try {
    return await act(stores)
  } finally {
    await stores.close()
  }
}

/** A database with something sealed of every kind. */
async function fill(): Promise<void> {
  const seal = sealWith(old)
  await withStores(seal, async (stores) => {
    const needs = { ...stores, seal, newId: recordIds(now), now }
    const org = await newOrg(needs, { name: 'Acme' })
    if (!org.ok) throw new Error('There is no org.')
    await installPlatformCli(needs)
    await ensureSigningKey(stores.signingKeys, seal, now)
    const { certificate, privateKey } = await testCertificate('One', now())
    const made = await importCertificate(needs, org.value, { name: 'One', certificate, privateKey })
    expect(made.ok).toBe(true)
    const { id } = someone
    await stores.verifications.register(id, seal.close(authenticatorKey, authenticatorPurpose(id)), 1, now())
  })
}

const someone = { id: '005xx000001Sv3AAAS' }
const authenticatorKey = 'JBSWY3DPEHPK3PXP'

describe('resealing', () => {
  it('moves everything to the new key, a few at a time, and then the old one opens nothing', async () => {
    await fill()
    await withStores(sealWith(next, [old]), async ({ sealing, apps, verifications }) => {
      expect(await sealing.left()).toBe(5)
      expect([await sealing.reseal(3), await sealing.left()]).toEqual([3, 2])
      expect([await sealing.reseal(3), await sealing.left(), await sealing.reseal(3)]).toEqual([2, 0, 0])
      const [app] = await apps.listBuiltIn()
      if (app === undefined) throw new Error('The app is gone.')
      expect(openConsumerSecret(sealWith(next), app)).toHaveLength(64)
      const sealed = (await verifications.find(someone.id))?.authenticator?.sealedSecret ?? ''
      expect(openAuthenticator(sealWith(next), someone, sealed)).toBe(authenticatorKey)
    })
    await expect(withStores(sealWith(old), async () => {})).rejects.toThrow(WrongEncryptionKey)
    await withStores(sealWith(next), async ({ sealing }) => expect(await sealing.left()).toBe(0))
  })

  it('lets servers with the old key go on while they know the new one', async () => {
    await fill()
    await withStores(sealWith(old, [next]), async (server) => {
      await withStores(sealWith(next, [old]), ({ sealing }) => sealing.reseal(100))
      const [key] = await server.signingKeys.list()
      expect(key?.sealedPrivateKey.startsWith(sealWith(next).current)).toBe(true)
    })
  })

  it('knows every column with something sealed', () => {
    const source = readFileSync(new URL('../../src/stores/tables.ts', import.meta.url), 'utf8')
    const inSource = [...source.matchAll(/^ {2}(\w*sealed\w*)\??:/gm)].map(([, name]) => name).toSorted()
    const known = sealedColumns.map(({ column }) => column).filter((name) => name !== 'sample')
    expect(inSource).toEqual(known.toSorted())
  })
})
