import { expect, it } from 'vitest'
import { type Certificate, type OrgCertificate, readCertificate } from '../../src/certificates/certificate.ts'
import { newSigningKey, openSigningKey } from '../../src/certificates/signing-keys.ts'
import { everyAttempt, type LoginFilter } from '../../src/sessions/login-history.ts'
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
    expect(await stores.loginHistory.list(org.id, {}, { limit: 10 })).toEqual([fourth, second, first])
    expect(await stores.loginHistory.list(org.id, {}, { limit: 1 })).toEqual([fourth])
    expect(await stores.loginHistory.list(org.id, { userId: ada.id }, { limit: 10 })).toEqual([fourth, first])
    expect(await stores.loginHistory.list(other.id, {}, { limit: 10 })).toEqual([third])
    expect(await stores.loginHistory.list(other.id, { userId: ada.id }, { limit: 10 })).toEqual([])
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
      (await stores.loginHistory.list(org.id, { userId: ada.id }, { limit })).map(({ at }) => at)
    expect(await seconds(10)).toEqual([later(3), later(2), later(1)])
    expect(await seconds(2)).toEqual([later(3), later(2)])
    expect(await stores.loginHistory.list(org.id, { userId: bob.id }, { limit: 4000 })).toHaveLength(4000)
  })

  it('finds what is asked for, of an org and of a user alike', async () => {
    await using stores = await open()
    const { org, ada, bob } = await addDemoOrg(stores)
    const hours = (count: number) => later(count * 3600)
    const attempts = {
      right: { at: hours(0) },
      wrong: { at: hours(1), status: 'Invalid password', loginType: 'Application' },
      locked: { at: hours(2), status: 'Password lockout', loginType: 'Application' },
      again: { at: hours(3), loginType: 'Application' },
    } as const
    for (const [application, details] of Object.entries(attempts)) {
      await stores.loginHistory.add(aLogin(ada, { ...details, application }))
      await stores.loginHistory.add(aLogin(bob, { ...details, application: `bob ${application}` }))
    }
    const expected: readonly (readonly [LoginFilter, readonly string[]])[] = [
      [{}, ['again', 'locked', 'wrong', 'right']],
      [{ outcome: 'success' }, ['again', 'right']],
      [{ outcome: 'failed' }, ['locked', 'wrong']],
      [{ status: 'Password lockout' }, ['locked']],
      [{ loginType: 'Oauth2' }, ['right']],
      [{ from: hours(1), to: hours(3) }, ['locked', 'wrong']],
      [{ from: hours(4) }, []],
      [{ to: hours(0) }, []],
      [{ outcome: 'failed', from: hours(1.5) }, ['locked']],
    ]
    for (const [filter, names] of expected) {
      const ofUser = await stores.loginHistory.list(org.id, { ...filter, userId: ada.id }, { limit: 10 })
      expect(ofUser.map(({ application }) => application)).toEqual(names)
      const ofOrg = await stores.loginHistory.list(org.id, filter, { limit: 10 })
      expect(ofOrg.map(({ application }) => application)).toEqual(names.flatMap((name) => [`bob ${name}`, name]))
    }
  })

  it('is read a page at a time, and whole', async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    const adding = Array.from({ length: 2300 }, (_, number) =>
      stores.loginHistory.add(aLogin(ada, { at: later(number) })),
    )
    await Promise.all(adding)
    const first = await stores.loginHistory.list(org.id, {}, { limit: 2 })
    const second = await stores.loginHistory.list(org.id, {}, { before: first.at(-1)?.id, limit: 2 })
    expect([...first, ...second].map(({ at }) => at)).toEqual([2299, 2298, 2297, 2296].map(later))
    const all: Date[] = []
    for await (const { at } of everyAttempt(stores.loginHistory, org.id, { userId: ada.id })) all.push(at)
    expect(all).toEqual(Array.from({ length: 2300 }, (_, number) => later(2299 - number)))
  })

  it('counts what each day came to', async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    const { ada: stranger } = await addDemoOrg(stores)
    const days = (count: number) => later(count * 86_400)
    for (const [user, at, status] of [
      [ada, days(-2), 'Success'],
      [ada, days(0), 'Success'],
      [ada, days(0.1), 'Success'],
      [ada, days(0.2), 'Invalid password'],
      [stranger, days(0.2), 'Success'],
      [ada, days(1), 'Password lockout'],
    ] as const) {
      await stores.loginHistory.add(aLogin(user, { at, status }))
    }
    expect(await stores.loginHistory.summary(org.id, noon)).toEqual([
      { day: new Date('2026-01-05T00:00:00Z'), succeeded: 2, failed: 1 },
      { day: new Date('2026-01-06T00:00:00Z'), succeeded: 0, failed: 1 },
    ])
  })

  it('deletes from the oldest, a bounded number at a time', async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    for (const second of [1, 2, 3, 60]) await stores.loginHistory.add(aLogin(ada, { at: later(second) }))
    expect(await stores.loginHistory.deleteBefore(later(10), 2)).toBe(2)
    expect(await stores.loginHistory.deleteBefore(later(10), 2)).toBe(1)
    expect(await stores.loginHistory.deleteBefore(later(10), 2)).toBe(0)
    expect(await stores.loginHistory.list(org.id, {}, { limit: 10 })).toMatchObject([{ at: later(60) }])
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
    expect(await stores.journal.find('request-1')).toEqual({ ...refused, id: expect.any(Number) })
    expect(await stores.journal.find('request-2')).toEqual({ ...anEntry('request-2'), id: expect.any(Number) })
    expect(await stores.journal.find('request-3')).toBeUndefined()
  })

  it('keeps what was noted when the entry was added, whatever is noted later', async () => {
    await using stores = await open()
    const passed = [{ check: 'app-known' }]
    await stores.journal.add(anEntry('request-1', { passed }))
    passed.push({ check: 'too-late' })
    expect((await stores.journal.find('request-1'))?.passed).toEqual([{ check: 'app-known' }])
  })

  it('lists the newest first, a page at a time, and follows from a row on', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    for (const each of ['r1', 'r2', 'r3', 'r4']) await stores.journal.add(anEntry(each, { orgId: org.id }))
    const newest = await stores.journal.list(org.id, {}, { limit: 2 })
    expect(newest.map(({ requestId }) => requestId)).toEqual(['r4', 'r3'])
    const last = newest.at(-1)?.id ?? 0
    const older = await stores.journal.list(org.id, {}, { before: last, limit: 10 })
    expect(older.map(({ requestId }) => requestId)).toEqual(['r2', 'r1'])
    const follow = (after: number) => stores.journal.list(org.id, {}, { after, limit: 2 })
    expect((await follow(older.at(-1)?.id ?? 0)).map(({ requestId }) => requestId)).toEqual(['r2', 'r3'])
    expect((await follow(last)).map(({ requestId }) => requestId)).toEqual(['r4'])
    expect(await follow(newest[0]?.id ?? 0)).toEqual([])
  })

  it('shows an org its own entries alone, and the server’s operator all', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    await stores.journal.add(anEntry('ours', { orgId: org.id }))
    await stores.journal.add(anEntry('theirs', { orgId: other.id }))
    await stores.journal.add(anEntry('nobody’s'))
    const page = { limit: 10 }
    expect(await stores.journal.list(org.id, {}, page)).toMatchObject([{ requestId: 'ours' }])
    expect(await stores.journal.list(org.id, { requestId: 'theirs' }, page)).toEqual([])
    expect(await stores.journal.list(org.id, { requestId: 'nobody’s' }, page)).toEqual([])
    expect(await stores.journal.listOfServer({}, page)).toHaveLength(3)
    expect(await stores.journal.listOfServer({ requestId: 'nobody’s' }, page)).toHaveLength(1)
  })

  it.each([
    [{ appId: 'app-1' }, ['jwt', 'refused']],
    [{ userId: 'user-2' }, ['query']],
    [{ endpoint: 'rest' }, ['query', 'fault']],
    [{ flow: 'jwt' }, ['jwt', 'refused']],
    [{ outcome: 'passed' }, ['jwt', 'query']],
    [{ outcome: 'refused' }, ['refused', 'busy']],
    [{ outcome: 'failed' }, ['fault']],
    [{ reason: 'user-unknown' }, ['refused']],
    [{ sourceIp: '192.0.2.9' }, ['query']],
    [{ requestId: 'busy' }, ['busy']],
    [{ requestId: 'busy', outcome: 'passed' }, []],
    [{ endpoint: 'rest', outcome: 'passed' }, ['query']],
    [{ appId: 'nobody' }, []],
  ] as const)('finds those with %o', async (filter, found) => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const busy = { reason: 'password-busy', facts: {} }
    const unknown = { reason: 'user-unknown', facts: {} }
    for (const [id, details] of [
      ['jwt', { appId: 'app-1', flow: 'jwt' }],
      ['refused', { appId: 'app-1', flow: 'jwt', status: 400, refusal: unknown }],
      ['query', { userId: 'user-2', endpoint: 'rest', flow: 'rest', sourceIp: '192.0.2.9' }],
      ['busy', { endpoint: 'sign-in', status: 503, refusal: busy }],
      ['fault', { endpoint: 'rest', status: 500 }],
    ] as const) {
      await stores.journal.add(anEntry(id, { orgId: org.id, ...details }))
    }
    const listed = [
      await stores.journal.list(org.id, filter, { after: 0, limit: 10 }),
      (await stores.journal.list(org.id, filter, { limit: 10 })).toReversed(),
      await stores.journal.listOfServer(filter, { after: 0, limit: 10 }),
      (await stores.journal.listOfServer(filter, { limit: 10 })).toReversed(),
    ]
    for (const entries of listed) expect(entries.map(({ requestId }) => requestId)).toEqual(found)
  })

  it('counts what an org’s requests of each hour came to, and why they were refused', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    const hours = (count: number) => later(count * 3600)
    const refused = (reason: string) => ({ status: 400, refusal: { reason, facts: {} } })
    const entries: readonly (readonly [string, Parameters<typeof anEntry>[1]])[] = [
      ['too old', { at: hours(-1), ...refused('user-unknown') }],
      ['1', { at: hours(0), flow: 'jwt' }],
      ['2', { at: hours(0.5), flow: 'jwt', ...refused('user-unknown') }],
      ['3', { at: hours(0.9), flow: 'jwt' }],
      ['not ours', { at: hours(1), orgId: other.id, ...refused('user-unknown') }],
      ['4', { at: hours(1), flow: 'jwt', ...refused('audience-unknown') }],
      ['5', { at: hours(1.1), flow: 'jwt', ...refused('user-unknown') }],
      ['6', { at: hours(1.2), endpoint: 'rest', status: 500 }],
    ]
    for (const [id, details] of entries) await stores.journal.add(anEntry(id, { orgId: org.id, ...details }))
    const token = { endpoint: 'token', flow: 'jwt' }
    expect(await stores.journal.summary(org.id, noon)).toEqual({
      counts: [
        { hour: hours(0), ...token, outcome: 'passed', count: 2 },
        { hour: hours(0), ...token, outcome: 'refused', count: 1 },
        { hour: hours(1), endpoint: 'rest', flow: undefined, outcome: 'failed', count: 1 },
        { hour: hours(1), ...token, outcome: 'refused', count: 2 },
      ],
      refusals: [
        { reason: 'user-unknown', count: 2, requestId: '5' },
        { reason: 'audience-unknown', count: 1, requestId: '4' },
      ],
    })
    expect((await stores.journal.summary(org.id, hours(1.5))).counts).toHaveLength(2)
    expect(await stores.journal.summary(org.id, hours(2))).toEqual({ counts: [], refusals: [] })
  })

  it('deletes from the oldest, a bounded number at a time', async () => {
    await using stores = await open()
    for (const second of [1, 2, 3, 60]) await stores.journal.add(anEntry(`r${second}`, { at: later(second) }))
    expect(await stores.journal.deleteBefore(later(10), 2)).toBe(2)
    expect(await stores.journal.deleteBefore(later(10), 2)).toBe(1)
    expect(await stores.journal.deleteBefore(later(10), 2)).toBe(0)
    expect(await stores.journal.listOfServer({}, { limit: 10 })).toMatchObject([{ requestId: 'r60' }])
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
