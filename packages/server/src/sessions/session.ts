import type { TokenShape } from '../secret.ts'
import type { SsoSession } from './sso-session.ts'

/** How the value of a session cookie looks. */
export const sessionShape: TokenShape = { prefix: 'S', length: 43, suffix: '' }

/** How sure it is that a session is its person's, the surest last; Salesforce's names. */
export type SessionLevel = 'LOW' | 'STANDARD' | 'HIGH_ASSURANCE'

/** Which session a code or a token goes back to, as far as it goes along with it. */
export interface SessionOrigin {
  readonly level: SessionLevel
  /** Its name in ID tokens and in front-channel logout; `undefined` where nobody was at a browser. */
  readonly sid: string | undefined
}

/** That of what a program gets by itself. */
export const noSession: SessionOrigin = { level: 'STANDARD', sid: undefined }

/**
 * What a browser session is of, by `SessionType` of Salesforce's `AuthSession`: somebody signed in (`UI`); or an app's access
 * token opened it, to go on in a browser (`TempUIFrontdoor`), or for the web views of a hybrid app.
 */
export type SessionType = 'UI' | 'TempUIFrontdoor' | 'Lightning' | 'Visualforce' | 'Content'

/** Whether everything of a person may be opened with a session; those for a part of the pages open that part alone. */
export function opensEverything({ type }: Pick<Session, 'type'>): boolean {
  return type !== 'Visualforce' && type !== 'Content'
}

/** A person signed in with a browser. */
export interface Session {
  readonly id: number
  readonly orgId: string
  readonly userId: string
  /** When the person gave their password. */
  readonly authTime: Date
  /** Moves ahead with use. */
  readonly expiresAt: Date
  /** Seconds without use after which it ends. */
  readonly timeout: number
  readonly sourceIp: string
  readonly type: SessionType
  /** The access token that opened it, whose end is its end. */
  readonly accessTokenId: number | undefined
  /** A password makes it `STANDARD`; verifying one's identity besides, `HIGH_ASSURANCE`. */
  readonly level: SessionLevel
  /** Nobody is signed in with it yet: the password was right, and multi-factor authentication is still to come. */
  readonly awaitsVerification: boolean
  /** What ID tokens and front-channel logout call it (`sid`); `undefined` for one of before there were such names. */
  readonly sid: string | undefined
  /** The apps that were opened from it. */
  readonly appIds: readonly string[]
  /** Whom an identity provider vouched for, so that it can end the session; `undefined` where none began it by SAML. */
  readonly sso: SsoSession | undefined
  /** What forms of this session must carry (CSRF). */
  readonly formSecret: string
}

/** A session as others than its person see it. */
export type ListedSession = Omit<Session, 'formSecret'>

/** When a session, or an access token, was used last, as far as it is noted: its end moves ahead with use. */
export function lastUsedAt({ expiresAt, timeout }: Pick<Session, 'expiresAt' | 'timeout'>): Date {
  return new Date(expiresAt.getTime() - timeout * 1000)
}

/** A session to be kept. */
export type NewSession = Omit<Session, 'id' | 'appIds'> & {
  readonly hash: Buffer
  readonly epochs: { readonly org: number; readonly user: number }
}

/** Keeps browser sessions. */
export interface SessionStore {
  /** Answers the number of the new row. */
  add(session: NewSession): Promise<number>
  /** A live session, or `undefined` when it ended by time, by sign-out, by an epoch, or with the token that opened it. */
  find(presented: { readonly id: number; readonly hash: Buffer }, now: Date): Promise<Session | undefined>
  /** The live sessions of an org that somebody is signed in with, of one user if given, newest first; those before a row, if one is given. */
  list(
    orgId: string,
    page: {
      readonly userId?: string | undefined
      readonly now: Date
      readonly before?: number | undefined
      readonly limit: number
    },
  ): Promise<readonly ListedSession[]>
  /** The live sessions that assertions of these settings began for somebody of this name, newest first. */
  listOfSso(subject: Pick<SsoSession, 'configId' | 'name'>, now: Date): Promise<readonly ListedSession[]>
  /** Moves the end ahead after use, and with it that of the token that opened it. */
  extend(id: number, expiresAt: Date): Promise<void>
  /** Notes that the person verified their identity: the session is surer, and its cookie another one from now on. */
  noteVerified(id: number, hash: Buffer): Promise<void>
  /** Notes that an app was opened from it, however often. */
  noteApp(id: number, appId: string): Promise<void>
  /** Ends a person's session because they sign out. */
  end(id: number): Promise<void>
  /** Ends a session of an org (*Session Management*); `false` for one that is not there, or is another org's. */
  endIn(orgId: string, id: number): Promise<boolean>
  /** Ends every session of a user but the one given; answers how many. */
  endAllOf(userId: string, exceptId?: number): Promise<number>
  /** Deletes at most `limit` rows that ended before `now`; answers how many. */
  deleteExpired(now: Date, limit: number): Promise<number>
}
