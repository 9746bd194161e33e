import { type Cache, caches } from './cache.ts'
import type { Connection } from './dialect.ts'

/** What look-ups found, for as long as nothing has been written since, by whichever process. */
export interface Recent {
  /** Keeps at most `limit` values; where it cannot be known whether something was written, none. */
  recent<T>(limit: number): Pick<Cache<T>, 'get'>
  /** For what this process itself has written. */
  forget(): void
}

/** Keeps what was found from one moment of the database to the next. */
export function recentFinds({ moment }: Pick<Connection, 'moment'>): Recent {
  const kept = caches()
  let seen: number | undefined
  return {
    recent<T>(limit: number): Pick<Cache<T>, 'get'> {
      const finds = kept.cache<T>(limit)
      return {
        async get(key, load) {
          const now = await moment()
          if (now === undefined) return load()
          if (now !== seen) {
            seen = now
            kept.forget()
          }
          return finds.get(key, load)
        },
      }
    },
    forget: kept.forget,
  }
}
