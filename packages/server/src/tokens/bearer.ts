import { readToken } from '../secret.ts'
import {
  type AccessToken,
  type AccessTokenFinding,
  type AccessTokenFormat,
  type AccessTokenStore,
  accessTokenShape,
} from './access-token.ts'
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

/** What a caller's access token is worth. */
export type BearerCheck =
  | { readonly ok: true; readonly token: AccessToken }
  | { readonly ok: false; readonly reason: 'token-unknown'; readonly facts: Record<never, never> }
  | {
      readonly ok: false
      readonly reason: 'token-expired'
      readonly facts: { readonly issued: string; readonly expired: string }
      readonly token: AccessToken
    }
  | {
      readonly ok: false
      readonly reason: 'token-revoked'
      readonly facts: { readonly issued: string }
      readonly token: AccessToken
    }

/** Says what an access token is worth, and keeps one that is used from ending. */
export type CheckBearer = (text: string) => Promise<BearerCheck>

interface Needs {
  readonly findAccessToken: FindAccessToken
  readonly accessTokens: Pick<AccessTokenStore, 'extend'>
  readonly now: () => Date
  readonly onError: (error: unknown) => void
}

/**
 * The check of every request that carries an access token. A session's end moves ahead with use, but only once half of
 * its time has gone by, so that a busy token is not written at each request. That of a JWT has been told to everybody.
 */
export function checkBearer({ findAccessToken, accessTokens, now, onError }: Needs): CheckBearer {
  return async (text) => {
    const at = now()
    const finding = await findAccessToken(text, at)
    if (finding.state === 'unknown') return { ok: false, reason: 'token-unknown', facts: {} }
    const { token } = finding
    const issued = token.issuedAt.toISOString()
    if (finding.state === 'expired') {
      return { ok: false, reason: 'token-expired', facts: { issued, expired: token.expiresAt.toISOString() }, token }
    }
    if (finding.state === 'revoked') return { ok: false, reason: 'token-revoked', facts: { issued }, token }
    const left = token.expiresAt.getTime() - at.getTime()
    if (token.format === 'opaque' && left < (token.timeout * 1000) / 2) {
      accessTokens.extend(token.id, new Date(at.getTime() + token.timeout * 1000)).catch(onError)
    }
    return { ok: true, token }
  }
}
