import type { Clock } from '../clock.ts'
import { keyPrefixes, readRecordId, recordIdOf, recordNumberOf } from '../record-id.ts'
import type { SessionStore } from '../sessions/session.ts'
import type { AccessTokenStore } from './access-token.ts'

/** A session as Session Management knows it: a person's in a browser, or an app's by an access token; by its row. */
export interface OrgSession {
  readonly kind: 'browser' | 'app'
  readonly id: number
}

// Both have ids of one kind, as at Salesforce. Their rows are numbered apart: those of tokens are counted from here.
const firstOfApps = 2 ** 52

/** The 18-character id of a session, `0Ak…`. */
export function sessionId({ kind, id }: OrgSession): string {
  return recordIdOf(keyPrefixes.authSession, kind === 'app' ? firstOfApps + id : id)
}

/** Which session an id of 15 or 18 characters is of; `undefined` when it is none of a session. */
export function readSessionId(text: string): OrgSession | undefined {
  const number = recordNumberOf(keyPrefixes.authSession, readRecordId(text) ?? '')
  if (number < 0) return undefined
  return number < firstOfApps ? { kind: 'browser', id: number } : { kind: 'app', id: number - firstOfApps }
}

interface Needs {
  readonly sessions: Pick<SessionStore, 'endIn'>
  readonly accessTokens: Pick<AccessTokenStore, 'endIn'>
  readonly now: Clock
}

/** Ends a session of an org; `false` for an id of none, or of another org's. An app with a refresh token gets a new one. */
export async function endSession(
  { sessions, accessTokens, now }: Needs,
  org: { readonly id: string },
  id: string,
): Promise<boolean> {
  const session = readSessionId(id)
  if (session === undefined) return false
  return session.kind === 'browser' ? sessions.endIn(org.id, session.id) : accessTokens.endIn(org.id, session.id, now())
}
