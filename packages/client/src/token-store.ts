import type { AccessToken } from './access-token.ts'

/** Keeps the newest token of each credential. A store that several processes share lets one of them renew at a time. */
export interface TokenStore {
  find(key: string): Promise<AccessToken | undefined>
  /**
   * Puts in the place of the token that is kept the one that `make` makes of it, and keeps it before anybody sees it, so that
   * a refresh token that was rotated is never lost. Nobody else makes one for this key meanwhile.
   */
  renew(key: string, make: (held: AccessToken | undefined) => Promise<AccessToken>): Promise<AccessToken>
  delete(key: string): Promise<void>
}

/** A store in memory, for one process. */
export function memoryTokenStore(): TokenStore {
  const tokens = new Map<string, AccessToken>()
  const turns = new Map<string, Promise<unknown>>()
  return {
    find: async (key) => tokens.get(key),
    async renew(key, make) {
      const before = turns.get(key) ?? Promise.resolve()
      const turn = before.then(async () => {
        const made = await make(tokens.get(key))
        tokens.set(key, made)
        return made
      })
      const settled = turn.catch(() => undefined)
      turns.set(key, settled)
      try {
        return await turn
      } finally {
        if (turns.get(key) === settled) turns.delete(key)
      }
    },
    async delete(key) {
      tokens.delete(key)
    },
  }
}
