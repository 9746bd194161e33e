import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { Answer, AssertionOptions, TestServer } from '../flows/test-server.ts'

/** What a JWT bearer request comes to. */
export function jwtBearer(
  { post, assertion }: TestServer,
  claims: Record<string, unknown>,
  options: AssertionOptions = {},
): Promise<Answer> {
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  return post('/services/oauth2/token', { grant_type, assertion: assertion(claims, options) })
}

/** The id of a request that is in the journal of the org: one with an app of it. */
export async function journalledRequest(server: TestServer, { consumerKey }: ConnectedApp): Promise<string> {
  const answer = await jwtBearer(server, { iss: consumerKey, sub: 'nobody@target.example' })
  return (await server.journalOf(answer)).requestId
}
