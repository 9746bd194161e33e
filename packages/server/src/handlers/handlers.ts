import { realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isApiName } from '../api-name.ts'
import { callHandler, type HandlerCall } from './call-handler.ts'
import type { HandlerAct, HandlerArguments } from './handler-messages.ts'
import { type HandlerThread, handlerThread } from './handler-thread.ts'
import type { HandlerTools } from './handler-tools.ts'
import { jwtVerifier } from './verify-jwt.ts'

/** Where the code of handlers comes from. */
export interface HandlerSources {
  /** A folder of modules, `<name>.ts`, `.mjs` or `.js`. */
  readonly folder: string | undefined
  /** Code that a program which holds the server gives, by name: objects with the functions. It goes before the folder. */
  readonly code: Readonly<Record<string, object>>
  /** Milliseconds that one call may take. */
  readonly patience: number
}

/** Runs the code of handlers. */
export interface Handlers {
  call(
    name: string,
    act: HandlerAct,
    args: HandlerArguments,
    findUsers: HandlerTools['findUsers'],
  ): Promise<HandlerCall>
  stop(): void
}

interface Loaded {
  readonly version: string
  readonly thread: HandlerThread
}

/**
 * The handlers of a server. A module runs on a thread of its own, is loaded when it is first asked, and anew when its file has
 * changed. Names are API names, so that none of them is a path.
 */
export function handlers({ folder, code, patience }: HandlerSources, now: () => Date): Handlers {
  const threads = new Map<string, Loaded>()
  const given = new Map(Object.entries(code))
  const verifyJwt = jwtVerifier({ now })

  return {
    async call(name, act, args, findUsers) {
      const own = given.get(name)
      if (own !== undefined) return within(patience, act, callHandler(own, act, args, { verifyJwt, findUsers }))
      const file = isApiName(name) ? await fileOf(name) : undefined
      if (file === undefined) return { ok: false, problem: missing(name) }
      return threadOf(name, file).call(act, args, findUsers)
    },
    stop() {
      for (const { thread } of threads.values()) thread.stop()
      threads.clear()
    },
  }

  function threadOf(name: string, { path, version }: HandlerFile): HandlerThread {
    const loaded = threads.get(name)
    if (loaded?.version === version && loaded.thread.isAlive) return loaded.thread
    loaded?.thread.retire()
    const thread = handlerThread(pathToFileURL(path), patience)
    threads.set(name, { version, thread })
    return thread
  }

  /** The module of that name, if it is a file of the folder itself, and no link out of it. */
  async function fileOf(name: string): Promise<HandlerFile | undefined> {
    if (folder === undefined) return undefined
    for (const ending of endings) {
      const path = join(folder, name + ending)
      const found = await stat(path).catch(() => undefined)
      if (!found?.isFile()) continue
      const [real, home] = await Promise.all([realpath(path), realpath(folder)])
      if (dirname(real) !== home) continue
      return { path: real, version: `${real} ${found.mtimeMs} ${found.size} ${found.ino}` }
    }
    return undefined
  }

  function missing(name: string): string {
    const file = `${name}.ts, ${name}.mjs or ${name}.js`
    return folder === undefined ? `this server was given no handler ${name}` : `there is no ${file} in ${folder}`
  }
}

const endings = ['.ts', '.mjs', '.js']

interface HandlerFile {
  readonly path: string
  readonly version: string
}

async function within(patience: number, act: HandlerAct, call: Promise<HandlerCall>): Promise<HandlerCall> {
  const { promise: late, resolve } = Promise.withResolvers<HandlerCall>()
  const problem = `${act} did not answer within ${patience / 1000} seconds`
  const timer = setTimeout(() => resolve({ ok: false, problem }), patience)
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
