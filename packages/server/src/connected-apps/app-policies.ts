import { apiNameProblem } from '../api-name.ts'
import { didYouMean } from '../closest-name.ts'
import { trimmed } from '../entered-text.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import { canonicalUsername, type UserStore } from '../users/user.ts'
import { pageUrlProblem } from '../web-url.ts'
import { sortOrderProblem } from './app-menu.ts'
import type {
  AppMenu,
  AppPolicies,
  AssuranceAction,
  ConnectedApp,
  ConnectedAppStore,
  IpRelaxation,
  MobilePolicy,
  RefreshTokenPolicy,
} from './connected-app.ts'
import { uninstalledPolicies } from './connected-app.ts'

/** What an admin enters of an org's policies for an app. A field left out stays as it is, or gets its default. */
export interface EnteredPolicies {
  readonly isAdminApproved?: boolean
  /** Names of profiles of the org: all that the app is assigned to. */
  readonly profiles?: readonly string[]
  /** Names of permission sets of the org: all that the app is assigned to. */
  readonly permissionSets?: readonly string[]
  readonly ipRelaxation?: IpRelaxation
  readonly refreshTokenPolicy?: RefreshTokenPolicy
  /** Seconds; `undefined` leaves it to profile and org. */
  readonly sessionTimeout?: number | undefined
  readonly requiresHighAssurance?: boolean
  readonly assuranceAction?: AssuranceAction
  /** `undefined` asks for no PIN. */
  readonly mobilePolicy?: MobilePolicy | undefined
  readonly menu?: Partial<AppMenu>
  /** *Run As* of the client credentials flow, by username; an empty text clears it. */
  readonly clientCredentialUser?: string
  /** Seconds, one of Salesforce's choices; `undefined` leaves it to the session timeout of profile and org. */
  readonly namedUserJwtTimeout?: number | undefined
  /** *Custom Connected App Handler*, by the name of its module; an empty text takes it away. */
  readonly plugin?: string
  /** *Run As* of the handler, by username; an empty text clears it. */
  readonly pluginExecutionUser?: string
  /** An empty text leaves it to the app. */
  readonly singleLogoutUrl?: string
  /** *Enable Token Exchange Flow*, in this org. */
  readonly isTokenExchangeFlowEnabled?: boolean
  /** *Enable Client Credentials Flow*, in this org: of external client apps alone, as are the next two. */
  readonly isClientCredentialsFlowEnabled?: boolean
  readonly isEnabled?: boolean
  readonly isOauthPluginEnabled?: boolean
}

/** The minutes for which Salesforce lets JWT-based access tokens last. */
export const namedUserJwtMinutes: readonly number[] = [1, 5, 10, 15, 30, 60, 90, 120, 240, 480, 720]

/** What checking policies looks names up in. */
export interface PolicyLookups {
  readonly profiles: Pick<ProfileStore, 'findByName' | 'list'>
  readonly permissionSets: Pick<PermissionSetStore, 'findByName' | 'list'>
  readonly users: Pick<UserStore, 'findByUsername'>
}

/** The policies for an app with what was entered put in, checked field by field. Nothing is written. */
export async function policiesWith(
  { profiles, permissionSets, users }: PolicyLookups,
  app: Pick<ConnectedApp, 'external'>,
  policies: AppPolicies,
  entered: EnteredPolicies,
): Promise<Outcome<AppPolicies>> {
  const problems: Problem[] = []
  const { orgId } = policies
  const profileIds =
    entered.profiles === undefined
      ? policies.profileIds
      : await idsOf('profiles', 'profile', entered.profiles, profiles)
  const permissionSetIds =
    entered.permissionSets === undefined
      ? policies.permissionSetIds
      : await idsOf('permissionSets', 'permission set', entered.permissionSets, permissionSets)
  const sessionTimeout = 'sessionTimeout' in entered ? entered.sessionTimeout : policies.sessionTimeout
  if (
    sessionTimeout !== undefined &&
    !(sessionTimeout % 60 === 0 && sessionTimeout >= 60 && sessionTimeout <= 86_400)
  ) {
    problems.push({ field: 'sessionTimeout', message: 'A session lasts whole minutes, from 1 to 1440 (24 hours).' })
  }
  const namedUserJwtTimeout =
    'namedUserJwtTimeout' in entered ? entered.namedUserJwtTimeout : policies.namedUserJwtTimeout
  if (namedUserJwtTimeout !== undefined && !namedUserJwtMinutes.includes(namedUserJwtTimeout / 60)) {
    const message = `A JWT-based access token lasts ${namedUserJwtMinutes.join(', ')} minutes, or as long as the user’s session.`
    problems.push({ field: 'namedUserJwtTimeout', message })
  }
  const refreshTokenPolicy = entered.refreshTokenPolicy ?? policies.refreshTokenPolicy
  // What could not be written in the words of metadata would be another policy once it is read from there.
  if ('seconds' in refreshTokenPolicy && !isWholeHours(refreshTokenPolicy.seconds)) {
    problems.push({
      field: 'refreshTokenPolicy',
      message: 'A refresh token lasts whole hours, days or months of 30 days.',
    })
  }
  const mobilePolicy = 'mobilePolicy' in entered ? entered.mobilePolicy : policies.mobilePolicy
  if (mobilePolicy !== undefined) problems.push(...mobilePolicyProblems(mobilePolicy))
  const menu = { ...policies.menu, ...entered.menu }
  const misplaced = sortOrderProblem(menu.sortOrder)
  if (misplaced !== undefined) problems.push({ field: 'menu', message: misplaced })
  const clientCredentialUserId = await userIdOf('clientCredentialUser', policies.clientCredentialUserId)
  const pluginExecutionUserId = await userIdOf('pluginExecutionUser', policies.pluginExecutionUserId)
  const plugin = entered.plugin === undefined ? policies.plugin : trimmed(entered.plugin)
  const misnamed = plugin === undefined ? undefined : apiNameProblem(plugin)
  if (misnamed !== undefined) problems.push({ field: 'plugin', message: misnamed })
  const singleLogoutUrl =
    entered.singleLogoutUrl === undefined ? policies.singleLogoutUrl : trimmed(entered.singleLogoutUrl)
  const misplacedUrl = singleLogoutUrl === undefined ? undefined : pageUrlProblem(singleLogoutUrl)
  if (misplacedUrl !== undefined) problems.push({ field: 'singleLogoutUrl', message: misplacedUrl })
  if (app.external === undefined) {
    for (const field of ofExternalAppsAlone) {
      if (entered[field] !== undefined) problems.push({ field, message: 'Only external client apps have this policy.' })
    }
  }
  if (problems.length > 0) return refused(...problems)
  return done({
    ...policies,
    isAdminApproved: entered.isAdminApproved ?? policies.isAdminApproved,
    profileIds,
    permissionSetIds,
    ipRelaxation: entered.ipRelaxation ?? policies.ipRelaxation,
    refreshTokenPolicy,
    sessionTimeout,
    requiresHighAssurance: entered.requiresHighAssurance ?? policies.requiresHighAssurance,
    assuranceAction: entered.assuranceAction ?? policies.assuranceAction,
    mobilePolicy,
    menu,
    clientCredentialUserId,
    namedUserJwtTimeout,
    plugin,
    pluginExecutionUserId,
    singleLogoutUrl,
    isTokenExchangeFlowEnabled: entered.isTokenExchangeFlowEnabled ?? policies.isTokenExchangeFlowEnabled,
    isClientCredentialsFlowEnabled: entered.isClientCredentialsFlowEnabled ?? policies.isClientCredentialsFlowEnabled,
    isEnabled: entered.isEnabled ?? policies.isEnabled,
    isOauthPluginEnabled: entered.isOauthPluginEnabled ?? policies.isOauthPluginEnabled,
  })

  async function userIdOf(
    field: 'clientCredentialUser' | 'pluginExecutionUser',
    held: string | undefined,
  ): Promise<string | undefined> {
    const username = entered[field]
    if (username === undefined) return held
    if (username === '') return undefined
    const user = await users.findByUsername(canonicalUsername(username))
    if (user?.orgId === orgId) return user.id
    problems.push({ field, message: `This org has no user “${username}”.` })
    return undefined
  }

  async function idsOf(
    field: 'profiles' | 'permissionSets',
    word: string,
    names: readonly string[],
    store: {
      findByName(orgId: string, name: string): Promise<{ readonly id: string } | undefined>
      list(orgId: string): Promise<readonly { readonly name: string }[]>
    },
  ): Promise<readonly string[]> {
    const ids = new Set<string>()
    for (const [item, name] of names.entries()) {
      const found = await store.findByName(orgId, name)
      if (found !== undefined) ids.add(found.id)
      else {
        const known = (await store.list(orgId)).map((other) => other.name)
        problems.push({ field, item, message: `This org has no ${word} “${name}”.${didYouMean(name, known)}` })
      }
    }
    return [...ids]
  }
}

const ofExternalAppsAlone = ['isClientCredentialsFlowEnabled', 'isEnabled', 'isOauthPluginEnabled'] as const

function mobilePolicyProblems({ screenLock, pinLength }: MobilePolicy): readonly Problem[] {
  const isWithin = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most
  return [
    ...(isWithin(screenLock, 1, 1440)
      ? []
      : [{ field: 'mobilePolicy', message: 'The screen locks after whole minutes, from 1 to 1440.' }]),
    ...(isWithin(pinLength, 4, 8) ? [] : [{ field: 'mobilePolicy', message: 'A PIN has 4 to 8 digits.' }]),
  ]
}

function isWholeHours(seconds: number): boolean {
  return seconds % 3600 === 0 && seconds >= 3600 && seconds <= mostHours * 3600
}

const mostHours = 99_999

interface Needs extends PolicyLookups {
  readonly apps: Pick<ConnectedAppStore, 'findPolicies' | 'setPolicies'>
}

/** Changes what was entered of an org's policies for an app, which must be installed there. */
export async function changePolicies(
  needs: Needs,
  app: Pick<ConnectedApp, 'id' | 'label' | 'external'>,
  org: Pick<Org, 'id' | 'name'>,
  entered: EnteredPolicies,
): Promise<Outcome<AppPolicies>> {
  const held = await policiesOf(needs, app, org)
  if (!held.isInstalled) return refused(notInstalled(app, org, 'Install it first; then it has policies here.'))
  const policies = await policiesWith(needs, app, held, entered)
  if (policies.ok) await needs.apps.setPolicies(policies.value)
  return policies
}

/**
 * Installs an app of another org in this one (*Install* on the OAuth usage page): its users may authorize it, and it has
 * policies here. Its settings stay its own org's. An external client app must be *Packaged* for it, as what at Salesforce
 * comes with a package.
 */
export async function installApp(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'findPolicies' | 'install'> },
  app: Pick<ConnectedApp, 'id' | 'label' | 'external'>,
  org: Pick<Org, 'id' | 'name'>,
): Promise<Outcome<AppPolicies>> {
  const held = await policiesOf({ apps }, app, org)
  if (held.isInstalled) {
    return refused({ field: 'app', message: `“${app.label}” is installed in the org “${org.name}” already.` })
  }
  if (app.external?.distributionState === 'Local') {
    const message = `“${app.label}” is an external client app whose distribution state is Local: it works in the org alone that it was made in. Once it is Packaged, other orgs can install it.`
    return refused({ field: 'app', message })
  }
  await apps.install(app.id, org.id)
  return done({ ...held, isInstalled: true, lastRefusedAt: undefined })
}

/**
 * Takes an app of another org out of this one (*Uninstall*). This org's policies for it are forgotten, but not that it is
 * blocked. Nothing is revoked: who has authorized the app goes on using it, and nobody new may. Of an external client app
 * nobody gets a further token.
 */
export async function uninstallApp(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'findPolicies' | 'uninstall'> },
  app: Pick<ConnectedApp, 'id' | 'orgId' | 'label'>,
  org: Pick<Org, 'id' | 'name'>,
): Promise<Outcome<AppPolicies>> {
  if (app.orgId === org.id) {
    const message = `“${app.label}” was made in the org “${org.name}”, and so cannot be uninstalled there. It can be blocked, or deleted.`
    return refused({ field: 'app', message })
  }
  const held = await policiesOf({ apps }, app, org)
  if (!held.isInstalled) return refused(notInstalled(app, org))
  await apps.uninstall(app.id, org.id)
  const { isBlocked, epoch } = held
  return done({ ...uninstalledPolicies(app.id, org.id), isBlocked, epoch })
}

/** Ends every token of an app in an org at once and refuses new ones (*Block* on the OAuth usage page). */
export async function blockApp(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'findPolicies' | 'setPolicies' | 'endAll'> },
  app: Pick<ConnectedApp, 'id'>,
  org: Pick<Org, 'id'>,
): Promise<void> {
  // An app of another org may be blocked before anybody installed it.
  await apps.setPolicies({ ...(await policiesOf({ apps }, app, org)), isBlocked: true })
  await apps.endAll(app.id, org.id, true)
}

/** Lets a blocked app be used again. What had been ended stays so. */
export async function unblockApp(
  { apps }: Pick<Needs, 'apps'>,
  app: Pick<ConnectedApp, 'id'>,
  org: Pick<Org, 'id'>,
): Promise<void> {
  await apps.setPolicies({ ...(await policiesOf({ apps }, app, org)), isBlocked: false })
}

async function policiesOf(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'findPolicies'> },
  app: Pick<ConnectedApp, 'id'>,
  org: Pick<Org, 'id'>,
): Promise<AppPolicies> {
  return (await apps.findPolicies(app.id, org.id)) ?? uninstalledPolicies(app.id, org.id)
}

function notInstalled(app: Pick<ConnectedApp, 'label'>, org: Pick<Org, 'name'>, whatToDo?: string): Problem {
  const message = `“${app.label}” is not installed in the org “${org.name}”.`
  return { field: 'app', message: whatToDo === undefined ? message : `${message} ${whatToDo}` }
}
