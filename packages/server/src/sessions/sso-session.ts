import { z } from 'zod'
import { hashSecret } from '../secret.ts'

/** What a party calls somebody (`NameID`, SAML 2.0 Core §2.2.3), with what says in which sense. */
export interface NameId {
  readonly value: string
  /** As URN. */
  readonly format?: string | undefined
  readonly nameQualifier?: string | undefined
  readonly spNameQualifier?: string | undefined
}

/** Which assertion a browser session was begun by, as far as messages about signing out name it. */
export interface SsoSession {
  /** The id of the single sign-on settings. */
  readonly configId: string
  readonly name: NameId
  /** What the provider calls its own session (`SessionIndex`); `undefined` where it says nothing. */
  readonly sessionIndex?: string | undefined
}

/** {@link SsoSession} as it is kept. */
export const ssoSessionShape = z.object({
  configId: z.string(),
  name: z.object({
    value: z.string(),
    format: z.string().optional(),
    nameQualifier: z.string().optional(),
    spNameQualifier: z.string().optional(),
  }),
  sessionIndex: z.string().optional(),
})

// Characters of each part: whatever a provider makes up is not kept at any length.
const longest = 256

/** What a session keeps of its assertion; `undefined` where a part is longer than any that is kept. */
export function ssoSession({ configId, name, sessionIndex }: SsoSession): SsoSession | undefined {
  const parts = [name.value, name.format, name.nameQualifier, name.spNameQualifier, sessionIndex]
  return parts.some((part = '') => part.length > longest) ? undefined : { configId, name, sessionIndex }
}

/** That a provider has ended a session of its own, as it is remembered: its assertions of before may still be on their way. */
export function endedSsoSessionHash(
  { configId, name }: Pick<SsoSession, 'configId' | 'name'>,
  sessionIndex: string,
): Buffer {
  return hashSecret(`${configId} saml session ended ${sessionIndex} ${name.value}`)
}

// Milliseconds: longer than an assertion may have been on its way.
const endedKept = 15 * 60_000

/** Until when it is remembered that a provider ended a session at an instant. */
export function endedSsoSessionKeptUntil(endedAt: Date): Date {
  return new Date(endedAt.getTime() + endedKept)
}

/** By what sessions are found: all of these settings that have this name, in whatever sense. */
export function ssoSubjectHash({ configId, name }: Pick<SsoSession, 'configId' | 'name'>): Buffer {
  return hashSecret(`${configId} saml subject ${name.value}`)
}
