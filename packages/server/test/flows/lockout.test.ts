import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checklist } from '../../src/journal/checklist.ts'
import { defaultOrgSettings, type OrgSettings } from '../../src/orgs/org.ts'
import { checkCredentials as credentialsBy } from '../../src/sessions/credentials.ts'
import { openSession } from '../../src/sessions/open-session.ts'
import { checkPageUser } from '../../src/sessions/page-user.ts'
import { signIn } from '../../src/sessions/sign-in.ts'
import { passwords } from '../../src/users/password.ts'
import type { User } from '../../src/users/user.ts'
import { fieldsOf, refusalShown, type Stop, signInOn, testBrowser } from './test-browser.ts'
import { base, password, startTestServer, type TestServer } from './test-server.ts'
import { isAlive, tokensFor } from './test-tokens.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ showsCauses: false })
})

afterAll(() => server.close())

async function attempt(username: string, secret: string, on = server): Promise<Stop> {
  const browser = testBrowser(on)
  return signInOn(browser, await browser.open('/'), username, secret)
}

/** Many attempts at once with one form. */
async function attempts(guesses: readonly (readonly [string, string])[], on = server): Promise<readonly Response[]> {
  const browser = testBrowser(on)
  const { html } = await browser.open('/')
  const cookie = `browser-8787=${browser.cookies.get('browser-8787')}`
  return Promise.all(
    guesses.map(async ([username, pw]) => {
      const body = new URLSearchParams({ ...fieldsOf(html, 'pw'), username, pw })
      const answer = await on.request('/', { method: 'POST', body, headers: { cookie, accept: 'text/html' } })
      return refusalShown(on, answer, cookie)
    }),
  )
}

async function withSettings(settings: Partial<OrgSettings>, test: (own: TestServer) => Promise<void>): Promise<void> {
  const own = await startTestServer({ showsCauses: false })
  try {
    await own.stores.orgs.update({ ...own.org, settings: { ...defaultOrgSettings, ...settings } })
    await test(own)
  } finally {
    await own.close()
  }
}

const hasSignedIn = (stop: Stop) => stop.html.includes('You are signed in')

describe('a lockout', () => {
  it('begins after ten wrong passwords in a row, and ends after a quarter of an hour', async () => {
    const user = await server.addUser('ten@target.example')
    for (let guess = 1; guess <= 10; guess++) expect((await attempt(user.username, `guess ${guess}`)).status).toBe(401)
    expect((await attempt(user.username, password)).status).toBe(401)
    server.advance(899)
    expect((await attempt(user.username, password)).status).toBe(401)
    server.advance(1)
    expect(hasSignedIn(await attempt(user.username, password))).toBe(true)
  })

  it('does not begin after nine, and a right password starts the count again', async () => {
    const user = await server.addUser('nine@target.example')
    for (let round = 0; round < 2; round++) {
      await attempts(Array.from({ length: 9 }, () => [user.username, 'wrong']))
      expect(hasSignedIn(await attempt(user.username, password))).toBe(true)
    }
  })

  it('follows the settings of the org, to last until an admin unlocks', () =>
    withSettings({ maxLoginAttempts: 3, lockoutInterval: undefined }, async (own) => {
      const user = await own.addUser('three@target.example')
      for (let guess = 0; guess < 3; guess++) await attempt(user.username, 'wrong', own)
      own.advance(10 * 366 * 86_400)
      expect((await attempt(user.username, password, own)).status).toBe(401)
      await own.stores.users.unlock(user.id)
      expect(hasSignedIn(await attempt(user.username, password, own))).toBe(true)
    }))

  it('counts a hundred wrong passwords at once as a hundred, however the name is written', () =>
    withSettings({ maxLoginAttempts: undefined }, async (own) => {
      const user = await own.addUser('ada@target.example')
      const spellings = [
        'ada@target.example',
        'ADA@Target.Example',
        '  ada@target.example ',
        'ａｄａ@target.example',
        'ada＠target.example',
      ]
      const answers = await attempts(
        Array.from({ length: 100 }, (_, n) => [spellings[n % 5] ?? '', `guess ${n}`]),
        own,
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
      expect((await own.stores.users.find(user.id))?.failedLogins).toBe(100)
    }))

  it('holds against the right password among a hundred guesses at once', async () => {
    const user = await server.addUser('burst@target.example')
    const guesses = Array.from({ length: 100 }, (_, n) => [user.username, n === 99 ? password : `guess ${n}`] as const)
    const answers = await attempts(guesses)
    expect(answers.map(({ status }) => status)).not.toContain(303)
  })

  it('is told in Login History and in the journal, not to whoever tries', async () => {
    const user = await server.addUser('told@target.example', { lockedUntil: new Date('2030-01-01') })
    const stop = await attempt(user.username, password)
    expect((await server.journalOf(stop)).refusal?.reason).toBe('user-locked')
    expect(stop.html).not.toMatch(/lock/i)
  })

  it('ends no token that an app holds already: strangers must not be able to do that', async () => {
    const user = await server.addUser('holds@target.example')
    const { access_token } = await tokensFor(server, user, await server.addApp('Holder'))
    await attempts(Array.from({ length: 10 }, () => [user.username, 'wrong']))
    expect((await server.stores.users.find(user.id))?.lockedUntil).toBeDefined()
    expect(await isAlive(server, access_token)).toBe(true)
  })
})

describe('whoever cannot be signed in', () => {
  const refused = [
    ['unknown', undefined, 'wrong', 'username-unknown', undefined],
    ['wrong', {}, 'wrong', 'password-wrong', 'Invalid password'],
    ['inactive', { isActive: false }, password, 'user-inactive', 'User is inactive'],
    ['frozen', { isFrozen: true }, password, 'user-frozen', 'User is frozen'],
    ['locked', { lockedUntil: new Date('2030-01-01') }, password, 'user-locked', 'Password lockout'],
    ['passwordless', { passwordHash: undefined }, password, 'password-wrong', 'Invalid password'],
  ] as const

  async function refuse(name: string, details: Partial<User> | undefined, secret: string) {
    const username = `${name}.somebody@target.example`
    const user = details === undefined ? undefined : await server.addUser(username, details)
    return { user, stop: await attempt(username, secret) }
  }

  it('is told one thing, with one status and the same headers, whatever the reason', async () => {
    const seen = new Set<string>()
    for (const [name, details, secret] of refused) {
      const { stop } = await refuse(`same-${name}`, details, secret)
      const html = stop.html.replaceAll(/value="[^"]*"/g, '')
      // The cookie has what was typed for a name, and nothing of the reason.
      const headers = [...stop.headers].filter(([header]) => header !== 'x-request-id' && header !== 'set-cookie')
      seen.add(JSON.stringify([stop.status, headers, html]))
    }
    expect(seen.size).toBe(1)
    expect([...seen].join()).toContain('You could not be signed in')
  })

  it.each(refused)('is noted with the reason: %s', async (name, details, secret, reason, status) => {
    const { user, stop } = await refuse(name, details, secret)
    expect((await server.journalOf(stop)).refusal?.reason).toBe(reason)
    if (user === undefined) return
    const [row] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(row).toMatchObject({
      status,
      loginType: 'Application',
      application: 'Browser',
      sourceIp: '127.0.0.1',
      loginUrl: base,
    })
  })

  it('may be kept out by the address, which is noted too', async () => {
    const profile = await server.addProfile({ name: 'Office', loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }] })
    const user = await server.addUser('office@target.example', { profileId: profile.id })
    const stop = await attempt(user.username, password)
    expect(stop.status).toBe(401)
    expect((await server.journalOf(stop)).refusal?.reason).toBe('ip-restricted')
    const [row] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(row?.status).toBe('Restricted IP')
  })

  it('leaves no trace of a password that was typed for a username', async () => {
    const stop = await attempt('correct horse battery staple', 'ada@target.example')
    expect(JSON.stringify(await server.journalOf(stop))).not.toContain('horse')
  })
})

it('notes a success with when and from where', async () => {
  const user = await server.addUser('success@target.example')
  await attempt(user.username, password)
  const [row] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
  expect(row).toMatchObject({ status: 'Success', at: server.now(), browser: 'Unknown', loginUrl: base })
  expect((await server.stores.users.find(user.id))?.lastLoginAt).toEqual(server.now())
})

it('lets nobody of a closed org in', () =>
  withSettings({}, async (own) => {
    const user = await own.addUser('one@target.example')
    await own.stores.orgs.update({ ...own.org, isActive: false })
    const stop = await attempt(user.username, password, own)
    expect([stop.status, (await own.journalOf(stop)).refusal?.reason]).toEqual([401, 'org-inactive'])
  }))

it('turns people away with 503 rather than let them wait behind hundreds', async () => {
  const user = await server.addUser('crowd@target.example')
  const answers = await attempts(Array.from({ length: 150 }, () => [user.username, 'wrong']))
  const busy = answers.filter(({ status }) => status === 503)
  expect(busy.length).toBeGreaterThan(0)
  expect(await busy[0]?.text()).toContain('You could not be signed in')
  expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThan(100)
})

describe('the work behind an answer', () => {
  it('is the same whether there is such a user or not, and whatever is wrong with them', async () => {
    const { stores } = server
    const known = passwords({ memory: 8, passes: 1, parallelism: 1 })
    const done: string[] = []
    const checkCredentials = credentialsBy({
      ...stores,
      checkPageUser: checkPageUser(stores),
      users: {
        findByUsername: (username) => {
          done.push('looked up')
          return stores.users.findByUsername(username)
        },
        countFailure: (...counted) => {
          done.push('wrote')
          return stores.users.countFailure(...counted)
        },
      },
      passwords: {
        verify: (...given) => {
          done.push('hashed')
          return known.verify(...given)
        },
      },
      now: server.now,
    })
    const signing = signIn({
      ...stores,
      checkCredentials,
      isRelaxed: async () => false,
      openSession: openSession(server.stores.sessions),
      onError: (error) => {
        throw error
      },
      now: server.now,
    })
    const site = { base, org: undefined, loginBase: base }
    const traces = new Set<string>()
    const robots = await server.addProfile({ name: 'Robots', permissions: ['ApiUserOnly'] })
    for (const [name, details, secret] of [
      ['nobody', undefined, 'wrong'],
      ['somebody', {}, 'wrong'],
      ['deactivated', { isActive: false }, password],
      ['frozen', { isFrozen: true }, password],
      ['locked', { lockedUntil: new Date('2030-01-01') }, password],
      ['locked-and-wrong', { lockedUntil: new Date('2030-01-01') }, 'wrong'],
      ['api-only', { profileId: robots.id }, password],
      ['passwordless', { passwordHash: undefined }, 'wrong'],
    ] as const) {
      const username = `work-${name}@target.example`
      if (details !== undefined) await server.addUser(username, details)
      done.length = 0
      const result = await signing(
        { username, password: secret, site, sourceIp: '127.0.0.1', userAgent: 'Unknown', app: undefined },
        checklist(),
      )
      expect(result.ok).toBe(false)
      traces.add(done.join())
    }
    expect([...traces]).toEqual(['looked up,hashed,looked up,wrote'])
  })
})
