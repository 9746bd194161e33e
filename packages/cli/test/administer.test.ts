import { execFileSync } from 'node:child_process'
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeKeyStore } from '@sallyport/keystore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samples } from '../../keystore/test/samples.ts'
import { freePort } from '../src/free-port.ts'
import { type Finished, program, type RunningServer, run, startServer, temporaryFolder } from './program.ts'
import { get, jwtBearer, post, signsIn, soon } from './wire.ts'

// Every command works on the database of a server that runs, and the server sees it within a second.
const folder = temporaryFolder()
const data = join(folder.path, 'data')
const integration = 'integration@target.example'
let server: RunningServer
let url: string
let key: KeyObject
let consumerKey: string

beforeAll(async () => {
  server = await startServer(['dev', '--data', data, '--port', '0'])
  url = server.ready.url
  key = createPrivateKey(readFileSync(join(data, 'try', 'Source_To_Target.key')))
  consumerKey = appNamed('Source_Integration').consumerKey
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

function sallyport(...words: readonly string[]): Promise<Finished> {
  return run([...words, '--data', data, '--json'])
}

/** Runs a command that must succeed, and gives what it answers. */
async function done(...words: readonly string[]) {
  const { status, stderr, json } = await sallyport(...words)
  expect([words.join(' '), status, stderr]).toEqual([words.join(' '), 0, ''])
  return json
}

function appNamed(fullName: string) {
  return server.ready.connectedApps.find((app: { fullName: string }) => app.fullName === fullName)
}

function userNamed(name: string) {
  return server.ready.users.find(({ username }: { username: string }) => username === name)
}

function token(username = integration, app = consumerKey) {
  return jwtBearer({ url, consumerKey: app, username, key })
}

/** Waits until a JWT is refused for a reason; without one, until it is accepted. */
async function tokenIs(reason: string | undefined, username = integration, app = consumerKey) {
  const { body } = await soon(
    () => token(username, app),
    (answer) => answer.reason === reason && (answer.status === 200) === (reason === undefined),
  )
  return body
}

describe('sallyport user', () => {
  it('create makes a user who can sign in, and who gets tokens by a permission set', async () => {
    const username = 'new@target.example'
    const words = [
      'user',
      'create',
      username,
      '--org',
      'Target',
      '--last-name',
      'New',
      '--permission-set',
      'Source_Access',
    ]
    const { status, json } = await run([...words, '--password-env', 'SECRET', '--data', data, '--json'], {
      env: { SECRET: 'correct horse battery' },
    })
    expect(status).toBe(0)
    expect(json).toMatchObject({ username, org: 'Target', profile: 'Standard User', hasPassword: true, isActive: true })
    expect(JSON.stringify(json)).not.toContain('argon2')
    await soon(() => signsIn(url, username, 'correct horse battery'), Boolean)
    await tokenIs(undefined, username)
  })

  it('create says of each option what is wrong with it, and makes nobody', async () => {
    const words = ['user', 'create', 'nobody', '--org', 'Target', '--last-name', ' ', '--profile', 'Standard Usr']
    const { status, stdout, stderr } = await sallyport(...words)
    expect([status, stdout]).toEqual([1, ''])
    const { error } = JSON.parse(stderr)
    expect(error.message).toBe('The user was not made.')
    expect(error.problems).toEqual([
      expect.stringMatching(/^<username>: /),
      expect.stringMatching(/^--email: /),
      expect.stringMatching(/^--last-name: /),
      '--profile: This org has no profile “Standard Usr”. Did you mean “Standard User”?',
    ])
  })

  it('list and show tell who there is', async () => {
    const users = await done('user', 'list', '--org', 'Target')
    expect(users.map(({ username }: { username: string }) => username)).toContain(integration)
    expect(await done('user', 'show', integration)).toMatchObject({
      permissionSets: ['Source_Access'],
      isFrozen: false,
    })
  })

  it('freeze ends tokens and refuses new ones, unfreeze lets in again', async () => {
    const { access_token, instance_url } = await tokenIs(undefined)
    await done('user', 'freeze', integration)
    await tokenIs('user-frozen')
    expect((await get(`${instance_url}/services/data/v60.0/limits`, access_token)).status).toBe(401)
    await done('user', 'unfreeze', integration)
    await tokenIs(undefined)
  })

  it('assign takes a permission set away and gives it back', async () => {
    await done('user', 'assign', integration, '--remove-permission-set', 'Source_Access')
    await tokenIs('not-admin-approved')
    await done('user', 'assign', integration, '--permission-set', 'Source_Access')
    await tokenIs(undefined)
  })

  it('unlock lets in again who has guessed too often', async () => {
    const { username, password } = userNamed('outsider@target.example')
    for (let attempt = 0; attempt < 10; attempt += 1) expect(await signsIn(url, username, 'wrong')).toBe(false)
    expect(await signsIn(url, username, password)).toBe(false)
    expect(await done('user', 'show', username)).toMatchObject({ isLocked: true })
    await done('user', 'unlock', username)
    await soon(() => signsIn(url, username, password), Boolean)
  })

  it.each([
    ['a file', () => ['--password-file', written('password', 'out of a file\n')], {}, 'out of a file'],
    ['standard input', () => ['--password-stdin'], { input: 'out of a pipe\n' }, 'out of a pipe'],
    ['the environment', () => ['--password-env', 'SECRET'], { env: { SECRET: 'out of the air' } }, 'out of the air'],
  ])('set-password takes the password from %s', async (_, words, surroundings, password) => {
    const { status } = await run(
      ['user', 'set-password', 'user@target.example', ...words(), '--data', data],
      surroundings,
    )
    expect(status).toBe(0)
    await soon(() => signsIn(url, 'user@target.example', password), Boolean)
  })
})

describe('sallyport app', () => {
  let made: { readonly consumerKey: string; readonly consumerSecret: string }

  it('create makes an app that a server can sign for', async () => {
    const { certificate } = await done('certificate', 'show', 'Source_To_Target', '--org', 'Source')
    const words = [
      '--contact-email',
      'dev@target.example',
      '--callback-url',
      'https://robot.example/cb',
      '--scope',
      'api',
    ]
    const trusts = ['--certificate-file', written('robot.crt', certificate), '--permitted-users', 'admin-approved']
    made = await done(
      'app',
      'create',
      'Robot',
      '--org',
      'Target',
      ...words,
      ...trusts,
      '--permission-set',
      'Source_Access',
    )
    expect(made).toMatchObject({
      fullName: 'Robot',
      policies: { isAdminApproved: true, permissionSets: ['Source_Access'] },
    })
    await tokenIs(undefined, integration, made.consumerKey)
  })

  it('appearance keeps the binary and the icon of an app for mobile devices, and file gives them out', async () => {
    const archive = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(100_000, 7)])
    const binary = join(folder.path, 'robot.apk')
    writeFileSync(binary, archive)
    const files = ['--device-platform', 'android', '--binary-file', binary]
    expect((await done('app', 'appearance', 'Robot', '--org', 'Target', ...files)).mobile.app).toMatchObject({
      applicationBinaryFile: { fileName: 'robot.apk', length: 100_004 },
    })
    const printed = execFileSync(program, ['app', 'file', 'Robot', 'binary', '--org', 'Target', '--data', data])
    expect(printed).toEqual(archive)
    const none = await sallyport('app', 'file', 'Robot', 'icon', '--org', 'Target')
    expect([none.status, JSON.parse(none.stderr).error]).toMatchObject([1, { message: 'Robot has no such file.' }])
    const wrong = await sallyport('app', 'appearance', 'Robot', '--org', 'Target', '--icon-file', binary)
    expect(JSON.parse(wrong.stderr).error.problems).toEqual(['--icon-file: An icon is a file .png, .jpg, .jpeg, .gif.'])
    await done('app', 'appearance', 'Robot', '--org', 'Target', '--binary-file', '')
    expect((await sallyport('app', 'file', 'Robot', 'binary', '--org', 'Target')).status).toBe(1)
  })

  it('list and show tell of it, and the secret only when asked', async () => {
    const apps = await done('app', 'list', '--org', 'Target')
    expect(apps.map(({ fullName }: { fullName: string }) => fullName)).toContain('Robot')
    const shown = await done('app', 'show', 'Robot')
    expect(shown.consumerSecret).toBeUndefined()
    expect(await done('app', 'show', made.consumerKey, '--secret')).toMatchObject({
      consumerSecret: made.consumerSecret,
    })
  })

  it('update changes what is given and leaves the rest', async () => {
    await done('app', 'update', 'Robot', '--no-certificate-file', '--session-timeout', '15m')
    const { reason } = await soon(
      () => token(integration, made.consumerKey),
      ({ status }) => status === 400,
    )
    expect(reason).toBe('certificate-missing')
    expect(await done('app', 'show', 'Robot')).toMatchObject({
      scopes: ['api'],
      policies: { isAdminApproved: true, sessionTimeout: 900 },
    })
    // As Windows exports a certificate: the same in DER.
    const certificate = readFileSync(join(folder.path, 'robot.crt'))
    writeFileSync(join(folder.path, 'robot.cer'), new X509Certificate(certificate).raw)
    await done('app', 'update', 'Robot', '--certificate-file', join(folder.path, 'robot.cer'), '--no-session-timeout')
    await tokenIs(undefined, integration, made.consumerKey)
  })

  it('update sets what a range and ID tokens are made of, and an empty text clears a list', async () => {
    const words = [
      '--id-token-validity',
      '5m',
      '--id-token-audience',
      'https://api.example',
      '--id-token-standard-claims',
    ]
    await done('app', 'update', 'Robot', ...words, '--ip-range', '10.0.0.1-10.0.0.9=Office', '10.1.0.1')
    const idTokenConfig = { validity: 300, audiences: ['https://api.example'], includesStandardClaims: true }
    expect(await done('app', 'show', 'Robot')).toMatchObject({
      idTokenConfig,
      ipRanges: [
        { start: '10.0.0.1', end: '10.0.0.9', description: 'Office' },
        { start: '10.1.0.1', end: '10.1.0.1' },
      ],
    })
    expect(
      await done('app', 'update', 'Robot', '--ip-range', '', '--id-token-audience', '', '--permission-set', ''),
    ).toMatchObject({
      idTokenConfig: { ...idTokenConfig, audiences: [] },
      ipRanges: [],
      policies: { permissionSets: [] },
    })
    await done('app', 'update', 'Robot', '--permission-set', 'Source_Access')
    await tokenIs(undefined, integration, made.consumerKey)
  })

  it('update does all of it or nothing', async () => {
    const { status, stderr } = await sallyport(
      'app',
      'update',
      'Robot',
      '--session-timeout',
      '30m',
      '--scope',
      'nothing',
    )
    expect(status).toBe(1)
    expect(JSON.parse(stderr).error.problems).toEqual([expect.stringMatching(/^--scope: There is no scope “nothing”/)])
    const { policies } = await done('app', 'show', 'Robot')
    expect(policies.sessionTimeout).toBeUndefined()
  })

  it('rotate-secret keeps the secret before valid until the rotation is finished', async () => {
    const introspect = (secret: string) =>
      post(`${url}/services/oauth2/introspect`, { token: 'x', client_id: made.consumerKey, client_secret: secret })
    const isValid = ({ status }: { status: number }) => status === 200
    const { consumerSecret } = await done('app', 'rotate-secret', 'Robot')
    await soon(() => introspect(consumerSecret), isValid)
    expect(isValid(await introspect(made.consumerSecret))).toBe(true)
    expect((await sallyport('app', 'rotate-secret', 'Robot')).status).toBe(1)
    await done('app', 'rotate-secret', 'Robot', '--finish')
    await soon(
      () => introspect(made.consumerSecret),
      (answer) => !isValid(answer),
    )
    expect(isValid(await introspect(consumerSecret))).toBe(true)
  })

  it('block ends its tokens and refuses new ones, unblock lets it be used again', async () => {
    const { access_token, instance_url } = await tokenIs(undefined, integration, made.consumerKey)
    await done('app', 'block', 'Robot')
    await tokenIs('app-blocked', integration, made.consumerKey)
    expect((await get(`${instance_url}/services/data/v60.0/limits`, access_token)).status).toBe(401)
    await done('app', 'unblock', 'Robot')
    await tokenIs(undefined, integration, made.consumerKey)
  })

  const guest = 'guest@source.example'
  const there = ['--org', 'Source']

  it('install lets the users of another org use it, under policies of their own', async () => {
    const words = [...there, '--last-name', 'Guest', '--profile', 'Standard User', '--email', guest]
    await run(['user', 'create', guest, ...words, '--password-env', 'SECRET', '--data', data], {
      env: { SECRET: 'correct horse battery' },
    })
    await tokenIs('app-not-installed', guest, made.consumerKey)
    await done('app', 'install', made.consumerKey, ...there)
    await tokenIs('refresh-scope-missing', guest, made.consumerKey)
    await done('app', 'update', 'Robot', ...there, '--permitted-users', 'admin-approved', '--profile', 'Standard User')
    await tokenIs(undefined, guest, made.consumerKey)
    expect(await done('app', 'show', 'Robot', '--org', 'Target')).toMatchObject({ policies: { profiles: [] } })
  })

  it('block in one org leaves the others alone', async () => {
    await done('app', 'block', made.consumerKey, ...there)
    await tokenIs('app-blocked', guest, made.consumerKey)
    await tokenIs(undefined, integration, made.consumerKey)
    await done('app', 'unblock', 'Robot', ...there)
    await tokenIs(undefined, guest, made.consumerKey)
  })

  it.each([
    [['update', 'Robot', '--label', 'Ours']],
    [['update', 'Robot', '--no-certificate-file', '--session-timeout', '15m']],
    [['rotate-secret', 'Robot']],
    [['show', 'Robot', '--secret']],
    [['delete', 'Robot', '--yes']],
  ])('%j is for the org that made it alone', async (words) => {
    const { status, stderr } = await sallyport('app', ...words, ...there)
    expect([status, JSON.parse(stderr).error.message]).toEqual([
      1,
      expect.stringMatching(/^Robot is an app of the org “Target”: only there can /),
    ])
  })

  it('uninstall takes it out again, but not from who has used it', async () => {
    await done('app', 'uninstall', 'Robot', ...there, '--yes')
    await tokenIs('refresh-scope-missing', guest, made.consumerKey)
    await done('app', 'revoke', 'Robot', '--user', guest)
    await tokenIs('app-not-installed', guest, made.consumerKey)
    expect(await done('app', 'usage', ...there)).toContainEqual(
      expect.objectContaining({ app: 'Robot', isOwn: false, isInstalled: false, userCount: 0, useCount: 0 }),
    )
  })

  it('uninstall asks first, and is refused in the org that made it', async () => {
    expect((await sallyport('app', 'uninstall', 'Robot', ...there)).status).toBe(2)
    const own = await sallyport('app', 'uninstall', 'Robot', '--yes')
    expect([own.status, JSON.parse(own.stderr).error.problems]).toEqual([
      1,
      [expect.stringContaining('was made in the org “Target”')],
    ])
  })

  it('usage tells who used it, and how often', async () => {
    const [use] = await done('app', 'usage', 'Robot')
    expect(use).toMatchObject({ username: integration })
    expect(use.useCount).toBeGreaterThan(1)
    const uses = await done('app', 'usage', '--org', 'Target')
    expect(uses).toContainEqual(expect.objectContaining({ app: 'Robot', org: 'Target', userCount: 1 }))
  })

  it('revoke ends the tokens of one user, or of all', async () => {
    for (const whose of [
      ['--user', integration],
      ['--all', '--yes'],
    ]) {
      const { access_token, instance_url } = await tokenIs(undefined, integration, made.consumerKey)
      const limits = () => get(`${instance_url}/services/data/v60.0/limits`, access_token)
      expect((await limits()).status).toBe(200)
      expect(await done('app', 'revoke', 'Robot', ...whose)).toMatchObject({ revoked: 1 })
      await soon(limits, ({ status }) => status === 401)
    }
  })

  it('delete says what it will break, and does it only with --yes where nobody can be asked', async () => {
    await tokenIs(undefined, integration, made.consumerKey)
    const { status, stderr } = await sallyport('app', 'delete', 'Robot')
    expect(status).toBe(2)
    expect(JSON.parse(stderr).error).toMatchObject({
      message: expect.stringMatching(
        /: the tokens of its users \(1\) end \(\d+ access tokens, 0 refresh tokens\)\. Its consumer/,
      ),
      next: 'Add --yes to do it.',
    })
    await tokenIs(undefined, integration, made.consumerKey)
    await done('app', 'delete', 'Robot', '--yes')
    await tokenIs('client-unknown', integration, made.consumerKey)
  })
})

describe('sallyport app, of external client apps', () => {
  const words = ['--contact-email', 'dev@app.example', '--scope', 'api', '--callback-url', 'https://sync.example/cb']
  const create = (...more: readonly string[]) => [
    'app',
    'create',
    'Sync',
    '--external',
    '--org',
    'Target',
    ...words,
    ...more,
  ]

  it('create --external makes one, with PKCE and for its own org; list says what it is', async () => {
    expect(await done(...create())).toMatchObject({
      external: { distributionState: 'Local' },
      isPkceRequired: true,
      policies: { isEnabled: true, isOauthPluginEnabled: true, isClientCredentialsFlowEnabled: false },
    })
    const { stdout } = await run(['app', 'list', '--org', 'Target', '--data', data])
    expect(stdout).toMatch(/Sync +external client app, Local/)
    expect(stdout).toMatch(/Source_Integration +connected app/)
    const org = await done('org', 'show', 'Target')
    expect(org.externalClientApps).toEqual(['Sync'])
    expect(org.connectedApps).not.toContain('Sync')
  })

  it('update changes what is its own, and installs it nowhere before it is Packaged', async () => {
    const install = ['app', 'install', (await done('app', 'show', 'Sync')).consumerKey, '--org', 'Source']
    expect(JSON.parse((await sallyport(...install)).stderr).error.problems).toEqual([
      expect.stringContaining('“Sync” is an external client app whose distribution state is Local'),
    ])
    const own = ['--distribution', 'Packaged', '--client-credentials', '--allow-client-credentials', '--no-enabled']
    await done('app', 'update', 'Sync', ...own)
    const { stdout } = await run(['app', 'show', 'Sync', '--data', data])
    expect(stdout).toMatch(/Kind +external client app, Packaged/)
    expect(stdout).toMatch(/Client credentials +yes, allowed by the org/)
    expect(stdout).toMatch(/State +disabled\n/)
    await done(...install)
  })

  it('are refused what they do not have', async () => {
    const { status, stderr } = await sallyport('app', 'update', 'Sync', '--user-agent', '--username-password')
    expect([status, JSON.parse(stderr).error.problems]).toEqual([
      1,
      [
        '--user-agent: External client apps do not have this flow.',
        '--username-password: External client apps do not have this flow.',
      ],
    ])
    expect((await sallyport('app', 'initial-access-token', 'Sync', '--org', 'Target')).stderr).toContain(
      'Sync is an external client app: no apps register under it.',
    )
    await done('app', 'delete', 'Sync', '--org', 'Target', '--yes')
  })
})

describe('sallyport certificate', () => {
  it('create, show, export and import move a certificate with its key from org to org; delete ends it', async () => {
    const made = await done('certificate', 'create', 'Mover', '--org', 'Source')
    const { privateKey } = await done('certificate', 'export', 'Mover', '--org', 'Source', '--private-key')
    expect(new X509Certificate(made.certificate).checkPrivateKey(createPrivateKey(privateKey))).toBe(true)

    const pem = await run(['certificate', 'export', 'Mover', '--org', 'Source', '--data', data])
    const files = [
      '--certificate-file',
      written('mover.crt', pem.stdout),
      '--private-key-file',
      written('mover.key', privateKey),
    ]
    const taken = await done('certificate', 'import', 'Mover', '--org', 'Target', ...files, '--not-exportable')
    expect(taken).toMatchObject({ hasPrivateKey: true, fingerprint256: made.fingerprint256 })
    const names = async (org: string) =>
      (await done('certificate', 'list', '--org', org)).map(({ name }: { name: string }) => name)
    expect(await names('Target')).toEqual(['Mover'])
    expect((await sallyport('certificate', 'export', 'Mover', '--org', 'Target', '--private-key')).status).toBe(1)

    expect((await sallyport('certificate', 'delete', 'Mover', '--org', 'Target')).status).toBe(2)
    await done('certificate', 'delete', 'Mover', '--org', 'Target', '--yes')
    expect(await names('Target')).toEqual([])
  })
})

describe('sallyport certificate, with a certification authority', () => {
  it('csr asks it to sign, upload-signed takes in what it signed, and what was there for the key goes on', async () => {
    const there = ['--org', 'Source']
    const openssl = (...words: readonly string[]) =>
      execFileSync('openssl', words, { cwd: folder.path, stdio: 'pipe', encoding: 'utf8' })
    const subject = ['--common-name', 'source.example', '--company', 'Acme', '--country', 'US']
    const name = 'Source_To_Target'
    const request = await run(['certificate', 'csr', name, ...there, ...subject, '--data', data])
    expect(request.stdout).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/)
    written('source.csr', request.stdout)
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=CA')
    const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '9']
    const signed = openssl('x509', '-req', '-in', 'source.csr', ...by)
    const chain = written('source.crt', signed + readFileSync(join(folder.path, 'ca.crt'), 'utf8'))
    const stranger = await sallyport(
      'certificate',
      'upload-signed',
      name,
      ...there,
      '--file',
      join(folder.path, 'ca.crt'),
    )
    expect([stranger.status, JSON.parse(stranger.stderr).error.problems]).toEqual([
      1,
      [expect.stringMatching(/^--file: The private key belongs to none/)],
    ])
    expect(await done('certificate', 'upload-signed', name, ...there, '--file', chain)).toMatchObject({
      subject: 'CN=source.example, O=Acme, C=US',
      issuer: 'CN=CA',
      hasPrivateKey: true,
      chain: [expect.stringContaining('BEGIN CERTIFICATE')],
    })
    expect(await done('certificate', 'show', name, ...there)).toMatchObject({
      usedBy: [{ app: 'Source_Integration', org: 'Target', isSame: false }],
    })
    await tokenIs(undefined)
  })

  it('update changes the label, and takes the way out from a key for good', async () => {
    await done('certificate', 'create', 'Kept', '--org', 'Source')
    const words = ['certificate', 'update', 'Kept', '--org', 'Source']
    expect(await done(...words, '--label', 'Kept here', '--not-exportable')).toMatchObject({
      label: 'Kept here',
      isPrivateKeyExportable: false,
    })
    expect((await sallyport('certificate', 'export', 'Kept', '--org', 'Source', '--private-key')).status).toBe(1)
    expect((await sallyport(...words)).status).toBe(2)
    expect(
      JSON.parse((await sallyport('certificate', 'delete', 'Kept', '--org', 'Source')).stderr).error.message,
    ).toContain('No connected app here trusts it.')
  })
})

describe('sallyport certificate, with key stores', () => {
  const secret = { env: { STORE: 'changeit' } }
  const locked = ['--password-env', 'STORE', '--data', data]
  const certificate = (...words: readonly string[]) => run(['certificate', ...words, ...locked], secret)

  it('moves all certificates of an org into another by one file', async () => {
    await done('certificate', 'create', 'first', '--org', 'Source')
    await done('certificate', 'create', 'second', '--org', 'Source', '--not-exportable')
    const file = join(folder.path, 'source.jks')
    const written = await certificate('export', '--keystore', file, '--org', 'Source')
    expect([written.status, written.stderr]).toEqual([
      0,
      expect.stringContaining('second is there without its private key'),
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await certificate('export', '--keystore', file, '--org', 'Source')).status).toBe(1)
    const taken = await certificate('import', '--keystore', file, '--org', 'Target', '--json')
    expect(
      taken.json.map((held: { name: string; hasPrivateKey: boolean }) => [held.name, held.hasPrivateKey]),
    ).toContainEqual(['first', true])
    const again = await certificate('import', '--keystore', file, '--org', 'Target')
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('“first” already')])
  })

  it('refuses what Salesforce refuses in its words, with the command that mends it', async () => {
    const file = join(folder.path, 'broken.jks')
    const { ec } = await samples()
    writeFileSync(file, await writeKeyStore([ec], { format: 'jks', password: 'changeit', now: new Date() }))
    const { status, stderr } = await certificate('import', '--keystore', file, '--org', 'Target')
    expect([status, stderr]).toEqual([1, expect.stringContaining('The key is not an RSA key.')])
    expect(stderr).toContain('sallyport keystore create')
  })

  it.each([
    ['neither a certificate nor a key store', ['import', 'x', '--org', 'Source']],
    ['a certificate without a name', ['import', '--certificate-file', 'a.crt', '--org', 'Source']],
    [
      'a key store with a key beside it',
      ['import', '--keystore', 'a.jks', '--private-key-file', 'a.key', '--org', 'Source'],
    ],
    ['no name and no key store to write', ['export', '--org', 'Source']],
    [
      'a key store and its private key alone',
      ['export', 'first', '--keystore', 'a.jks', '--private-key', '--org', 'Source'],
    ],
    ['a key store that is none by its name', ['export', '--keystore', 'a.pem', '--org', 'Source']],
  ])('is wrong usage with %s', async (_, words) => {
    expect((await run(['certificate', ...words, '--data', data], secret)).status).toBe(2)
  })
})

describe('sallyport org', () => {
  it('create makes an org that answers at its own port, list and show tell of it', async () => {
    const port = await freePort(['127.0.0.1', '::1'], 0)
    const { id } = await done('org', 'create', 'Third', '--port', String(port), '--type', 'sandbox')
    await soon(
      () =>
        fetch(`http://localhost:${port}/services/data/`).then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
    )
    const orgs = await done('org', 'list')
    expect(orgs.map(({ name }: { name: string }) => name)).toEqual(['Source', 'Target', 'Third'])
    expect(await done('org', 'show', 'third')).toMatchObject({ id, type: 'sandbox', connectedApps: [] })
  })

  it('update changes what is given of it and leaves the rest, as each setting in Setup', async () => {
    await done('org', 'create', 'Changing')
    const before = await done('org', 'show', 'Changing')
    const words = [
      ['--type', 'sandbox', '--session-timeout', '15m', '--minimum-password-length', '12'],
      ['--max-login-attempts', '3', '--lockout', '1h', '--require-pkce', '--allow-soap-login', '--allow-user-agent'],
      ['--allow-username-password', '--allow-code-credentials', '--admin-approved-apps-only'],
      ['--trusted-ip-range', '192.0.2.0-192.0.2.9=Office', '--cors-origin', 'https://app.example.com'],
      ['--max-logins-per-hour', '500', '--daily-api-requests', '500'],
    ].flat()
    const changed = await done('org', 'update', 'Changing', ...words)
    expect(changed).toMatchObject({
      type: 'sandbox',
      isActive: true,
      settings: {
        sessionTimeout: 900,
        minimumPasswordLength: 12,
        maxLoginsPerHour: 500,
        maxLoginAttempts: 3,
        lockoutInterval: 3600,
        isPkceRequired: true,
        enableSoapLogin: true,
        blockOAuthUsrAgtFlow: false,
        blockOAuthUnPwFlow: false,
        oAuthCdCrdtFlowEnable: true,
        enableAdminApprovedAppsOnly: true,
        trustedIpRanges: [{ start: '192.0.2.0', end: '192.0.2.9', description: 'Office' }],
        corsAllowedOrigins: ['https://app.example.com'],
        dailyApiRequests: 500,
      },
    })
    const endless = [
      ['--max-login-attempts', 'no-limit', '--max-logins-per-hour', 'no-limit', '--lockout', 'forever'],
      ['--daily-api-requests', 'no-limit', '--no-allow-soap-login', '--no-active'],
    ].flat()
    const later = await done('org', 'update', 'Changing', ...endless)
    expect(later.isActive).toBe(false)
    expect(later.settings).not.toHaveProperty('maxLoginAttempts')
    expect(later.settings).not.toHaveProperty('maxLoginsPerHour')
    expect(later.settings).not.toHaveProperty('lockoutInterval')
    expect(later.settings).not.toHaveProperty('dailyApiRequests')
    expect(later.settings).toMatchObject({ enableSoapLogin: false, sessionTimeout: 900, isPkceRequired: true })
    expect(await done('org', 'show', 'Changing')).toMatchObject({ id: before.id, settings: later.settings })
  })

  it('update says what is wrong, and changes nothing', async () => {
    const wrong = await sallyport(
      'org',
      'update',
      'Target',
      '--session-timeout',
      '5',
      '--cors-origin',
      'app',
      '--lockout',
      '1s',
    )
    expect(wrong.status).toBe(1)
    expect(JSON.parse(wrong.stderr).error.problems).toEqual([
      expect.stringMatching(/^--session-timeout: /),
      expect.stringMatching(/^--lockout: /),
      expect.stringMatching(/^--cors-origin/),
    ])
    for (const words of [[], ['--max-login-attempts', '0'], ['--minimum-password-length', '4'], ['--type', 'trial']]) {
      expect((await sallyport('org', 'update', 'Target', ...words)).status).toBe(2)
    }
  })

  it('apply makes what a file says while the server runs, and nothing the second time', async () => {
    const file = written(
      'fourth.yaml',
      'orgs:\n  - name: Fourth\n    users:\n      - { username: eve@fourth.example, password: correct horse battery, ' +
        'email: eve@fourth.example, lastName: Eve, profile: Standard User }\n',
    )
    expect(await done('org', 'apply', file)).toEqual([
      { kind: 'org', org: 'Fourth', name: 'Fourth', applied: 'created' },
      { kind: 'user', org: 'Fourth', name: 'eve@fourth.example', applied: 'created' },
    ])
    await soon(() => signsIn(url, 'eve@fourth.example', 'correct horse battery'), Boolean)
    const again = await done('org', 'apply', file)
    expect(again.map(({ applied }: { applied: string }) => applied)).toEqual(['unchanged', 'unchanged'])
  })

  it('export prints an org file without secrets, which changes nothing where it came from', async () => {
    const { status, stdout } = await run(['org', 'export', 'Target', '--data', data])
    expect(status).toBe(0)
    for (const secret of ['PRIVATE KEY', 'argon2', appNamed('Source_Integration').consumerSecret]) {
      expect(stdout).not.toContain(secret)
    }
    const applied = await done('org', 'apply', written('target.yaml', stdout))
    expect(new Set(applied.map((change: { applied: string }) => change.applied))).toEqual(new Set(['unchanged']))
    expect((await done('org', 'export', 'Target')).orgs).toMatchObject([{ name: 'Target', port: expect.any(Number) }])
  })
})

describe('sallyport profile and permission-set', () => {
  it('make, change, show and list a profile, and delete it when nobody has it', async () => {
    const words = ['Robots', '--org', 'Target']
    const made = await done(
      'profile',
      'create',
      ...words,
      '--permission',
      'ApiEnabled',
      '--object',
      'Account:read,edit',
    )
    expect(made).toMatchObject({
      name: 'Robots',
      org: 'Target',
      permissions: ['ApiEnabled'],
    })
    expect(made.objectPermissions).toEqual([
      { object: 'Account', allowCreate: false, allowRead: true, allowEdit: true, allowDelete: false },
    ])
    const changes = [
      '--permission',
      '',
      '--login-ip-range',
      '10.0.0.1-10.0.0.9',
      '192.0.2.7',
      '--session-timeout',
      '15m',
      '--login-hours',
      'monday=08:00-18:00',
      'Sunday=00:00-00:00',
    ]
    await done('profile', 'update', ...words, ...changes)
    expect(await done('profile', 'show', ...words)).toMatchObject({
      permissions: [],
      objectPermissions: [{ object: 'Account' }],
      loginIpRanges: [
        { start: '10.0.0.1', end: '10.0.0.9' },
        { start: '192.0.2.7', end: '192.0.2.7' },
      ],
      sessionTimeout: 900,
      loginHours: { monday: { from: 480, until: 1080 }, sunday: { from: 0, until: 0 } },
    })
    const listed = await done('profile', 'list', '--org', 'Target')
    expect(listed).toContainEqual(expect.objectContaining({ name: 'Robots', users: 0 }))
    expect(await done('profile', 'delete', ...words, '--yes')).toMatchObject({ isDeleted: true })
    expect((await sallyport('profile', 'show', ...words)).status).toBe(1)
  })

  it('say what is wrong with what is entered', async () => {
    const words = ['profile', 'create', 'Wrong', '--org', 'Target', '--permission', 'ApiEnabld']
    const { status, stderr } = await sallyport(...words, '--login-ip-range', '10.0.0.9-10.0.0.1')
    expect(status).toBe(1)
    expect(JSON.parse(stderr).error.problems).toEqual([
      expect.stringMatching(/^--permission.*Did you mean “ApiEnabled”/),
      expect.stringMatching(/^--login-ip-range/),
    ])
    expect((await sallyport('profile', 'show', 'Nobody', '--org', 'Target')).status).toBe(1)
    const hours = ['profile', 'update', 'Standard User', '--org', 'Target', '--login-hours']
    expect((await sallyport(...hours, 'monday=8-18')).status).toBe(2)
    const halves = await sallyport(...hours, 'monday=08:30-18:00')
    expect(JSON.parse(halves.stderr).error.problems).toEqual([expect.stringMatching(/^--login-hours: .*full hours/)])
    const zone = await sallyport('org', 'update', 'Target', '--time-zone', 'Europe/Atlantis')
    expect(JSON.parse(zone.stderr).error.problems).toEqual(['--time-zone: Enter a time zone, such as Europe/Paris.'])
    expect((await sallyport('profile', 'update', 'Standard User', '--org', 'Target')).status).toBe(2)
    expect((await sallyport('profile', 'create', 'X', '--org', 'Target', '--object', 'Account:fly')).status).toBe(2)
  })

  it('make, change and delete a permission set, but not while it is in use', async () => {
    const words = ['Robot_Access', '--org', 'Target']
    await done('permission-set', 'create', ...words, '--permission', 'ApiEnabled')
    await done('permission-set', 'update', ...words, '--label', 'For robots')
    expect(await done('permission-set', 'show', ...words)).toMatchObject({
      label: 'For robots',
      permissions: ['ApiEnabled'],
    })
    await done('user', 'assign', integration, '--permission-set', 'Robot_Access')
    const { status, stderr } = await sallyport('permission-set', 'delete', ...words, '--yes')
    expect(status).toBe(1)
    expect(JSON.parse(stderr).error.problems).toEqual([expect.stringContaining('one user has it')])
    await done('user', 'assign', integration, '--remove-permission-set', 'Robot_Access')
    await done('permission-set', 'delete', ...words, '--yes')
    const names = (await done('permission-set', 'list', '--org', 'Target')).map(({ name }: { name: string }) => name)
    expect(names).toContain('Source_Access')
    expect(names).not.toContain('Robot_Access')
  })
})

describe('sallyport custom-scope and custom-permission', () => {
  it('make, change, list and delete them, and tell which apps and profiles have to do with them', async () => {
    const org = ['--org', 'Target']
    const app = [
      'app',
      'create',
      'Orders',
      ...org,
      '--contact-email',
      'dev@app.example',
      '--callback-url',
      'https://o.example',
    ]
    await done(...app, '--scope', 'api', '--attribute', 'mail=$User.Email', '--jwt-access-tokens', '--no-jwt-timeout')
    const scope = ['custom-scope', 'create', 'Read_Orders', ...org, '--description', 'Read the orders', '--public']
    expect(await done(...scope, '--app', 'Orders')).toMatchObject({ isPublic: true, assignedTo: ['Orders'] })
    expect(await done('app', 'show', 'Orders', ...org)).toMatchObject({
      scopes: ['api', 'Read_Orders'],
      attributes: [{ key: 'mail', formula: '$User.Email' }],
      isNamedUserJwtEnabled: true,
    })
    expect(await done('custom-scope', 'update', 'Read_Orders', ...org, '--app', '')).toMatchObject({ assignedTo: [] })
    expect(await done('custom-scope', 'list', ...org)).toMatchObject([{ name: 'Read_Orders', isProtected: false }])
    const permission = [
      'custom-permission',
      'create',
      'Approve',
      ...org,
      '--app',
      'Orders',
      '--profile',
      'Standard User',
    ]
    expect(await done(...permission)).toMatchObject({ connectedApp: 'Orders', profiles: ['Standard User'] })
    const changed = [
      'custom-permission',
      'update',
      'Approve',
      ...org,
      '--permission-set',
      'Source_Access',
      '--profile',
      '',
    ]
    expect(await done(...changed)).toMatchObject({ profiles: [], permissionSets: ['Source_Access'] })
    expect(await done('custom-permission', 'list', ...org)).toHaveLength(1)
    await done('custom-scope', 'delete', 'Read_Orders', ...org, '--yes')
    await done('custom-permission', 'delete', 'Approve', ...org, '--yes')
    expect(await done('custom-scope', 'list', ...org)).toEqual([])
  })

  it('named-credential and external-credential list, show and delete what an org file made', async () => {
    const org = ['--org', 'Target']
    const file = join(folder.path, 'credentials.yaml')
    writeFileSync(
      file,
      `orgs:
  - name: Target
    certificates: [{ name: Signer }]
    externalCredentials:
      - fullName: Org_B
        label: Org B sign-in
        authenticationProtocol: Jwt
        externalCredentialParameters:
          - { parameterName: Main, parameterType: NamedPrincipal }
          - { parameterName: SigningCertificate, parameterType: SigningCertificate, certificate: Signer }
    namedCredentials:
      - fullName: Org_B_Api
        label: Org B
        namedCredentialType: SecuredEndpoint
        namedCredentialParameters:
          - { parameterName: Url, parameterType: Url, parameterValue: https://b.example }
          - { parameterName: Org_B, parameterType: Authentication, externalCredential: Org_B }
`,
    )
    await done('org', 'apply', file)
    expect(await done('named-credential', 'list', ...org)).toMatchObject([{ fullName: 'Org_B_Api', label: 'Org B' }])
    expect(await done('external-credential', 'show', 'Org_B', ...org)).toMatchObject({ authenticationProtocol: 'Jwt' })
    expect((await run(['named-credential', 'show', 'Org_B_Api', ...org, '--data', data])).stdout).toContain(
      'https://b.example',
    )
    expect(await done('certificate', 'show', 'Signer', ...org)).toMatchObject({
      namedBy: [{ kind: 'External Credential', name: 'Org_B', as: 'Signing Certificate' }],
    })
    const refused = await sallyport('certificate', 'delete', 'Signer', ...org, '--yes')
    expect(refused.stderr).toContain('in use by the external credential “Org_B”')
    expect((await sallyport('external-credential', 'delete', 'Org_B', ...org, '--yes')).stderr).toContain('“Org_B_Api”')
    await done('named-credential', 'delete', 'Org_B_Api', ...org, '--yes')
    await done('external-credential', 'delete', 'Org_B', ...org, '--yes')
    await done('certificate', 'delete', 'Signer', ...org, '--yes')
    expect((await sallyport('named-credential', 'show', 'Org_C', ...org)).stderr).toContain(
      'has no named credential “Org_C”',
    )
  })

  it('app initial-access-token lets apps register, until it is taken away', async () => {
    const org = ['--org', 'Target']
    const app = ['app', 'create', 'Partners', ...org, '--contact-email', 'dev@app.example', '--scope', 'api']
    await done(...app, '--callback-url', 'https://p.example')
    const { initialAccessToken } = await done('app', 'initial-access-token', 'Partners', ...org)
    const register = () =>
      fetch(`${url}/services/oauth2/register`, {
        method: 'POST',
        headers: { authorization: `Bearer ${initialAccessToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: ['https://p.example/cb'] }),
      })
    expect((await register()).status).toBe(201)
    await done('app', 'initial-access-token', 'Partners', ...org, '--delete')
    expect((await register()).status).toBe(400)
    expect((await sallyport('app', 'initial-access-token', 'Partners', ...org, '--delete')).status).toBe(1)
  })

  it('say what is wrong with what is entered', async () => {
    const words = ['custom-scope', 'create', 'api', '--org', 'Target', '--description', 'no!', '--app', 'Nobody']
    const { status, stderr } = await sallyport(...words)
    expect(status).toBe(1)
    expect(JSON.parse(stderr).error.problems).toEqual([
      '<name>: “api” is a scope of Salesforce’s own.',
      '--description: Use letters, digits and blanks only.',
      '--app: This org has made no app “Nobody”.',
    ])
  })
})

describe('what has happened', () => {
  it('session lists who is signed in and which apps act for them, and ends what it is told to', async () => {
    const { username, password } = userNamed('admin@target.example')
    await signsIn(url, username, password)
    const { access_token, instance_url } = await tokenIs(undefined)
    const limits = async () => (await get(`${instance_url}/services/data/v60.0/limits`, access_token)).status
    expect(await limits()).toBe(200)
    const ofApps = await done('session', 'list', '--user', integration)
    expect(ofApps[0]).toMatchObject({
      id: expect.stringMatching(/^0Ak/),
      username: integration,
      app: 'Source_Integration',
    })
    expect(await done('session', 'end', ofApps[0].id)).toMatchObject({ ended: 1 })
    expect(await limits()).toBe(401)
    const { status, stderr } = await sallyport('session', 'end', ofApps[0].id)
    expect([status, JSON.parse(stderr).error.message]).toEqual([1, `There is no live session ${ofApps[0].id}.`])
    const inBrowsers = await done('session', 'list', '--user', username)
    expect(inBrowsers).toContainEqual(expect.objectContaining({ username, sourceIp: expect.any(String) }))
    const { ended } = await done('session', 'end', '--user', username)
    expect(ended).toBeGreaterThan(0)
    expect(await done('session', 'list', '--user', username)).toEqual([])
    expect((await sallyport('session', 'end')).status).toBe(2)
  })

  it('login-history tells who tried to sign in, also as CSV', async () => {
    const { username } = userNamed('outsider@target.example')
    expect(await signsIn(url, username, 'wrong')).toBe(false)
    const words = ['login-history', '--user', username, '--outcome', 'failed']
    const [latest] = await soon(
      () => done(...words),
      ([one]) => one?.status === 'Invalid password',
    )
    expect(latest).toMatchObject({ username, loginType: 'Application', application: 'Browser' })
    expect(await done(...words, '--to', '2020-01-01')).toEqual([])
    const { stdout } = await run([...words, '--csv', '--data', data])
    const [heading, first] = stdout.split('\r\n')
    expect(heading).toContain('"Username","Login Time"')
    expect(first).toContain(`"${username}"`)
    expect((await sallyport('login-history', '--org', 'Target', '--from', 'yesterday')).status).toBe(2)
  })

  it('audit-trail tells what was changed', async () => {
    await done('user', 'unlock', integration)
    const [latest] = await done('audit-trail', '--org', 'Target', '--limit', '1')
    expect(latest).toMatchObject({ section: 'Manage Users', display: `Unlocked user ${integration}` })
    const { stdout } = await run(['audit-trail', '--org', 'Target', '--data', data])
    expect(stdout).toContain(`Unlocked user ${integration}`)
  })

  it('journal lists requests by what came of them', async () => {
    await token('nobody@target.example')
    const words = ['journal', '--org', 'Target', '--app', 'Source_Integration', '--outcome', 'refused', '--limit', '1']
    const [latest] = await soon(
      () => done(...words),
      ([one]) => one?.reason === 'user-unknown',
    )
    expect(latest).toMatchObject({
      endpoint: 'token',
      org: 'Target',
      app: 'Source_Integration',
      error: 'invalid_grant',
    })
    expect(await done('diagnose', latest.requestId)).toMatchObject({ requestId: latest.requestId })
    expect(await done('journal', '--org', 'Source', '--reason', 'user-unknown')).toEqual([])
    expect(await done('journal', '--reason', 'user-unknown')).not.toEqual([])
  })

  it('rotate-signing-key has a running server publish a key before it signs, and retires the one before', async () => {
    const kids = async (): Promise<readonly string[]> => {
      const { body } = await get(`${url}/id/keys`, '')
      // Each has a name besides for access tokens of the org that is at home there.
      return body.keys.map(({ kid }: { kid: string }) => kid).filter((kid: string) => /^\d+$/.test(kid))
    }
    const [before] = await kids()
    const uses = async () =>
      (await done('org', 'signing-keys')).map(({ kid, use }: { kid: string; use: string }) => [kid, use])
    const { next, signsFrom } = await done('org', 'rotate-signing-key')
    expect(await uses()).toEqual([
      [next, 'waits'],
      [before, 'signs'],
    ])
    expect(Date.parse(signsFrom) - Date.now()).toBeGreaterThan(590_000)
    await soon(kids, (now) => now.includes(next))
    const { status, stderr } = await sallyport('org', 'rotate-signing-key', '--retire', before ?? '')
    expect([status, JSON.parse(stderr).error.problems]).toEqual([1, [expect.stringMatching(/^--retire: .*signs/)]])

    const { next: fresh } = await done('org', 'rotate-signing-key', '--at-once')
    await soon(
      uses,
      (now) =>
        JSON.stringify(now) ===
        JSON.stringify([
          [fresh, 'signs'],
          [before, 'signed'],
        ]),
    )
    await done('org', 'rotate-signing-key', '--retire', before ?? '')
    await soon(kids, (now) => now.length === 1 && now[0] === fresh)
  })
})

describe('sallyport release', () => {
  it('lets an org behave as a day or a release, and the server does at once', async () => {
    const target = server.ready.orgs.find(({ name }: { name: string }) => name === 'Target').url
    const methods = async () =>
      (await get(`${target}/.well-known/openid-configuration`, '')).body.code_challenge_methods_supported
    expect(await methods()).toEqual(['S256'])
    expect(await done('release', 'set', 'winter 26', '--org', 'Target')).toEqual({
      org: 'Target',
      release: "Winter '26",
    })
    const { release, updates } = await done('release', 'list', '--org', 'Target')
    const named = (name: string) => updates.find((update: { name: string }) => update.name === name)
    expect([release, named('announcePkce').isInForce, named('blockUninstalledApps').isInForce]).toEqual([
      "Winter '26",
      false,
      true,
    ])
    const { status, stderr } = await sallyport('release', 'set', 'someday', '--org', 'Target')
    expect([status, JSON.parse(stderr).error.problems]).toEqual([1, [expect.stringMatching(/^<release>: Give latest/)]])
    await done('release', 'set', 'latest', '--org', 'Target')
  })

  it('switches one change by itself', async () => {
    const on = await done('release', 'switch', 'blockNewConnectedApps', 'on', '--org', 'Target')
    expect(on).toEqual({ org: 'Target', name: 'blockNewConnectedApps', switched: true, isInForce: true })
    const follow = await done('release', 'switch', 'blockNewConnectedApps', 'follow', '--org', 'Target')
    expect(follow).toEqual({ org: 'Target', name: 'blockNewConnectedApps', isInForce: false })
    const { status, stderr } = await sallyport('release', 'switch', 'announcePkse', 'on', '--org', 'Target')
    expect([status, JSON.parse(stderr).error.message]).toEqual([
      2,
      'There is no dated change “announcePkse”. Did you mean “announcePkce”?',
    ])
  })

  it('check-release says what breaks by a day, and that by its exit code', async () => {
    const { status, json, stderr } = await sallyport('check-release', '--at', '2027-07-01', '--org', 'Target')
    expect(status).toBe(1)
    expect(json.changes.map(({ name }: { name: string }) => name)).toContain('blockNewConnectedApps')
    expect(JSON.parse(stderr).error.message).toMatch(/will break\.$/)
    expect(await done('check-release', '--at', '2024-01-01', '--org', 'Target')).toEqual({
      org: 'Target',
      at: '2024-01-01',
      changes: [],
    })
    expect((await sallyport('check-release', '--at', 'soon', '--org', 'Target')).status).toBe(2)
  })
})

describe('commands that need to know of which org', () => {
  it('say which orgs there are, and how to name one', async () => {
    const { status, stderr } = await sallyport('certificate', 'create', 'Whose')
    expect(status).toBe(2)
    expect(JSON.parse(stderr).error).toMatchObject({
      message: expect.stringContaining('“Source”, “Target”'),
      next: expect.stringContaining('--org <name>'),
    })
  })

  it('say when there is none of that name, and which was meant', async () => {
    const { status, stderr } = await sallyport('user', 'list', '--org', 'Targett')
    expect(status).toBe(1)
    expect(JSON.parse(stderr).error.message).toBe('There is no org “Targett”. Did you mean “Target”?')
  })
})

function written(name: string, content: string): string {
  const file = join(folder.path, name)
  writeFileSync(file, content)
  return file
}
