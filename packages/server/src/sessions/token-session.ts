import { hashSecret, randomText } from '../secret.ts'
import type { NewSession, SessionLevel, SessionType } from './session.ts'

/** The access token that a browser session is opened by, as far as the session depends on it. */
export interface OpeningToken {
  readonly id: number
  readonly orgId: string
  readonly userId: string
  readonly sessionLevel: SessionLevel
}

/** A session to be stored, and the secret that its cookie is made of. */
export interface OpenedSession {
  readonly session: NewSession
  readonly secret: string
}

/** A browser session that an access token opens: as sure as the token is, and over as soon as the token is. */
export function sessionOfToken(
  token: OpeningToken,
  type: Exclude<SessionType, 'UI'>,
  rest: Pick<NewSession, 'authTime' | 'expiresAt' | 'timeout' | 'sourceIp' | 'epochs'>,
): OpenedSession {
  const secret = randomText(43)
  return {
    secret,
    session: {
      ...rest,
      hash: hashSecret(secret),
      type,
      accessTokenId: token.id,
      orgId: token.orgId,
      userId: token.userId,
      level: token.sessionLevel,
      awaitsVerification: false,
      sid: randomText(22),
      sso: undefined,
      formSecret: randomText(32),
    },
  }
}
