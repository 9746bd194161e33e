// What runs on a thread of its own for each handler of the folder: it loads the module, and calls it.
import { parentPort, workerData } from 'node:worker_threads'
import { callHandler, errorText } from './call-handler.ts'
import type { FromHandler, ToHandler } from './handler-messages.ts'
import type { FoundUser, HandlerTools } from './handler-tools.ts'
import { jwtVerifier } from './verify-jwt.ts'

const port = parentPort
const verifyJwt = jwtVerifier({ now: () => new Date() })
const lookups = new Map<number, (users: readonly FoundUser[]) => void>()
let nextLookup = 1

const loaded: Promise<{ readonly handler: unknown } | { readonly problem: string }> = import(String(workerData)).then(
  (module: Readonly<Record<string, unknown>>) => ({ handler: module['default'] ?? module }),
  (error: unknown) => ({ problem: `it cannot be loaded: ${errorText(error)}` }),
)

port?.on('message', async (message: ToHandler) => {
  if (message.kind === 'found') {
    lookups.get(message.lookup)?.(message.users)
    lookups.delete(message.lookup)
    return
  }
  const { id, act, args } = message
  const module = await loaded
  if ('problem' in module) return send({ kind: 'failed', id, problem: module.problem })
  const call = await callHandler(module.handler, act, args, toolsFor(id))
  const { ok, ...said } = call
  send('json' in said ? { kind: 'answered', id, ...said } : { kind: 'failed', id, ...said })
})

function toolsFor(id: number): HandlerTools {
  return {
    verifyJwt,
    findUsers: ({ Username, Email, FederationIdentifier }) =>
      new Promise((resolve) => {
        const lookup = nextLookup++
        lookups.set(lookup, resolve)
        const wanted = {
          ...(typeof Username === 'string' ? { Username } : {}),
          ...(typeof Email === 'string' ? { Email } : {}),
          ...(typeof FederationIdentifier === 'string' ? { FederationIdentifier } : {}),
        }
        send({ kind: 'find', id, lookup, wanted })
      }),
  }
}

function send(message: FromHandler): void {
  port?.postMessage(message)
}
