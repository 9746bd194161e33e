import { type ChildProcess, type Serializable, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { onCore } from './cores.ts'

/** How a server is started: it prints one line of JSON when requests succeed. */
export interface Launch {
  readonly command: readonly string[]
  readonly core: number | undefined
  /** Where its log goes. */
  readonly folder: string
  /** Whether it is given a channel for `ask`. */
  readonly withChannel?: boolean
}

/** A server that is ready. */
export interface ServerProcess {
  /** `performance.now()` just before the process was made. */
  readonly spawnedAt: number
  /** What it said when it was ready. */
  readonly said: string
  /** Sends a message over the channel and waits for the one that comes back. */
  ask(message: Serializable): Promise<unknown>
  /** Resident memory in MB (10⁶ bytes); `undefined` where the system does not tell. */
  residentMegabytes(): number | undefined
  /** Processor time used since the start, of all its threads; `undefined` where the system does not tell. */
  cpuSeconds(): number | undefined
  stop(): Promise<void>
}

const ticksPerSecond = 100 // of /proc, on every Linux that Node.js runs on

/** Starts a server and waits until it says that it is ready.
 *  @throws {Error} with the end of its log when it ends instead */
export async function startServer({ command, core, folder, withChannel = false }: Launch): Promise<ServerProcess> {
  const log = join(folder, 'server.log')
  const [program = '', ...args] = onCore(core, command)
  const output = openSync(log, 'a')
  const stdio: StdioOptions = ['ignore', 'pipe', output, withChannel ? 'ipc' : 'ignore']
  const spawnedAt = performance.now()
  const child = spawn(program, args, { env: { ...process.env, NODE_ENV: 'production' }, stdio })
  const said = await firstLine(child, log)
  return { spawnedAt, said, ask, residentMegabytes, cpuSeconds, stop }

  async function ask(message: Serializable): Promise<unknown> {
    child.send?.(message)
    const [answer] = await once(child, 'message')
    return answer
  }

  function residentMegabytes(): number | undefined {
    if (process.platform !== 'linux') return undefined
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6
  }

  function cpuSeconds(): number | undefined {
    if (process.platform !== 'linux') return undefined
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    const [userTicks, systemTicks] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    return (Number(userTicks) + Number(systemTicks)) / ticksPerSecond
  }

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
}

async function firstLine({ stdout, pid }: ChildProcess, log: string): Promise<string> {
  if (stdout === null || pid === undefined) throw new Error('the server could not be started')
  for await (const line of createInterface({ input: stdout })) {
    stdout.resume()
    return line
  }
  throw new Error(`the server ended before it was ready:\n${readFileSync(log, 'utf8').slice(-2000)}`)
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the system gave no port')
  return address.port
}
