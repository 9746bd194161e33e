import { execFile } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCertificate } from '../../src/certificates/certificate.ts'
import {
  apexSample,
  curlSample,
  pythonSample,
  type SampleSettings,
  typescriptSample,
} from '../../src/web/setup/connect-a-server/code-samples.ts'
import { testCertificate } from '../certificates.ts'
import type { Stop } from '../flows/test-browser.ts'
import type { TestServer } from '../flows/test-server.ts'
import { startHttpServer } from '../interop/http-server.ts'
import { type SetupServer, type SignedIn, startSetupServer, submitForm } from './setup-server.ts'

const guide = '/setup/connect-a-server'

/** The path of the page where a form led. */
const landedOn = ({ url }: Stop) => url.pathname

/** The states of the checks on a page, in their order. */
const checksOn = ({ html }: Stop) =>
  [...html.matchAll(/<li class="(passed|refused|unreached)">/g)].map(([, state]) => state)

/** Makes key and app by the first two steps; answers the path that further steps begin with. */
async function begin(admin: SignedIn, name: string): Promise<string> {
  const made = await submitForm(admin, `${guide}/key`, { way: 'made', name, certificate: '', held: '' })
  const app = await submitForm(admin, landedOn(made), {
    app: '',
    label: name,
    fullName: name,
    contactEmail: 'dev@target.example',
    callbackUrls: 'https://app.example/callback',
  })
  return landedOn(app).replace(/\/upload$/, '')
}

describe('connecting a server by JWT', () => {
  let setup: SetupServer
  beforeAll(async () => {
    setup = await startSetupServer()
  })
  afterAll(() => setup.server.close())

  it('leads from nothing to a test that passes, step by step', async () => {
    const { server, admin } = setup
    const user = await server.addUser('robot@target.example')
    expect((await admin.browser.open(guide)).html).toContain('No server is connected yet')

    const made = await submitForm(admin, `${guide}/key`, { way: 'made', name: 'Warehouse', certificate: '', held: '' })
    expect(landedOn(made)).toMatch(/^\/setup\/connect-a-server\/0P1[A-Za-z0-9]{15}\/app$/)
    expect(made.html).toContain('Its private key can be exported there.')
    const certificate = await server.stores.certificates.findByName(server.org.id, 'Warehouse')
    expect(certificate).toMatchObject({ isPrivateKeyExportable: true })

    const app = await submitForm(admin, landedOn(made), {
      app: '',
      label: 'Warehouse',
      fullName: 'Warehouse',
      contactEmail: 'dev@target.example',
      callbackUrls: `${server.base}/services/oauth2/success`,
    })
    expect(landedOn(app)).toMatch(/\/upload$/)
    expect(app.html).toContain(certificate?.certificate.fingerprint256)
    const access = await submitForm(admin, landedOn(app))
    expect(landedOn(access)).toMatch(/\/access$/)
    expect(await server.stores.apps.findByName(server.org.id, 'Warehouse')).toMatchObject({
      certificate: { fingerprint256: certificate?.certificate.fingerprint256 },
      scopes: ['api', 'refresh_token'],
    })

    const users = await submitForm(admin, landedOn(access), { newPermissionSet: 'Warehouse_Access' })
    expect(landedOn(users)).toMatch(/\/user$/)
    const test = await submitForm(admin, landedOn(users), {
      username: 'Robot@target.example',
      permissionSet: 'Warehouse_Access',
    })
    expect(landedOn(test)).toMatch(/\/test$/)

    const passed = await submitForm(admin, landedOn(test), { assertion: '' })
    expect(passed.html).toContain('The test passed')
    expect(checksOn(passed)).toEqual(Array.from({ length: 15 }, () => 'passed'))
    const code = await admin.browser.open(landedOn(passed).replace(/test$/, 'code'))
    expect(code.html).toContain('Auth.JWTBearerTokenExchange')
    expect(code.html).not.toContain('No token was given yet')
    expect(code.html).not.toContain('PRIVATE KEY')
    // Usage appears, and nothing that the test got is left alive.
    const found = await server.stores.apps.findByName(server.org.id, 'Warehouse')
    expect(await server.stores.approvals.usage(server.org.id)).toMatchObject([{ appId: found?.id, userCount: 1 }])
    expect((await server.stores.accessTokens.countLive(server.org.id, server.now())).size).toBe(0)
    expect((await server.stores.users.find(user.id))?.permissionSetIds).toHaveLength(1)
    // One can come back.
    expect((await admin.browser.open(guide)).html).toContain('/access">Warehouse</a>')
  })

  it('shows which check refused, why, and where that is mended', async () => {
    const { server, admin } = setup
    const way = await begin(admin, 'Refused')
    await submitForm(admin, `${way}/access`, { profiles: 'Standard User', newPermissionSet: '' })
    const user = await server.addUser('frozen@target.example', { isFrozen: true })
    const test = await submitForm(admin, `${way}/user`, { username: user.username, permissionSet: '' })
    expect(test.html).toContain('The user is frozen.')
    const unsigned = await submitForm(admin, landedOn(test), { assertion: '' })
    expect(unsigned.html).toContain('The test was refused')
    expect(unsigned.html).toContain('certificate-missing')
    await submitForm(admin, `${way}/upload`)
    const refused = await submitForm(admin, landedOn(test), { assertion: '' })
    expect(checksOn(refused).join(' ')).toMatch(/^(passed )+refused( unreached)+$/)
    expect(refused.html).toContain('user-frozen')
    expect(refused.html).toContain(`href="/setup/users/${user.id}"`)
    // A deep link: the same page opens again.
    const again = await admin.browser.open(`${refused.url.pathname}${refused.url.search}`)
    expect(checksOn(again)).toEqual(checksOn(refused))
  })

  it('takes a certificate whose key stays elsewhere, and an assertion signed there', async () => {
    const { server, admin } = setup
    const own = await testCertificate('Elsewhere', server.now())
    const taken = await submitForm(admin, `${guide}/key`, {
      way: 'brought',
      name: 'Elsewhere',
      certificate: own.certificate,
      held: '',
    })
    const app = await submitForm(admin, landedOn(taken), {
      app: '',
      label: 'Elsewhere',
      fullName: 'Elsewhere',
      contactEmail: 'dev@target.example',
      callbackUrls: 'https://app.example/callback',
    })
    const way = landedOn(app).replace(/\/upload$/, '')
    await submitForm(admin, `${way}/upload`)
    await submitForm(admin, `${way}/access`, { profiles: 'Standard User', newPermissionSet: '' })
    const { username } = await server.addUser('elsewhere@target.example')
    const test = await submitForm(admin, `${way}/user`, { username, permissionSet: '' })
    expect(test.html).toContain('openssl dgst -sha256 -sign elsewhere.key')

    const nothing = await submitForm(admin, landedOn(test), { assertion: '' })
    expect([nothing.status, nothing.html.includes('paste an assertion that your server signed')]).toEqual([422, true])
    const key = createPrivateKey(own.privateKey)
    const found = await server.stores.apps.findByName(server.org.id, 'Elsewhere')
    const claims = { iss: found?.consumerKey, sub: username }
    const passed = await submitForm(admin, landedOn(test), { assertion: ` ${server.assertion(claims, { key })}\n` })
    expect(passed.html).toContain('The test passed')
    // Of another app, whoever signed it: said, and not shown again.
    const foreign = server.assertion({ iss: 'nobodys', sub: username }, { key })
    const strange = await submitForm(admin, landedOn(test), { assertion: foreign })
    const isOurs = strange.status === 200
    expect(strange.html).toContain(isOurs ? 'client-unknown' : 'its iss must be')
    expect(strange.html).not.toContain(foreign)
    const other = await begin(admin, 'Other')
    const otherTest = await admin.browser.open(`${other}/${landedOn(test).split('/').at(-2)}/test`)
    const wrong = await submitForm(admin, landedOn(otherTest), { assertion: server.assertion(claims, { key }) })
    expect(wrong.html).toContain('The assertion was not about Other')
  })

  it('refuses what is missing or wrong at each step, beside its field, and keeps what was entered', async () => {
    const { admin } = setup
    const refused = async (path: string, fields: Record<string, string>, message: string) => {
      const { status, html } = await submitForm(admin, path, fields)
      expect([status, html.includes(message) ? message : html]).toEqual([422, message])
      return html
    }
    const key = { way: 'made', name: '', certificate: '', held: '' }
    await refused(`${guide}/key`, { ...key, name: 'no blanks' }, 'letters')
    await refused(`${guide}/key`, { ...key, way: 'brought', name: 'Fine' }, 'Paste the certificate.')
    await refused(`${guide}/key`, { ...key, way: 'held' }, 'Choose a certificate.')
    const way = await begin(admin, 'Wrong')
    const certificate = way.split('/').at(-2)
    const app = { app: '', label: 'Again', fullName: 'Wrong', contactEmail: 'x', callbackUrls: 'ftp://x' }
    const html = await refused(`${guide}/${certificate}/app`, app, 'This org has a connected app “Wrong” already.')
    expect(html).toContain('value="Again"')
    await refused(`${way}/access`, { newPermissionSet: '' }, 'Assign at least one permission set or profile.')
    await refused(`${way}/access`, { newPermissionSet: '1 2' }, 'newPermissionSet')
    await refused(`${way}/user`, { username: 'nobody@target.example', permissionSet: '' }, 'This org has no user')
    await refused(`${way}/user`, { username: 'admin@other.example', permissionSet: '' }, 'This org has no user')
    await refused(`${way}/user`, { username: 'user@target.example', permissionSet: '' }, 'is not approved for Wrong')
  })

  it('goes on with what is there already', async () => {
    const { server, admin } = setup
    await begin(admin, 'Known')
    const certificate = await server.stores.certificates.findByName(server.org.id, 'Known')
    const app = await server.stores.apps.findByName(server.org.id, 'Known')
    const key = { way: 'held', name: '', certificate: '', held: certificate?.id ?? '' }
    const next = await submitForm(admin, `${guide}/key`, key)
    expect(landedOn(next)).toBe(`${guide}/${certificate?.id}/app`)
    const chosen = { app: app?.id ?? '', label: '', fullName: '', contactEmail: '', callbackUrls: '' }
    const upload = await submitForm(admin, landedOn(next), chosen)
    expect(landedOn(upload)).toBe(`${guide}/${certificate?.id}/${app?.id}/upload`)
    await submitForm(admin, landedOn(upload))
    expect((await admin.browser.open(landedOn(upload))).html).toContain('The app has this certificate already.')
  })

  it('makes no permission set and gives none for somebody who may not manage users', async () => {
    const { server, admin } = setup
    const way = await begin(admin, 'Narrow')
    const profile = await server.addProfile({
      name: 'App Admin',
      permissions: ['ViewSetup', 'CustomizeApplication', 'ManageConnectedApps'],
    })
    const appAdmin = await setup.signIn(await server.addUser('apps@target.example', { profileId: profile.id }))
    const made = await submitForm(appAdmin, `${way}/access`, { newPermissionSet: 'Mine' })
    expect([made.status, made.html.includes('Making one takes the permission ManageUsers.')]).toEqual([422, true])
    expect(await server.stores.permissionSets.findByName(server.org.id, 'Mine')).toBeUndefined()
    const powerful = await server.addPermissionSet('Powerful')
    await submitForm(appAdmin, `${way}/access`, { permissionSets: 'Powerful', newPermissionSet: '' })
    const given = await submitForm(appAdmin, `${way}/user`, {
      username: 'apps@target.example',
      permissionSet: 'Powerful',
    })
    expect(given.status).toBe(422)
    const user = await server.stores.users.findByUsername('apps@target.example')
    expect(user?.permissionSetIds).not.toContain(powerful.id)
  })

  it('shows nothing of an app of another org, nor of a user or a certificate of one', async () => {
    const { server, admin, stranger } = setup
    const way = await begin(admin, 'Ours')
    const certificate = way.split('/').at(-2)
    const foreignApp = await server.addApp('Theirs', { orgId: server.otherOrg.id }, { orgId: server.otherOrg.id })
    const statusOf = async (path: string) => (await admin.browser.open(path)).status
    expect(await statusOf(`${way}/upload`)).toBe(200)
    expect(await statusOf(`${guide}/${certificate}/${foreignApp.id}/upload`)).toBe(404)
    expect(await statusOf(`${way}/${admin.user.id}/test`)).toBe(200)
    expect(await statusOf(`${way}/${stranger.user.id}/test`)).toBe(404)
    expect((await stranger.browser.open(`${way}/upload`)).status).toBe(404)
  })
})

describe('the code of the last step', () => {
  let server: TestServer
  let settings: SampleSettings
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-code-'))
    server = await startHttpServer()
    const own = await testCertificate('Sample', server.now())
    const reading = readCertificate(own.certificate)
    const { id } = await server.profile('Standard User')
    const app = await server.addApp(
      'Sample',
      { certificate: reading.ok ? reading.certificate : undefined },
      { isAdminApproved: true, profileIds: [id] },
    )
    const user = await server.addUser('robot@target.example')
    settings = { base: `http://127.0.0.1:${server.org.port}`, app, user, certificate: { name: 'Sample' } }
    await writeFile(join(folder, 'sample.key'), own.privateKey)
  })
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  const run = promisify(execFile)

  it('gets a token by curl and openssl', async () => {
    const { stdout } = await run('bash', ['-c', curlSample(settings)], { cwd: folder })
    const [assertion, answer = ''] = stdout.split('\n')
    expect(assertion?.split('.')).toHaveLength(3)
    expect(JSON.parse(answer)).toMatchObject({ token_type: 'Bearer', instance_url: settings.base })
  })

  it('calls the API by TypeScript', async () => {
    const client = pathToFileURL(createRequire(import.meta.url).resolve('@sallyport/client')).href
    await writeFile(join(folder, 'sample.ts'), typescriptSample(settings).replace('@sallyport/client', client))
    expect((await run(process.execPath, ['sample.ts'], { cwd: folder })).stdout).toBe('200\n')
  })

  const hostile = {
    base: 'http://localhost:8787',
    app: { consumerKey: `key'"\\$(touch x)\``, fullName: 'App' },
    user: { username: `o'neil"\\@x.example` },
    certificate: { name: 'Cert' },
  }

  it('quotes what it is filled in with as each language wants it', () => {
    expect(curlSample(hostile)).toContain(`'{"iss":"key'\\''\\"\\\\$(touch x)\``)
    expect(typescriptSample(hostile)).toContain(`const username = "o'neil\\"\\\\@x.example"`)
    expect(apexSample(hostile)).toContain(`jwt.setSub('o\\'neil"\\\\@x.example')`)
    expect(pythonSample(hostile)).toContain(`"sub": "o'neil\\"\\\\@x.example"`)
  })
})
