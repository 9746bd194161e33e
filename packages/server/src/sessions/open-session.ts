import type { Org } from '../orgs/org.ts'
import { hashSecret, randomText, tokenText } from '../secret.ts'
import type { Profile } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import { type SessionStore, sessionShape } from './session.ts'
import type { SsoSession } from './sso-session.ts'

/** Whose session it is to be. */
export interface SignedInUser {
  readonly org: Org
  readonly user: User
  readonly profile: Profile
  readonly at: Date
  readonly sourceIp: string
  /** Nobody is signed in with it until they have verified their identity. */
  readonly awaitsVerification: boolean
  /** The assertion that vouched for them; `undefined` where none did. */
  readonly sso: SsoSession | undefined
}

/** Opens the session of somebody who has shown who they are; answers the value of its cookie. */
export type OpenSession = (whose: SignedInUser) => Promise<string>

/** Sessions of the store, which live as long as the profile says, or the org. */
export function openSession(sessions: Pick<SessionStore, 'add'>): OpenSession {
  return async ({ org, user, profile, at, sourceIp, awaitsVerification, sso }) => {
    const timeout = profile.sessionTimeout ?? org.settings.sessionTimeout
    const secret = randomText(sessionShape.length)
    const id = await sessions.add({
      hash: hashSecret(secret),
      orgId: org.id,
      userId: user.id,
      authTime: at,
      expiresAt: new Date(at.getTime() + timeout * 1000),
      timeout,
      sourceIp,
      type: 'UI',
      accessTokenId: undefined,
      level: 'STANDARD',
      awaitsVerification,
      sid: randomText(22),
      sso,
      formSecret: randomText(32),
      epochs: { org: org.epoch, user: user.epoch },
    })
    return tokenText(sessionShape, id, secret)
  }
}
