import { deleteTokenPrefix } from './delete-token.ts'
import { hasFormOfJwtAccessToken } from './jwt-access-token.ts'
import { refreshTokenShape } from './refresh-token.ts'

const opaqueAccessToken = /^00D\w{12}!/

/** Whether a text looks like a token that can be revoked, however wrong the rest of it. */
export function hasFormOfToken(text: string): boolean {
  return (
    opaqueAccessToken.test(text) ||
    text.startsWith(refreshTokenShape.prefix) ||
    text.startsWith(deleteTokenPrefix) ||
    hasFormOfJwtAccessToken(text)
  )
}
