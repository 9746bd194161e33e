import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { eventually } from '../../../test/eventually.ts'
import { findProgram } from '../../../test/find-program.js'

export interface RunningProxy {
  /** How many answers came from each server behind it, by address and port. */
  answered(): ReadonlyMap<string, number>
  stop(): Promise<void>
}

/** A certificate for `localhost`, made once in a folder, and its key: paths. */
export function certificateOf(folder: string): { readonly certificate: string; readonly key: string } {
  const [certificate, key] = [join(folder, 'proxy.crt'), join(folder, 'proxy.key')]
  if (!existsSync(certificate)) {
    const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '2']
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync('openssl', ['req', '-x509', ...made, ...names], { stdio: 'ignore' })
  }
  return { certificate, key }
}

/** Runs the real nginx with what stands in its `http` block. */
export async function startNginx(http: string, folder: string, port: number): Promise<RunningProxy> {
  const home = join(folder, 'nginx')
  mkdirSync(home)
  const log = join(home, 'answered.log')
  // Where Debian's build keeps what does not fit into memory, and its logs, only an administrator may write.
  const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${home}/${kind};`)
  const configuration = `
    daemon off; pid ${home}/nginx.pid; ${process.getuid?.() === 0 ? 'user root;' : ''}
    events {}
    http { log_format server '$upstream_addr'; access_log ${log} server; ${kept.join(' ')}\n${http} }`
  writeFileSync(join(home, 'nginx.conf'), configuration)
  const child = start('nginx', ['-e', join(home, 'error.log'), '-p', home, '-c', join(home, 'nginx.conf')])
  await listening(child, port)
  return {
    answered() {
      const servers = readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
      // Where several were asked, the last one answered.
      const last = servers.map((line) => line.split(', ').at(-1) ?? '')
      return new Map([...Map.groupBy(last, (server) => server)].map(([server, all]) => [server, all.length]))
    },
    stop: () => stopped(child),
  }
}

/**
 * Runs the real Caddy with a Caddyfile.
 * @param environment what the file asks of it
 */
export async function startCaddy(
  caddyfile: string,
  folder: string,
  port: number,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly root: string; stop(): Promise<void> }> {
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, caddyfile)
  const home = { HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_CONFIG_HOME: join(folder, 'config') }
  const child = start('caddy', ['run', '--adapter', 'caddyfile', '--config', file], { ...home, ...environment })
  await listening(child, port)
  // The certificate of the authority that signs what Caddy serves without one from elsewhere.
  return { root: join(folder, 'data/caddy/pki/authorities/local/root.crt'), stop: () => stopped(child) }
}

function start(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const program = findProgram(name, process.env)
  if (program === undefined) throw new Error(`No ${name} is here. Run: node test/prepare.js`)
  return spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
}

/** @throws {Error} when the program has ended before */
async function listening(child: ChildProcess, port: number): Promise<void> {
  const ended = once(child, 'exit').then(([status]) => {
    throw new Error(`${child.spawnfile} ended with ${status}.`)
  })
  const connected = eventually(async () => {
    const socket = connect(port, 'localhost')
    await once(socket, 'connect').finally(() => socket.destroy())
  })
  ended.catch(() => {})
  await Promise.race([connected, ended])
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
