import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccessToken } from '../src/access-token.ts'
import { withFileLock } from '../src/file-lock.ts'
import { tokenCache } from '../src/token-cache.ts'
import { TokenFileError, tokenFileStore } from '../src/token-file-store.ts'
import { tokenFromJson, tokenToJson } from '../src/token-json.ts'
import { memoryTokenStore, type TokenStore } from '../src/token-store.ts'
import { faultServer, json } from './fault-server.ts'

const run = promisify(execFile)
const start = new Date('2026-11-23T12:00:00Z')
const encryptionKey = new Uint8Array(32).fill(7)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-tokens-'))
})
afterAll(() => rm(folder, { recursive: true }))

function aToken(accessToken: string, details: Partial<AccessToken> = {}): AccessToken {
  return {
    accessToken,
    tokenType: 'Bearer',
    instanceUrl: 'https://acme.my.salesforce.com',
    id: undefined,
    scope: ['api'],
    refreshToken: undefined,
    idToken: undefined,
    signature: undefined,
    issuedAtText: undefined,
    issuedAt: start,
    expiresAt: undefined,
    ...details,
  }
}

let folders = 0
const stores: readonly (readonly [string, () => TokenStore])[] = [
  ['in memory', memoryTokenStore],
  [
    'in files',
    () => {
      folders += 1
      return tokenFileStore({ folder: join(folder, `store-${folders}`), encryptionKey })
    },
  ],
]

describe.each(stores)('a token cache %s', (_, open) => {
  /** A source that counts, whose tokens are numbered and come when they are let go. */
  function counted(options: { readonly now?: () => Date; readonly lifetime?: number } = {}) {
    let count = 0
    const { now = () => start, lifetime } = options
    const cache = tokenCache({ store: open(), now })
    const source = cache.source('one', async (held) => {
      count += 1
      const number = count
      await new Promise((resolve) => setImmediate(resolve))
      const expiresAt = lifetime === undefined ? undefined : new Date(now().getTime() + lifetime * 1000)
      return aToken(`token-${number}`, { expiresAt, refreshToken: held === undefined ? 'refresh' : undefined })
    })
    return { cache, source, count: () => count }
  }

  it('gets one token for a hundred callers at once', async () => {
    const { source, count } = counted()
    const tokens = await Promise.all(Array.from({ length: 100 }, () => source.token()))
    expect([new Set(tokens.map(({ accessToken }) => accessToken)), count()]).toEqual([new Set(['token-1']), 1])
    expect((await source.token()).accessToken).toBe('token-1')
    expect(count()).toBe(1)
  })

  it('gets one new token for a hundred callers whose token was refused', async () => {
    const { source, count } = counted()
    const refused = await source.token()
    const tokens = await Promise.all(Array.from({ length: 100 }, () => source.token({ insteadOf: refused })))
    expect([new Set(tokens.map(({ accessToken }) => accessToken)), count()]).toEqual([new Set(['token-2']), 2])
    expect((await source.token({ insteadOf: refused })).accessToken).toBe('token-2')
    expect(count()).toBe(2)
  })

  it('keeps the refresh token of before when the answer brings no new one', async () => {
    const { source } = counted()
    const first = await source.token()
    expect((await source.token({ insteadOf: first })).refreshToken).toBe('refresh')
  })

  it('gets a new one a minute before the end of the old', async () => {
    let now = start
    const { source, count } = counted({ now: () => now, lifetime: 300 })
    await source.token()
    now = new Date(start.getTime() + 239_000)
    expect([(await source.token()).accessToken, count()]).toEqual(['token-1', 1])
    now = new Date(start.getTime() + 241_000)
    expect([(await source.token()).accessToken, count()]).toEqual(['token-2', 2])
  })

  it('lets one caller give up, and the others go on', async () => {
    const { source } = counted()
    const stop = new AbortController()
    const waiting = [source.token({ signal: stop.signal }), source.token()]
    stop.abort(new Error('enough'))
    const [first, second] = await Promise.allSettled(waiting)
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
    expect(second).toMatchObject({ status: 'fulfilled', value: { accessToken: 'token-1' } })
    await expect(source.token({ signal: stop.signal })).rejects.toThrow('enough')
  })

  it('tells a failure to all who wait, and tries again for the next', async () => {
    let count = 0
    const source = tokenCache({ store: open() }).source('one', async () => {
      count += 1
      await new Promise((resolve) => setImmediate(resolve))
      if (count === 1) throw new Error('refused')
      return aToken('token')
    })
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => source.token()))
    expect([all.every(({ status }) => status === 'rejected'), count]).toEqual([true, 1])
    expect((await source.token()).accessToken).toBe('token')
  })

  it('forgets when it is told to', async () => {
    const { cache, source, count } = counted()
    await source.token()
    await cache.forget('one')
    expect([(await source.token()).accessToken, count()]).toEqual(['token-2', 2])
  })
})

describe('a thousand callers', () => {
  it('never get the token of another credential, and never ask twice at a time, whatever expires, is revoked or fails', async () => {
    const schedule = fc.record({
      lifetimes: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 10 }),
      faults: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
      revoked: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 }),
      callers: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1000, maxLength: 1000 }),
    })
    await fc.assert(
      fc.asyncProperty(schedule, async ({ lifetimes, faults, revoked, callers }) => {
        let now = start
        let issued = 0
        const valid = new Map<string, string>()
        const running = new Map<number, number>()
        let most = 0
        const cache = tokenCache({ store: memoryTokenStore(), now: () => now, skew: 0 })
        const sources = [0, 1, 2, 3].map((credential) =>
          cache.source(`credential-${credential}`, async () => {
            const under = (running.get(credential) ?? 0) + 1
            running.set(credential, under)
            most = Math.max(most, under)
            await new Promise((resolve) => setImmediate(resolve))
            running.set(credential, under - 1)
            issued += 1
            if (faults[issued % faults.length] && issued % 3 === 0) throw new Error('fault')
            const name = `${credential}-${issued}`
            valid.set(`${credential}`, name)
            const lifetime = lifetimes[issued % lifetimes.length] ?? 60
            return aToken(name, { expiresAt: new Date(now.getTime() + (lifetime + 1) * 1000) })
          }),
        )
        let wrong = 0
        const call = async (credential: number, turn: number) => {
          const source = sources[credential]
          if (turn % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
          if (turn % 200 === 0) now = new Date(now.getTime() + 30_000)
          if (turn % 100 === 0) for (const one of revoked) valid.delete(`${one}`)
          try {
            let token = await source?.token()
            // What a 401 would lead to: one renewal.
            if (token !== undefined && valid.get(`${credential}`) !== token.accessToken) {
              token = await source?.token({ insteadOf: token })
            }
            if (token?.accessToken.startsWith(`${credential}-`) !== true) wrong += 1
          } catch (error) {
            if (!(error instanceof Error) || error.message !== 'fault') throw error
          }
        }
        await Promise.all(callers.map(call))
        expect([wrong, most]).toEqual([0, 1])
        // No stampede: far fewer tokens than callers, however much went wrong.
        expect(issued).toBeLessThan(150)
      }),
      { numRuns: 25 },
    )
  })
})

describe('processes that share a folder', () => {
  it('renew one at a time, and no refresh token is used twice', async () => {
    const place = join(folder, 'processes')
    const used: string[] = []
    let count = 0
    await using server = await faultServer((_, response, body) => {
      used.push(new URLSearchParams(body).get('refresh_token') ?? '')
      count += 1
      json(response, 200, { token: `token-${count}`, refreshToken: `refresh-${count}` })
    })
    const script = fileURLToPath(new URL('renewing-process.ts', import.meta.url))
    const ended = await Promise.all(
      Array.from({ length: 4 }, () => run(process.execPath, [script, place, server.url, '6'])),
    )
    const got = ended.map(({ stdout }): readonly string[] => JSON.parse(stdout))
    // Each refresh token was used once, in the order in which they were given.
    expect(used).toEqual(['', ...Array.from({ length: count - 1 }, (_, at) => `refresh-${at + 1}`)])
    expect(got.every((tokens) => new Set(tokens).size === tokens.length)).toBe(true)
    expect(count).toBeLessThanOrEqual(24)
    expect((await readdir(place)).filter((name) => !name.endsWith('.token'))).toEqual([])
  })
})

describe('a token in a file', () => {
  it('is readable for its owner only, and tells nothing to who has not the key', async () => {
    const place = join(folder, 'private')
    const store = tokenFileStore({ folder: place, encryptionKey })
    await store.renew('login.example/ada', async () => aToken('secret-token', { refreshToken: 'secret-refresh' }))
    const [name = ''] = await readdir(place)
    const path = join(place, name)
    expect([(await stat(place)).mode & 0o777, (await stat(path)).mode & 0o777]).toEqual([0o700, 0o600])
    const bytes = await readFile(path, 'latin1')
    for (const word of ['secret', 'ada', 'login.example']) expect([bytes, name].join().includes(word)).toBe(false)
    expect(await store.keys()).toEqual(['login.example/ada'])
    expect(await store.find('login.example/ada')).toEqual(aToken('secret-token', { refreshToken: 'secret-refresh' }))
    await store.delete('login.example/ada')
    expect([await store.keys(), await store.find('login.example/ada')]).toEqual([[], undefined])
  })

  it('is refused when another key locked it, it was changed, or it has the name of another', async () => {
    const place = join(folder, 'changed')
    const store = tokenFileStore({ folder: place, encryptionKey })
    await store.renew('one', async () => aToken('one'))
    await store.renew('two', async () => aToken('two'))
    const other = tokenFileStore({ folder: place, encryptionKey: new Uint8Array(32).fill(8) })
    await expect(other.find('one')).rejects.toThrow(TokenFileError)
    const [first = '', second = ''] = await readdir(place)
    await writeFile(join(place, first), await readFile(join(place, second)))
    const results = await Promise.allSettled([store.find('one'), store.find('two')])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  it('is not lost by a failure while it is renewed', async () => {
    const store = tokenFileStore({ folder: join(folder, 'failing'), encryptionKey })
    await store.renew('one', async () => aToken('kept'))
    const failing = store.renew('one', async () => {
      throw new Error('refused')
    })
    await expect(failing).rejects.toThrow('refused')
    expect((await store.find('one'))?.accessToken).toBe('kept')
  })

  it('needs a key of 32 bytes', () => {
    expect(() => tokenFileStore({ folder, encryptionKey: new Uint8Array(16) })).toThrow(TypeError)
  })

  it('is written and read the same, and nothing else is taken for one', () => {
    const token = aToken('x', { expiresAt: start, refreshToken: 'r', idToken: 'i', signature: 's', issuedAtText: '1' })
    expect(tokenFromJson(tokenToJson(token))).toEqual(token)
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => tokenFromJson(text) === undefined))
  })
})

describe('a lock', () => {
  const times = { patience: 5000, staleAfter: 1000 }

  it('lets one in at a time', async () => {
    let inside = 0
    let most = 0
    const file = join(folder, 'turns.lock')
    await Promise.all(
      Array.from({ length: 12 }, () =>
        withFileLock(file, async () => {
          inside += 1
          most = Math.max(most, inside)
          await new Promise((resolve) => setImmediate(resolve))
          inside -= 1
        }),
      ),
    )
    expect(most).toBe(1)
  })

  it('is taken over from a process that has died, by one of those who wait', async () => {
    const file = join(folder, 'dead.lock')
    const { stdout } = await run(process.execPath, ['-p', 'process.pid'])
    await writeFile(file, JSON.stringify({ mark: 'x', pid: Number(stdout), host: hostname() }))
    let inside = 0
    let most = 0
    const work = async () => {
      inside += 1
      most = Math.max(most, inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
    }
    await Promise.all(Array.from({ length: 8 }, () => withFileLock(file, work, times)))
    expect(most).toBe(1)
  })

  it('is taken over from one on another machine that has not shown itself for long', async () => {
    const file = join(folder, 'far.lock')
    await writeFile(file, JSON.stringify({ mark: 'x', pid: 1, host: 'elsewhere' }))
    const past = new Date(Date.now() - 10_000)
    await utimes(file, past, past)
    expect(await withFileLock(file, async () => 'done', times)).toBe('done')
  })

  it('is not taken from one that is there, and who waits is told in time', async () => {
    const file = join(folder, 'held.lock')
    await writeFile(file, JSON.stringify({ mark: 'x', pid: process.pid, host: hostname() }))
    await expect(withFileLock(file, async () => 'done', { patience: 50, staleAfter: 60_000 })).rejects.toThrow(
      'too long',
    )
  })
})
