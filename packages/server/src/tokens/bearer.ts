import { readToken } from '../secret.ts'
import { type AccessToken, type AccessTokenStore, accessTokenShape } from './access-token.ts'

/** Reads an access token: the org id before the `!` is part of its shape. `undefined` when it is none. */
export function readAccessToken(text: string): ReturnType<typeof readToken> {
  const mark = text.indexOf('!')
  return mark === 15 ? readToken(accessTokenShape(text.slice(0, mark)), text) : undefined
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
  readonly accessTokens: Pick<AccessTokenStore, 'find' | 'extend'>
  readonly now: () => Date
  readonly onError: (error: unknown) => void
}

/**
 * The check of every request that carries an access token. A session's end moves ahead with use, but only once half of
 * its time has gone by, so that a busy token is not written at each request.
 */
export function checkBearer({ accessTokens, now, onError }: Needs): CheckBearer {
  return async (text) => {
    const presented = readAccessToken(text)
    const at = now()
    const finding = presented === undefined ? { state: 'unknown' as const } : await accessTokens.find(presented, at)
    if (finding.state === 'unknown') return { ok: false, reason: 'token-unknown', facts: {} }
    const { token } = finding
    // The prefix is not part of the stored hash: a token shown under another org's id is none.
    if (!text.startsWith(token.orgId.slice(0, 15))) return { ok: false, reason: 'token-unknown', facts: {} }
    const issued = token.issuedAt.toISOString()
    if (finding.state === 'expired') {
      return { ok: false, reason: 'token-expired', facts: { issued, expired: token.expiresAt.toISOString() }, token }
    }
    if (finding.state === 'revoked') return { ok: false, reason: 'token-revoked', facts: { issued }, token }
    const left = token.expiresAt.getTime() - at.getTime()
    if (left < (token.timeout * 1000) / 2) {
      accessTokens.extend(token.id, new Date(at.getTime() + token.timeout * 1000)).catch(onError)
    }
    return { ok: true, token }
  }
}
