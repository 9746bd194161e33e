import { OAuthError, statusOf } from '../oauth/error.ts'
import { chooseFormat, type Document, type Format, writeBody } from './format.ts'
import type { ShowRefusal, Visit } from './visit.ts'

/** On every answer that carries a token or says something of one (RFC 6749 §5.1). */
export const unstored = {
  'cache-control': 'no-cache,must-revalidate,max-age=0,no-store,private',
  pragma: 'no-cache',
} as const

const jsonHeaders = { 'content-type': 'application/json;charset=UTF-8', ...unstored } as const

/** A JSON answer that nobody may keep. */
export function jsonAnswer(document: object, status = 200): Response {
  return new Response(JSON.stringify(document), { status, headers: { ...jsonHeaders } })
}

/** An answer in the format that the caller wants, by `format` or `Accept`. */
export function formattedAnswer(
  visit: Visit,
  document: Document,
  format: string | undefined,
  root: string,
  status = 200,
): Response {
  const chosen = chooseFormat(format, visit.c.req.header('accept'), ['json', 'xml', 'urlencoded'] satisfies Format[])
  const { contentType, text } = writeBody(document, { format: chosen, root })
  return new Response(text, { status, headers: { 'content-type': contentType, ...unstored } })
}

/** How `/token` and its neighbours show a refusal: status 400 whatever it is, as Salesforce does. */
export function oauthRefusal(usesRfcStatuses: boolean): ShowRefusal {
  return (error, visit) => {
    if (!(error instanceof OAuthError)) throw error
    const response = jsonAnswer({ error: error.code, error_description: error.description }, statusFor(error, visit))
    if (response.status === 401) response.headers.set('www-authenticate', 'Basic realm="Sallyport", charset="UTF-8"')
    if (response.status === 405) response.headers.set('allow', 'POST')
    if (response.status === 503) response.headers.set('retry-after', '1')
    return response
  }

  function statusFor(error: OAuthError, { c }: Visit): number {
    if (!usesRfcStatuses) return statusOf(error.code)
    if (error.refusal.reason === 'method-not-post') return 405
    const isClientUnproved = error.code === 'invalid_client' || error.code === 'invalid_client_id'
    // RFC 6749 §5.2: 401 is a must for clients that tried the Authorization header, and a may for the others.
    return isClientUnproved && c.req.header('authorization') !== undefined ? 401 : statusOf(error.code)
  }
}
