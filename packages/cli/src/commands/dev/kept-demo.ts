import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Demo, type DemoApp, type DemoUser, readDemo } from '@sallyport/server'
import { type DataFolder, writePrivately } from '../../data-folder.ts'
import type { Database } from '../../database.ts'
import { Failure } from '../../failure.ts'
import type { Terminal } from '../../terminal.ts'
import { isServedAt } from './served-at.ts'

/** The demo of a data folder, as it stands in the database now. */
export interface KeptDemo {
  readonly demo: Demo
  /** Its users whose passwords are still those that the demo gave them. */
  readonly users: readonly KnownUser[]
}

/** A user of the demo, and the name of the org. */
export interface KnownUser extends DemoUser {
  readonly org: string
}

/** Where the server of the demo answers. */
export interface DemoPlace {
  readonly url: string
  readonly port: number
}

/** How many ports the demo takes after that of the login host: one for each of its orgs. */
export const demoPorts = 2

interface Kept {
  readonly demo: Demo
  /** As they were stored at first, by username: whoever has another one now has changed the password. */
  readonly passwordHashes: Readonly<Record<string, unknown>>
}

/**
 * The demo that was made in this data folder; it is made when the database is empty. When the server has moved to another
 * port, so do the demo's orgs. `undefined` when the database holds something else.
 * @throws {Failure} when they would be taken away from a server that runs
 */
export async function keptDemo(
  database: Database,
  place: DemoPlace,
  { busy }: Pick<Terminal, 'busy'>,
): Promise<KeptDemo | undefined> {
  const file = fileIn(database.folder)
  const isEmpty = (await database.stores.orgs.list()).length === 0
  const isBegun = existsSync(file)
  if (!isEmpty && !isBegun) return undefined
  const before = isBegun && !isEmpty ? readKept(readFileSync(file, 'utf8')) : undefined
  const kept =
    before === undefined
      ? await busy('Making the demo: keys, a certificate, passwords', () => made(database, place, file))
      : await moved(database, before, place, file)
  return { demo: kept.demo, users: await usersOf(database, kept) }
}

function fileIn({ path }: DataFolder): string {
  return join(path, 'demo.json')
}

async function made(database: Database, place: DemoPlace, file: string): Promise<Kept> {
  // Says that a demo was begun: one that was cut short is completed by the next start.
  writePrivately(file, '{}\n')
  // Loaded where it is used: most starts find the demo of the first.
  const { newDemo } = await import('./new-demo.ts')
  const demo = await newDemo(database, { mainUrl: place.url, ports: portsAfter(place) })
  const { users: stored } = database.stores
  const users = await Promise.all(peopleOf(demo).map(({ username }) => stored.findByUsername(username)))
  const hashes = users.flatMap((user) => (user === undefined ? [] : [[user.username, user.passwordHash] as const]))
  return written({ demo, passwordHashes: Object.fromEntries(hashes) }, file)
}

function written(kept: Kept, file: string): Kept {
  writePrivately(file, `${JSON.stringify(kept, undefined, 2)}\n`)
  return kept
}

function readKept(text: string): Kept | undefined {
  const json: unknown = JSON.parse(text)
  if (typeof json !== 'object' || json === null || !('demo' in json) || !('passwordHashes' in json)) return undefined
  const demo = readDemo(json.demo)
  return demo && { demo, passwordHashes: { ...Object(json.passwordHashes) } }
}

function peopleOf({ source, target }: Demo): readonly KnownUser[] {
  const { admin, integration, standard, outsider, org } = target
  const ofTarget = [integration, standard, admin, outsider].map((user) => ({ ...user, org: org.name }))
  return [...ofTarget, { ...source.admin, org: source.org.name }]
}

async function usersOf(database: Database, { demo, passwordHashes }: Kept): Promise<readonly KnownUser[]> {
  const unchanged = await Promise.all(
    peopleOf(demo).map(async (person) => {
      const user = await database.stores.users.findByUsername(person.username)
      if (user === undefined) return []
      // The hash may have been made again at another cost; only then it is worth the work to find out.
      const isSame =
        user.passwordHash === passwordHashes[user.username] ||
        (await database.passwords.verify(person.password, user.passwordHash)).outcome === 'right'
      return isSame ? [person] : []
    }),
  )
  return unchanged.flat()
}

/** Moves orgs and callback URLs of the demo after the server, but for what somebody has set otherwise. */
async function moved(database: Database, kept: Kept, place: DemoPlace, file: string): Promise<Kept> {
  const { source, target } = kept.demo
  const ports = portsAfter(place)
  if (source.org.port === ports.source && target.org.port === ports.target) return kept
  await refuseToTakeAway(database.folder, [source.org, target.org])
  await moveOrgs(database, [
    { ...source.org, wanted: ports.source },
    { ...target.org, wanted: ports.target },
  ])
  const demo: Demo = {
    source: { ...source, org: { ...source.org, port: ports.source } },
    target: {
      ...target,
      org: { ...target.org, port: ports.target },
      integrationApp: await movedApp(database, target.integrationApp, place),
      webApp: await movedApp(database, target.webApp, place),
    },
  }
  return written({ ...kept, demo }, file)
}

/** @throws {Failure} when another server answers for these orgs where they are: its addresses would be gone */
async function refuseToTakeAway(folder: DataFolder, orgs: readonly Demo['source']['org'][]): Promise<void> {
  for (const { id, name, port } of orgs) {
    if (port === undefined || !(await isServedAt(port, id, folder))) continue
    throw new Failure(
      `Another \`sallyport dev\` runs on ${folder.path}: its org ${name} answers at port ${port}, which it would lose.`,
      { next: 'Stop that one, or give this one a folder of its own: --data <folder>.' },
    )
  }
}

interface Move {
  readonly id: string
  readonly port?: number | undefined
  readonly wanted: number
}

async function moveOrgs({ stores }: Database, moves: readonly Move[]): Promise<void> {
  const { orgs } = stores
  const found = await Promise.all(moves.map(async (move) => ({ ...move, org: await orgs.find(move.id) })))
  const leaving = found.flatMap(({ org, port, wanted }) =>
    org !== undefined && (org.port ?? port) === port ? [{ org, wanted }] : [],
  )
  // One may move to where another is: all leave before any arrives.
  for (const { org } of leaving) await orgs.update({ ...org, port: undefined })
  for (const { org, wanted } of leaving) {
    const isTaken = (await orgs.findByPort(wanted)) !== undefined
    await orgs.update({ ...org, port: isTaken ? undefined : wanted })
  }
}

async function movedApp({ stores, now }: Database, app: DemoApp, { url }: DemoPlace): Promise<DemoApp> {
  const stored = await stores.apps.findByConsumerKey(app.consumerKey)
  if (stored === undefined) return app
  const ours = ['/services/oauth2/success', '/walkthrough/callback']
  const callbackUrls = stored.callbackUrls.map((each) => {
    const path = app.callbackUrls.includes(each) ? ours.find((one) => each.endsWith(one)) : undefined
    return path === undefined ? each : url + path
  })
  await stores.apps.update({ ...stored, callbackUrls, modifiedAt: now() })
  return { ...app, callbackUrls: [...callbackUrls] }
}

function portsAfter({ port }: DemoPlace): { readonly source: number; readonly target: number } {
  return { source: port + 1, target: port + 2 }
}
