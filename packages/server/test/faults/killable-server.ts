import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Answer, answerOf, type TestServer } from '../flows/test-server.ts'
import { anyOf } from './fault-org.ts'

/** What callers speak to: one server, or any of several. */
export type Answering = Pick<TestServer, 'base' | 'request' | 'post'>

/** A server as callers know it. */
export interface Node extends Answering {
  /** What it is called in histories. */
  readonly name: string
  /** Asks with an access token. */
  get(path: string, accessToken: string): Promise<Answer>
}

/** A server in a process of its own, which can be killed in the middle of things. */
export interface KillableServer extends Node {
  /** Kills the process (SIGKILL) as soon as so many more requests have been answered. Requests then reject. */
  killAfter(answers: number): void
  /** Resolves when it is dead. */
  readonly ended: Promise<unknown>
  /** Kills it now, if it is not dead yet, and waits for its end. */
  kill(): Promise<void>
  /** Sets its clock: milliseconds ahead of the machine's, or behind when negative. */
  setClock(ahead: number): Promise<void>
}

/** Where servers say that they stand, whatever port they have this time. */
export const base = 'http://localhost:8787'

/** Milliseconds that a run may take on a machine that has much else to do. */
export const longest = 240_000

// What is compiled for one server need not be for the next.
const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sallyport-compile-cache') }

const program = fileURLToPath(new URL('server-process.ts', import.meta.url))

/**
 * Starts a server on an SQLite file, or on the database of a PostgreSQL URL.
 * @param command that it is started by
 * @throws {Error} when it ends instead of serving
 */
export async function startKillableServer(database: string, command: readonly string[] = []): Promise<KillableServer> {
  const [first = '', ...words] = [...command, process.execPath, program, database, base]
  const child = spawn(first, words, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const lines = createInterface(child.stdout)
  const [port] = await Promise.race([once(lines, 'line'), ended.then(() => [undefined])])
  if (port === undefined) throw new Error('The server ended before it served. Has it been built?')
  let answered = 0
  let lastAnswer = Number.POSITIVE_INFINITY

  const request: KillableServer['request'] = async (path, init = {}) => {
    const { pathname, search } = new URL(path, base)
    const response = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, { redirect: 'manual', ...init })
    // An answer counts once all of it is here.
    const body = await response.arrayBuffer()
    answered += 1
    if (answered >= lastAnswer) child.kill('SIGKILL')
    const { status, headers } = response
    return new Response(body.byteLength === 0 ? null : body, { status, headers })
  }
  return {
    name: `:${port}`,
    base,
    ended,
    request,
    async post(path, form, headers = {}) {
      return answerOf(await request(path, { method: 'POST', body: new URLSearchParams(form), headers }))
    },
    async get(path, accessToken) {
      return answerOf(await request(path, { headers: { authorization: `Bearer ${accessToken}` } }))
    },
    killAfter(answers) {
      lastAnswer = answered + answers
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async setClock(ahead) {
      child.stdin.write(`${ahead}\n`)
      await once(lines, 'line')
    },
  }
}

/** Several nodes as browsers see them: each request goes to any of them. @param nodes those that are there at the moment */
export function anyNode(nodes: readonly Node[]): Answering {
  return {
    base,
    request: (path, init) => anyOf(nodes).request(path, init),
    post: (path, form, headers) => anyOf(nodes).post(path, form, headers),
  }
}
