import type { Seal } from '../seal.ts'

/** What a delete token ends: a refresh token, or what a user allowed an app that holds none. */
export type Deletion =
  | { readonly kind: 'refresh-token'; readonly id: number }
  | { readonly kind: 'approval'; readonly id: number; readonly epoch: number }

/**
 * What `OauthToken` shows of tokens: `DeleteToken`, which is good for ending the token and nothing else, and texts that
 * stand in for the tokens themselves and are good for nothing. Sealed with what they are about, so that nothing is stored
 * for them, and nobody makes one.
 */
export interface ShownTokens {
  /** @param about `r` and the number of a refresh token; or `a`, the number of an approval, a point, and its epoch */
  deleteToken(about: string): string
  /** For `AccessToken` and `RequestToken`. */
  opaque(about: string): string
  /** What a text ends that may be a delete token; `undefined` when it is none of ours. */
  readDeleteToken(text: string): Deletion | undefined
}

/** What a delete token is about, as `OauthToken` knows it. */
export function aboutOf(deletion: Deletion): string {
  return deletion.kind === 'refresh-token' ? `r${deletion.id}` : `a${deletion.id}.${deletion.epoch}`
}

/** What every `DeleteToken` begins with. */
export const deleteTokenPrefix = '5Del'
const deletion = 'OauthToken.DeleteToken'
const standIn = 'OauthToken, shown'
const longest = 256

/** The tokens as shown, under the seal of the server. */
export function shownTokens(seal: Seal): ShownTokens {
  return {
    deleteToken: (about) => deleteTokenPrefix + seal.close(about, deletion),
    opaque: (about) => seal.close(about, standIn),
    readDeleteToken(text) {
      if (!text.startsWith(deleteTokenPrefix) || text.length > longest) return undefined
      const about = opened(text.slice(deleteTokenPrefix.length))
      const [, kind, id, epoch] = /^([ra])(\d{1,15})(?:\.(\d{1,15}))?$/.exec(about ?? '') ?? []
      if (kind === 'r') return { kind: 'refresh-token', id: Number(id) }
      return kind === 'a' ? { kind: 'approval', id: Number(id), epoch: Number(epoch) } : undefined
    },
  }

  function opened(sealed: string): string | undefined {
    try {
      return seal.open(sealed, deletion)
    } catch {
      // Not sealed here, or for something else: an unknown token like any other.
      return undefined
    }
  }
}
