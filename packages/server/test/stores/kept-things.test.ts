import { expect, it } from 'vitest'
import { type Certificate, type OrgCertificate, readCertificate } from '../../src/certificates/certificate.ts'
import { newSigningKey, openSigningKey } from '../../src/certificates/signing-keys.ts'
import { storedRecord } from '../account.ts'
import { testCertificate } from '../certificates.ts'
import { addDemoOrg, aLogin, anEntry, anOrg, later, newId, noon } from './demo-org.ts'
import { contract } from './open-test-stores.ts'

contract('login history', (open) => {
  it('lists the latest attempts first, of an org or of one user in it', async () => {
    await using stores = await open()
    const { org, ada, bob } = await addDemoOrg(stores)
    const { org: other, ada: stranger } = await addDemoOrg(stores)
    const attempts = [
      aLogin(ada, { at: later(1), status: 'Invalid password', application: 'Browser', loginType: 'Application' }),
      aLogin(bob, { at: later(2) }),
      aLogin(stranger, { at: later(3) }),
      aLogin(ada, { at: later(4), loginSubType: 'OauthWebServer' }),
    ]
    for (const attempt of attempts) await stores.loginHistory.add(attempt)
    const [first, second, third, fourth] = attempts.map((attempt) => ({ ...attempt, id: expect.any(Number) }))
    expect(await stores.loginHistory.list(org.id, { limit: 10 })).toEqual([fourth, second, first])
    expect(await stores.loginHistory.list(org.id, { limit: 1 })).toEqual([fourth])
    expect(await stores.loginHistory.list(org.id, { userId: ada.id, limit: 10 })).toEqual([fourth, first])
    expect(await stores.loginHistory.list(other.id, { limit: 10 })).toEqual([third])
    expect(await stores.loginHistory.list(other.id, { userId: ada.id, limit: 10 })).toEqual([])
  })

  it('finds the few attempts of a user among the many of others, across thousands', async () => {
    await using stores = await open()
    const { org, ada, bob } = await addDemoOrg(stores)
    const crowd = () => Promise.all(Array.from({ length: 1500 }, () => stores.loginHistory.add(aLogin(bob))))
    for (const second of [1, 2, 3]) {
      await stores.loginHistory.add(aLogin(ada, { at: later(second) }))
      await crowd()
    }
    const seconds = async (limit: number) =>
      (await stores.loginHistory.list(org.id, { userId: ada.id, limit })).map(({ at }) => at)
    expect(await seconds(10)).toEqual([later(3), later(2), later(1)])
    expect(await seconds(2)).toEqual([later(3), later(2)])
    expect(await stores.loginHistory.list(org.id, { userId: bob.id, limit: 4000 })).toHaveLength(4000)
  })

  it('deletes from the oldest, a bounded number at a time', async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    for (const second of [1, 2, 3, 60]) await stores.loginHistory.add(aLogin(ada, { at: later(second) }))
    expect(await stores.loginHistory.deleteBefore(later(10), 2)).toBe(2)
    expect(await stores.loginHistory.deleteBefore(later(10), 2)).toBe(1)
    expect(await stores.loginHistory.deleteBefore(later(10), 2)).toBe(0)
    expect(await stores.loginHistory.list(org.id, { limit: 10 })).toMatchObject([{ at: later(60) }])
  })
})

contract('the journal', (open) => {
  it('gives an entry back with its checks and its refusal', async () => {
    await using stores = await open()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const refused = anEntry('request-1', {
      flow: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      orgId: org.id,
      appId: warehouse.id,
      userId: ada.id,
      status: 400,
      error: 'invalid_grant',
      passed: [{ check: 'app-known', found: { app: 'Warehouse', isBuiltIn: false, keys: 1 } }, { check: 'signature' }],
      refusal: { reason: 'audience-unknown', facts: { found: 'x', accepted: ['https://login.example', 'y'] } },
    })
    await stores.journal.add(refused)
    await stores.journal.add(anEntry('request-2'))
    expect(await stores.journal.find('request-1')).toEqual(refused)
    expect(await stores.journal.find('request-2')).toEqual(anEntry('request-2'))
    expect(await stores.journal.find('request-3')).toBeUndefined()
  })

  it('keeps what was noted when the entry was added, whatever is noted later', async () => {
    await using stores = await open()
    const passed = [{ check: 'app-known' }]
    await stores.journal.add(anEntry('request-1', { passed }))
    passed.push({ check: 'too-late' })
    expect((await stores.journal.find('request-1'))?.passed).toEqual([{ check: 'app-known' }])
  })

  it('lists the newest first, only refusals if asked', async () => {
    await using stores = await open()
    const refusal = { reason: 'user-unknown', facts: {} }
    await stores.journal.add(anEntry('r1', { refusal }))
    await stores.journal.add(anEntry('r2'))
    await stores.journal.add(anEntry('r3', { refusal }))
    await stores.journal.add(anEntry('r4'))
    const ids = async (refusedOnly: boolean, limit: number) =>
      (await stores.journal.latest({ refusedOnly, limit })).map(({ requestId }) => requestId)
    expect(await ids(false, 10)).toEqual(['r4', 'r3', 'r2', 'r1'])
    expect(await ids(false, 2)).toEqual(['r4', 'r3'])
    expect(await ids(true, 10)).toEqual(['r3', 'r1'])
    expect(await ids(true, 1)).toEqual(['r3'])
  })

  it('deletes from the oldest, a bounded number at a time', async () => {
    await using stores = await open()
    for (const second of [1, 2, 3, 60]) await stores.journal.add(anEntry(`r${second}`, { at: later(second) }))
    expect(await stores.journal.deleteBefore(later(10), 2)).toBe(2)
    expect(await stores.journal.deleteBefore(later(10), 2)).toBe(1)
    expect(await stores.journal.deleteBefore(later(10), 2)).toBe(0)
    expect(await stores.journal.latest({ refusedOnly: false, limit: 10 })).toMatchObject([{ requestId: 'r60' }])
  })
})

async function aCertificate(name: string): Promise<Certificate> {
  const reading = readCertificate((await testCertificate(name, noon)).certificate)
  if (!reading.ok) throw new Error(reading.problem)
  return reading.certificate
}

async function anOrgCertificate(orgId: string, details: Partial<OrgCertificate> = {}): Promise<OrgCertificate> {
  return {
    id: newId('certificate'),
    orgId,
    name: 'Acme_Integration',
    label: 'Acme Integration',
    certificate: await aCertificate('First'),
    chain: [(await aCertificate('Signer')).pem],
    sealedPrivateKey: '1.sealed',
    isPrivateKeyExportable: true,
    createdAt: noon,
    ...details,
  }
}

function plain({ certificate, ...others }: OrgCertificate) {
  return { ...others, fingerprint: certificate.fingerprint256 }
}

contract('certificates', (open) => {
  it('keeps, replaces and deletes the certificates of an org', async () => {
    await using stores = await open()
    const [org, other] = [anOrg(), anOrg()]
    await stores.orgs.add(org)
    await stores.orgs.add(other)
    const certificate = await anOrgCertificate(org.id)
    const second = await anOrgCertificate(org.id, { name: 'Zebra', sealedPrivateKey: undefined })
    await stores.certificates.add(second)
    await stores.certificates.add(certificate)
    expect((await stores.certificates.list(org.id)).map(plain)).toEqual([certificate, second].map(plain))
    expect(await stores.certificates.list(other.id)).toEqual([])
    expect(await stores.certificates.findByName(other.id, 'Zebra')).toBeUndefined()

    const renewed = { ...certificate, certificate: await aCertificate('Second'), label: 'Renewed' }
    await stores.certificates.update(renewed)
    const found = await stores.certificates.findByName(org.id, 'Acme_Integration')
    expect(found && plain(found)).toEqual(plain(renewed))
    await stores.certificates.delete(second.id)
    expect((await stores.certificates.list(org.id)).map(({ name }) => name)).toEqual(['Acme_Integration'])
  })
})

contract('signing keys', (open) => {
  it('lists keys newest first, and they still open', async () => {
    await using stores = await open()
    expect(await stores.signingKeys.list()).toEqual([])
    const old = await newSigningKey(stores.seal, 218, noon)
    const current = await newSigningKey(stores.seal, 220, later(60))
    await stores.signingKeys.add(current)
    await stores.signingKeys.add(old)
    const keys = await stores.signingKeys.list()
    expect(keys).toEqual([current, old])
    expect(keys.map((key) => openSigningKey(stores.seal, key).asymmetricKeyType)).toEqual(['rsa', 'rsa'])
    await stores.signingKeys.delete('218')
    expect(await stores.signingKeys.list()).toEqual([current])
  })
})

contract('records', (open) => {
  it('finds and lists the records of an org by name', async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    const record = (name: string | undefined, orgId = org.id, object: 'Account' | 'Contact' = 'Account') => {
      const fields = { ...(name === undefined ? {} : { Name: name }), Employees: 7, IsBig: false, Parent: null }
      return {
        ...storedRecord(newId('Account'), { orgId, ownerId: ada.id, at: noon, object }, fields),
        modifiedAt: later(1),
      }
    }
    const [burlington, edge, nameless] = [
      record('Burlington Textiles'),
      record('Edge Communications'),
      record(undefined),
    ]
    for (const one of [edge, burlington, nameless, record('Other', other.id), record('Ada', org.id, 'Contact')]) {
      await stores.records.add(one)
    }
    expect(await stores.records.find(org.id, edge.id)).toEqual(edge)
    expect(await stores.records.find(other.id, edge.id)).toBeUndefined()
    expect(await stores.records.list(org.id, 'Account', { offset: 0, limit: 10 })).toEqual([nameless, burlington, edge])
    expect(await stores.records.list(org.id, 'Account', { offset: 1, limit: 1 })).toEqual([burlington])
  })
})
