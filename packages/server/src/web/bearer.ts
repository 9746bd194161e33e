import type { ApiAccessOfToken, ControlRefusal } from '../connected-apps/api-access-control.ts'
import { pass } from '../journal/checklist.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import type { AccessToken } from '../tokens/access-token.ts'
import type { CheckBearer } from '../tokens/bearer.ts'
import type { User, UserStore } from '../users/user.ts'
import { queryParameter } from './incoming.ts'
import type { Visit } from './visit.ts'

/** Why a request with an access token, or without one, gets nothing. */
export type BearerRefusal =
  | { readonly reason: 'token-missing' | 'token-twice' | 'token-unknown'; readonly facts: Record<never, never> }
  | { readonly reason: 'token-in-query'; readonly facts: { readonly parameter: string } }
  | { readonly reason: 'token-expired'; readonly facts: { readonly issued: string; readonly expired: string } }
  | { readonly reason: 'token-revoked'; readonly facts: { readonly issued: string } }
  | { readonly reason: 'token-of-another-org'; readonly facts: { readonly org: string } }
  | ControlRefusal

/** Whose token it is, and what it may. */
export type BearerAccess =
  | { readonly ok: true; readonly token: AccessToken; readonly user: User; readonly org: Org }
  | { readonly ok: false; readonly refusal: BearerRefusal }

/** Reads and checks the access token of a request. */
export type ReadBearer = (visit: Visit, parameters: ReadonlyMap<string, string>) => Promise<BearerAccess>

interface Needs {
  readonly checkBearer: CheckBearer
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly apiAccess: ApiAccessOfToken
  /** Whether tokens in the query string, or the same one twice, are refused (RFC 6750 §2). */
  readonly refusesTokenInQuery: boolean
}

const parameterNames = ['oauth_token', 'access_token'] as const

/** The access token of a request by header (`Bearer`, or `OAuth` as old clients write) or parameter. */
export function readBearer(needs: Needs): ReadBearer {
  const { checkBearer, users, orgs, apiAccess, refusesTokenInQuery } = needs
  return async (visit, parameters) => {
    const shown = tokenOf(visit, parameters)
    if (typeof shown !== 'string') return { ok: false, refusal: shown }
    const check = await checkBearer(shown)
    if (!check.ok) {
      if ('token' in check) {
        const { token, ...refusal } = check
        note(visit, token)
        return { ok: false, refusal }
      }
      return { ok: false, refusal: check }
    }
    const { token } = check
    note(visit, token)
    const [user, org] = await Promise.all([users.find(token.userId), orgs.find(token.orgId)])
    if (user === undefined || org === undefined) return { ok: false, refusal: { reason: 'token-unknown', facts: {} } }
    if (visit.site.org !== undefined && visit.site.org.id !== org.id) {
      return { ok: false, refusal: { reason: 'token-of-another-org', facts: { org: visit.site.org.name } } }
    }
    const controlled = await apiAccess({ org, user, appId: token.appId }, visit.checks)
    if (controlled !== undefined) return { ok: false, refusal: controlled }
    pass(visit.checks, 'token', { user: user.username, ...(token.format === 'jwt' && { format: 'JWT' }) })
    return { ok: true, token, user, org }
  }

  function tokenOf({ request }: Visit, parameters: ReadonlyMap<string, string>): string | BearerRefusal {
    const header = /^(?:Bearer|OAuth) +([^\s,="]+)$/i.exec(request.header('authorization') ?? '')?.[1]
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
    return header ?? parameter ?? { reason: 'token-missing', facts: {} }
  }
}

function note({ checks }: Visit, token: AccessToken): void {
  checks.orgId = token.orgId
  checks.userId = token.userId
  checks.appId = token.appId
}
