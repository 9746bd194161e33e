import {
  type AuthProvider,
  type ConnectedApp,
  type CustomPermission,
  type CustomScope,
  canonicalUsername,
  didYouMean,
  type Org,
  type OrgCertificate,
  type PermissionSet,
  type Profile,
  type SamlSsoConfig,
  type Stores,
  type TokenExchangeHandler,
  type User,
} from '@sallyport/server'
import { Failure, WrongUsage } from './failure.ts'

/**
 * The org that a command is about: the one named, by name, My Domain or id; else the only one there is.
 * @throws {Failure} when there is none such, or nothing tells which one is meant
 */
export async function findOrg({ orgs }: Pick<Stores, 'orgs'>, name: string | undefined): Promise<Org> {
  const all = await orgs.list()
  const names = all.map((org) => org.name)
  const list = names.map((each) => `“${each}”`).join(', ')
  if (name === undefined) {
    const [only, ...others] = all
    if (only === undefined) throw new Failure('There is no org yet.', { next: 'Make one: sallyport org create <name>' })
    if (others.length > 0) {
      throw new WrongUsage(`There are ${all.length} orgs: ${list}.`, { next: 'Say which one is meant: --org <name>' })
    }
    return only
  }
  const wanted = name.toLowerCase()
  const found =
    all.find((org) => org.name === name) ??
    all.find((org) => org.name.toLowerCase() === wanted || org.myDomain === wanted || org.id === name)
  if (found !== undefined) return found
  const hint = didYouMean(name, names)
  const next = names.length > 0 ? `There are: ${list}.` : 'Make one: sallyport org create <name>'
  throw new Failure(`There is no org “${name}”.${hint}`, { next })
}

/** The user with this name, of whichever org. @throws {Failure} when there is none */
export async function findUser({ users, orgs }: Pick<Stores, 'users' | 'orgs'>, name: string): Promise<User> {
  const username = canonicalUsername(name)
  const user = await users.findByUsername(username)
  if (user !== undefined) return user
  const all = await Promise.all((await orgs.list()).map((org) => users.list(org.id, { limit: 500 })))
  const hint = didYouMean(
    username,
    all.flat().map((each) => each.username),
  )
  throw new Failure(`There is no user ${username}.${hint}`, { next: 'See who there is: sallyport user list' })
}

/** A connected app, and the org whose policies and tokens a command is about. */
export interface AppInOrg {
  readonly app: ConnectedApp
  readonly org: Org
}

/**
 * The connected app with this API name, consumer key or, where none has that, label, in the org that is named, else in the one that has it. In an org that is
 * named, it may be an app of another: by consumer key, or by name if it was to be used there already.
 * @throws {Failure} when there is none, or nothing tells which one is meant
 */
export async function findApp(
  stores: Pick<Stores, 'orgs' | 'apps'>,
  name: string,
  orgName: string | undefined,
): Promise<AppInOrg> {
  const { orgs, apps } = stores
  const builtIn = await apps.listBuiltIn()
  const wanted = orgName === undefined ? await orgs.list() : [await findOrg(stores, orgName)]
  const all: AppInOrg[] = []
  for (const org of wanted) all.push(...[...(await apps.list(org.id)), ...builtIn].map((app) => ({ app, org })))
  const exact = all.filter(({ app }) => app.fullName === name || app.consumerKey === name)
  // Explanations and pages call an app by its label.
  const found = exact.length > 0 ? exact : all.filter(({ app }) => app.label === name)
  const [named] = wanted
  if (found.length === 0 && orgName !== undefined && named !== undefined) {
    for (const app of await foreignApps(stores, named, name)) found.push({ app, org: named })
    if (found.length > 1) {
      throw new WrongUsage(`Several apps of other orgs are called “${name}”.`, { next: 'Name it by its consumer key.' })
    }
  }
  const [first, ...others] = found
  if (first === undefined) {
    const place = orgName === undefined ? '' : ` in the org “${wanted[0]?.name}”`
    throw new Failure(
      `There is no app “${name}”${place}.${didYouMean(
        name,
        all.map(({ app }) => app.fullName),
      )}`,
      {
        next: 'See which there are: sallyport app list',
      },
    )
  }
  if (others.length > 0) {
    const list = found.map(({ org }) => `“${org.name}”`).join(', ')
    throw new WrongUsage(`There is an app “${name}” in ${list}.`, {
      next: 'Say which one is meant: --org <name>',
    })
  }
  return first
}

async function foreignApps({ apps }: Pick<Stores, 'apps'>, org: Org, name: string): Promise<readonly ConnectedApp[]> {
  const byKey = await apps.findByConsumerKey(name)
  if (byKey !== undefined) return [byKey]
  const known = await Promise.all((await apps.policiesOfOrg(org.id)).map(({ appId }) => apps.find(appId)))
  return known.filter((app) => app !== undefined).filter(({ fullName }) => fullName === name)
}

/**
 * Refuses what an org may not do with an app of another.
 * @param what what only the app's own org can do, such as `its secret be rotated`
 * @throws {Failure}
 */
export async function checkOwnApp({ orgs }: Pick<Stores, 'orgs'>, { app, org }: AppInOrg, what: string): Promise<void> {
  if (app.orgId === undefined || app.orgId === org.id) return
  const home = (await orgs.find(app.orgId))?.name
  throw new Failure(`${app.fullName} is an app of the org “${home}”: only there can ${what}.`, {
    next: `Say so: --org "${home}"`,
  })
}

/** A profile of an org. @throws {Failure} when there is none of that name */
export async function findProfile({ profiles }: Pick<Stores, 'profiles'>, org: Org, name: string): Promise<Profile> {
  const profile = await profiles.findByName(org.id, name)
  if (profile !== undefined) return profile
  const names = (await profiles.list(org.id)).map((each) => each.name)
  throw new Failure(`The org “${org.name}” has no profile “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport profile list --org "${org.name}"`,
  })
}

/** A permission set of an org, by its API name. @throws {Failure} when there is none */
export async function findPermissionSet(
  { permissionSets }: Pick<Stores, 'permissionSets'>,
  org: Org,
  name: string,
): Promise<PermissionSet> {
  const permissionSet = await permissionSets.findByName(org.id, name)
  if (permissionSet !== undefined) return permissionSet
  const names = (await permissionSets.list(org.id)).map((each) => each.name)
  throw new Failure(`The org “${org.name}” has no permission set “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport permission-set list --org "${org.name}"`,
  })
}

/** A custom scope of an org, by its name. @throws {Failure} when there is none */
export async function findCustomScope(
  { customScopes }: Pick<Stores, 'customScopes'>,
  org: Org,
  name: string,
): Promise<CustomScope> {
  const all = await customScopes.list(org.id)
  const found = all.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = all.map((each) => each.name)
  throw new Failure(`The org “${org.name}” has no custom scope “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport custom-scope list --org "${org.name}"`,
  })
}

/** A custom permission of an org, by its API name. @throws {Failure} when there is none */
export async function findCustomPermission(
  { customPermissions }: Pick<Stores, 'customPermissions'>,
  org: Org,
  name: string,
): Promise<CustomPermission> {
  const all = await customPermissions.list(org.id)
  const found = all.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = all.map((each) => each.name)
  throw new Failure(`The org “${org.name}” has no custom permission “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport custom-permission list --org "${org.name}"`,
  })
}

/** A token exchange handler of an org, by its API name. @throws {Failure} when there is none */
export async function findHandler(
  { tokenExchangeHandlers }: Pick<Stores, 'tokenExchangeHandlers'>,
  org: Org,
  name: string,
): Promise<TokenExchangeHandler> {
  const handlers = await tokenExchangeHandlers.list(org.id)
  const found = handlers.find(({ developerName }) => developerName === name)
  if (found !== undefined) return found
  const names = handlers.map(({ developerName }) => developerName)
  throw new Failure(`The org “${org.name}” has no token exchange handler “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport token-exchange-handler list --org "${org.name}"`,
  })
}

/** A certificate of an org's own, by its unique name. @throws {Failure} when there is none */
export async function findCertificate(
  { certificates }: Pick<Stores, 'certificates'>,
  org: Org,
  name: string,
): Promise<OrgCertificate> {
  const certificate = await certificates.findByName(org.id, name)
  if (certificate !== undefined) return certificate
  const names = (await certificates.list(org.id)).map((each) => each.name)
  throw new Failure(`The org “${org.name}” has no certificate “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport certificate list --org "${org.name}"`,
  })
}

/** The single sign-on settings of an org, by their API name. @throws {Failure} when there are none */
export async function findSsoSettings(
  { samlSsoConfigs }: Pick<Stores, 'samlSsoConfigs'>,
  org: Org,
  name: string,
): Promise<SamlSsoConfig> {
  const config = await samlSsoConfigs.findByName(org.id, name)
  if (config !== undefined) return config
  const names = (await samlSsoConfigs.list(org.id)).map((each) => each.fullName)
  throw new Failure(`The org “${org.name}” has no single sign-on settings “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport sso-settings list --org "${org.name}"`,
  })
}

/** The auth. provider of an org that a command is about. @throws {Failure} when there is none such */
export async function findAuthProvider(
  { authProviders }: Pick<Stores, 'authProviders'>,
  org: Org,
  name: string,
): Promise<AuthProvider> {
  const provider = await authProviders.findByName(org.id, name)
  if (provider !== undefined) return provider
  const names = (await authProviders.list(org.id)).map((each) => each.developerName)
  throw new Failure(`The org “${org.name}” has no auth. provider “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport auth-provider list --org "${org.name}"`,
  })
}
