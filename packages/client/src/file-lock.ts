import { link, open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { randomId } from './crypto.ts'
import { membersOf, readJson } from './encoding.ts'

/** How long one waits for a lock, and when its holder counts as gone. All in milliseconds. */
export interface LockTimes {
  readonly patience: number
  /** A holder shows at a third of this interval that it is still there. */
  readonly staleAfter: number
}

const usual: LockTimes = { patience: 120_000, staleAfter: 30_000 }

/**
 * Does something while no other process that asks for the same file does: a file that only one can make says who does. One
 * whose process has died, or has not shown itself for half a minute, is taken over.
 * @param file the lock; its folder is there
 * @throws {Error} when nobody has given it up in time
 */
export async function withFileLock<Result>(
  file: string,
  work: () => Promise<Result>,
  { patience, staleAfter }: LockTimes = usual,
): Promise<Result> {
  const mark = randomId()
  const content = JSON.stringify({ mark, pid: process.pid, host: hostname() })
  const end = Date.now() + patience
  for (let pause = 5; !(await made(file, content)); pause = Math.min(pause * 1.5, 250)) {
    await takeAwayIfStale(file, staleAfter)
    if (Date.now() > end) throw new Error(`Another process has held the lock ${file} for too long.`)
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
  }
  const alive = setInterval(() => {
    const now = new Date()
    // If this cannot be written, the next one may be; if none can, others take over, which is what they should do.
    utimes(file, now, now).catch(() => undefined)
  }, staleAfter / 3)
  try {
    return await work()
  } finally {
    clearInterval(alive)
    if ((await holderOf(file))?.mark === mark) await rm(file, { force: true })
  }
}

/** Makes a file that was not there, with its content: others see it whole or not at all. */
async function made(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomId()}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    await handle.writeFile(content)
    await handle.close()
    await link(draft, file)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Takes a lock away whose holder is gone. Only who holds the lock on doing so does it, and looks again before. */
async function takeAwayIfStale(file: string, staleAfter: number): Promise<void> {
  if (!(await isStale(file, staleAfter))) return
  const broom = `${file}.broom`
  if (!(await made(broom, ''))) {
    // Sweeping takes a moment: who has not finished it by now has died over it.
    if ((await ageOf(broom)) > staleAfter) await rm(broom, { force: true })
    return
  }
  try {
    if (await isStale(file, staleAfter)) await rm(file, { force: true })
  } finally {
    await rm(broom, { force: true })
  }
}

async function isStale(file: string, staleAfter: number): Promise<boolean> {
  const holder = await holderOf(file)
  if (holder === undefined) return false
  if ((await ageOf(file)) > staleAfter) return true
  return holder.host === hostname() && !isRunning(holder.pid)
}

interface Holder {
  readonly mark: string
  readonly pid: number
  readonly host: string
}

async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    const members = membersOf(readJson(await readFile(file, 'utf8')))
    const [mark, pid, host] = ['mark', 'pid', 'host'].map((name) => members?.get(name))
    return typeof mark === 'string' && typeof pid === 'number' && typeof host === 'string'
      ? { mark, pid, host }
      : undefined
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function ageOf(file: string): Promise<number> {
  try {
    return Date.now() - (await stat(file)).mtimeMs
  } catch (error) {
    if (isCode(error, 'ENOENT')) return 0
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user may not be asked, and is there.
    return isCode(error, 'EPERM')
  }
}

/** Whether an error of the system has a code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
