import type { Handler } from './router.ts'

/**
 * A handler that is made when it is first asked for: what few starts need must not slow all of them down. Rejects when it
 * cannot be made, and is tried again with the next request.
 */
export function lazily(make: () => Promise<Handler>): Handler {
  let made: Promise<Handler> | undefined
  return async (request, params) => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return (await made)(request, params)
  }
}
