import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { testCertificate } from '../../test/certificates.ts'
import { made, madeOrg, openActs, problemsOf, type TestActs, testNow } from '../../test/open-acts.ts'
import { hashSecret } from '../secret.ts'
import { newPermissionSet } from '../users/new-permission-set.ts'
import { blockApp, changePolicies, installApp, unblockApp } from './app-policies.ts'
import { changeConnectedApp, finishRotation, replaceSecret, rotateSecret } from './change-connected-app.ts'
import type { ConnectedApp } from './connected-app.ts'
import { openConsumerSecret } from './consumer-secret.ts'
import { newConnectedApp } from './new-connected-app.ts'

const warehouse = {
  fullName: 'Warehouse',
  contactEmail: 'dev@acme.example',
  callbackUrls: ['https://warehouse.example/cb'],
  scopes: ['Api', 'refresh_token'],
} as const

async function stored(acts: TestActs, { id }: ConnectedApp): Promise<ConnectedApp> {
  const app = await acts.apps.find(id)
  if (app === undefined) throw new Error('The app is gone.')
  return app
}

describe('newConnectedApp', () => {
  it("makes an app on the safe side, with a key and secret of Salesforce's look", async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { app, consumerSecret } = made(await newConnectedApp(acts, org, warehouse))
    expect(app.consumerKey).toMatch(/^3MVG9[A-Za-z0-9._]{80}$/)
    expect(consumerSecret).toMatch(/^[0-9A-F]{64}$/)
    expect(app).toMatchObject({
      label: 'Warehouse',
      scopes: ['api', 'refresh_token'],
      isConsumerSecretOptional: false,
      isSecretRequiredForRefreshToken: true,
      isPkceRequired: false,
      isIntrospectAllTokens: false,
      isRefreshTokenRotationEnabled: false,
      idTokenConfig: { validity: 120, audiences: [], includesStandardClaims: false },
    })
    expect(await acts.apps.findByConsumerKey(app.consumerKey)).toEqual(app)
    expect(app.consumerSecret.hash).toEqual(hashSecret(consumerSecret))
    expect(openConsumerSecret(acts.seal, app)).toBe(consumerSecret)
    expect(app.consumerSecret.sealed).not.toContain(consumerSecret)
    expect(await acts.apps.findPolicies(app.id, org.id)).toMatchObject({
      isAdminApproved: false,
      ipRelaxation: 'ENFORCE',
      refreshTokenPolicy: { kind: 'infinite' },
      isBlocked: false,
    })
  })

  it('takes key, secret, certificate and policies that are given', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const permissionSet = made(await newPermissionSet(acts, org, { name: 'Integration_Access' }))
    const admin = await acts.profiles.findByName(org.id, 'System Administrator')
    const { certificate } = await testCertificate('Warehouse', testNow)
    const { app, consumerSecret } = made(
      await newConnectedApp(acts, org, {
        ...warehouse,
        consumerKey: 'Warehouse0000000000000001',
        consumerSecret: 'Secret00000000000000001',
        certificate,
        policies: {
          isAdminApproved: true,
          profiles: ['System Administrator'],
          permissionSets: ['Integration_Access'],
          sessionTimeout: 7200,
        },
      }),
    )
    expect([app.consumerKey, consumerSecret]).toEqual(['Warehouse0000000000000001', 'Secret00000000000000001'])
    expect(app.certificate).toMatchObject({ keySize: 2048, keyType: 'RSA' })
    expect(await acts.apps.findPolicies(app.id, org.id)).toMatchObject({
      isAdminApproved: true,
      profileIds: [admin?.id],
      permissionSetIds: [permissionSet.id],
      sessionTimeout: 7200,
    })
  })

  it('says everything that is wrong at once, and writes nothing', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const outcome = await newConnectedApp(acts, org, {
      fullName: 'My Warehouse',
      label: '',
      contactEmail: 'nobody',
      contactPhone: '1\u001b[2J',
      callbackUrls: ['https://warehouse.example/cb', 'http://warehouse.example/cb'],
      scopes: ['Api', 'Refreshtoken'],
      infoUrl: 'javascript:alert(1)',
      logoUrl: 'http://logo.example/x.png',
      startUrl: '/start',
      singleLogoutUrl: 'warehouse.example',
      consumerKey: 'short',
      consumerSecret: 'with blanks in it',
      certificate: 'junk',
      idTokenConfig: { validity: 30 },
      ipRanges: [{ start: '10.0.0.1', end: '::1' }],
      policies: { profiles: ['Standard Usr'], permissionSets: ['None'], sessionTimeout: 1 },
    })
    expect(problemsOf(outcome)).toEqual({
      fullName: expect.stringContaining('begins with a letter'),
      label: 'Enter a value.',
      contactEmail: 'Enter an e-mail address, such as ada@acme.example.',
      contactPhone: 'Use one line of text, without control characters.',
      'callbackUrls.1': expect.stringContaining('Plain http'),
      'scopes.1': 'There is no scope “Refreshtoken”. Did you mean “RefreshToken”?',
      infoUrl: expect.stringContaining('slash'),
      logoUrl: expect.stringContaining('Plain http'),
      startUrl: expect.stringContaining('scheme'),
      singleLogoutUrl: expect.stringContaining('scheme'),
      consumerKey: 'A consumer key has 8 to 256 letters and digits.',
      consumerSecret: 'A consumer secret has 8 to 256 letters and digits.',
      certificate: expect.stringContaining('no X.509 certificate'),
      idTokenConfig: 'An ID token is valid for 1 to 720 whole minutes.',
      'ipRanges.0': expect.stringContaining('both IPv4 or both IPv6'),
      'policies.profiles.0': 'This org has no profile “Standard Usr”. Did you mean “Standard User”?',
      'policies.permissionSets.0': 'This org has no permission set “None”.',
      'policies.sessionTimeout': 'A session lasts whole minutes, from 1 to 1440 (24 hours).',
    })
    expect(await acts.apps.list(org.id)).toEqual([])
  })

  it('keeps names unique in the org, keys unique over the server, and secrets apart', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const other = await madeOrg(acts, 'Other')
    const given = { consumerKey: 'Warehouse0000000000000001', consumerSecret: 'Secret00000000000000001' }
    made(await newConnectedApp(acts, org, { ...warehouse, ...given }))
    expect(problemsOf(await newConnectedApp(acts, org, { ...warehouse, ...given }))).toEqual({
      fullName: 'This org has a connected app “Warehouse” already.',
      consumerKey: 'Another app has this consumer key; each is unique on a server.',
      consumerSecret: 'Another app of this org has this consumer secret.',
    })
    expect(problemsOf(await newConnectedApp(acts, other, { ...warehouse, ...given }))).toEqual({
      consumerKey: 'Another app has this consumer key; each is unique on a server.',
    })
  })

  it('asks for a callback URL and a scope', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    expect(problemsOf(await newConnectedApp(acts, org, { ...warehouse, callbackUrls: [], scopes: [] }))).toEqual({
      callbackUrls: 'Enter at least one callback URL.',
      scopes: 'Select at least one scope.',
    })
  })

  it('refuses a private key and a key that cannot sign RS256, and warns of a certificate that has expired', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const expired = await testCertificate('Old', new Date('2020-05-05T00:00:00Z'))
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    expect(problemsOf(await newConnectedApp(acts, org, { ...warehouse, certificate: key }))).toEqual({
      certificate: expect.stringContaining('holds a private key'),
    })
    expect(problemsOf(await newConnectedApp(acts, org, { ...warehouse, certificate: ecCertificate }))).toEqual({
      certificate: 'The key of this certificate is EC; assertions are signed with RSA.',
    })
    expect(await newConnectedApp(acts, org, { ...warehouse, certificate: expired.certificate })).toMatchObject({
      ok: true,
      warnings: [{ field: 'certificate', message: expect.stringContaining('expired on 2021-05-05') }],
    })
  })
})

describe('changeConnectedApp', () => {
  it('changes what is entered, leaves the rest, and clears what is emptied', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { certificate } = await testCertificate('Warehouse', testNow)
    const entered = { ...warehouse, certificate, infoUrl: 'https://acme.example/', description: 'Ships\nthings.' }
    const { app } = made(await newConnectedApp(acts, org, entered))
    const changed = made(await changeConnectedApp(acts, app, { infoUrl: '', certificate: '', isPkceRequired: true }))
    expect(changed).toEqual({ ...app, infoUrl: undefined, certificate: undefined, isPkceRequired: true })
    expect(await stored(acts, app)).toEqual(changed)
    expect(problemsOf(await changeConnectedApp(acts, app, { scopes: [] }))).toEqual({
      scopes: 'Select at least one scope.',
    })
  })
})

describe('rotateSecret', () => {
  it('keeps the secret before valid until the rotation is finished', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { app, consumerSecret: first } = made(await newConnectedApp(acts, org, warehouse))
    const { consumerSecret: second } = made(await rotateSecret(acts, app))
    const rotating = await stored(acts, app)
    expect(rotating.consumerSecret).toMatchObject({ hash: hashSecret(second), previousHash: hashSecret(first) })
    expect(problemsOf(await rotateSecret(acts, rotating))).toHaveProperty('consumerSecret')
    await finishRotation(acts, rotating)
    const finished = await stored(acts, app)
    expect(finished.consumerSecret).toMatchObject({ hash: hashSecret(second), previousHash: undefined })
    expect(openConsumerSecret(acts.seal, finished)).toBe(second)
    expect(await finishRotation(acts, finished)).toBeUndefined()
  })

  it('can be skipped by giving a secret', async () => {
    await using acts = await openActs()
    const { app } = made(await newConnectedApp(acts, await madeOrg(acts), warehouse))
    made(await replaceSecret(acts, app, 'Secret00000000000000002'))
    expect((await stored(acts, app)).consumerSecret).toMatchObject({
      hash: hashSecret('Secret00000000000000002'),
      previousHash: undefined,
    })
    expect(problemsOf(await replaceSecret(acts, app, 'short'))).toHaveProperty('consumerSecret')
  })
})

describe('policies', () => {
  it('change what is entered and leave the rest', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { app } = made(await newConnectedApp(acts, org, warehouse))
    made(
      await changePolicies(acts, app, org, { isAdminApproved: true, profiles: ['Standard User'], sessionTimeout: 900 }),
    )
    made(await changePolicies(acts, app, org, { ipRelaxation: 'BYPASS', sessionTimeout: undefined }))
    const profile = await acts.profiles.findByName(org.id, 'Standard User')
    expect(await acts.apps.findPolicies(app.id, org.id)).toMatchObject({
      isAdminApproved: true,
      profileIds: [profile?.id],
      ipRelaxation: 'BYPASS',
      sessionTimeout: undefined,
    })
  })

  it('of an app of another org know no profiles but those of the org whose they are', async () => {
    await using acts = await openActs()
    const { app } = made(await newConnectedApp(acts, await madeOrg(acts), warehouse))
    const other = await madeOrg(acts, 'Other')
    made(await installApp(acts, app, other))
    expect(problemsOf(await changePolicies(acts, app, other, { permissionSets: ['Nothing'] }))).toHaveProperty(
      'permissionSets.0',
    )
  })

  it('block an app, which ends its tokens, and let it in again', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { app } = made(await newConnectedApp(acts, org, warehouse))
    await blockApp(acts, app, org)
    expect(await acts.apps.findPolicies(app.id, org.id)).toMatchObject({ isBlocked: true, epoch: 2 })
    await unblockApp(acts, app, org)
    expect(await acts.apps.findPolicies(app.id, org.id)).toMatchObject({ isBlocked: false, epoch: 2 })
  })

  it('block an app before anybody installed it', async () => {
    await using acts = await openActs()
    const { app } = made(await newConnectedApp(acts, await madeOrg(acts), warehouse))
    const other = await madeOrg(acts, 'Other')
    await blockApp(acts, app, other)
    expect(await acts.apps.findPolicies(app.id, other.id)).toMatchObject({ isBlocked: true })
  })
})

// Made with: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=ec
const ecCertificate = `-----BEGIN CERTIFICATE-----
MIIBcDCCARegAwIBAgIUFEy8yDlS8Yx/g4ZrFkuenIfNJ68wCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCZWMwIBcNMjYxMTIzMjMzMjMyWhgPMjEyNjEwMzAyMzMyMzJa
MA0xCzAJBgNVBAMMAmVjMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3DWYEl/y
0d3iH6WE32Pof9rxO3N/WUcdX4MbJ/EeTXv1UKxuDNHUAtXVHuWz/X9H4QvrgFHL
oz9r1UjdzbcU3aNTMFEwHQYDVR0OBBYEFP/UeP2Kyt1yN86YcNqZo0H53bVNMB8G
A1UdIwQYMBaAFP/UeP2Kyt1yN86YcNqZo0H53bVNMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDRwAwRAIgZNWAXtLfX8hw3r5yyFnxFFI9e4BFXB2HoGcX+1w9
2nMCIEQK40StxlCqHqPHvrua89hh4yJGxebBxaV9cUDobwZh
-----END CERTIFICATE-----`
