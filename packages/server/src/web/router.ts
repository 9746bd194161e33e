import { TrieRouter } from 'hono/router/trie-router'
import { tryDecodeURIComponent } from 'hono/utils/url'
import type { Incoming } from './incoming.ts'
import type { Reply } from './reply.ts'

/** Answers whatever is asked of it. Never rejects. @param params what the path names, by the names of its pattern */
export type Handler = (request: Incoming, params: PathParameters) => Promise<Reply>

/** The parts of a path that its pattern gives names to. */
export type PathParameters = Readonly<Record<string, string>>

/** Which handler answers what. The path of a pattern may hold `:name` parts and end in `*`. */
export interface Router {
  get(path: string, handler: Handler): void
  post(path: string, handler: Handler): void
  /** Whatever the method. */
  all(path: string, handler: Handler): void
  on(methods: readonly string[], path: string, handler: Handler): void
  /** Has the request answered by the handler of its path and method; a HEAD by that of GET. */
  answer(request: Incoming): Promise<Reply>
}

const none: PathParameters = {}

/**
 * An empty router. Paths that are written out are found by one look into a map, and win over patterns; patterns are tried
 * in the order in which they were added. @param missing answers where nothing else does
 */
export function router(missing: Handler): Router {
  const exact = new Map<string, Map<string, Handler>>()
  const patterns = new TrieRouter<Handler>()
  const on: Router['on'] = (methods, path, handler) => {
    if (path.includes(':') || path.includes('*')) {
      for (const method of methods) patterns.add(method, path, handler)
      return
    }
    const byMethod = exact.get(path) ?? new Map<string, Handler>()
    for (const method of methods) byMethod.set(method, handler)
    exact.set(path, byMethod)
  }
  return {
    get: (path, handler) => on(['GET'], path, handler),
    post: (path, handler) => on(['POST'], path, handler),
    all: (path, handler) => on(['ALL'], path, handler),
    on,
    answer(request) {
      const method = request.method === 'HEAD' ? 'GET' : request.method
      const byMethod = exact.get(request.path)
      const handler = byMethod?.get(method) ?? byMethod?.get('ALL')
      if (handler !== undefined) return handler(request, none)
      const [match] = patterns.match(method, request.path)[0]
      return match === undefined ? missing(request, none) : match[0](request, decoded(match[1]))
    },
  }
}

function decoded(params: unknown): PathParameters {
  if (typeof params !== 'object' || params === null) return none
  return Object.fromEntries(Object.entries(params).map(([name, text]) => [name, tryDecodeURIComponent(String(text))]))
}
