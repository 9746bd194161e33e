import { openConsumerSecret, type Stores, type User } from '@sallyport/server'
import type { Database } from '../../database.ts'
import { type OrgAddress, orgsAt } from '../../org-addresses.ts'
import type { TryLines } from './try-files.ts'

/** A password that the server was given in the clear, and what its user is there for. */
export interface KnownPassword {
  readonly username: string
  readonly password: string
  readonly note?: string
}

/** What is said when the server answers. Plain JSON. */
export interface Ready {
  readonly url: string
  /** Where one goes through the flows step by step. */
  readonly walkthrough: string
  readonly orgs: readonly OrgAddress[]
  readonly users: readonly ReadyUser[]
  readonly connectedApps: readonly ReadyApp[]
  readonly dataFolder: string
  readonly try: TryLines
  /** The certificate that callers are to trust, where https is spoken. */
  readonly certificateFile?: string
}

/** A user of an org; the password where it is known. */
export interface ReadyUser {
  readonly org: string
  readonly username: string
  readonly profile: string
  readonly password?: string
  readonly note?: string
}

/** A connected app of an org, with its secret. */
export interface ReadyApp {
  readonly org: string
  readonly fullName: string
  readonly label: string
  readonly consumerKey: string
  readonly consumerSecret: string
  readonly callbackUrls: readonly string[]
}

// Enough for anybody to begin with; `sallyport user list` knows them all.
const mostUsers = 100

/** Gathers what there is to say of a server that has just become ready. */
export async function readyWith(
  { folder, stores, seal }: Database,
  { url, aliases }: { readonly url: string; readonly aliases: readonly string[] },
  passwords: readonly KnownPassword[],
  tryLines: TryLines,
): Promise<Ready> {
  const orgs = await orgsAt(url, aliases, stores)
  const known = new Map(passwords.map((each) => [each.username, each]))
  const users = await Promise.all(orgs.map((org) => usersOf(stores, org, known)))
  const apps = await Promise.all(
    orgs.map(async (org) =>
      (await stores.apps.list(org.id)).map((app) => ({
        org: org.name,
        fullName: app.fullName,
        label: app.label,
        consumerKey: app.consumerKey,
        consumerSecret: openConsumerSecret(seal, app),
        callbackUrls: app.callbackUrls,
      })),
    ),
  )
  const walkthrough = `${url}/walkthrough`
  return {
    url,
    walkthrough,
    orgs,
    users: users.flat(),
    connectedApps: apps.flat(),
    dataFolder: folder.path,
    try: tryLines,
  }
}

async function usersOf(
  { users, profiles }: Pick<Stores, 'users' | 'profiles'>,
  org: OrgAddress,
  known: ReadonlyMap<string, KnownPassword>,
): Promise<readonly ReadyUser[]> {
  const found = await users.list(org.id, { limit: mostUsers })
  const shown = async ({ username, profileId }: User): Promise<ReadyUser> => {
    const { password, note } = known.get(username) ?? {}
    return {
      org: org.name,
      username,
      profile: (await profiles.find(profileId))?.name ?? '',
      ...(password !== undefined && { password }),
      ...(note !== undefined && { note }),
    }
  }
  return Promise.all(found.map(shown))
}
