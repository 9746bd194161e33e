import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs } from './test-browser.ts'
import { type Answer, callbackUrl, consumerSecret, type TestServer } from './test-server.ts'

/** The consumer key and secret of an app, as form fields. */
export function credentialsOf({ consumerKey }: ConnectedApp): { client_id: string; client_secret: string } {
  return { client_id: consumerKey, client_secret: consumerSecret }
}

/** A code for the app, allowed by the user in a fresh browser. */
export async function codeFor(
  server: TestServer,
  { username }: User,
  { consumerKey, callbackUrls: [redirect_uri = callbackUrl] }: ConnectedApp,
  parameters: Record<string, string> = {},
): Promise<string> {
  const callback = await authorizeAs(server, username, consumerKey, { redirect_uri, ...parameters })
  const code = callback.searchParams.get('code')
  if (code === null) throw new Error(`The app was called back without a code: ${callback}`)
  return code
}

/** Exchanges a code; a field that is empty is left out. */
export function exchange(
  server: TestServer,
  app: ConnectedApp,
  code: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  const redirect_uri = app.callbackUrls[0] ?? callbackUrl
  const form = { grant_type: 'authorization_code', code, redirect_uri, ...credentialsOf(app), ...more }
  return server.post('/services/oauth2/token', withoutEmpty(form))
}

/** The tokens that a user's approval brings an app. */
export async function tokensFor(
  server: TestServer,
  user: User,
  app: ConnectedApp,
  parameters: Record<string, string> = {},
): Promise<Answer['body']> {
  const answer = await exchange(server, app, await codeFor(server, user, app, parameters))
  if (answer.status !== 200) throw new Error(`The code bought nothing: ${answer.text}`)
  return answer.body
}

/** Uses a refresh token; a field that is empty is left out. */
export function refresh(
  server: TestServer,
  app: ConnectedApp,
  refresh_token: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  const form = { grant_type: 'refresh_token', refresh_token, ...credentialsOf(app), ...more }
  return server.post('/services/oauth2/token', withoutEmpty(form))
}

/** Whether an access token opens userinfo. */
export async function isAlive(server: TestServer, accessToken: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await server.request('/services/oauth2/userinfo', { headers })).status === 200
}

/** What a refusal says on the wire, and the reason that the journal keeps. */
export async function refusalOf(server: TestServer, answer: Answer) {
  const { refusal } = await server.journalOf(answer)
  const { error, error_description } = answer.body ?? {}
  return { status: answer.status, error, error_description, reason: refusal?.reason }
}

/** The claims of a JWT, which nobody has verified. */
export function claimsOf(jwt: string): Answer['body'] {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

function withoutEmpty(form: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ''))
}
