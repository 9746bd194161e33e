import type { AccessToken } from './access-token.ts'
import { sendWithToken } from './dpop.ts'
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
  { transport: send = transport(), dpop, signal, timeout }: Asking = {},
): Promise<ReadonlyMap<string, unknown>> {
  const refused = (status: number, error: string, errorDescription: string) =>
    new TokenError({ error, errorDescription, status, requestId: undefined, explanation: undefined })
  const { id, instanceUrl } = token
  if (id === undefined || !URL.canParse(id))
    throw refused(0, 'unusable_answer', 'the token came without an identity URL')
  const identity = new URL(id)
  const hosts = instanceUrl === undefined ? [loginUrl] : [loginUrl, new URL(instanceUrl)]
  // At a My Domain the identity URL is that of the login host: Salesforce's own, or the one that the My Domain is under.
  const isKnown = hosts.some((host) => isSameOrUnder(host, identity))
  if (!isKnown && !/^https:\/\/(?:login|test)\.salesforce\.com$/.test(identity.origin)) {
    throw refused(0, 'unusable_answer', 'the identity URL is at a host that has nothing to do with the token')
  }
  const request = { method: 'GET', url: identity, headers: { accept: 'application/json' } }
  const answer = await sendWithToken(send, request, { token, dpop }, { signal, timeout })
  const members = answer.status === 200 ? membersOf(readJson(textOf(answer.body))) : undefined
  if (members !== undefined) return members
  throw refused(
    answer.status,
    textOf(answer.body).slice(0, 100) || 'unusable_answer',
    `the identity URL answered ${answer.status}`,
  )
}

// Whatever the port: the orgs of one machine may differ in nothing else.
function isSameOrUnder(url: URL, parent: URL): boolean {
  if (url.protocol !== parent.protocol) return false
  return url.hostname === parent.hostname || url.hostname.endsWith(`.${parent.hostname}`)
}
