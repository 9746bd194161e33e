import type { AccessToken } from './access-token.ts'
import { sendWithToken } from './dpop.ts'
import { membersOf, readJson, textOf } from './encoding.ts'
import { SignInError } from './sign-in-error.ts'
import { type Asking, formHeaders } from './token-request.ts'
import { readRefusal } from './token-response.ts'
import { transport } from './transport.ts'

/**
 * A URL that opens a page of the org with a browser as the user of a token, once and soon. Whoever opens it is signed in: it
 * belongs into no log.
 * @param path of the page, such as `/setup`
 * @throws {TokenError} when it is refused, `insufficient_scope` without `web` or `full`
 * @throws {TransportError} when there was no answer
 */
export async function singleAccessUrl(token: AccessToken, path = '/', asking: Asking = {}): Promise<URL> {
  const { transport: send = transport(), now = () => new Date(), dpop, signal, timeout } = asking
  const { instanceUrl } = token
  if (instanceUrl === undefined) {
    throw new SignInError('not-signed-in', 'The token does not say where the org is: it has no instance_url.')
  }
  const url = new URL(`${instanceUrl}/services/oauth2/singleaccess`)
  const body = new URLSearchParams({ redirect_uri: path }).toString()
  const request = { method: 'POST', url, headers: formHeaders, body }
  const answer = await sendWithToken(send, request, { token, dpop }, { signal, timeout })
  const given = answer.status === 200 ? membersOf(readJson(textOf(answer.body)))?.get('frontdoor_uri') : undefined
  const page = typeof given === 'string' ? URL.parse(given) : null
  // A browser is sent there: to the org, and nowhere else.
  if (page !== null && page.origin === url.origin) return page
  const question = { tokenEndpoint: url, grantType: undefined, needsInstanceUrl: false, isBound: false }
  throw readRefusal(answer, { ...question, now: now() })
}
