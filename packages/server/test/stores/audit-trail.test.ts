import { expect, it } from 'vitest'
import { readCertificate } from '../../src/certificates/certificate.ts'
import { newSigningKey } from '../../src/certificates/signing-keys.ts'
import type { ActStores, Stores } from '../../src/stores/stores.ts'
import { testCertificate } from '../certificates.ts'
import {
  addDemoOrg,
  anApp,
  aSession,
  boughtByCode,
  consent,
  type DemoOrg,
  later,
  newId,
  noon,
  policiesOf,
} from './demo-org.ts'
import { contract } from './open-test-stores.ts'

/** What the newest `count` entries of an org's trail say, and who did it, oldest of these first. */
async function trail(stores: Stores, orgId: string, count: number): Promise<readonly unknown[]> {
  const entries = await stores.auditTrail.list(orgId, { limit: count })
  return entries
    .toReversed()
    .map(({ createdById, section, action, display }) => [createdById, section, action, display])
}

contract('the audit trail', (open) => {
  it('says who changed what, and says nobody for a command', async () => {
    await using stores = await open()
    const { org, ada, bob, warehouse, website, profile } = await addDemoOrg(stores)
    const before = (await stores.auditTrail.list(org.id, { limit: 100 })).length
    const acts = stores.actedBy(ada.id)
    const secret = { ...warehouse, consumerSecret: { ...warehouse.consumerSecret, previousHash: Buffer.alloc(32) } }
    await acts.orgs.update({ ...org, isActive: true })
    await acts.users.update(bob.id, { ...bob, lastName: 'Builder' })
    await acts.users.setPassword(bob.id, 'hash', noon)
    await acts.users.unlock(bob.id)
    await stores.users.setFrozen(bob.id, false)
    await acts.profiles.update({ ...profile, sessionTimeout: 900 })
    await acts.apps.update({ ...warehouse, label: 'Warehouse' })
    await acts.apps.setSecret(secret, 'rotated')
    await acts.apps.noteReveal(warehouse.id)
    await acts.apps.endAll(website.id, org.id, true)
    await acts.apps.delete(website.id)
    await acts.orgs.endAll(org.id)
    expect(await trail(stores, org.id, 100)).toHaveLength(before + 12)
    const manage = 'Manage Users'
    const apps = 'Connected Apps'
    expect(await trail(stores, org.id, 12)).toEqual([
      [ada.id, 'Company Information', 'changedorg', `Changed settings of ${org.name}`],
      [ada.id, manage, 'changeduser', `Changed user ${bob.username}`],
      [ada.id, manage, 'changedpassword', `Changed password of ${bob.username}`],
      [ada.id, manage, 'unlockeduser', `Unlocked user ${bob.username}`],
      [undefined, manage, 'unfrozeuser', `Unfroze user ${bob.username}`],
      [ada.id, manage, 'changedprofile', `Changed profile ${profile.name}`],
      [ada.id, apps, 'updateConnectedApplication', `Changed connected app ${warehouse.label}`],
      [ada.id, apps, 'rotateConsumerSecret', 'Rotated consumer secret of connected app Warehouse'],
      [ada.id, apps, 'revealConsumerSecret', 'Revealed consumer secret of connected app Warehouse'],
      [ada.id, apps, 'blockConnectedApplication', `Blocked connected app ${website.label}`],
      [ada.id, apps, 'deleteConnectedApplication', `Deleted connected app ${website.label}`],
      [ada.id, 'Company Information', 'endedEverything', `Ended every token and session of ${org.name}`],
    ])
    expect(await stores.apps.find(warehouse.id)).toMatchObject({ consumerSecret: secret.consumerSecret })
  })

  it('tells of an external client app as such', async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    const app = anApp(org.id, { label: 'Sync', external: { distributionState: 'Local' } })
    const { apps } = stores.actedBy(ada.id)
    await apps.add(app, [policiesOf(app, org.id)])
    await apps.update(app)
    await apps.noteReveal(app.id)
    await apps.delete(app.id)
    const section = 'External Client Apps'
    expect(await trail(stores, org.id, 4)).toEqual([
      [ada.id, section, 'insertExternalClientApplication', 'Created external client app Sync'],
      [ada.id, section, 'updateExternalClientApplication', 'Changed external client app Sync'],
      [ada.id, section, 'revealConsumerSecret', 'Revealed consumer secret of external client app Sync'],
      [ada.id, section, 'deleteExternalClientApplication', 'Deleted external client app Sync'],
    ])
  })

  it('says who made, exported and deleted a certificate', async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    const reading = readCertificate((await testCertificate('First', noon)).certificate)
    if (!reading.ok) throw new Error(reading.problem)
    const id = newId('certificate')
    const acts = stores.actedBy(ada.id)
    await acts.certificates.add({
      id,
      orgId: org.id,
      name: 'Acme',
      label: 'Acme',
      certificate: reading.certificate,
      chain: [],
      sealedPrivateKey: '1.sealed',
      isPrivateKeyExportable: true,
      createdAt: noon,
    })
    await acts.certificates.noteExport(id)
    await stores.certificates.delete(id)
    const section = 'Certificate and Key Management'
    expect(await trail(stores, org.id, 3)).toEqual([
      [ada.id, section, 'insertCertificate', 'Created certificate Acme'],
      [ada.id, section, 'exportPrivateKey', 'Exported private key of certificate Acme'],
      [undefined, section, 'deleteCertificate', 'Deleted certificate Acme'],
    ])
  })

  it("tells of the server's keys in every org, and names the user in their own alone", async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    await stores.actedBy(ada.id).signingKeys.add(await newSigningKey(stores.seal, 228, noon))
    await stores.signingKeys.delete('228')
    const made = ['Identity', 'insertSigningKey', 'Created signing key 228']
    const retired = ['Identity', 'deleteSigningKey', 'Retired signing key 228']
    expect(await trail(stores, org.id, 2)).toEqual([
      [ada.id, ...made],
      [undefined, ...retired],
    ])
    expect(await trail(stores, other.id, 2)).toEqual([
      [undefined, ...made],
      [undefined, ...retired],
    ])
  })

  const endings: readonly [
    string,
    (stores: Stores, demo: DemoOrg) => Promise<(acts: ActStores) => Promise<unknown>>,
    (demo: DemoOrg) => readonly [section: string, action: string, display: string],
  ][] = [
    [
      'taking back what a user allowed',
      async (stores, { bob, warehouse }) => {
        await consent(stores, bob, warehouse, ['api'])
        return (acts) => acts.approvals.revoke(bob.id, warehouse.id, later(1))
      },
      ({ bob, warehouse }) => [
        'Connected Apps OAuth Usage',
        'revokeApproval',
        `Revoked connected app ${warehouse.label} of user ${bob.username}`,
      ],
    ],
    [
      'ending a session',
      async (stores, { org, bob }) => {
        const id = await stores.sessions.add(aSession(bob))
        return (acts) => acts.sessions.endIn(org.id, id)
      },
      ({ bob }) => ['Session Management', 'endedSession', `Ended a session of user ${bob.username}`],
    ],
    [
      'ending every session of a user',
      async (stores, { bob }) => {
        await stores.sessions.add(aSession(bob))
        return (acts) => acts.sessions.endAllOf(bob.id)
      },
      ({ bob }) => ['Session Management', 'endedSessions', `Ended every session of user ${bob.username}`],
    ],
    [
      'ending an access token',
      async (stores, { org, bob, warehouse }) => {
        const { accessTokenId } = await boughtByCode(stores, bob, warehouse, { access: 'a', refresh: 'r' })
        return (acts) => acts.accessTokens.endIn(org.id, accessTokenId, later(1))
      },
      ({ bob, warehouse }) => [
        'Session Management',
        'endedSession',
        `Ended a session of connected app ${warehouse.label} of user ${bob.username}`,
      ],
    ],
    [
      'setting a password',
      async (_stores, { bob }) =>
        (acts) =>
          acts.users.setPassword(bob.id, 'hash', later(1)),
      ({ bob }) => ['Manage Users', 'changedpassword', `Changed password of ${bob.username}`],
    ],
  ]

  it.each(endings)('notes %s when an admin does it, not when it is the user’s own', async (_title, prepare, says) => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const { org, ada, bob } = demo
    await (await prepare(stores, demo))(stores.actedBy(ada.id))
    expect(await trail(stores, org.id, 1)).toEqual([[ada.id, ...says(demo)]])
    const noted = await stores.auditTrail.list(org.id, { limit: 100 })
    await (await prepare(stores, demo))(stores.actedBy(bob.id))
    expect(await stores.auditTrail.list(org.id, { limit: 100 })).toEqual(noted)
  })

  it('notes that every user of an app was revoked, once and only if there was one', async () => {
    await using stores = await open()
    const { org, ada, bob, warehouse } = await addDemoOrg(stores)
    const acts = stores.actedBy(ada.id)
    await consent(stores, ada, warehouse, ['api'])
    await consent(stores, bob, warehouse, ['api'])
    await acts.approvals.revokeAll(warehouse.id, org.id, later(1))
    const noted = await stores.auditTrail.list(org.id, { limit: 100 })
    expect(noted[0]).toMatchObject({
      createdById: ada.id,
      action: 'revokeEveryApproval',
      display: `Revoked every user of connected app ${warehouse.label}`,
    })
    await acts.approvals.revokeAll(warehouse.id, org.id, later(2))
    expect(await stores.auditTrail.list(org.id, { limit: 100 })).toEqual(noted)
  })

  it('reads an org’s trail newest first, a page at a time', async () => {
    await using stores = await open()
    const { org, bob } = await addDemoOrg(stores)
    await addDemoOrg(stores)
    const all = await stores.auditTrail.list(org.id, { limit: 100 })
    expect(all.at(-1)).toMatchObject({ action: 'createdorg' })
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((one, other) => other - one))
    const first = await stores.auditTrail.list(org.id, { limit: 2 })
    const rest = await stores.auditTrail.list(org.id, { before: first.at(-1)?.id ?? 0, limit: 100 })
    expect([...first, ...rest]).toEqual(all)
    await stores.users.unlock(bob.id)
    expect(await stores.auditTrail.list(org.id, { limit: 100 })).toHaveLength(all.length + 1)
  })

  it('deletes from the oldest, a bounded number at a time', async () => {
    let now = noon
    await using stores = await open({ now: () => now })
    const { org, bob } = await addDemoOrg(stores)
    const count = (await stores.auditTrail.list(org.id, { limit: 100 })).length
    now = later(60)
    await stores.users.unlock(bob.id)
    expect(await stores.auditTrail.deleteBefore(later(10), count - 1)).toBe(count - 1)
    expect(await stores.auditTrail.deleteBefore(later(10), count)).toBe(1)
    expect(await stores.auditTrail.list(org.id, { limit: 100 })).toMatchObject([
      { at: later(60), action: 'unlockeduser' },
    ])
  })
})
