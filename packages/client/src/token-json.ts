import type { AccessToken } from './access-token.ts'
import { membersOf, readJson } from './encoding.ts'
import { type WebSession, type WebSessions, webSessionKinds } from './web-sessions.ts'

/** A token as text, to be kept. It is as secret as the token. */
export function tokenToJson(token: AccessToken): string {
  return JSON.stringify(token)
}

/** What {@link tokenToJson} wrote; `undefined` for anything else. */
export function tokenFromJson(text: string): AccessToken | undefined {
  const members = membersOf(readJson(text))
  const textOf = (name: string) => {
    const value = members?.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const dateOf = (name: string) => {
    const value = textOf(name)
    const date = value === undefined ? undefined : new Date(value)
    return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
  }
  const accessToken = textOf('accessToken')
  const issuedAt = dateOf('issuedAt')
  const scope: unknown = members?.get('scope')
  const webSessions = webSessionsFrom(members?.get('webSessions'))
  if (accessToken === undefined || issuedAt === undefined || !Array.isArray(scope)) return undefined
  return {
    accessToken,
    tokenType: textOf('tokenType') === 'DPoP' ? 'DPoP' : 'Bearer',
    instanceUrl: textOf('instanceUrl'),
    id: textOf('id'),
    scope: scope.filter((word: unknown) => typeof word === 'string'),
    refreshToken: textOf('refreshToken'),
    idToken: textOf('idToken'),
    signature: textOf('signature'),
    issuedAtText: textOf('issuedAtText'),
    issuedAt,
    expiresAt: dateOf('expiresAt'),
    ...(webSessions !== undefined && { webSessions }),
  }
}

function webSessionsFrom(value: unknown): WebSessions | undefined {
  const members = membersOf(value)
  const cookieName = members?.get('cookieName')
  const csrfToken = members?.get('csrfToken')
  const sessions = members?.get('sessions')
  if (typeof cookieName !== 'string' || !Array.isArray(sessions)) return undefined
  return {
    cookieName,
    csrfToken: typeof csrfToken === 'string' ? csrfToken : undefined,
    sessions: sessions.filter(isWebSession),
  }
}

function isWebSession(value: unknown): value is WebSession {
  const members = membersOf(value)
  return (
    webSessionKinds.some((kind) => kind === members?.get('kind')) &&
    typeof members?.get('domain') === 'string' &&
    typeof members.get('sid') === 'string'
  )
}
