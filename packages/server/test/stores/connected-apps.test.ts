import { expect, it } from 'vitest'
import { type Certificate, readCertificate } from '../../src/certificates/certificate.ts'
import { noMobileSettings } from '../../src/connected-apps/mobile-app.ts'
import { testCertificate } from '../certificates.ts'
import {
  addDemoOrg,
  anApp,
  boughtByCode,
  consent,
  later,
  newId,
  noon,
  policiesOf,
  refreshStateOf,
  stateOf,
} from './demo-org.ts'
import { contract } from './open-test-stores.ts'

async function someCertificate(): Promise<Certificate> {
  const { certificate } = await testCertificate('Warehouse', noon)
  const reading = readCertificate(certificate)
  if (!reading.ok) throw new Error(reading.problem)
  return reading.certificate
}

contract('connected apps', (open) => {
  it('keeps the files of an app as long as it has them, however large', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const contents = (byte: number) => ({ sha256: `hash ${byte}`, bytes: Buffer.alloc(150_000, byte) })
    const [binary, icon] = [contents(1), contents(2)]
    const having = (binarySha: string | undefined) =>
      ({
        ...noMobileSettings,
        app: {
          devicePlatform: 'ios',
          deviceType: undefined,
          version: undefined,
          minimumOsVersion: undefined,
          applicationBundleIdentifier: undefined,
          applicationInstallUrl: undefined,
          privateApp: false,
          applicationBinaryFile:
            binarySha === undefined ? undefined : { fileName: 'a.ipa', length: 150_000, sha256: binarySha },
          applicationIconFile: { fileName: 'a.png', length: 150_000, sha256: icon.sha256 },
        },
      }) as const
    const app = anApp(org.id, { mobile: having(binary.sha256) })
    await stores.apps.add(app, [], [binary, icon])
    expect((await stores.apps.find(app.id))?.mobile).toEqual(app.mobile)
    expect(Buffer.from((await stores.apps.findFile(app.id, binary.sha256)) ?? [])).toEqual(binary.bytes)
    expect(await stores.apps.findFile(anApp(org.id).id, binary.sha256)).toBeUndefined()
    const other = contents(3)
    await stores.apps.update({ ...app, mobile: having(other.sha256) }, [other])
    expect(Buffer.from((await stores.apps.findFile(app.id, other.sha256)) ?? [])).toEqual(other.bytes)
    expect(await stores.apps.findFile(app.id, binary.sha256)).toBeUndefined()
    await stores.apps.update({ ...app, mobile: having(undefined) })
    expect(await stores.apps.findFile(app.id, other.sha256)).toBeUndefined()
    expect(await stores.apps.findFile(app.id, icon.sha256)).toHaveLength(150_000)
    await stores.apps.delete(app.id)
    expect(await stores.apps.findFile(app.id, icon.sha256)).toBeUndefined()
  })

  it('gives an app back as added, certificate and all', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const app = anApp(org.id, {
      contactPhone: '+1 555 0100',
      description: 'Counts boxes',
      infoUrl: 'https://app.example/about',
      logoUrl: 'https://app.example/logo.png',
      iconUrl: 'https://app.example/icon.png',
      startUrl: 'https://app.example/start',
      consumerSecret: { hash: Buffer.alloc(32, 1), sealed: '1.s', previousHash: Buffer.alloc(32, 2) },
      callbackUrls: ['https://app.example/cb', 'http://127.0.0.1:9999/cb'],
      certificate: await someCertificate(),
      isConsumerSecretOptional: true,
      isSecretRequiredForRefreshToken: false,
      isPkceRequired: true,
      isIntrospectAllTokens: true,
      isRefreshTokenRotationEnabled: true,
      isDeviceFlowEnabled: true,
      isClientCredentialEnabled: true,
      idTokenConfig: {
        validity: 300,
        audiences: ['https://api.example'],
        includesStandardClaims: true,
        includesAttributes: false,
        includesCustomPermissions: false,
      },
      ipRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }],
      singleLogoutUrl: 'https://app.example/out',
    })
    await stores.apps.add(app, [])
    const found = await stores.apps.find(app.id)
    expect({ ...found, certificate: found?.certificate?.fingerprint256 }).toEqual({
      ...app,
      certificate: app.certificate?.fingerprint256,
    })
    expect(found?.certificate?.publicKey.equals((await someCertificate()).publicKey)).toBe(true)
  })

  it('gives an external client app and its policies back as added', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const app = anApp(org.id, { external: { distributionState: 'Packaged' } })
    const decided = { isEnabled: false, isOauthPluginEnabled: false, isClientCredentialsFlowEnabled: true }
    await stores.apps.add(app, [policiesOf(app, org.id, decided)])
    expect(await stores.apps.find(app.id)).toEqual(app)
    expect(await stores.apps.findPolicies(app.id, org.id)).toMatchObject(decided)
    const local = { ...app, external: { distributionState: 'Local' } } as const
    await stores.apps.update(local)
    expect(await stores.apps.find(app.id)).toEqual(local)
  })

  it('finds an app by consumer key over all orgs, by name only in its own', async () => {
    await using stores = await open()
    const { org, warehouse } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    expect(await stores.apps.findByConsumerKey(warehouse.consumerKey)).toEqual(warehouse)
    expect(await stores.apps.findByConsumerKey('unknown')).toBeUndefined()
    expect(await stores.apps.findByName(org.id, warehouse.fullName)).toEqual(warehouse)
    expect(await stores.apps.findByName(other.id, warehouse.fullName)).toBeUndefined()
  })

  it('lists the apps of an org by label, and those of the server apart', async () => {
    await using stores = await open()
    const { org, warehouse, website } = await addDemoOrg(stores)
    const first = anApp(org.id, { label: 'A first' })
    const builtIn = anApp(undefined, { fullName: 'PlatformCLI' })
    await stores.apps.add(first, [])
    await stores.apps.add(builtIn, [policiesOf(builtIn, org.id)])
    expect((await stores.apps.list(org.id)).map(({ id }) => id)).toEqual(
      [first, warehouse, website].toSorted((a, b) => (a.label < b.label ? -1 : 1)).map(({ id }) => id),
    )
    expect(await stores.apps.listBuiltIn()).toEqual([builtIn])
  })

  it('adds an app with its policies wholly or not at all', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const app = anApp(org.id)
    const policies = policiesOf(app, org.id)
    await expect(stores.apps.add(app, [policies, policies])).rejects.toThrow()
    expect(await stores.apps.find(app.id)).toBeUndefined()
    expect(await stores.apps.findPolicies(app.id, org.id)).toBeUndefined()
  })

  it('updates an app, but never its org, consumer key or creation', async () => {
    await using stores = await open()
    const { org, warehouse } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    await stores.apps.findByConsumerKey(warehouse.consumerKey)
    await stores.apps.update({
      ...warehouse,
      orgId: other.id,
      consumerKey: 'stolen',
      createdAt: later(1),
      label: 'Depot',
      scopes: ['openid'],
    })
    const expected = { ...warehouse, orgId: org.id, label: 'Depot', scopes: ['openid'] }
    expect(await stores.apps.findByConsumerKey(warehouse.consumerKey)).toEqual(expected)
    expect(await stores.apps.find(warehouse.id)).toEqual(expected)
  })

  it('gives policies back as set, and keeps the epoch when they are set again', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const app = anApp(org.id)
    await stores.apps.add(app, [])
    expect(await stores.apps.findPolicies(app.id, org.id)).toBeUndefined()
    const policies = policiesOf(app, org.id, {
      isAdminApproved: true,
      profileIds: [newId('profile')],
      permissionSetIds: [newId('permissionSet')],
      ipRelaxation: 'BYPASS',
      refreshTokenPolicy: { kind: 'specific_lifetime', seconds: 3600 },
      sessionTimeout: 600,
      requiresHighAssurance: true,
      plugin: 'AcceptedTerms',
      pluginExecutionUserId: newId('user'),
      singleLogoutUrl: 'https://acme.example/bye',
    })
    await stores.apps.setPolicies(policies)
    expect(await stores.apps.findPolicies(app.id, org.id)).toEqual(policies)
    await stores.apps.endAll(app.id, org.id, true)
    expect(await stores.apps.findPolicies(app.id, org.id)).toEqual({ ...policies, epoch: 2, isBlocked: true })
    const relaxed = { ...policies, refreshTokenPolicy: { kind: 'zero' }, epoch: 1 } as const
    await stores.apps.setPolicies(relaxed)
    expect(await stores.apps.findPolicies(app.id, org.id)).toEqual({ ...relaxed, epoch: 2 })
  })

  it('installs an app in an org, and forgets its policies when it is uninstalled, but neither epoch nor block', async () => {
    await using stores = await open()
    const { warehouse } = await addDemoOrg(stores)
    const { org } = await addDemoOrg(stores)
    await stores.apps.noteUninstalledUse(warehouse.id, org.id, noon)
    await stores.apps.install(warehouse.id, org.id)
    expect(await stores.apps.findPolicies(warehouse.id, org.id)).toEqual(policiesOf(warehouse, org.id))
    const own = policiesOf(warehouse, org.id, {
      isAdminApproved: true,
      profileIds: [newId('profile')],
      ipRelaxation: 'BYPASS',
      refreshTokenPolicy: { kind: 'zero' },
      sessionTimeout: 600,
      clientCredentialUserId: newId('user'),
    })
    await stores.apps.setPolicies(own)
    await stores.apps.endAll(warehouse.id, org.id, true)
    await stores.apps.uninstall(warehouse.id, org.id)
    const left = policiesOf(warehouse, org.id, { isInstalled: false, isBlocked: true, epoch: 2 })
    expect(await stores.apps.findPolicies(warehouse.id, org.id)).toEqual(left)
    await stores.apps.install(warehouse.id, org.id)
    expect(await stores.apps.findPolicies(warehouse.id, org.id)).toEqual({ ...left, isInstalled: true })
  })

  it('notes the use of an app that is not installed in one row, and never of one that is', async () => {
    await using stores = await open()
    const { org: home, warehouse } = await addDemoOrg(stores)
    const { org } = await addDemoOrg(stores)
    await stores.apps.noteUninstalledUse(warehouse.id, org.id, undefined)
    const known = policiesOf(warehouse, org.id, { isInstalled: false })
    expect(await stores.apps.findPolicies(warehouse.id, org.id)).toEqual(known)
    await stores.apps.noteUninstalledUse(warehouse.id, org.id, noon)
    await stores.apps.noteUninstalledUse(warehouse.id, org.id, later(60))
    await stores.apps.noteUninstalledUse(warehouse.id, org.id, undefined)
    const refused = { ...known, lastRefusedAt: later(60) }
    expect(await stores.apps.findPolicies(warehouse.id, org.id)).toEqual(refused)
    await stores.apps.noteUninstalledUse(warehouse.id, home.id, noon)
    expect(await stores.apps.findPolicies(warehouse.id, home.id)).toEqual(policiesOf(warehouse, home.id))
    expect(await stores.apps.policiesOfApp(warehouse.id)).toEqual([policiesOf(warehouse, home.id), refused])
    expect((await stores.apps.policiesOfOrg(org.id)).map(({ appId }) => appId)).toContain(warehouse.id)
    expect((await stores.apps.policiesOfOrg(home.id)).map(({ orgId }) => orgId)).toEqual([home.id, home.id])
  })

  it('takes policies, approvals and tokens along when an app is deleted', async () => {
    await using stores = await open()
    const { org, ada, warehouse, website } = await addDemoOrg(stores)
    await consent(stores, ada, warehouse, ['api'])
    const bought = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const kept = await boughtByCode(stores, ada, website, { access: 'b', refresh: 's' })
    await stores.apps.delete(warehouse.id)
    expect(await stores.apps.find(warehouse.id)).toBeUndefined()
    expect(await stores.apps.findByConsumerKey(warehouse.consumerKey)).toBeUndefined()
    expect(await stores.apps.findPolicies(warehouse.id, org.id)).toBeUndefined()
    expect(await stores.approvals.find(ada.id, warehouse.id)).toBeUndefined()
    expect(await stateOf(stores, bought.accessTokenId, 'a')).toBe('unknown')
    expect(await refreshStateOf(stores, bought.refreshTokenId, 'r')).toBe('unknown')
    expect(await stateOf(stores, kept.accessTokenId, 'b')).toBe('live')
  })

  it('never gives the tokens of a deleted app to one that is made after it', async () => {
    await using stores = await open()
    const { org, ada, website } = await addDemoOrg(stores)
    const old = anApp(org.id)
    await stores.apps.add(old, [policiesOf(old, org.id)])
    const { accessTokenId } = await boughtByCode(stores, ada, old, { access: 'a' })
    await stores.apps.delete(old.id)
    await boughtByCode(stores, ada, website, { access: 'b' })
    expect(await stateOf(stores, accessTokenId, 'a')).toBe('unknown')
  })
})
