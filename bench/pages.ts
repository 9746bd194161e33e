import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { newOrg } from '../packages/server/src/org-setup/new-org.ts'
import type { Problem } from '../packages/server/src/problem.ts'
import { type RecordKind, recordIds } from '../packages/server/src/record-id.ts'
import { sealWith } from '../packages/server/src/seal.ts'
import { openStores } from '../packages/server/src/stores/open.ts'
import type { Stores } from '../packages/server/src/stores/stores.ts'
import { passwords } from '../packages/server/src/users/password.ts'
import type { User } from '../packages/server/src/users/user.ts'
import { type PlaceGroup, personalPlaces, placeGroups } from '../packages/server/src/web/setup/places.ts'
import { aLogin, anApp, anEntry, anIssuance, aUser, policiesOf } from '../packages/server/test/stores/demo-org.ts'
import { separateCores } from './cores.ts'
import { findSignInForm } from './html-form.ts'
import { freePort, startServer } from './server-process.ts'
import { median, percentile } from './statistics.ts'

// How long every page of Setup takes in an org that has been in use: from asking for it to its last byte, on loopback.
const { values } = parseArgs({
  options: {
    apps: { type: 'string', default: '500' },
    users: { type: 'string', default: '10000' },
    entries: { type: 'string', default: '100000' },
    tokens: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
  },
})
/** Milliseconds that no page is to take. */
const bar = 100
const password = 'correct horse battery staple'
const username = 'admin@bench.example'
const now = () => new Date()

const folder = mkdtempSync(join(tmpdir(), 'bench-pages-'))
const key = randomBytes(32)
try {
  const paths = await fill()
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const program = join(import.meta.dirname, '../packages/cli/bin/sallyport.js')
  const place = ['--data', folder, '--json', '--port', String(port), '--public-url', origin, '--log-level', 'error']
  const command = [
    'env',
    `SALLYPORT_ENCRYPTION_KEY=${key.toString('base64')}`,
    process.execPath,
    program,
    'serve',
    ...place,
  ]
  const server = await startServer({ command, core: separateCores()?.server, folder })
  try {
    await measure(origin, paths)
  } finally {
    await server.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Makes the org, and what stands on its pages. Answers their paths. */
async function fill(): Promise<readonly string[]> {
  const counts = { apps: Number(values.apps), users: Number(values.users), entries: Number(values.entries) }
  console.error(`Filling an org with ${counts.apps} apps, ${counts.users} users and a journal of ${counts.entries}.`)
  const stores = await openStores({
    file: join(folder, 'sallyport.db'),
    seal: sealWith(key),
    now,
    onError: console.error,
  })
  const ids = recordIds(now)
  try {
    const made = await newOrg({ ...stores, newId: ids, now }, { name: 'Bench' })
    if (!made.ok) throw new Error(wordsOf(made.problems))
    const org = made.value
    const [profile, standard] = await Promise.all([
      stores.profiles.findByName(org.id, 'System Administrator'),
      stores.profiles.findByName(org.id, 'Standard User'),
    ])
    if (profile === undefined || standard === undefined) throw new Error('The org has no profiles.')
    const hashing = await passwords().hash(password)
    if (hashing.outcome === 'busy') throw new Error('Nobody else hashes passwords here.')
    const person = (details: Partial<User>) => ({
      ...aUser(standard, details),
      id: ids('user'),
      createdAt: now(),
      modifiedAt: now(),
    })
    await stores.users.add(person({ username, profileId: profile.id, passwordHash: hashing.passwordHash }))
    const users = Array.from({ length: counts.users }, (_, number) =>
      person({ username: `user${number}@bench.example`, lastName: `Name ${number}` }),
    )
    await each(users, (user) => stores.users.add(user))
    const apps = Array.from({ length: counts.apps }, (_, number) => ({
      ...anApp(org.id, {
        label: `App ${number}`,
        fullName: `App_${number}`,
        consumerKey: `Bench${String(number).padStart(12, '0')}`,
      }),
      id: ids('connectedApplication' satisfies RecordKind),
      createdAt: now(),
      modifiedAt: now(),
    }))
    await each(apps, (app) => stores.apps.add(app, [policiesOf(app, org.id)]))
    await use(stores, org.id, users, apps, counts.entries)
    const [app, user] = [apps[0]?.id ?? '', users[0]?.id ?? '']
    const groups: readonly PlaceGroup[] = [...placeGroups, personalPlaces]
    const [entry] = await stores.journal.list(org.id, {}, { limit: 1 })
    return [
      ...groups.flatMap(({ places }) => places.map(({ path }) => path)),
      `/setup/connected-apps/${app}`,
      `/setup/connected-apps/${app}/edit`,
      `/setup/connected-apps/${app}/manage`,
      `/setup/connected-apps/${app}/manage/edit`,
      `/setup/oauth-usage/${app}`,
      `/setup/users/${user}`,
      `/setup/profiles/${standard.id}`,
      `/setup/profiles/${standard.id}/edit`,
      `/setup/flow-log/${entry?.requestId ?? ''}`,
      '/setup/connected-apps?q=App+4&sort=-modified&page=2',
      '/setup/users?q=name+77',
      '/setup/flow-log?outcome=refused',
      '/setup/login-history?outcome=failed',
      '/setup?days=30',
    ]
  } finally {
    await stores.close()
  }
}

/** What the last month leaves: requests, some refused; sign-ins, some wrong; and tokens that live. */
async function use(
  stores: Stores,
  orgId: string,
  users: readonly User[],
  apps: readonly Parameters<typeof policiesOf>[0][],
  entries: number,
): Promise<void> {
  const month = 30 * 86_400_000
  const at = (number: number) => new Date(Date.now() - month + Math.floor((number / entries) * month))
  const some = <Thing>(things: readonly Thing[], number: number): Thing => {
    const thing = things[(number * 7919) % things.length]
    if (thing === undefined) throw new Error('There is nothing to choose from.')
    return thing
  }
  const numbers = Array.from({ length: entries }, (_, number) => number)
  await each(numbers, (number) => {
    const refused = number % 10 === 0
    const about = { orgId, appId: some(apps, number).id, userId: some(users, number).id, at: at(number) }
    return stores.journal.add(
      anEntry(randomUUID(), {
        ...about,
        flow: number % 3 === 0 ? 'refresh_token' : 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        passed: ['client-known', 'signature', 'expiry', 'audience', 'user-known'].map((check) => ({ check })),
        ...(refused && {
          status: 400,
          error: 'invalid_grant',
          refusal: { reason: number % 20 === 0 ? 'audience-unknown' : 'user-frozen', facts: { user: 'x', found: 'y' } },
        }),
      }),
    )
  })
  await each(numbers, (number) =>
    stores.loginHistory.add(
      aLogin(some(users, number), { at: at(number), ...(number % 12 === 0 && { status: 'Invalid password' }) }),
    ),
  )
  await each(numbers.slice(0, Number(values.tokens)), async (number) => {
    const issuance = await anIssuance(
      stores,
      some(users, number),
      some(apps, number),
      { access: `a${number}` },
      { at: now() },
    )
    await stores.issue.forAssertion(issuance, undefined)
  })
}

/** Many at a time: writes of the same moment share their commit. */
async function each<Thing>(things: readonly Thing[], act: (thing: Thing) => Promise<unknown>): Promise<void> {
  for (let place = 0; place < things.length; place += 500) await Promise.all(things.slice(place, place + 500).map(act))
}

async function measure(origin: string, paths: readonly string[]): Promise<void> {
  const cookie = await signIn(origin)
  const ask = async (path: string) => {
    const begun = performance.now()
    const answer = await fetch(origin + path, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' })
    const bytes = (await answer.arrayBuffer()).byteLength
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}.`)
    return { milliseconds: performance.now() - begun, bytes }
  }
  const wanted = paths.filter((path) => path !== '/walkthrough' && path.includes(values.only))
  const rows: (readonly [path: string, middle: number, slow: number, bytes: number])[] = []
  for (const path of wanted) {
    const { bytes } = await ask(path)
    const times: number[] = []
    for (let round = 0; round < Number(values.rounds); round++) times.push((await ask(path)).milliseconds)
    rows.push([path, median(times) ?? 0, percentile(times, 90) ?? 0, bytes])
  }
  console.log('| page | median, ms | p90, ms | kB | |\n| --- | --: | --: | --: | --- |')
  for (const [path, middle, slow, bytes] of rows.toSorted(([, one], [, other]) => other - one)) {
    const shown = path.replaceAll(/[0-9A-Za-z]{18}|[0-9a-f-]{36}/g, '…')
    console.log(
      `| ${shown} | ${middle.toFixed(1)} | ${slow.toFixed(1)} | ${Math.round(bytes / 1000)} | ${middle < bar ? '' : `over ${bar}`} |`,
    )
  }
  const slowest = Math.max(...rows.map(([, middle]) => middle))
  console.log(`\n${rows.length} pages, the slowest ${slowest.toFixed(1)} ms; none is to take ${bar}.`)
}

async function signIn(origin: string): Promise<string> {
  const cookies = new Map<string, string>()
  const take = (answer: Response) => {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair)
    }
  }
  const page = await fetch(`${origin}/?startURL=/setup`)
  take(page)
  const form = findSignInForm(await page.text())
  if (form === undefined) throw new Error('There is no form to sign in with.')
  const body = new URLSearchParams({ ...form.fields, username, pw: password })
  const headers = { cookie: [...cookies.values()].join('; ') }
  const answer = await fetch(origin + form.action, { method: 'POST', body, headers, redirect: 'manual' })
  take(answer)
  if (answer.headers.get('location') !== '/setup') throw new Error(`Nobody was signed in: ${answer.status}`)
  return [...cookies.values()].join('; ')
}

function wordsOf(problems: readonly Problem[]): string {
  return problems.map(({ field, message }) => `${field}: ${message}`).join('\n')
}
