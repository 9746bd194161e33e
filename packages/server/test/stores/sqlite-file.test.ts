import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealWith } from '../../src/seal.ts'
import { hashSecret } from '../../src/secret.ts'
import { DatabaseTooNew, DatabaseUnusable, WrongEncryptionKey } from '../../src/stores/database-errors.ts'
import { openStores } from '../../src/stores/open.ts'
import { anOrg, noon } from './demo-org.ts'
import { testSeal } from './open-test-stores.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-file-'))
  file = join(folder, 'sallyport.db')
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

function open(seal = testSeal) {
  const onError = (error: unknown) => {
    throw error
  }
  return openStores({ file, seal, now: () => noon, onError, synchronous: 'OFF' })
}

async function closedDatabase(): Promise<void> {
  const stores = await open()
  await stores.orgs.add(anOrg({ name: 'Acme' }))
  await stores.close()
}

describe('opening a database', () => {
  it('keeps what was written, and is for its owner only', async () => {
    await closedDatabase()
    const stores = await open()
    expect(await stores.orgs.findByName('Acme')).toBeDefined()
    await stores.journal.listOfServer({}, { limit: 1 })
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect((await stat(name)).mode & 0o777).toBe(0o600)
    await stores.close()
  })

  it('is done once when two processes come first at the same time', async () => {
    const [one, other] = await Promise.all([open(), open()])
    const org = anOrg()
    await one.orgs.add(org)
    expect(await other.orgs.find(org.id)).toEqual(org)
    await one.close()
    await other.close()
  })

  it('refuses a schema newer than the program, and changes nothing', async () => {
    await closedDatabase()
    const database = new DatabaseSync(file)
    database.exec('update schema_version set version = 1000')
    database.close()
    const before = await readFile(file)
    await expect(open()).rejects.toThrow(DatabaseTooNew)
    await expect(open()).rejects.toThrow(/schema version 1000, and this program knows versions up to \d+/)
    expect((await readFile(file)).equals(before)).toBe(true)
  })

  it('refuses another encryption key, and changes nothing', async () => {
    await closedDatabase()
    const before = await readFile(file)
    await expect(open(sealWith(Buffer.alloc(32, 8)))).rejects.toThrow(WrongEncryptionKey)
    expect((await readFile(file)).equals(before)).toBe(true)
    const stores = await open()
    expect(await stores.orgs.findByName('Acme')).toBeDefined()
    await stores.close()
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a folder that is not there',
      async () => (file = join(folder, 'missing', 'sallyport.db')),
      /folder does not exist/,
    ],
    ['a folder in its place', () => mkdir(file), /not a file/],
    ['a file of another kind', () => writeFile(file, 'This is no database. '.repeat(500)), /no SQLite database/],
    [
      'a database of another program',
      async () => {
        const database = new DatabaseSync(file)
        database.exec('create table recipes (name text)')
        database.close()
      },
      /another program/,
    ],
  ])('refuses %s with a clear error', async (_, prepare, message) => {
    await prepare()
    const opened = open()
    await expect(opened).rejects.toThrow(DatabaseUnusable)
    await expect(opened).rejects.toThrow(message)
  })
})

/** Starts a process that issues tokens until it is killed, after this many answers; gives the answers it printed. */
async function answeredBeforeKill(afterAnswers: number): Promise<readonly { id: number; secret: string }[]> {
  const writer = spawn(process.execPath, [fileURLToPath(new URL('writer-process.ts', import.meta.url)), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  for await (const chunk of writer.stdout) {
    printed += String(chunk)
    if (printed.split('\n').length > afterAnswers) writer.kill('SIGKILL')
  }
  const answers = printed.split('\n').slice(0, -1)
  return answers.map((line) => {
    const [id, secret = ''] = line.split(' ')
    return { id: Number(id), secret }
  })
}

describe('a process that is killed while it writes', () => {
  it('has lost nothing of what it had answered', async () => {
    const answered: { id: number; secret: string }[] = []
    for (const count of [300, 1000]) answered.push(...(await answeredBeforeKill(count)))
    expect(answered.length).toBeGreaterThanOrEqual(1300)
    const stores = await open()
    const states = await Promise.all(
      answered.map(({ id, secret }) => stores.accessTokens.find({ id, hash: hashSecret(secret) }, noon)),
    )
    expect(states.filter(({ state }) => state !== 'live')).toEqual([])
    await stores.close()
  })
})
