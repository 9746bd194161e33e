import type { ApiAccessOfToken, ControlRefusal } from '../connected-apps/api-access-control.ts'
import { pass } from '../journal/checklist.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import type { AccessToken } from '../tokens/access-token.ts'
import type { CheckBearer, ShownToken } from '../tokens/bearer.ts'
import { type Dpop, type DpopRefusal, isAboutKey } from '../tokens/dpop.ts'
import type { HoursRefusal, LoginHoursOf } from '../users/login-hours.ts'
import type { User, UserStore } from '../users/user.ts'
import { queryParameter } from './incoming.ts'
import { keyChallenge, offerNonce, shownProof } from './possession.ts'
import type { Visit } from './visit.ts'

/** Why a request with an access token, or without one, gets nothing. */
export type BearerRefusal =
  | { readonly reason: 'token-missing' | 'token-twice' | 'token-unknown'; readonly facts: Record<never, never> }
  | { readonly reason: 'token-in-query'; readonly facts: { readonly parameter: string } }
  | { readonly reason: 'token-expired'; readonly facts: { readonly issued: string; readonly expired: string } }
  | { readonly reason: 'token-revoked'; readonly facts: { readonly issued: string } }
  | { readonly reason: 'token-of-another-org'; readonly facts: { readonly org: string } }
  | ControlRefusal
  | HoursRefusal
  | DpopRefusal

/** Whose token it is, and what it may. */
export type BearerAccess =
  | { readonly ok: true; readonly token: AccessToken; readonly user: User; readonly org: Org }
  | { readonly ok: false; readonly refusal: BearerRefusal }

/** Reads and checks the access token of a request. */
export type ReadBearer = (visit: Visit, parameters: ReadonlyMap<string, string>) => Promise<BearerAccess>

interface Needs {
  readonly checkBearer: CheckBearer
  readonly dpop: Dpop
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly apiAccess: ApiAccessOfToken
  readonly loginHours: LoginHoursOf
  /** Whether tokens in the query string, or the same one twice, are refused (RFC 6750 §2). */
  readonly refusesTokenInQuery: boolean
}

const unbound = /^(Bearer|OAuth) +([^\s,="]+)$/i
const boundOrNot = /^(Bearer|OAuth|DPoP) +([^\s,="]+)$/i
const parameterNames = ['oauth_token', 'access_token'] as const

/** The access token of a request by header (`Bearer`, or `OAuth` as old clients write) or parameter. */
export function readBearer(needs: Needs): ReadBearer {
  const { checkBearer, dpop, users, orgs, apiAccess, loginHours, refusesTokenInQuery } = needs
  const schemes = dpop.acceptsDpop ? boundOrNot : unbound
  return async (visit, parameters) => {
    const shown = tokenOf(visit, parameters)
    if ('reason' in shown) return { ok: false, refusal: shown }
    if (shown.asBound) offerNonce(visit, dpop)
    const check = await checkBearer(shown, visit.checks)
    if (!check.ok) {
      const { refusal } = check
      if (shown.asBound || isAboutKey(refusal.reason)) visit.headers['www-authenticate'] = keyChallenge(refusal)
      if (check.token !== undefined) note(visit, check.token)
      return { ok: false, refusal }
    }
    const { token } = check
    note(visit, token)
    const [user, org] = await Promise.all([users.find(token.userId), orgs.find(token.orgId)])
    if (user === undefined || org === undefined) return { ok: false, refusal: { reason: 'token-unknown', facts: {} } }
    if (visit.site.org !== undefined && visit.site.org.id !== org.id) {
      return { ok: false, refusal: { reason: 'token-of-another-org', facts: { org: visit.site.org.name } } }
    }
    const closed = await loginHours(user, org)
    if (closed !== undefined) return { ok: false, refusal: closed }
    const controlled = await apiAccess({ org, user, appId: token.appId }, visit.checks)
    if (controlled !== undefined) return { ok: false, refusal: controlled }
    pass(visit.checks, 'token', { user: user.username, ...(token.format === 'jwt' && { format: 'JWT' }) })
    return { ok: true, token, user, org }
  }

  function tokenOf(visit: Visit, parameters: ReadonlyMap<string, string>): ShownToken | BearerRefusal {
    const { request } = visit
    const [, scheme = '', header] = schemes.exec(request.header('authorization') ?? '') ?? []
    const asBound = scheme.toLowerCase() === 'dpop'
    const found = parameterNames.map((name) => parameters.get(name)).filter((value) => value !== undefined)
    const [parameter] = found
    if (refusesTokenInQuery && parameter !== undefined) {
      if (header !== undefined) return { reason: 'token-twice', facts: {} }
      const name = parameterNames.find((one) => queryParameter(request, one) !== undefined)
      if (name !== undefined) return { reason: 'token-in-query', facts: { parameter: name } }
    }
    // jsforce sends the same token twice; two different ones are nobody's to choose from.
    const tokens = new Set(header === undefined ? found : [header, ...found])
    if (tokens.size > 1) return { reason: 'token-twice', facts: {} }
    const text = header ?? parameter
    return text === undefined ? { reason: 'token-missing', facts: {} } : { text, asBound, proof: shownProof(visit) }
  }
}

function note({ checks }: Visit, token: AccessToken): void {
  checks.orgId = token.orgId
  checks.userId = token.userId
  checks.appId = token.appId
}
