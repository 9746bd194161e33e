import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, decideOn, signInOn, testBrowser } from './test-browser.ts'
import {
  type Answer,
  answerOf,
  callbackUrl,
  consumerSecret,
  password,
  startTestServer,
  type TestServer,
} from './test-server.ts'
import { credentialsOf, exchange, refresh } from './test-tokens.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const verifier = 'a-verifier-of-at-least-forty-three-characters-0123456789'
const wrongPassword = 'my-other-password-of-elsewhere'
const wrongSecret = 'F'.repeat(63).concat('E')

let server: TestServer
let user: User
let app: ConnectedApp
const written: string[] = []
const secrets = new Map<string, string>()
const causes: string[] = []

/** The same object, but that everything given to its writing methods is noted. */
function recorded<T extends object>(target: T, store = ''): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name)
      if (typeof value === 'object' && value !== null) return recorded(value, String(name))
      if (typeof value !== 'function' || /^(find|list|latest|usage|close)/.test(String(name))) return value
      return (...given: unknown[]) => {
        written.push(`${store}.${String(name)} ${JSON.stringify(given)}`)
        return Reflect.apply(value, object, given)
      }
    },
  })
}

function keep(name: string, secret: string | undefined): string {
  if (secret === undefined) throw new Error(`There is no ${name} to look for.`)
  secrets.set(name, secret)
  return secret
}

function note(answer: Answer): Answer {
  causes.push(answer.headers.get('x-sallyport-cause') ?? '', answer.status >= 400 ? answer.text : '')
  return answer
}

beforeAll(async () => {
  server = await startTestServer({ between: recorded })
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App', { isRefreshTokenRotationEnabled: true })
  for (const [name, secret] of Object.entries({ consumerSecret, password, wrongPassword, wrongSecret, verifier }))
    keep(name, secret)
  const credentials = credentialsOf(app)
  const post = async (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    note(await server.post(path, form, headers))

  const browser = testBrowser(server)
  const parameters = {
    state: keep('state', 'a-state-that-only-the-app-knows'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  const page = await browser.open(authorizeUrl(app.consumerKey, parameters))
  keep('browser cookie', browser.cookies.get('browser-8787'))
  const again = await signInOn(browser, page, user.username, wrongPassword)
  await signInOn(browser, again, wrongPassword, user.username)
  const consent = await signInOn(browser, again, user.username)
  keep('session cookie', browser.cookies.get('sid-8787'))
  const callback = await decideOn(browser, consent, 'allow')
  const code = keep('code', callback.url.searchParams.get('code') ?? undefined)
  note(await exchange(server, app, code, { client_secret: wrongSecret }))
  const tokens = note(await exchange(server, app, code, { code_verifier: verifier })).body
  for (const name of ['access_token', 'refresh_token', 'id_token']) keep(name, tokens[name])
  const rotated = note(await refresh(server, app, tokens.refresh_token)).body
  for (const name of ['access_token', 'refresh_token']) keep(`rotated ${name}`, rotated[name])
  const claims = { iss: app.consumerKey, sub: user.username }
  const assertion = keep('good assertion', server.assertion(claims))
  expect((await post('/services/oauth2/token', { grant_type: grantType, assertion })).status).toBe(200)
  await server.request(`/services/oauth2/userinfo?access_token=${tokens.access_token}`)
  await server.request('/services/data/v67.0/limits', { headers: { authorization: `Bearer ${tokens.access_token}` } })
  await post('/services/oauth2/introspect', { token: tokens.access_token, ...credentials })
  note(await refresh(server, app, tokens.refresh_token))
  note(await answerOf(await server.request(`/services/oauth2/revoke?token=${rotated.access_token}`)))
  note(await exchange(server, app, code, { code_verifier: verifier }))

  const basic = `Basic ${Buffer.from(`${app.consumerKey}:${wrongSecret}`).toString('base64')}`
  await post('/services/oauth2/token', { grant_type: 'refresh_token', refresh_token: 'x' }, { authorization: basic })
  await post('/services/oauth2/token', {
    grant_type: 'refresh_token',
    client_id: wrongSecret,
    client_secret: app.consumerKey,
  })
  await server.request(authorizeUrl(wrongSecret))
  for (const [name, more] of Object.entries({
    late: { exp: 1 },
    misled: { aud: 'https://elsewhere.example' },
  })) {
    const refused = keep(`${name} assertion`, server.assertion({ ...claims, ...more }))
    await post('/services/oauth2/token', { grant_type: grantType, assertion: refused })
  }
  await post('/services/oauth2/token', { grant_type: grantType, assertion: `${secrets.get('good assertion')}x.y` })
  await post(`/services/oauth2/token?client_secret=${wrongSecret}&client_secret=${wrongSecret}`, {
    grant_type: 'refresh_token',
  })
  const client_assertion = keep('client assertion', server.assertion({ ...claims, sub: app.consumerKey, aud: 'x' }))
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  await post('/services/oauth2/token', { grant_type: 'refresh_token', client_assertion, client_assertion_type })
  await post('/services/oauth2/token', {
    grant_type: 'password',
    username: user.username,
    password: wrongPassword,
    ...credentials,
  })
  await post('/services/oauth2/token', {
    grant_type: 'authorization_code',
    code: 'x',
    redirect_uri: callbackUrl,
    ...credentials,
    client_secret: wrongSecret,
  })
})

afterAll(() => server.close())

/** What of a secret must be nowhere: the part that makes it one, whatever is put before or behind it. */
const tellTale = (secret: string) => secret.replace(/==$/, '').slice(-40)

describe('a secret', () => {
  it('was shown in each of the ways that there are, and much was written about it', () => {
    expect([...secrets.keys()]).toHaveLength(18)
    expect(written.filter((entry) => entry.startsWith('journal.add')).length).toBeGreaterThan(20)
    expect(written.filter((entry) => entry.startsWith('issue.')).length).toBeGreaterThan(2)
  })

  it('is in nothing that is written to the database, the journal and Login History among it', () => {
    const leaked = [...secrets].flatMap(([name, secret]) =>
      written.filter((entry) => entry.includes(tellTale(secret))).map((entry) => `${name}: ${entry}`),
    )
    expect(leaked).toEqual([])
  })

  it('is in no error answer and in no cause', () => {
    const leaked = [...secrets].flatMap(([name, secret]) =>
      causes.filter((text) => text.includes(tellTale(secret))).map((text) => `${name}: ${text}`),
    )
    expect(causes.filter((text) => text !== '').length).toBeGreaterThan(10)
    expect(leaked).toEqual([])
  })
})
