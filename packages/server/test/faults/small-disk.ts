import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system with little room. */
export interface SmallDisk extends Disposable {
  readonly folder: string
  /** What it is called where it was mounted: for programs that find out what links stand for, such as SQLite. */
  readonly mountedAs: string
  /** What such a program is started by, so that it is there. */
  readonly command: readonly string[]
  /** Takes all the room that is left. */
  fill(): void
  /** Gives it back. */
  free(): void
}

const isRoot = process.getuid?.() === 0
// Others may mount what they alone see, where the system lets them have a namespace.
const inNamespace = ['--user', '--map-root-user', '--mount']

/** Whether this process may make one. */
export const mayMakeDisks =
  process.platform === 'linux' && (isRoot || spawnSync('unshare', [...inNamespace, 'true']).status === 0)

/** Makes one in memory. */
export async function smallDisk(megabytes: number): Promise<SmallDisk> {
  const made = mkdtempSync(join(tmpdir(), 'sallyport-small-disk-'))
  const mounting = ['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'tmpfs', made]
  const { folder, command, unmount } = isRoot ? mounted(mounting, made) : await mountedInNamespace(mounting, made)
  const ballast = join(folder, 'ballast')
  return {
    folder,
    mountedAs: made,
    command,
    fill() {
      const file = openSync(ballast, 'w')
      for (const size of [1 << 20, 1 << 12]) while (isWritten(file, size));
      closeSync(file)
    },
    free: () => rmSync(ballast),
    [Symbol.dispose]() {
      unmount()
      rmdirSync(made)
    },
  }
}

interface Mounted extends Pick<SmallDisk, 'folder' | 'command'> {
  unmount(): void
}

function mounted([program = '', ...words]: readonly string[], folder: string): Mounted {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`No file system could be made: ${stderr}`)
  return { folder, command: [], unmount: () => spawnSync('umount', ['-l', folder]) }
}

/** A process holds the namespace, and everybody of the same user comes to it by way of that process. */
async function mountedInNamespace(mounting: readonly string[], folder: string): Promise<Mounted> {
  const script = `${mounting.map((word) => `'${word}'`).join(' ')} && echo mounted && exec cat`
  const holder = spawn('unshare', [...inNamespace, 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])
  if (holder.exitCode !== null) throw new Error('No file system could be made.')
  const command = ['nsenter', '--user', '--mount', '--preserve-credentials', '--target', String(holder.pid)]
  return { folder: `/proc/${holder.pid}/root${folder}`, command, unmount: () => holder.kill() }
}

/** Whether there was room for some of it. */
function isWritten(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size)) > 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}
