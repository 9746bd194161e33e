import { OAuthError } from '../oauth/error.ts'
import { jsonAnswer } from './answer.ts'
import type { Refused, ShowRefusal } from './visit.ts'

/** The status of each code of RFC 6750 §3.1. */
export const bearerStatuses = { invalid_token: 401, insufficient_scope: 403, invalid_request: 400 } as const

// Everything else is wrong with the request rather than with its token.
const tokenProblems: ReadonlySet<string> = new Set([
  'token-missing',
  'token-unknown',
  'token-expired',
  'token-revoked',
  'token-of-another-org',
  'api-access-controlled',
])

/** What RFC 6750 §3.1 calls a refusal of a request that carries an access token. */
export function bearerCode({ refusal: { reason } }: Refused): keyof typeof bearerStatuses {
  if (reason === 'scope-missing') return 'insufficient_scope'
  return tokenProblems.has(reason) ? 'invalid_token' : 'invalid_request'
}

/** The challenge that goes with it; whoever shows no token at all is not told of an error. */
export function bearerChallenge(error: Refused): string {
  const isMissing = error.refusal.reason === 'token-missing'
  return `Bearer realm="Sallyport"${isMissing ? '' : `, error="${bearerCode(error)}"`}`
}

/** How an endpoint refuses that takes access tokens and answers JSON: clients renew a token when they meet 401. */
export const bearerRefusal: ShowRefusal = (error) => {
  if (!(error instanceof OAuthError)) throw error
  const reply = jsonAnswer(
    { error: error.code, error_description: error.description },
    bearerStatuses[bearerCode(error)],
  )
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': bearerChallenge(error) } }
}
