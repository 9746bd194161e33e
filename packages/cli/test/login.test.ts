import { createPrivateKey, createPublicKey, createSign, generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pemBlock, writeKeyStore } from '@sallyport/keystore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultServer, json } from '../../client/test/fault-server.ts'
import { samples } from '../../keystore/test/samples.ts'
import { decideOn, fieldsOf, signInOn } from '../../server/test/flows/test-browser.ts'
import { newSigner } from '../../server/test/flows/test-server.ts'
import { freePort } from '../src/free-port.ts'
import { type BegunLogin, begunLogin } from './begun-login.ts'
import { type Finished, paste, program, type RunningServer, run, startServer, temporaryFolder } from './program.ts'
import { browserOf, soon } from './wire.ts'

const folder = temporaryFolder()
const data = join(folder.path, 'data')
const config = join(folder.path, 'config')
const place = { cwd: folder.path, env: { SALLYPORT_CONFIG: config } }
const username = 'integration@target.example'
let server: RunningServer
let url: string
let settings: { readonly jwtBearer: { readonly consumerKey: string; readonly privateKeyFile: string } }

beforeAll(async () => {
  server = await startServer(['dev', '--data', data, '--port', '0'])
  url = server.ready.url
  settings = JSON.parse(readFileSync(join(data, 'try', 'settings.json'), 'utf8'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const sallyport = (...words: readonly string[]): Promise<Finished> => run(words, place)
const jwtLogin = (...words: readonly string[]) => {
  const { consumerKey, privateKeyFile } = settings.jwtBearer
  return sallyport(
    'login',
    'jwt',
    '--url',
    url,
    '--username',
    username,
    '--consumer-key',
    consumerKey,
    '--key-file',
    privateKeyFile,
    ...words,
  )
}
const listViews = '/services/data/v62.0/sobjects/Account/listviews'

/** A `login web`, or another that waits for a browser, that has printed where to sign in. */
async function beginWebLogin(...words: readonly string[]): Promise<BegunLogin> {
  return beginLogin('web', ...words)
}

function beginLogin(kind: string, ...words: readonly string[]): Promise<BegunLogin> {
  return begunLogin([kind, ...words, '--no-browser'], place)
}

/** Plays the person, until the browser has come back to the program. */
async function goThrough(address: string, decision: 'allow' | 'deny' = 'allow'): Promise<void> {
  const browser = browserOf(url)
  const person = server.ready.users.find((user: { username: string }) => user.username === 'user@target.example')
  const page = await signInOn(browser, await browser.open(address), person.username, person.password)
  const end = await decideOn(browser, page, decision)
  expect(end.html).toContain(decision === 'allow' ? 'You are signed in' : 'You are not signed in')
}

describe('before anybody has signed in', () => {
  it('commands say how to', async () => {
    expect((await sallyport('login', 'list')).stdout).toContain('sallyport login web')
    const { status, stderr } = await sallyport('call', 'GET', '/services/data/')
    expect([status, stderr]).toEqual([1, expect.stringContaining('sallyport login web')])
  })
})

describe('sallyport login jwt', () => {
  it('keeps a sign-in whose key and tokens nobody else can read', async () => {
    const { status, stdout, stderr } = await jwtLogin()
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`Signed in as ${username} at http://localhost:`)
    const files = readdirSync(config, { recursive: true, encoding: 'utf8' }).map((name) => join(config, name))
    const modes = files.map((file) => [statSync(file).isDirectory() ? 'folder' : 'file', statSync(file).mode & 0o777])
    expect(new Set(modes.map(String))).toEqual(new Set(['folder,448', 'file,384']))
    const contents = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'))
    expect(contents.join('\n')).not.toMatch(/PRIVATE KEY|00D.{12}!|3MVG9/)
  })

  it('takes the key from a key store, the environment or standard input', async () => {
    const key = readFileSync(settings.jwtBearer.privateKeyFile, 'utf8')
    const words = [
      'login',
      'jwt',
      '--url',
      url,
      '--username',
      username,
      '--consumer-key',
      settings.jwtBearer.consumerKey,
      '--json',
    ]
    const byEnvironment = await run([...words, '--key-env', 'KEY', '--name', 'second'], {
      ...place,
      env: { ...place.env, KEY: key },
    })
    expect(byEnvironment.json).toMatchObject({ name: 'second', username })
    const byInput = await run([...words, '--key-stdin'], { ...place, input: key })
    expect(byInput.status).toBe(0)
    const privateKey = createPrivateKey(key).export({ format: 'der', type: 'pkcs8' })
    const [certificate] = (await samples()).rsa.chain
    const entry = {
      kind: 'private-key',
      alias: 'mine',
      createdAt: undefined,
      privateKey,
      chain: [certificate ?? new Uint8Array()],
    } as const
    const store = await writeKeyStore([entry, { ...(await samples()).rsa }], {
      format: 'jks',
      password: 'changeit',
      now: new Date(),
    })
    writeFileSync(join(folder.path, 'store.jks'), store)
    const locked = { ...place, env: { ...place.env, STORE: 'changeit' } }
    const fromStore = [...words, '--key-file', 'store.jks', '--password-env', 'STORE']
    expect((await run([...fromStore, '--alias', 'mine'], locked)).status).toBe(0)
    const unclear = await run(fromStore, locked)
    expect([unclear.status, unclear.stderr]).toEqual([2, expect.stringContaining('mine, orga_jwt')])
  })

  it('says why it was refused, with what to do and what the server says', async () => {
    const { status, stderr } = await jwtLogin('--audience', 'https://wrong.example')
    expect(status).toBe(1)
    expect(stderr).toContain('invalid_grant: audience is invalid')
    expect(stderr).toContain('https://login.salesforce.com for a production org')
    expect(stderr).toContain('The server says: audience-unknown')
  })

  it('says that the server binds no tokens to a key', async () => {
    const { status, stderr } = await jwtLogin('--dpop')
    expect([status, stderr]).toEqual([1, expect.stringContaining('has not bound it to the key')])
    expect(stderr).toContain('Ask without a key')
  })

  it.each([
    ['no key', [], 'Give the private key once'],
    ['two keys', ['--key-env', 'HOME', '--key-file', 'x.pem'], 'Give the private key once'],
  ])('is wrong usage with %s', async (_, words, said) => {
    const { status, stderr } = await sallyport(
      'login',
      'jwt',
      '--username',
      'a@b.example',
      '--consumer-key',
      'k',
      ...words,
    )
    expect([status, stderr]).toEqual([2, expect.stringContaining(said)])
  })

  it('does not reach nowhere silently', async () => {
    const port = await freePort(['127.0.0.1'], 0)
    const { status, stderr } = await jwtLogin('--url', `http://localhost:${port}`)
    expect([status, stderr]).toEqual([1, expect.stringContaining(`localhost:${port} cannot be reached`)])
  })
})

describe('sallyport login saml-bearer', () => {
  it('signs in with the key of an app, calls, and gets new tokens, each by an assertion of its own', async () => {
    const { consumerKey, privateKeyFile } = settings.jwtBearer
    const words = ['login', 'saml-bearer', '--url', url, '--username', username, '--consumer-key', consumerKey]
    const { json } = await sallyport(...words, '--key-file', privateKeyFile, '--name', 'saml', '--json')
    expect(json).toMatchObject({ name: 'saml', username })
    await sallyport('token', 'revoke', '--login', 'saml')
    expect((await sallyport('call', 'GET', listViews, '--login', 'saml')).status).toBe(0)
    expect((await sallyport('login', 'show', 'saml')).stdout).toContain('SAML bearer assertion flow')
    const refused = await sallyport(...words, '--key-file', privateKeyFile, '--audience', 'https://wrong.example')
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('saml-audience-unknown')])
    expect((await sallyport('login', 'remove', 'saml', '--yes')).status).toBe(0)
  })
})

describe('sallyport sso-settings and login saml-assertion', () => {
  const made = (...words: readonly string[]) => run(['sso-settings', ...words, '--data', data], place)

  it('let an org believe an identity provider, sign in by it, and end that again', async () => {
    const { privateKeyFile } = settings.jwtBearer
    const certificate = join(folder.path, 'idp.crt')
    const made509 = await run(
      ['certificate', 'show', 'Source_To_Target', '--org', 'Source', '--json', '--data', data],
      place,
    )
    writeFileSync(certificate, made509.json.certificate)
    const given = ['--issuer', 'https://idp.example', '--entity-id', 'https://target.example', '--org', 'Target']
    const { json } = await made('create', 'Acme_IdP', ...given, '--certificate-file', certificate, '--json')
    expect(json).toMatchObject({ fullName: 'Acme_IdP', label: 'Acme IdP', identityMapping: 'Username', org: 'Target' })
    const taken = await made('create', 'Acme_IdP', '--org', 'Target')
    expect([taken.status, taken.stderr]).toEqual([1, expect.stringContaining('has settings “Acme_IdP” already')])
    expect(taken.stderr).toMatch(/--certificate-file:? +Enter a value\./)
    const listed = await made('list')
    expect(listed.stdout).toContain('Username, in the NameID')
    const target = server.ready.orgs.find(({ name }: { name: string }) => name === 'Target')
    const metadata = await made('metadata', 'Acme_IdP', '--org', 'Target', '--json')
    expect(metadata.json).toMatchObject({
      entityId: 'https://target.example',
      acsUrl: `${target.url}?so=${target.id}`,
      metadata: expect.stringContaining('<md:SPSSODescriptor AuthnRequestsSigned="false"'),
    })
    const elsewhere = ['--public-url', 'https://login.example']
    expect((await made('metadata', 'Acme_IdP', '--org', 'Target', ...elsewhere)).stdout).toContain('Location="https://')
    const file = join(folder.path, 'idp.xml')
    const key = made509.json.certificate.replaceAll(/-----[^-]+-----|\s/g, '')
    const told = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://hq.example"><IDPSSODescriptor><KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${key}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://hq.example/sso"/></IDPSSODescriptor></EntityDescriptor>`
    writeFileSync(file, told)
    const from = ['--metadata-file', file, '--entity-id', 'https://target.example', '--org', 'Target', '--json']
    expect((await made('create', 'HQ', ...from, '--binding', 'redirect')).json).toMatchObject({
      issuer: 'https://hq.example',
      loginUrl: 'https://hq.example/sso',
      redirectBinding: true,
    })
    writeFileSync(file, told.replace('https://hq.example/sso', 'https://hq.example/sso2'))
    expect((await made('update', 'HQ', '--metadata-file', file, '--org', 'Target', '--json')).json).toMatchObject({
      loginUrl: 'https://hq.example/sso2',
      redirectBinding: false,
    })
    writeFileSync(file, '<x/>')
    const unread = await made('update', 'HQ', '--metadata-file', file, '--org', 'Target')
    expect([unread.status, unread.stderr]).toEqual([1, expect.stringContaining('--metadata-file: It is no metadata')])
    await made('delete', 'HQ', '--org', 'Target', '--yes')

    const org = server.ready.orgs.find(({ name }: { name: string }) => name === 'Target')
    const endpoint = `${url}/services/oauth2/token?so=${org.id}`
    const words = ['login', 'saml-assertion', '--token-endpoint', endpoint, '--issuer', 'https://idp.example']
    const rest = ['--subject', username, '--key-file', privateKeyFile, '--name', 'sso']
    const signedIn = await sallyport(...words, '--audience', 'https://target.example', ...rest, '--json')
    expect([signedIn.stderr, signedIn.json]).toEqual(['', expect.objectContaining({ name: 'sso', username })])
    await sallyport('token', 'revoke', '--login', 'sso')
    expect((await sallyport('call', 'GET', listViews, '--login', 'sso')).status).toBe(0)
    expect((await sallyport('login', 'show', 'sso')).stdout).toContain('SAML assertion flow')
    const refused = await sallyport(...words, '--audience', 'https://other.example', ...rest)
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('saml-audience-unknown')])

    const byAttribute = ['--identity', 'FederationId', '--attribute', 'employee', '--json']
    expect((await made('update', 'Acme_IdP', '--org', 'Target', ...byAttribute)).json).toMatchObject({
      identityLocation: 'Attribute',
      attributeName: 'employee',
    })
    const none = await made('update', 'Acme_IdP', '--org', 'Target', '--decryption-certificate', 'None')
    expect([none.status, none.stderr]).toEqual([1, expect.stringContaining('no certificate “None”')])
    expect(none.stderr).toContain('--decryption-certificate')
    await run(['certificate', 'create', 'Decryption', '--org', 'Target', '--data', data], place)
    const encrypted = await made(
      'update',
      'Acme_IdP',
      '--org',
      'Target',
      '--decryption-certificate',
      'Decryption',
      '--json',
    )
    expect(encrypted.json).toMatchObject({ decryptionCertificate: 'Decryption' })
    const unfit = await made('create', 'Jit', ...given, '--certificate-file', certificate, '--user-provisioning', 'on')
    expect([unfit.status, unfit.stderr]).toEqual([1, expect.stringContaining('--user-provisioning')])
    const provisioning = await made('update', 'Acme_IdP', '--org', 'Target', '--user-provisioning', 'on', '--json')
    expect(provisioning.json).toMatchObject({ userProvisioning: true })
    const nobody = await made('update', 'Acme_IdP', '--org', 'Target', '--jit-handler', 'NewHires')
    expect([nobody.status, nobody.stderr]).toEqual([1, expect.stringContaining('--jit-handler-run-as')])
    const byHandler = ['--jit-handler', 'NewHires', '--jit-handler-run-as', 'admin@target.example', '--json']
    expect((await made('update', 'Acme_IdP', '--org', 'Target', ...byHandler)).json).toMatchObject({
      samlJitHandlerId: 'NewHires',
      executionUserId: 'admin@target.example',
    })
    const shown = await made('show', 'Acme_IdP', '--org', 'Target')
    expect(shown.stdout).toMatch(/By the handler\s+NewHires, run as admin@target\.example/)
    expect(shown.stdout).toMatch(/Users are made\s+by signing in/)
    expect(shown.stdout).toContain('in the attribute employee')
    expect(shown.stdout).toMatch(/Decrypted with\s+Decryption/)
    const logout = ['--single-logout-url', 'https://idp.example/slo', '--single-logout-binding', 'PostBinding']
    const home = ['--logout-url', 'https://home.example/']
    expect((await made('update', 'Acme_IdP', '--org', 'Target', ...logout, ...home, '--json')).json).toMatchObject({
      singleLogoutUrl: 'https://idp.example/slo',
      singleLogoutBinding: 'PostBinding',
      logoutUrl: 'https://home.example/',
    })
    expect((await made('show', 'Acme_IdP', '--org', 'Target')).stdout).toContain('https://idp.example/slo, by post')
    const plain = await made('update', 'Acme_IdP', '--org', 'Target', '--single-logout-url', 'http://idp.example/slo')
    expect([plain.status, plain.stderr]).toEqual([1, expect.stringContaining('--single-logout-url')])
    expect((await made('delete', 'Acme_IdP', '--org', 'Target', '--yes')).status).toBe(0)
    expect((await made('list')).stdout).toContain('No org believes an identity provider yet')
    expect((await sallyport('login', 'remove', 'sso', '--yes')).status).toBe(0)
  })
})

describe('sallyport auth-provider', () => {
  const asked = (...words: readonly string[]) => run(['auth-provider', ...words, '--data', data], place)

  it('lets people of an org sign in with an outside provider, and ends that again', async () => {
    const secretFile = join(folder.path, 'provider.secret')
    writeFileSync(secretFile, 'outside-secret\n')
    const given = ['--org', 'Target', '--consumer-key', 'sallyport', '--consumer-secret-file', secretFile]
    const urls = ['--authorize-url', 'https://id.example/authorize', '--token-url', 'https://id.example/token']
    const unnamed = await asked('create', 'Acme_ID', ...given, ...urls)
    expect([unnamed.status, unnamed.stderr]).toEqual([1, expect.stringContaining('--issuer')])
    const made = await asked('create', 'Acme_ID', ...given, ...urls, '--issuer', 'https://id.example', '--json')
    expect(made.json).toMatchObject({
      developerName: 'Acme_ID',
      friendlyName: 'Acme ID',
      isPkceEnabled: true,
      userMatching: 'LinkedOnly',
      hasConsumerSecret: true,
      paths: { callback: '/services/authcallback/Acme_ID' },
    })
    expect((await asked('list')).stdout).toContain('https://id.example')
    expect((await asked('update', 'Acme_ID', '--org', 'Target')).status).toBe(2)
    const changed = await asked('update', 'Acme_ID', '--org', 'Target', '--user-matching', 'Email', '--json')
    expect(changed.json).toMatchObject({ userMatching: 'Email', hasConsumerSecret: true })
    const shown = await asked('show', 'Acme_ID', '--org', 'Target')
    expect(shown.stdout).toContain('/services/auth/sso/Acme_ID')
    for (const { stdout } of [made, shown]) expect(stdout).not.toContain('outside-secret')
    const target = server.ready.orgs.find(({ name }: { name: string }) => name === 'Target')
    const page = await soon(
      () => fetch(target.url).then((answer) => answer.text()),
      (html) => html.includes('Acme ID'),
    )
    expect(page).toContain('/services/auth/sso/Acme_ID')
    const { status, stderr } = await asked('show', 'Acme_id', '--org', 'Target')
    expect([status, stderr]).toEqual([1, expect.stringContaining('Acme_ID')])
    expect((await asked('delete', 'Acme_ID', '--org', 'Target', '--yes')).status).toBe(0)
    expect((await asked('list')).stdout).toContain('No org has an auth. provider yet')
  })
})

describe('sallyport login web', () => {
  it('signs in by the app of the Salesforce CLI, waits for the browser, and keeps the tokens', async () => {
    const begun = await beginWebLogin('--url', url, '--name', 'person', '--json')
    await goThrough(begun.address)
    const { status, stdout } = await begun.ended()
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'person', username: 'user@target.example' })
    const { json } = await sallyport('call', 'GET', '/services/data/v62.0/limits', '--login', 'person', '--json')
    expect(json.status).toBe(200)
  })

  it('says that the person said no', async () => {
    const begun = await beginWebLogin('--url', url)
    const address = new URL(begun.address)
    address.searchParams.set('prompt', 'consent')
    await goThrough(address.href, 'deny')
    const { status, stderr } = await begun.ended()
    expect([status, stderr]).toEqual([1, expect.stringContaining('access_denied')])
  })

  it('ends by Ctrl-C, and gives its port back', async () => {
    const begun = await beginWebLogin('--url', url)
    begun.child.kill('SIGINT')
    const { status, stderr } = await begun.ended()
    expect([status, stderr]).toEqual([1, expect.stringContaining('Nobody was signed in.')])
    const again = await beginWebLogin('--url', url, '--timeout', '1s')
    expect(await again.ended()).toMatchObject({ status: 1, stderr: expect.stringContaining('in time') })
  })

  it('says when the port is taken', async () => {
    const begun = await beginWebLogin('--url', url)
    await expect(beginWebLogin('--url', url)).rejects.toThrow('The port 1717 of this machine is taken')
    begun.child.kill('SIGINT')
    await begun.ended()
  })
})

describe('sallyport login device', () => {
  /** A `login device` that has printed its code. */
  function beginDeviceLogin(...words: readonly string[]): Promise<BegunLogin> {
    return begunLogin(['device', '--url', url, ...words], place, /https?:\/\/\S+user_code=\w{8}/)
  }

  async function answer(page: string, decision: 'allow' | 'deny'): Promise<void> {
    const browser = browserOf(url)
    const person = server.ready.users.find((user: { username: string }) => user.username === 'user@target.example')
    const type = async () => browser.submit('/setup/connect', fieldsOf((await browser.open(page)).html, 'user_code'))
    await signInOn(browser, await type(), person.username, person.password)
    await browser.submit('/setup/connect', { ...fieldsOf((await type()).html, 'decision'), decision })
  }

  it('shows a code, waits for the person, and keeps what it is given, which is renewed later', async () => {
    const login = await beginDeviceLogin('--name', 'terminal', '--json')
    await answer(login.address, 'allow')
    const { status, stdout, stderr } = await login.ended()
    expect([status, stderr]).toEqual([0, expect.stringContaining('/setup/connect')])
    expect(JSON.parse(stdout)).toMatchObject({ name: 'terminal', username: 'user@target.example' })
    await sallyport('token', 'revoke', '--login', 'terminal')
    expect((await sallyport('call', 'GET', listViews, '--login', 'terminal')).status).toBe(0)
    expect((await sallyport('login', 'show', 'terminal')).stdout).toContain('device flow')
    expect((await sallyport('login', 'remove', 'terminal', '--yes')).status).toBe(0)
  })

  it('says when the person said no, and stops when it is told to', async () => {
    const login = await beginDeviceLogin()
    await answer(login.address, 'deny')
    expect(await login.ended()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('The person clicked Deny.'),
    })
    const stopped = await beginDeviceLogin()
    stopped.child.kill('SIGINT')
    expect(await stopped.ended()).toMatchObject({ status: 1, stderr: expect.stringContaining('Nobody was signed in.') })
  })
})

describe('sallyport login client-credentials', () => {
  const own = () => server.ready.orgs.find(({ name }: { name: string }) => name === 'Target').url
  const made = () =>
    run(
      [
        'app',
        'create',
        'Robot',
        '--org',
        'Target',
        '--contact-email',
        'a@b.example',
        '--callback-url',
        'http://localhost/x',
      ].concat(['--scope', 'api', '--client-credentials', '--run-as', username, '--json', '--data', data]),
    )

  it('signs in with the secret of an app, calls, introspects, and gets new tokens', async () => {
    const { json: app } = await made()
    const secret = { ...place, env: { ...place.env, CONSUMER_SECRET: app.consumerSecret } }
    const words = [
      'login',
      'client-credentials',
      '--url',
      own(),
      '--consumer-key',
      app.consumerKey,
      '--name',
      'robot',
      '--json',
    ]
    const signedIn = await run([...words, '--consumer-secret-env', 'CONSUMER_SECRET'], secret)
    expect([signedIn.status, signedIn.stderr]).toEqual([0, ''])
    expect(signedIn.json).toMatchObject({ name: 'robot', username })
    expect((await sallyport('token', 'introspect', '--login', 'robot', '--json')).json).toMatchObject({ active: true })
    await sallyport('token', 'revoke', '--login', 'robot')
    expect((await sallyport('call', 'GET', listViews, '--login', 'robot')).status).toBe(0)
    expect((await sallyport('login', 'show', 'robot')).stdout).toContain('client credentials flow')
    const atLogin = await run(
      [...words.map((word) => (word === own() ? url : word)), '--consumer-secret-env', 'CONSUMER_SECRET'],
      secret,
    )
    expect([atLogin.status, atLogin.stderr]).toEqual([
      1,
      expect.stringContaining('request not supported on this domain'),
    ])
    expect((await sallyport('login', 'remove', 'robot', '--yes')).status).toBe(0)
  })

  it('signs in with the key of the app’s certificate in its place, and introspects by it', async () => {
    const { json: app } = await run(['app', 'show', 'Robot', '--json', '--data', data])
    const { pem, privateKey } = await newSigner(new Date())
    const [certificate, key] = ['robot.crt', 'robot.key'].map((name) => join(folder.path, name))
    writeFileSync(certificate ?? '', pem)
    writeFileSync(key ?? '', privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const changed = ['app', 'update', 'Robot', '--certificate-file', certificate ?? '', '--data', data]
    expect((await run(changed)).status).toBe(0)
    const words = ['login', 'client-credentials', '--url', own(), '--consumer-key', app.consumerKey]
    const signedIn = await soon(
      () => sallyport(...words, '--key-file', key ?? '', '--name', 'keyed', '--json'),
      ({ status }) => status === 0,
    )
    expect(signedIn.stderr).toBe('')
    expect((await sallyport('token', 'introspect', '--login', 'keyed', '--json')).json).toMatchObject({ active: true })
    await sallyport('token', 'revoke', '--login', 'keyed')
    expect((await sallyport('call', 'GET', listViews, '--login', 'keyed')).status).toBe(0)
    const both = await run([...words, '--key-file', key ?? '', '--consumer-secret-env', 'CONSUMER_SECRET'], {
      ...place,
      env: { ...place.env, CONSUMER_SECRET: 'x' },
    })
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('in one way')])
    expect((await sallyport('login', 'remove', 'keyed', '--yes')).status).toBe(0)
  })

  it('needs the secret, or the key', async () => {
    const { status, stderr } = await sallyport('login', 'client-credentials', '--url', own(), '--consumer-key', 'k')
    expect([status, stderr]).toEqual([2, expect.stringContaining('--consumer-secret-env')])
  })
})

describe('sallyport login user-agent, password and headless', () => {
  const person = () => server.ready.users.find((user: { username: string }) => user.username === 'user@target.example')
  let consumerKey: string
  let env: Record<string, string>

  beforeAll(async () => {
    const switches = ['--allow-user-agent', '--allow-username-password', '--allow-code-credentials']
    expect((await run(['org', 'update', 'Target', ...switches, '--data', data])).status).toBe(0)
    const flows = ['--user-agent', '--username-password', '--code-credentials', '--json', '--data', data]
    const callbacks = ['--callback-url', 'http://localhost:1717/OauthRedirect', `${url}/services/oauth2/echo`]
    const scopes = ['--scope', 'api', 'web', 'refresh_token', 'id']
    const app = ['app', 'create', 'Old', '--org', 'Target', '--contact-email', 'a@b.example']
    const reset = ['user', 'reset-security-token', person().username, '--json', '--data', data]
    const { securityToken } = (await run(reset)).json
    const { json } = await run([...app, ...callbacks, ...scopes, ...flows])
    consumerKey = json.consumerKey
    const asked = { response_type: 'token', client_id: consumerKey, redirect_uri: `${url}/services/oauth2/echo` }
    await soon(
      () => fetch(`${url}/services/oauth2/authorize?${new URLSearchParams(asked)}`, { redirect: 'manual' }),
      ({ headers }) => headers.get('location')?.includes('startURL=') === true,
    )
    env = { ...place.env, SECRET: json.consumerSecret, PASSWORD: person().password, TOKEN: securityToken }
  })

  const given = () => ['--url', url, '--consumer-key', consumerKey, '--json']
  const byPassword = (kind: string, ...words: readonly string[]) =>
    run(['login', kind, ...given(), '--username', person().username, '--consumer-secret-env', 'SECRET', ...words], {
      ...place,
      env,
    })
  const works = async (name: string) => (await sallyport('call', 'GET', listViews, '--login', name)).status === 0
  const removed = async (name: string) => (await sallyport('login', 'remove', name, '--yes')).status === 0

  it('signs in with a browser that brings the token, and says when that has ended', async () => {
    const begun = await beginLogin('user-agent', ...given(), '--hybrid', '--name', 'fragment')
    const browser = browserOf(url)
    const page = await signInOn(browser, await browser.open(begun.address), person().username, person().password)
    const back = page.html.includes('decision') ? await decideOn(browser, page, 'allow') : page
    expect(back.html).toContain('<form method="post">')
    const { origin, pathname, hash } = back.url
    const body = new URLSearchParams({ fragment: hash.slice(1) })
    const posted = await fetch(origin + pathname, { method: 'POST', body, headers: { origin } })
    expect(await posted.text()).toContain('You are signed in')
    const { status, stdout } = await begun.ended()
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ username: person().username })])
    expect(await works('fragment')).toBe(true)
    const shown = JSON.parse((await sallyport('token', 'show', '--login', 'fragment', '--json')).stdout)
    expect(shown.webSessions.sessions.map(({ kind }: { kind: string }) => kind)).toEqual(['parent', 'visualforce'])
    await sallyport('token', 'revoke', '--login', 'fragment')
    const { stderr } = await sallyport('call', 'GET', listViews, '--login', 'fragment')
    expect(stderr).toContain('Sign in again')
    expect((await sallyport('login', 'show', 'fragment')).stdout).toContain('user-agent flow')
    expect(await removed('fragment')).toBe(true)
  })

  it('signs in with a password and security token, says that this retires, and gets new tokens', async () => {
    const words = ['--password-env', 'PASSWORD', '--security-token-env', 'TOKEN', '--name', 'old']
    const { status, stderr, json } = await byPassword('password', ...words)
    expect([status, json]).toEqual([0, expect.objectContaining({ name: 'old', username: person().username })])
    expect(stderr).toContain('ends the username-password flow in 2027')
    await sallyport('token', 'revoke', '--login', 'old')
    expect(await works('old')).toBe(true)
    expect((await sallyport('login', 'show', 'old', '--json')).stdout).not.toContain(person().password)
    expect(await removed('old')).toBe(true)
    const without = await byPassword('password', '--password-env', 'PASSWORD')
    expect([without.status, without.stderr]).toEqual([1, expect.stringContaining('security-token')])
  })

  it('signs in without a browser, keeps the refresh token and no password', async () => {
    const { status, stderr } = await byPassword('headless', '--password-env', 'PASSWORD', '--name', 'form')
    expect([status, stderr]).toEqual([0, ''])
    await sallyport('token', 'revoke', '--login', 'form')
    expect(await works('form')).toBe(true)
    expect(await removed('form')).toBe(true)
    const wrong = await byPassword('headless', '--password-env', 'SECRET')
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('password-wrong')])
    const nobody = await byPassword('headless')
    expect([nobody.status, nobody.stderr]).toEqual([2, expect.stringContaining('--password-stdin')])
  })
})

describe('sallyport login list, show, use and remove', () => {
  it('show what is kept, without secrets, and choose what is used', async () => {
    const { json } = await sallyport('login', 'list', '--json')
    expect(json.map(({ name }: { name: string }) => name)).toEqual([username, 'person', 'second'])
    expect(JSON.stringify(json)).not.toMatch(/PRIVATE KEY|refresh/i)
    await sallyport('login', 'use', 'second')
    expect((await sallyport('login', 'show', '--json')).json).toMatchObject({ name: 'second', kind: 'jwt', username })
    const unknown = await sallyport('login', 'show', 'third')
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('person, second')])
  })

  it('end the tokens of what is removed', async () => {
    const { stdout } = await sallyport('token', 'show', '--login', 'second')
    expect((await sallyport('login', 'remove', 'second')).status).toBe(2)
    expect((await sallyport('login', 'remove', 'second', '--yes')).status).toBe(0)
    const [org] = server.ready.orgs.filter(({ name }: { name: string }) => name === 'Target')
    const answer = await fetch(`${org.url}/services/data/v62.0/limits`, {
      headers: { authorization: `Bearer ${stdout.trim()}` },
    })
    expect(answer.status).toBe(401)
  })

  it('name what another key locked, which can be removed all the same', async () => {
    const other = { ...place, env: { ...place.env, SALLYPORT_CONFIG_KEY: Buffer.alloc(32, 1).toString('base64') } }
    expect((await run(['login', 'list'], other)).stderr).toContain(`“${username}” cannot be opened`)
    expect((await run(['token', 'show'], other)).stderr).toContain('sallyport login remove')
    const bad = { ...place, env: { ...place.env, SALLYPORT_CONFIG_KEY: 'short' } }
    expect((await run(['login', 'list'], bad)).stderr).toContain('32 bytes')
  })
})

describe('sallyport call', () => {
  it('prints what the API answers, as people read it, and as programs do', async () => {
    const { stdout } = await sallyport('call', 'GET', listViews, '--login', username)
    expect(stdout).toContain('\n  "sobjectType": "Account"')
    const { json } = await sallyport('call', 'get', listViews, '--login', username, '--json')
    expect(json).toMatchObject({ status: 200, headers: { 'content-type': expect.anything() }, body: { done: true } })
    const withHeaders = await sallyport('call', 'GET', listViews, '--login', username, '-i')
    expect(withHeaders.stdout).toMatch(/^HTTP 200 OK\n(?:[\w-]+: .*\n)+\n\{/)
  })

  it('gets a new token when the old has ended', async () => {
    await sallyport('token', 'revoke', '--login', username)
    expect((await sallyport('call', 'GET', listViews, '--login', username)).status).toBe(0)
  })

  it('ends with 1 for a refusal, and shows it', async () => {
    const { status, stdout, stderr } = await sallyport(
      'call',
      'GET',
      '/services/data/v62.0/nothing',
      '--login',
      username,
    )
    expect([status, stdout, stderr]).toEqual([1, expect.stringContaining('NOT_FOUND'), expect.stringContaining('404')])
  })

  it('prints a line for curl that does the same, without a token in it', async () => {
    const { stdout } = await sallyport('call', 'GET', listViews, '--login', username, '--curl')
    expect(stdout).not.toMatch(/00D.{12}!/)
    const here = `sallyport() { "${process.execPath}" "${program}" "$@"; }; export SALLYPORT_CONFIG='${config}'`
    const pasted = await paste(`${here}\n${stdout.replace('curl ', 'curl -sS ')}`, folder.path)
    expect(JSON.parse(pasted.stdout)).toMatchObject({ sobjectType: 'Account' })
  })

  it('sends a body from the line, a file or standard input', async () => {
    const signedIn = ['--login', username, '--json']
    writeFileSync(join(folder.path, 'body.json'), '{"Name":"Edge"}')
    const path = '/services/data/v62.0/limits'
    const sent = await Promise.all([
      sallyport('call', 'POST', path, '--body', '{"Name":"Edge"}', ...signedIn),
      sallyport('call', 'POST', path, '--body-file', 'body.json', ...signedIn),
      run(['call', 'POST', path, '--body-file', '-', ...signedIn], { ...place, input: '{"Name":"Edge"}' }),
    ])
    expect(sent.map(({ json }) => json.status)).toEqual([405, 405, 405])
  })

  it('calls by the named credentials of a project, with the certificates of a folder', async () => {
    await using target = await faultServer((request, response) =>
      json(response, 200, { got: request.headers.authorization, url: request.url }),
    )
    const project = join(folder.path, 'force-app')
    mkdirSync(join(project, 'namedCredentials'), { recursive: true })
    mkdirSync(join(folder.path, 'certs'))
    const xml = `<NamedCredential><label>Target</label><endpoint>${target.url}</endpoint><principalType>NamedUser</principalType>
      <protocol>Jwt</protocol><jwtIssuer>a</jwtIssuer><jwtTextSubject>b</jwtTextSubject><jwtAudience>"c"</jwtAudience>
      <jwtSigningCertificate>Mine</jwtSigningCertificate></NamedCredential>`
    writeFileSync(join(project, 'namedCredentials', 'Target.namedCredential-meta.xml'), xml)
    writeFileSync(join(folder.path, 'certs', 'Mine.pem'), readFileSync(settings.jwtBearer.privateKeyFile))
    const words = ['call', 'GET', 'callout:Target/x?y=1', '--project', 'force-app', '--json']
    const { json: answer } = await sallyport(...words)
    expect(answer.body).toEqual({ got: expect.stringMatching(/^Bearer eyJ/), url: '/x?y=1' })
    const leaving = await sallyport('call', 'GET', 'callout:Target/../x', '--project', 'force-app')
    expect([leaving.status, leaving.stderr]).toEqual([1, expect.stringContaining('may leave the host or path')])
    const unknown = await sallyport('call', 'GET', 'callout:Nobody/x', '--project', 'force-app')
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('There are: Target')])
  })

  it.each([
    ['a method that is none', ['FETCH', '/x']],
    ['a header that is none', ['GET', '/x', '--header', 'nothing']],
    ['two bodies', ['POST', '/x', '--body', 'a', '--body-file', 'b']],
    ['a callout as curl', ['GET', 'callout:Target/x', '--curl']],
  ])('is wrong usage with %s', async (_, words) => {
    expect((await sallyport('call', ...words)).status).toBe(2)
  })

  it('does not take its token to another host', async () => {
    const { status, stderr } = await sallyport('call', 'GET', '//evil.example/x', '--login', username)
    expect([status, stderr]).toEqual([1, expect.stringContaining('stays at the host of the org')])
  })
})

describe('sallyport open', () => {
  const person = 'user@target.example'
  const opened = (...words: readonly string[]) => sallyport('open', ...words, '--login', 'person')
  /** A browser that writes down what it is to open, and the file that it writes to. */
  function aBrowser() {
    const [browser, file] = ['browser.sh', 'opened.txt'].map((name) => join(folder.path, name))
    writeFileSync(browser ?? '', `#!/bin/sh\nprintf %s "$1" > '${file}.new' && mv '${file}.new' '${file}'\n`)
    chmodSync(browser ?? '', 0o700)
    return { browser: browser ?? '', file: file ?? '' }
  }

  it('prints an address that opens the page, signed in, once', async () => {
    const { stdout, stderr } = await opened('/personal', '--url-only')
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^http:\S+\/secur\/frontdoor\.jsp\?otp=\w\S+\n$/), ''])
    const page = await browserOf(url).open(stdout.trim())
    expect([page.url.pathname, page.html]).toEqual(['/personal', expect.stringContaining(person)])
    expect((await browserOf(url).open(stdout.trim())).html).toContain('invalid_otp')
  })

  it('tells programs the address and whose it is, and opens nothing', async () => {
    const { json } = await opened('--json')
    expect(json).toEqual({
      url: expect.stringContaining('otp='),
      username: person,
      organizationId: expect.stringMatching(/^00D/),
    })
    expect((await browserOf(url).open(json.url)).html).toContain('You are signed in as')
  })

  it('opens the browser of the machine, and prints the address where there is none', async () => {
    const { browser, file } = aBrowser()
    const words = ['open', '/personal', '--login', 'person']
    const { status, stdout, stderr } = await run(words, { ...place, env: { ...place.env, BROWSER: browser } })
    expect([status, stdout, stderr]).toEqual([0, '', expect.stringContaining(`Opened /personal at localhost:`)])
    const address = await soon(async () => (existsSync(file) ? readFileSync(file, 'utf8') : ''), Boolean)
    expect((await fetch(address, { redirect: 'manual' })).headers.get('location')).toMatch(/\/personal$/)
    const without = await run(words, { ...place, env: { ...place.env, BROWSER: join(folder.path, 'none') } })
    expect([without.status, without.stdout]).toEqual([0, expect.stringContaining('otp=')])
    expect(without.stderr).toContain('within a minute')
  })

  it('gets a new token when the old has ended, and says what is lacking', async () => {
    await sallyport('token', 'revoke', '--login', 'person')
    expect((await opened('--url-only')).status).toBe(0)
    const away = await opened('https://evil.example/', '--url-only')
    expect([away.status, away.stderr]).toEqual([1, expect.stringContaining('path-not-local')])
    const narrow = await sallyport('open', '--login', username)
    expect([narrow.status, narrow.stderr]).toEqual([1, expect.stringContaining('insufficient_scope')])
  })
})

describe('sallyport token', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwt = (header: object, claims: object, key = privateKey) => {
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${encoded(header)}.${encoded(claims)}`
    return `${text}.${createSign('sha256').update(text).sign(key).toString('base64url')}`
  }
  const soon = () => Math.floor(Date.now() / 1000) + 120
  const good = () => ({ iss: '3MVG9x', sub: 'a@b.example', aud: 'https://login.salesforce.com', exp: soon() })
  const decode = async (token: string, ...words: readonly string[]) => {
    const { json } = await run(['token', 'decode', '-', '--json', ...words], { ...place, input: token })
    return json.checks
      .filter(({ outcome }: { outcome: string }) => outcome === 'wrong')
      .map(({ name }: { name: string }) => name)
  }

  it('decode finds nothing wrong with a good assertion, and shows what is in it', async () => {
    expect(await decode(jwt({ alg: 'RS256' }, good()))).toEqual([])
    const shown = await run(['token', 'decode', '-'], { ...place, input: jwt({ alg: 'RS256' }, good()) })
    expect(shown.stdout).toContain('"aud": "https://login.salesforce.com"')
    expect(shown.stdout).toContain('As an assertion for Salesforce:')
  })

  it.each([
    ['another algorithm', { alg: 'HS256' }, {}, ['algorithm']],
    ['no issuer', { alg: 'RS256' }, { iss: undefined }, ['issuer']],
    ['a user as issuer', { alg: 'RS256' }, { iss: 'a@b.example' }, ['issuer']],
    ['a subject that is no username', { alg: 'RS256' }, { sub: '005000000000001' }, ['subject']],
    [
      'an endpoint as audience',
      { alg: 'RS256' },
      { aud: 'https://login.salesforce.com/services/oauth2/token' },
      ['audience'],
    ],
    ['no audience', { alg: 'RS256' }, { aud: undefined }, ['audience']],
    ['milliseconds', { alg: 'RS256' }, { exp: Date.now() }, ['lifetime']],
    ['an end in the past', { alg: 'RS256' }, { exp: 1_000_000_000 }, ['lifetime']],
    ['a day to live', { alg: 'RS256' }, { exp: Math.floor(Date.now() / 1000) + 86_400 }, ['lifetime']],
    ['no end', { alg: 'RS256' }, { exp: undefined }, ['lifetime']],
    ['a beginning in the future', { alg: 'RS256' }, { nbf: Math.floor(Date.now() / 1000) + 3600 }, ['lifetime']],
  ])('decode says what is wrong with %s', async (_, header, claims, wrong) => {
    expect(await decode(jwt(header, { ...good(), ...claims }))).toEqual(wrong)
  })

  it('decode tells whether the key of a certificate signed, and whether the audience is the one meant', async () => {
    const { rsa } = await samples()
    writeFileSync(join(folder.path, 'app.crt'), pemBlock('CERTIFICATE', rsa.chain[0] ?? new Uint8Array()))
    const own = createPrivateKey({ key: Buffer.from(rsa.privateKey), format: 'der', type: 'pkcs8' })
    expect(await decode(jwt({ alg: 'RS256' }, good(), own), '--certificate-file', 'app.crt')).toEqual([])
    expect(await decode(jwt({ alg: 'RS256' }, good()), '--certificate-file', 'app.crt')).toEqual(['key'])
    expect(await decode(jwt({ alg: 'RS256' }, good()), '--audience', 'https://test.salesforce.com')).toEqual([
      'audience',
    ])
  })

  it('decode refuses what is no JWT, and a token on the command line', async () => {
    const none = await run(['token', 'decode', '-'], { ...place, input: 'hello' })
    expect([none.status, none.stderr]).toEqual([1, expect.stringContaining('This is no JWT')])
    expect((await sallyport('token', 'decode', jwt({ alg: 'RS256' }, good()))).status).toBe(2)
  })

  it('verify asks the keys that are published, or a certificate', async () => {
    const publicKey = createPublicKey(privateKey)
    await using published = await faultServer((_, response) =>
      json(response, 200, { keys: [publicKey.export({ format: 'jwk' })] }),
    )
    writeFileSync(join(folder.path, 'id.jwt'), jwt({ alg: 'RS256' }, good()))
    const verified = await sallyport('token', 'verify', 'id.jwt', '--keys-url', published.url)
    expect([verified.status, verified.stdout]).toEqual([0, expect.stringContaining('valid now')])
    const refused = await sallyport('token', 'verify', 'id.jwt', '--certificate-file', 'app.crt')
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('signature')])
    const own = await sallyport('token', 'verify', 'id.jwt', '--url', url)
    expect([own.status, own.stderr]).toEqual([1, expect.stringContaining('signature')])
  })

  it('introspect says what the org says, to the key of the app; else that the app needs its secret', async () => {
    const { json: known } = await sallyport('token', 'introspect', '--login', username, '--json')
    expect(known).toMatchObject({ active: true, username })
    const { status, stderr } = await sallyport('token', 'introspect', '--login', 'person')
    expect([status, stderr]).toEqual([1, expect.stringContaining('invalid_client')])
  })

  it('revoke ends a whole sign-in when it is told to', async () => {
    expect((await sallyport('token', 'revoke', '--login', 'person', '--refresh-token')).status).toBe(0)
    const { status, stderr } = await sallyport('call', 'GET', listViews, '--login', 'person')
    expect([status, stderr]).toEqual([1, expect.stringContaining('Let the user sign in once more')])
  })
})
