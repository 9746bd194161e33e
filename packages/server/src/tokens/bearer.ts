import type { Checklist } from '../journal/checklist.ts'
import { readToken } from '../secret.ts'
import {
  type AccessToken,
  type AccessTokenFinding,
  type AccessTokenFormat,
  type AccessTokenStore,
  accessTokenShape,
} from './access-token.ts'
import type { Dpop, DpopRefusal } from './dpop.ts'
import type { ShownProof } from './dpop-proof.ts'
import type { PresentedJwt, ReadJwtAccessToken } from './jwt-access-token.ts'

/** Finds the access token that a text is, whatever its format. */
export type FindAccessToken = (text: string, now: Date) => Promise<AccessTokenFinding>

interface FindNeeds {
  readonly accessTokens: Pick<AccessTokenStore, 'find'>
  readonly readJwtAccessToken: ReadJwtAccessToken
}

/** Finds access tokens by one look-up: a stored row stands behind a JWT, too, and says whether it lives. */
export function findAccessToken({ accessTokens, readJwtAccessToken }: FindNeeds): FindAccessToken {
  return async (text, now) => {
    const format: AccessTokenFormat = text.startsWith('ey') ? 'jwt' : 'opaque'
    const presented = format === 'jwt' ? await readJwtAccessToken(text) : readOpaque(text)
    if (presented === undefined) return { state: 'unknown' }
    const finding = await accessTokens.find(presented, now)
    if (finding.state === 'unknown') return finding
    const { token } = finding
    // Neither org nor format is part of the stored hash: a token shown under another org's id, or a JWT's secret shown as
    // an opaque token, is none.
    return token.format === format && token.orgId.startsWith(presented.org) ? finding : { state: 'unknown' }
  }
}

/** Reads an opaque access token: the org id before the `!` is part of its shape. */
function readOpaque(text: string): PresentedJwt | undefined {
  const org = text.slice(0, 15)
  const presented = text.charAt(15) === '!' ? readToken(accessTokenShape(org), text) : undefined
  return presented === undefined ? undefined : { ...presented, org }
}

/** An access token as a caller shows it. */
export interface ShownToken {
  readonly text: string
  /** Whether it came by the scheme `DPoP`. */
  readonly asBound: boolean
  readonly proof: ShownProof | undefined
}

/** Why an access token is worth nothing. */
export type TokenRefusal =
  | { readonly reason: 'token-unknown'; readonly facts: Record<never, never> }
  | { readonly reason: 'token-expired'; readonly facts: { readonly issued: string; readonly expired: string } }
  | { readonly reason: 'token-revoked'; readonly facts: { readonly issued: string } }
  | DpopRefusal

/** What a caller's access token is worth. One that is refused is told with it, if it is known. */
export type BearerCheck =
  | { readonly ok: true; readonly token: AccessToken }
  | { readonly ok: false; readonly refusal: TokenRefusal; readonly token: AccessToken | undefined }

/** Says what an access token is worth, and keeps one that is used from ending. */
export type CheckBearer = (shown: ShownToken, checks: Checklist) => Promise<BearerCheck>

interface Needs {
  readonly findAccessToken: FindAccessToken
  readonly accessTokens: Pick<AccessTokenStore, 'extend'>
  readonly dpop: Dpop
  readonly now: () => Date
  readonly onError: (error: unknown) => void
}

/**
 * The check of every request that carries an access token. A session's end moves ahead with use, but only once half of
 * its time has gone by, so that a busy token is not written at each request. That of a JWT has been told to everybody.
 */
export function checkBearer({ findAccessToken, accessTokens, dpop, now, onError }: Needs): CheckBearer {
  return async (shown, checks) => {
    const at = now()
    const finding = await findAccessToken(shown.text, at)
    if (finding.state === 'unknown') {
      return { ok: false, refusal: { reason: 'token-unknown', facts: {} }, token: undefined }
    }
    const { token } = finding
    const refusal = ended(finding) ?? (await withoutKey(token, shown, checks))
    if (refusal !== undefined) return { ok: false, refusal, token }
    const left = token.expiresAt.getTime() - at.getTime()
    if (token.format === 'opaque' && left < (token.timeout * 1000) / 2) {
      accessTokens.extend(token.id, new Date(at.getTime() + token.timeout * 1000)).catch(onError)
    }
    return { ok: true, token }
  }
  /** A bound token is worth nothing without its key, however it is sent; one that is not is no better for a proof (RFC 9449 §7). */
  async function withoutKey(
    { key }: AccessToken,
    { text, asBound, proof }: ShownToken,
    checks: Checklist,
  ): Promise<DpopRefusal | undefined> {
    if (key === undefined) return asBound ? { reason: 'token-not-bound', facts: {} } : undefined
    if (!asBound) return { reason: 'token-bound-to-key', facts: {} }
    if (proof === undefined) return { reason: 'dpop-proof-missing', facts: {} }
    const check = dpop.check(proof, text)
    if (!check.ok) return check.refusal
    const { thumbprint } = check.proof
    if (thumbprint !== key) return { reason: 'dpop-key-changed', facts: { found: thumbprint, expected: key } }
    return dpop.spend(check.proof, checks)
  }
}

function ended({ state, token }: Exclude<AccessTokenFinding, { state: 'unknown' }>): TokenRefusal | undefined {
  const issued = token.issuedAt.toISOString()
  if (state === 'expired') return { reason: 'token-expired', facts: { issued, expired: token.expiresAt.toISOString() } }
  return state === 'revoked' ? { reason: 'token-revoked', facts: { issued } } : undefined
}
