import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Answer, answerOf, type TestServer } from '../flows/test-server.ts'

/** A server in a process of its own, which can be killed in the middle of things. */
export interface KillableServer extends Pick<TestServer, 'base' | 'request' | 'post'> {
  /** Kills the process (SIGKILL) as soon as so many more requests have been answered. Requests then reject. */
  killAfter(answers: number): void
  /** Kills it now, if it is not dead yet, and waits for its end. */
  kill(): Promise<void>
}

/** Where the server says that it stands, whatever port it has this time. */
const base = 'http://localhost:8787'

const program = fileURLToPath(new URL('server-process.ts', import.meta.url))

/** Starts a server on an SQLite file, or on the database of a PostgreSQL URL. @throws {Error} when it ends instead of serving */
export async function startKillableServer(database: string): Promise<KillableServer> {
  const child = spawn(process.execPath, [program, database, base], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [port] = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => [undefined])])
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
    base,
    request,
    async post(path, form, headers = {}): Promise<Answer> {
      return answerOf(await request(path, { method: 'POST', body: new URLSearchParams(form), headers }))
    },
    killAfter(answers) {
      lastAnswer = answered + answers
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Several nodes as callers see them: each request goes to any of them. @param nodes those that callers know of */
export function anyOf(nodes: readonly KillableServer[]): Pick<KillableServer, 'base' | 'request' | 'post'> {
  const next = () => {
    const node = nodes[randomInt(nodes.length)]
    if (node === undefined) throw new Error('There is no node.')
    return node
  }
  return {
    base,
    request: (path, init) => next().request(path, init),
    post: (path, form, headers) => next().post(path, form, headers),
  }
}
