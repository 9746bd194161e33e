/** Keeps ready values by key. What is not there is never kept: it may come to be at any time. */
export interface Cache<T> {
  get(key: string, load: () => Promise<T | undefined>): Promise<T | undefined>
  /** What is kept there, if anything is. */
  peek(key: string): T | undefined
  /** Keeps what is known to be so. */
  keep(key: string, value: T): void
  /** Empties one place; what is being loaded for it meanwhile is not kept. */
  forget(key: string): void
}

/** Caches that are emptied together. */
export interface Caches {
  /** Keeps at most `limit` values; the oldest gives way. */
  cache<T>(limit: number): Cache<T>
  /** Empties every cache; what is being loaded meanwhile is not kept either. */
  forget(): void
}

/** Makes caches that are emptied together. */
export function caches(): Caches {
  const all: Map<string, unknown>[] = []
  let generation = 0
  return {
    cache<T>(limit: number): Cache<T> {
      const kept = new Map<string, T>()
      all.push(kept)
      const keep = (key: string, value: T) => {
        const oldest = kept.size < limit || kept.has(key) ? undefined : kept.keys().next().value
        if (oldest !== undefined) kept.delete(oldest)
        kept.set(key, value)
      }
      return {
        get(key, load) {
          const ready = kept.get(key)
          if (ready !== undefined) return Promise.resolve(ready)
          const before = generation
          return load().then((loaded) => {
            if (loaded !== undefined && before === generation) keep(key, loaded)
            return loaded
          })
        },
        peek: (key) => kept.get(key),
        keep,
        forget(key) {
          generation++
          kept.delete(key)
        },
      }
    },
    forget() {
      generation++
      for (const kept of all) kept.clear()
    },
  }
}
