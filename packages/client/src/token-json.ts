import type { AccessToken } from './access-token.ts'
import { membersOf, readJson } from './encoding.ts'

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
  }
}
