import { OAuthError, statusOf } from '../oauth/error.ts'
import { isUnproved } from '../oauth/refusal.ts'
import { chooseFormat, type Document, type Format, writeBody } from './format.ts'
import type { Reply } from './reply.ts'
import type { ShowRefusal, Visit } from './visit.ts'

/** On every answer that carries a token or says something of one (RFC 6749 §5.1). */
export const unstored = {
  'cache-control': 'no-cache,must-revalidate,max-age=0,no-store,private',
  pragma: 'no-cache',
} as const

const jsonHeaders = { 'content-type': 'application/json;charset=UTF-8', ...unstored } as const

/** A JSON answer that nobody may keep. */
export function jsonAnswer(document: object, status = 200): Reply {
  return { status, headers: jsonHeaders, body: JSON.stringify(document) }
}

/** A script that calls a function of the page that asked (JSONP). @param callback a name that `readCallback` let pass */
export function scriptAnswer(callback: string, document: Document): Reply {
  const { contentType, text } = writeBody(document, { format: 'json', root: '', callback })
  return { status: 200, headers: { 'content-type': contentType, ...unstored }, body: text }
}

/** An answer in the format that the caller wants, by `format` or `Accept`. */
export function formattedAnswer(
  visit: Visit,
  document: Document,
  format: string | undefined,
  root: string,
  status = 200,
): Reply {
  const chosen = chooseFormat(format, visit.request.header('accept'), ['json', 'xml', 'urlencoded'] satisfies Format[])
  const { contentType, text } = writeBody(document, { format: chosen, root })
  return { status, headers: { 'content-type': contentType, ...unstored }, body: text }
}

// What goes with a status (RFC 9110 §11.6.1, §10.2.1, §10.2.3).
const challenges = new Map<number, Readonly<Record<string, string>>>([
  [401, { 'www-authenticate': 'Basic realm="Sallyport", charset="UTF-8"' }],
  [405, { allow: 'POST' }],
  [503, { 'retry-after': '1' }],
])

const bearerChallenge = { 'www-authenticate': 'Bearer realm="Sallyport", error="invalid_token"' }

/** Whether it is about one of the tokens that registration goes by (RFC 7591 §3, RFC 7592 §2). */
function isOfRegistration({ refusal: { reason } }: OAuthError): boolean {
  return reason === 'initial-token-unknown' || reason === 'registration-token-unknown'
}

/** How `/token` and its neighbours show a refusal: status 400 whatever it is, as Salesforce does. */
export function oauthRefusal(usesRfcStatuses: boolean): ShowRefusal {
  return (error) => {
    if (!(error instanceof OAuthError)) throw error
    const status = statusFor(error)
    const page = error.uri === undefined ? {} : { error_uri: error.uri }
    const reply = jsonAnswer({ error: error.code, error_description: error.description, ...page }, status)
    const challenge = isOfRegistration(error) && status === 401 ? bearerChallenge : challenges.get(status)
    return { ...reply, headers: { ...reply.headers, ...challenge } }
  }

  function statusFor(error: OAuthError): number {
    if (!usesRfcStatuses) return statusOf(error.code)
    if (error.refusal.reason === 'method-not-post') return 405
    // A must for clients that tried the Authorization header and a may for the others (RFC 6749 §5.2); a must for whoever
    // shows nothing to the introspection endpoint (RFC 7662 §2.3).
    return isUnproved(error) || isOfRegistration(error) ? 401 : statusOf(error.code)
  }
}
