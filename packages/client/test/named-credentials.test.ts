import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decideOn, signInOn, testBrowser } from '../../server/test/flows/test-browser.ts'
import { callbackUrl, consumerSecret, type TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import {
  apex,
  type CertificateStore,
  certificates,
  type ExternalCredentialSettings,
  externalCredential,
  MetadataError,
  memoryTokenStore,
  NamedCredentialError,
  type NamedCredentialSettings,
  type NamedCredentialsOptions,
  namedCredential,
  namedCredentials,
  readDxProject,
  readExternalCredentialXml,
  readNamedCredentialXml,
  readOrgFileCredentials,
  secretsOf,
  signerFromKey,
  webServerFlow,
} from '../src/index.ts'
import { decodeJwt } from '../src/jwt.ts'
import { type FaultServer, faultServer, json } from './fault-server.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)
const username = 'robot@target.example'
let server: TestServer
let store: CertificateStore
let api: string
/** Answers what it was asked: method, URL, headers and body. */
let echo: FaultServer

beforeAll(async () => {
  server = await startHttpServer()
  await server.addUser(username)
  const { id } = await server.profile('Standard User')
  await server.addApp('Robot', {}, { isAdminApproved: true, profileIds: [id] })
  await server.addApp('Desk')
  api = `http://127.0.0.1:${server.org.port}`
  const signer = signerFromKey(server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
  store = certificates([{ uniqueName: 'OrgA_JWT', certificate: server.signer.pem, signer }])
  echo = await faultServer((request, response, body) =>
    json(response, 200, { method: request.method, url: request.url, headers: request.headers, body }),
  )
})
afterAll(async () => {
  await server.close()
  await echo[Symbol.asyncDispose]()
})

const jwt = () => ({
  signingCertificate: 'OrgA_JWT',
  claims: { iss: '3MVG9Robot', sub: username, aud: server.base },
})
const exchange = () =>
  ({ protocol: 'JwtExchange', tokenEndpoint: `${server.base}/services/oauth2/token`, jwt: jwt() }) as const

/** What a callout by one legacy credential came to, as the echo saw it. */
async function echoed(
  settings: Partial<NamedCredentialSettings>,
  options: Partial<NamedCredentialsOptions> = {},
  request: {
    readonly url?: string
    readonly headers?: Record<string, string>
    readonly body?: string | Uint8Array<ArrayBuffer>
  } = {},
) {
  const credential = namedCredential({
    name: 'One',
    url: `${echo.url}/base`,
    authentication: { protocol: 'NoAuthentication' },
    ...settings,
  } as NamedCredentialSettings)
  const callouts = namedCredentials({ namedCredentials: [credential], certificates: store, ...options })
  const answer = await callouts.send({ method: 'POST', url: 'callout:One/path?x=1', ...request })
  return JSON.parse(new TextDecoder().decode(answer.body))
}

describe('the page about named credentials', () => {
  it('has code and metadata that work as they stand', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-named-'))
    const page = await readFile(join(root, 'docs/named-credentials.md'), 'utf8')
    const blocks = (language: string) =>
      [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block ?? '')
    const place = join(folder, 'force-app/main/default')
    for (const [at, name] of [
      'namedCredentials/OrgB.namedCredential',
      'externalCredentials/OrgB_JWT.externalCredential',
    ].entries()) {
      await mkdir(join(place, name.split('/')[0] ?? ''), { recursive: true })
      const xml = (blocks('xml')[at] ?? '')
        .replace('https://orgb.my.salesforce.com/services/oauth2/token', `${server.base}/services/oauth2/token`)
        .replace('https://orgb.my.salesforce.com', api)
        .replace('https://login.salesforce.com', server.base)
      await writeFile(join(place, `${name}-meta.xml`), xml)
    }
    await mkdir(join(folder, 'certs'))
    await writeFile(
      join(folder, 'certs/OrgA_JWT.key'),
      server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }),
    )
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    const [fromProject = '', fromCode = ''] = blocks('ts')
    await writeFile(join(folder, 'project.ts'), fromProject)
    await writeFile(join(folder, 'code.ts'), fromCode)
    const env = { ...process.env, STOCK_URL: echo.url, STOCK_KEY: 'k-1' }
    expect((await run(process.execPath, ['project.ts'], { cwd: folder, env })).stdout).toMatch(/^200 \{.*"listviews"/)
    expect((await run(process.execPath, ['code.ts'], { cwd: folder, env })).stdout).toBe('200\n')
    await rm(folder, { recursive: true })
  })
})

describe('a callout', () => {
  it('goes to the URL of its credential, with the rest behind it', async () => {
    expect(await echoed({})).toMatchObject({ method: 'POST', url: '/base/path?x=1' })
    expect(await echoed({}, {}, { url: 'CALLOUT:one' })).toMatchObject({ url: '/base' })
  })

  it('is sent by Apex’s Http, too, and its failures are CalloutExceptions', async () => {
    const callouts = namedCredentials({
      namedCredentials: [namedCredential({ name: 'OrgB', url: api, authentication: exchange() })],
      certificates: store,
    })
    const { Http, HttpRequest, System } = apex({ certificates: store, callouts })
    const request = new HttpRequest()
    request.setEndpoint('callout:OrgB/services/data/v48.0/sobjects/Account/listviews/')
    request.setMethod('GET')
    const response = await new Http().send(request)
    expect([response.getStatusCode(), response.getBody()]).toEqual([
      200,
      expect.stringContaining('"sobjectType":"Account"'),
    ])
    expect(request.getEndpoint()).toMatch(/^callout:/)
    request.setEndpoint('callout:Nobody/x')
    await expect(new Http().send(request)).rejects.toThrow(System.CalloutException)
  })

  it('says in Salesforce’s words what the exchange was refused for', async () => {
    const wrong = { ...exchange(), jwt: { ...jwt(), claims: { ...jwt().claims, aud: 'https://wrong.example' } } }
    const callouts = namedCredentials({
      namedCredentials: [namedCredential({ name: 'OrgB', url: api, authentication: wrong })],
      certificates: store,
    })
    await expect(callouts.send({ method: 'GET', url: 'callout:OrgB' })).rejects.toMatchObject({
      name: 'TokenError',
      explanation: { meaning: expect.stringContaining('https://wrong.example') },
    })
    const { Http, HttpRequest } = apex({ certificates: store, callouts })
    const request = new HttpRequest()
    request.setEndpoint('callout:OrgB')
    await expect(new Http().send(request)).rejects.toThrow(
      'Unable to complete the JWT token exchange. Error: invalid_grant. Error description: audience is invalid.',
    )
  })
})

describe('a credential', () => {
  it('sends user and password', async () => {
    const secrets = secretsOf({ one: { password: 'pässword' } })
    const { headers } = await echoed({ authentication: { protocol: 'Password', username: 'ada' } }, { secrets })
    expect(headers.authorization).toBe(`Basic ${Buffer.from('ada:pässword').toString('base64')}`)
  })

  it('signs a JWT for each request', async () => {
    const seen = await Promise.all([1, 2].map(() => echoed({ authentication: { protocol: 'Jwt', jwt: jwt() } })))
    const [first, second] = seen.map(({ headers }) => decodeJwt(headers.authorization.replace('Bearer ', ''))?.claims)
    expect(first?.get('sub')).toBe(username)
    expect(Number(first?.get('exp')) - Number(first?.get('iat'))).toBe(120)
    expect(first?.get('jti')).not.toBe(second?.get('jti'))
  })

  it('evaluates formulas in claims for the user who calls', async () => {
    const claims = {
      ...jwt().claims,
      sub: "{!'User=' & $User.Id & '/' & $User.Username}",
      exp: '{!Text(FLOOR((NOW() - DATETIMEVALUE("1970-01-01 00:00:00")) * 86400 + 120))}',
    }
    const credential = namedCredential({
      name: 'One',
      url: echo.url,
      principal: 'PerUserPrincipal',
      authentication: { protocol: 'Jwt', jwt: { ...jwt(), claims } },
    })
    const now = new Date('2026-11-23T12:00:00Z')
    const callouts = namedCredentials({ namedCredentials: [credential], certificates: store, now: () => now })
    const request = { method: 'GET', url: 'callout:One' }
    await expect(callouts.send(request)).rejects.toMatchObject({ reason: 'user-missing' })
    const answer = await callouts.as({ id: '005A', fields: { Username: 'ada@a.example' } }).send(request)
    const { headers } = JSON.parse(new TextDecoder().decode(answer.body))
    const token = decodeJwt(headers.authorization.replace('Bearer ', ''))
    expect([token?.claims.get('sub'), token?.claims.get('exp')]).toEqual([
      'User=005A/ada@a.example',
      now.getTime() / 1000 + 120,
    ])
  })

  it.each([
    ['in the body', 'body', (asked: URLSearchParams) => [asked.get('client_id'), asked.get('client_secret')]],
    [
      'in a header',
      'basic',
      (_: URLSearchParams, header: string) =>
        Buffer.from(header.slice(6), 'base64').toString().split(':').map(decodeURIComponent),
    ],
  ] as const)('gets a token of its own with a client secret %s, once', async (_, clientAuthentication, pairOf) => {
    let header = ''
    await using tokens = await faultServer((request, response) => {
      header = request.headers.authorization ?? ''
      json(response, 200, { access_token: 't', token_type: 'Bearer', expires_in: 3600 })
    })
    const tokenEndpoint = `${tokens.url}/token`
    const options = {
      store: memoryTokenStore(),
      secrets: secretsOf({ One: { clientId: 'id', clientSecret: 's%e:c' } }),
    }
    const authentication = { protocol: 'ClientCredentials', tokenEndpoint, clientAuthentication, scope: 'api' } as const
    expect((await echoed({ authentication }, options)).headers.authorization).toBe('Bearer t')
    await echoed({ authentication }, options)
    const asked = new URLSearchParams(tokens.requests[0]?.body)
    expect([asked.get('grant_type'), asked.get('scope')]).toEqual(['client_credentials', 'api'])
    expect(pairOf(asked, header)).toEqual(['id', 's%e:c'])
    expect(tokens.requests).toHaveLength(1)
  })

  it('gets a token of its own with a JWT as its secret', async () => {
    await using tokens = await faultServer((_, response) => json(response, 200, { access_token: 't' }))
    const authentication = {
      protocol: 'ClientCredentials',
      tokenEndpoint: tokens.url,
      clientAuthentication: jwt(),
    } as const
    await echoed({ authentication })
    const asked = new URLSearchParams(tokens.requests[0]?.body)
    expect(asked.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    expect(decodeJwt(asked.get('client_assertion') ?? '')?.claims.get('iss')).toBe('3MVG9Robot')
  })

  it('is signed in for by a browser once, and then renews itself', async () => {
    const provider = webServerFlow({
      consumerKey: '3MVG9Desk',
      consumerSecret,
      loginHost: server.base,
      redirectUri: callbackUrl,
    })
    const credential = namedCredential({
      name: 'Desk',
      url: api,
      authentication: { protocol: 'Oauth', authProvider: 'Target' },
    })
    const callouts = namedCredentials({ namedCredentials: [credential], authProviders: { target: provider } })
    const request = { method: 'GET', url: 'callout:Desk/services/data/v62.0/limits' }
    await expect(callouts.send(request)).rejects.toMatchObject({ reason: 'not-signed-in' })
    const signIn = callouts.beginSignIn('Desk')
    const browser = testBrowser(server)
    let stop = await signInOn(browser, await browser.open(signIn.url.href), username)
    if (!stop.hasLeft) stop = await decideOn(browser, stop, 'allow')
    const token = await signIn.finish(stop.url)
    expect((await callouts.send(request)).status).toBe(200)
    await provider.revoke(token.accessToken)
    expect((await callouts.send(request)).status).toBe(200)
  })

  it('adds the headers of the named and of the external credential, and takes precedence over the request', async () => {
    const settings: ExternalCredentialSettings = {
      name: 'Ext',
      authentication: { protocol: 'Custom' },
      principals: [
        { name: 'Second', type: 'NamedPrincipal', sequenceNumber: 2 },
        { name: 'First', type: 'NamedPrincipal', sequenceNumber: 1 },
      ],
      headers: [{ name: 'X-Key', value: 'Key {!$Credential.Ext.ApiKey}' }],
    }
    const credential = namedCredential({
      name: 'One',
      url: echo.url,
      externalCredential: 'ext',
      headers: [{ name: 'X-Own', value: '{!BASE64ENCODE("a")}' }],
    })
    const secrets = secretsOf({ 'Ext-First': { ApiKey: '1' }, 'Ext-Second': { ApiKey: '2' } })
    const callouts = namedCredentials({
      namedCredentials: [credential],
      externalCredentials: [externalCredential(settings)],
      secrets,
    })
    const headersOf = async (principal?: string) => {
      const answer = await callouts.send(
        { method: 'GET', url: 'callout:One', headers: { 'x-key': 'mine' } },
        { principal },
      )
      return JSON.parse(new TextDecoder().decode(answer.body)).headers
    }
    expect(await headersOf()).toMatchObject({ 'x-key': 'Key 1', 'x-own': 'YQ==' })
    expect(await headersOf('second')).toMatchObject({ 'x-key': 'Key 2' })
    await expect(headersOf('third')).rejects.toMatchObject({ reason: 'principal-unknown' })
  })
})

describe('a token that is no longer valid', () => {
  async function expiring(status: number, refreshStatuses: readonly number[]) {
    let count = 0
    const seen: string[] = []
    await using tokens = await faultServer((_, response) => {
      count += 1
      json(response, 200, { access_token: `t${count}` })
    })
    await using target = await faultServer((request, response) => {
      seen.push(request.headers.authorization ?? '')
      json(response, request.headers.authorization === 'Bearer t1' ? status : 200, {})
    })
    const callouts = namedCredentials({
      namedCredentials: [namedCredential({ name: 'One', url: target.url, externalCredential: 'Ext' })],
      externalCredentials: [
        externalCredential({
          name: 'Ext',
          authentication: { protocol: 'JwtExchange', tokenEndpoint: tokens.url, jwt: jwt() },
          principals: [{ name: 'P', type: 'NamedPrincipal' }],
          refreshStatuses,
        }),
      ],
      certificates: store,
    })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => callouts.send({ method: 'POST', url: 'callout:One', body: 'x' })),
    )
    return { statuses: new Set(answers.map((answer) => answer.status)), count, last: seen.at(-1) }
  }

  it('is renewed once for all who call, after a 401 or a status of the credential', async () => {
    expect(await expiring(401, [])).toEqual({ statuses: new Set([200]), count: 2, last: 'Bearer t2' })
    expect(await expiring(418, [418])).toEqual({ statuses: new Set([200]), count: 2, last: 'Bearer t2' })
  })

  it('is not renewed after any other status', async () => {
    expect(await expiring(403, [418])).toEqual({ statuses: new Set([403]), count: 1, last: 'Bearer t1' })
  })
})

describe('merge fields', () => {
  const authentication = { protocol: 'Password', username: 'a&b' } as const
  const secrets = secretsOf({ One: { password: 'p{!$Credential.Username}' } })
  const request = {
    headers: { 'X-User': '{!$Credential.Username} {!$Credential.AuthorizationMethod}' },
    body: '<u>{!HTMLENCODE($Credential.Username)}</u><p>{!$Credential.Password}</p>{!Other}',
  }

  it('are filled in where the credential allows it, and what is put in is not read again', async () => {
    const allowed = { allowMergeFieldsInHeader: true, allowMergeFieldsInBody: true }
    const { headers, body } = await echoed({ authentication, ...allowed }, { secrets }, request)
    expect(headers['x-user']).toBe('a&b Basic')
    expect(body).toBe('<u>a&amp;b</u><p>p{!$Credential.Username}</p>{!Other}')
  })

  it('stand as they are where it does not', async () => {
    const { headers, body } = await echoed({ authentication }, { secrets }, request)
    expect([headers['x-user'], body]).toEqual([request.headers['X-User'], request.body])
  })

  it('make a header of one’s own where none is generated', async () => {
    const { headers } = await echoed(
      { authentication: exchange(), generateAuthorizationHeader: false, allowMergeFieldsInHeader: true },
      {},
      { headers: { 'X-Token': 'OAuth {!$Credential.OAuthToken}' } },
    )
    expect(headers['x-token']).toMatch(/^OAuth 00D/)
    expect(headers.authorization).toBeUndefined()
  })

  it.each([
    ['an unknown field', { 'X-A': '{!$Credential.Colour}' }, 'merge-field-unknown'],
    ['a field without a value', { 'X-A': '{!$Credential.OAuthToken}' }, 'merge-field-empty'],
    ['a secret that is not there', { 'X-A': '{!$Credential.OAuthConsumerKey}' }, 'secret-missing'],
    ['HTMLENCODE in a header', { 'X-A': '{!HTMLENCODE($Credential.Username)}' }, 'header-invalid'],
  ])('are refused: %s', async (_, headers, reason) => {
    const settings = { authentication, allowMergeFieldsInHeader: true }
    await expect(echoed(settings, { secrets }, { headers })).rejects.toMatchObject({ reason })
  })

  it('never break a header, whatever a secret has in it', async () => {
    const evil = secretsOf({ One: { username: 'a\r\nX-Evil: 1', password: 'x' } })
    const settings = { authentication: { protocol: 'Password' }, allowMergeFieldsInHeader: true } as const
    const refused = echoed(settings, { secrets: evil }, { headers: { 'X-A': '{!$Credential.Username}' } })
    await expect(refused).rejects.toMatchObject({ reason: 'header-invalid' })
  })

  it('are not looked for in bytes that are no text', async () => {
    const body = new Uint8Array([0xff, 0xfe, 0x00])
    await expect(echoed({ allowMergeFieldsInBody: true }, {}, { body })).rejects.toMatchObject({
      reason: 'body-not-text',
    })
  })
})

describe('what cannot be called', () => {
  const sent = { transport: () => Promise.reject(new Error('This was sent.')) }

  it.each([
    ['a credential that there is not', 'callout:Nobody/x', 'credential-unknown'],
    ['no name', 'callout:/x', 'endpoint-malformed'],
    ['a host', 'callout:One.evil.example/x', 'endpoint-malformed'],
    ['a path that leads up', 'callout:One/../x', 'endpoint-leaves-credential'],
    ['a path that leads up, encoded', 'callout:One/%252e%252e/x', 'endpoint-leaves-credential'],
    ['another host', 'callout:One//evil.example', 'endpoint-leaves-credential'],
    ['a user in the path', 'callout:One/@evil.example', 'endpoint-leaves-credential'],
  ])('is refused before anything is sent: %s', async (_, url, reason) => {
    const refused = echoed({}, sent, { url })
    await expect(refused).rejects.toBeInstanceOf(NamedCredentialError)
    await expect(refused).rejects.toMatchObject({ reason })
  })

  it.each([
    ['one that is switched off', { isEnabled: false }, 'credential-disabled'],
    [
      'one whose external credential is not there',
      { authentication: undefined, externalCredential: 'Gone' },
      'external-credential-unknown',
    ],
    [
      'one whose certificate is not there',
      {
        authentication: {
          protocol: 'Jwt',
          jwt: { signingCertificate: 'Gone', claims: { iss: 'a', sub: 'b', aud: 'c' } },
        },
      },
      'definition-invalid',
    ],
    [
      'one whose auth. provider is not there',
      { authentication: { protocol: 'Oauth', authProvider: 'Gone' } },
      'definition-invalid',
    ],
    ['one whose password is not there', { authentication: { protocol: 'Password', username: 'a' } }, 'secret-missing'],
  ])('is refused before anything is sent: %s', async (_, settings, reason) => {
    await expect(echoed(settings as Partial<NamedCredentialSettings>, sent)).rejects.toMatchObject({ reason })
  })

  it('does not follow a redirect with its token', async () => {
    await using elsewhere = await faultServer((_, response) => json(response, 200, {}))
    await using target = await faultServer((_, response) => response.writeHead(302, { location: elsewhere.url }).end())
    const callouts = namedCredentials({
      namedCredentials: [
        namedCredential({ name: 'One', url: target.url, authentication: { protocol: 'Jwt', jwt: jwt() } }),
      ],
      certificates: store,
    })
    expect((await callouts.send({ method: 'GET', url: 'callout:One' })).status).toBe(302)
    expect(elsewhere.requests).toEqual([])
  })
})

describe('metadata', () => {
  const legacy = (fields: string) =>
    `<?xml version="1.0"?><NamedCredential xmlns="http://soap.sforce.com/2006/04/metadata">
      <label>Org B</label><endpoint>${api}</endpoint>${fields}</NamedCredential>`
  const jwtFields = () => `<principalType>NamedUser</principalType><protocol>JwtExchange</protocol>
    <authTokenEndpointUrl>${server.base}/services/oauth2/token</authTokenEndpointUrl>
    <jwtIssuer>3MVG9Robot</jwtIssuer><jwtAudience>"${server.base}"</jwtAudience>
    <jwtTextSubject>${username}</jwtTextSubject><jwtSigningCertificate>OrgA_JWT</jwtSigningCertificate>`

  it('of a legacy named credential calls the other org', async () => {
    const { credential } = readNamedCredentialXml(legacy(jwtFields()), 'OrgB', 'OrgB.namedCredential-meta.xml')
    const callouts = namedCredentials({ namedCredentials: [credential], certificates: store })
    const answer = await callouts.send({ method: 'GET', url: 'callout:OrgB/services/data/v62.0/limits' })
    expect(answer.status).toBe(200)
  })

  it('of an org file says the same', async () => {
    const org = {
      namedCredentials: [
        {
          fullName: 'OrgB',
          label: 'Org B',
          endpoint: api,
          protocol: 'Password',
          principalType: 'NamedUser',
          username: 'ada',
          password: 'secret',
        },
      ],
    }
    const read = readOrgFileCredentials(org, 'acme.yaml', 'orgs[0]')
    expect(read.namedCredentials).toMatchObject([
      { name: 'OrgB', signIn: { authentication: { protocol: 'Password' } } },
    ])
    const owner = { credential: 'OrgB', principal: undefined, userId: undefined }
    expect(await read.secrets.find(owner)).toEqual({ username: 'ada', password: 'secret' })
    expect(JSON.stringify(read.namedCredentials)).not.toContain('secret')
    expect(() => readOrgFileCredentials({ namedCredentials: {} }, 'acme.yaml', 'orgs[0]')).toThrow(
      'acme.yaml: orgs[0].namedCredentials: Give a list.',
    )
  })

  it.each([
    ['a field that there is not', '<colour>red</colour>', /NamedCredential\.colour: There is no such field/],
    ['a field that is not supported', '<awsRegion>x</awsRegion>', /awsRegion: Salesforce knows this field/],
    ['a protocol that there is not', '<protocol>Magic</protocol>', /protocol: Choose one of/],
    ['no protocol', '', /protocol: This is missing/],
    [
      'an audience that is no JSON',
      '<protocol>Jwt</protocol><jwtIssuer>a</jwtIssuer><jwtTextSubject>b</jwtTextSubject><jwtAudience>plain</jwtAudience>',
      /jwtAudience: This is JSON text/,
    ],
    ['a field twice', '<protocol>Jwt</protocol><protocol>Jwt</protocol>', /protocol: Give this once/],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]>', /document type/],
    ['an element that is not closed', '<protocol>', /well-formed/],
  ])('is refused with file and path: %s', (_, fields, words) => {
    const read = () => readNamedCredentialXml(legacy(fields), 'OrgB', 'OrgB.namedCredential-meta.xml')
    expect(read).toThrow(MetadataError)
    expect(read).toThrow(words)
    expect(read).toThrow(/^OrgB\.namedCredential-meta\.xml: /)
  })

  it.each([
    ['no principal', '<authenticationProtocol>Custom</authenticationProtocol>', /no principal/],
    ['a variant that there is not', parameters('AuthProtocolVariant', 'Magic'), /Choose one of/],
    [
      'a JWT without a certificate',
      parameters('AuthProtocolVariant', 'JwtBearer') + parameters('AuthProviderUrl', 'https://x.example'),
      /SigningCertificate is missing/,
    ],
  ])('of an external credential is refused: %s', (_, fields, words) => {
    const xml = `<ExternalCredential><label>x</label>${
      fields.includes('authenticationProtocol') ? '' : '<authenticationProtocol>Oauth</authenticationProtocol>'
    }${fields}</ExternalCredential>`
    expect(() => readExternalCredentialXml(xml, 'Ext', 'Ext.externalCredential-meta.xml')).toThrow(words)
  })

  it('of a whole project is read from wherever it is, in either format', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-project-'))
    await mkdir(join(folder, 'a/namedCredentials'), { recursive: true })
    await mkdir(join(folder, 'node_modules'))
    await writeFile(
      join(folder, 'a/namedCredentials/One.namedCredential-meta.xml'),
      legacy('<protocol>NoAuthentication</protocol>'),
    )
    await writeFile(join(folder, 'a/Two.namedCredential'), legacy('<protocol>NoAuthentication</protocol>'))
    await writeFile(join(folder, 'node_modules/Three.namedCredential'), 'not read')
    const project = await readDxProject(folder)
    expect(project.namedCredentials.map(({ name }) => name)).toEqual(['Two', 'One'])
    await rm(folder, { recursive: true })
  })
})

function parameters(type: string, value: string): string {
  return `<externalCredentialParameters><parameterName>p</parameterName><parameterType>${type}</parameterType><parameterValue>${value}</parameterValue></externalCredentialParameters>`
}
