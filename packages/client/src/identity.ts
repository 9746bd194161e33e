import type { AccessToken } from './access-token.ts'
import { membersOf, readJson, textOf } from './encoding.ts'
import { TokenError } from './token-error.ts'
import type { Asking } from './token-request.ts'
import { transport } from './transport.ts'

/**
 * Who a token acts for, by its identity URL: `username`, `organization_id`, `urls` and the rest.
 * @param loginUrl the login host that gave the token: it and the API's host are the only ones that see it
 * @throws {TokenError} when the identity URL is missing, at another host, or refuses
 */
export async function identityOf(
  token: AccessToken,
  loginUrl: URL,
  { transport: send = transport(), signal, timeout }: Asking = {},
): Promise<ReadonlyMap<string, unknown>> {
  const refused = (status: number, error: string, errorDescription: string) =>
    new TokenError({ error, errorDescription, status, requestId: undefined, explanation: undefined })
  const { id, instanceUrl, accessToken } = token
  if (id === undefined || !URL.canParse(id))
    throw refused(0, 'unusable_answer', 'the token came without an identity URL')
  const { origin } = new URL(id)
  const isKnown = origin === loginUrl.origin || (instanceUrl !== undefined && origin === new URL(instanceUrl).origin)
  // At a My Domain the identity URL is that of Salesforce's login host.
  if (!isKnown && !/^https:\/\/(?:login|test)\.salesforce\.com$/.test(origin)) {
    throw refused(0, 'unusable_answer', 'the identity URL is at a host that has nothing to do with the token')
  }
  const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' }
  const answer = await send({ method: 'GET', url: id, headers }, { signal, timeout })
  const members = answer.status === 200 ? membersOf(readJson(textOf(answer.body))) : undefined
  if (members !== undefined) return members
  throw refused(
    answer.status,
    textOf(answer.body).slice(0, 100) || 'unusable_answer',
    `the identity URL answered ${answer.status}`,
  )
}
