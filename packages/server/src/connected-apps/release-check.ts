import { type JournalStore, type KeptEntry, outcomeOf } from '../journal/journal.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { isInForce, type ReleaseUpdateName, releaseUpdateNames, releaseUpdates } from '../releases/release-updates.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import type { ApprovalStore } from './approval.ts'
import type { AppPolicies, ConnectedApp, ConnectedAppStore } from './connected-app.ts'
import { isPartnerApp } from './partner-app.ts'
import { usedApps } from './used-apps.ts'

/** Something in an org that will work no longer, or no longer so, once a dated change is in force. */
export interface ReleaseFinding {
  readonly update: ReleaseUpdateName
  /** What it is about: an app by its label, a profile or permission set by its name, or the org. */
  readonly subject: string
  readonly why: string
}

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'find' | 'list' | 'policiesOfOrg' | 'policiesOfApp'>
  readonly approvals: Pick<ApprovalStore, 'usage'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'list'>
  readonly permissionSets: Pick<PermissionSetStore, 'list'>
  readonly journal: Pick<JournalStore, 'list'>
}

/**
 * The changes that are not in force in an org now, and will be at Salesforce on a day, in the order of their days. What an
 * org has switched off by itself stays off.
 */
export function updatesUntil(org: Pick<Org, 'settings'>, now: Date, day: Date): readonly ReleaseUpdateName[] {
  const { settings } = org
  return releaseUpdateNames.filter(
    (name) =>
      settings.releaseUpdates[name] === undefined &&
      !isInForce(name, settings, now) &&
      releaseUpdates[name].date <= day,
  )
}

// The newest requests of a flow that are looked at.
const lookedAt = 2000

/**
 * What will break in an org by the dated changes that are given: by what it has set, and by what its journal says was used.
 * A flow that nobody used while the journal reaches back is not found.
 */
export async function checkRelease(
  needs: Needs,
  org: Org,
  updates: readonly ReleaseUpdateName[],
): Promise<readonly ReleaseFinding[]> {
  const found = await Promise.all(updates.map((update) => findings[update](needs, org)))
  return found.flatMap((list, index) => {
    const update = updates[index]
    return update === undefined ? [] : list.map((each) => ({ update, ...each }))
  })
}

type Found = Omit<ReleaseFinding, 'update'>
type Finder = (needs: Needs, org: Org) => Promise<readonly Found[]>

const findings: Readonly<Record<ReleaseUpdateName, Finder>> = {
  // What an org allows it goes on allowing: these are about orgs that are made later.
  blockUserAgentFlowByDefault: async () => [],
  blockUsernamePasswordFlowByDefault: async () => [],
  blockSoapLoginByDefault: async () => [],

  async blockUninstalledApps(needs, org) {
    const uninstalled = (await usedApps(needs, org)).filter(
      ({ app, isInstalled }) => !isInstalled && app.external === undefined,
    )
    return uninstalled.map(({ app, userCount }) => ({
      subject: app.label,
      why: `It is not installed: its ${people(userCount)} of now may go on, and nobody else can authorize it.`,
    }))
  },

  async blockDeviceFlowOfUninstalledApps(needs, org) {
    const used = await appsOfFlow(needs, org, ['device', 'urn:ietf:params:oauth:grant-type:device_code'])
    return (await uninstalledOf(needs, org, used)).map((app) => ({
      subject: app.label,
      why: 'It uses the device flow and is not installed: nobody can sign in by it any more.',
    }))
  },

  async narrowUseAnyApiClient({ profiles, permissionSets }, org) {
    const holders = [...(await profiles.list(org.id)), ...(await permissionSets.list(org.id))]
    return holders
      .filter(
        ({ permissions }) =>
          permissions.includes('UseAnyApiClient') && !permissions.includes('ApproveUninstalledConnectedApps'),
      )
      .map(({ name }) => ({
        subject: name,
        why: 'Its users authorize apps that are not installed by Use Any API Client, which will not do any more.',
      }))
  },

  announcePkce: async () => [],

  async endLegacyHosts(needs, org) {
    const entries = await passedOfFlows(needs, org, [
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'urn:ietf:params:oauth:grant-type:saml2-bearer',
    ])
    const audiences = new Map<string, string>()
    for (const { appId, passed } of entries) {
      const audience = passed.find(({ check }) => check === 'audience')?.found?.['aud']
      if (appId !== undefined && audience !== undefined && !isOwnAddress(String(audience), org)) {
        audiences.set(appId, String(audience))
      }
    }
    const apps = await appsById(needs, [...audiences.keys()])
    return apps.map((app) => ({
      subject: app.label,
      why: `Its assertions name ${audiences.get(app.id)} as their audience, which is not the org’s own address.`,
    }))
  },

  async blockNewConnectedApps({ apps }, org) {
    const { date } = releaseUpdates.blockNewConnectedApps
    const late = (await apps.list(org.id)).filter(
      ({ external, createdAt }) => external === undefined && createdAt >= date,
    )
    return [
      {
        subject: org.name,
        why: 'No connected app can be made in it any more, be it by hand or by a file. External client apps take their place.',
      },
      ...late.map(({ label }) => ({
        subject: label,
        why: 'It was made after that day, which at Salesforce takes the leave of its Support: it is to be made anew as an external client app.',
      })),
    ]
  },

  requirePkceOfPartnerApps: (needs, org) =>
    ofPartnerApps(needs, org, ({ isPkceRequired }) =>
      isPkceRequired ? undefined : 'It does not require PKCE: users of a client that sends no challenge are refused.',
    ),

  rotateRefreshTokensOfPartnerApps: (needs, org) =>
    ofPartnerApps(needs, org, ({ isRefreshTokenRotationEnabled }) =>
      isRefreshTokenRotationEnabled
        ? undefined
        : 'Its refresh tokens do not rotate: a client that keeps the first one fails at the second refresh.',
    ),

  expireIdleRefreshTokensOfPartnerApps: (needs, org) =>
    ofPartnerApps(needs, org, (_app, policies) => {
      const policy = policies?.refreshTokenPolicy
      const isShort = policy !== undefined && 'seconds' in policy && policy.seconds <= 30 * 86_400
      return isShort ? undefined : 'Its refresh tokens outlive 30 days without use: a client that sleeps longer is out.'
    }),

  listAddressesOfPartnerApps: (needs, org) =>
    ofPartnerApps(needs, org, ({ ipRanges }) =>
      ipRanges.length > 0 ? undefined : 'It lists no addresses: every request of it for tokens is refused.',
    ),

  async endUsernamePasswordFlow(needs, org) {
    const apps = await appsById(needs, await appsOfFlow(needs, org, ['password']))
    return apps.map((app) => ({ subject: app.label, why: 'It signs in by username and password.' }))
  },

  async endSoapLogin(needs, org) {
    const logins = await needs.journal.list(org.id, { flow: 'soap-login', outcome: 'passed' }, { limit: lookedAt })
    const users = new Set(logins.map(({ userId }) => userId))
    return users.size === 0
      ? []
      : [{ subject: org.name, why: `${people(users.size)} signed in by SOAP login() while the journal reaches back.` }]
  },
}

/** Whether an audience is an org's own address: its My Domain below whichever host, or its port. */
function isOwnAddress(audience: string, { myDomain, port }: Org): boolean {
  const url = URL.parse(audience.includes('://') ? audience : `https://${audience}`)
  const isMyDomain = myDomain !== undefined && url?.hostname.startsWith(`${myDomain}.my.`)
  return isMyDomain === true || (port !== undefined && url?.port === String(port))
}

function people(count: number): string {
  return count === 1 ? '1 user' : `${count} users`
}

async function passedOfFlows({ journal }: Needs, org: Org, flows: readonly string[]): Promise<readonly KeptEntry[]> {
  const lists = await Promise.all(
    flows.map((flow) => journal.list(org.id, { flow, endpoint: 'token', outcome: 'passed' }, { limit: lookedAt })),
  )
  return lists.flat().filter((entry) => outcomeOf(entry) === 'passed')
}

/** The ids of the apps that got tokens by one of these grant types. */
async function appsOfFlow(needs: Needs, org: Org, flows: readonly string[]): Promise<readonly string[]> {
  const entries = await passedOfFlows(needs, org, flows)
  return [...new Set(entries.map(({ appId }) => appId).filter((id) => id !== undefined))]
}

async function appsById({ apps }: Needs, ids: readonly string[]): Promise<readonly ConnectedApp[]> {
  return (await Promise.all(ids.map((id) => apps.find(id)))).filter((app) => app !== undefined)
}

async function uninstalledOf(needs: Needs, org: Org, ids: readonly string[]): Promise<readonly ConnectedApp[]> {
  const installed = new Set(
    (await needs.apps.policiesOfOrg(org.id)).filter(({ isInstalled }) => isInstalled).map(({ appId }) => appId),
  )
  return appsById(
    needs,
    ids.filter((id) => !installed.has(id)),
  )
}

/** The apps made in an org, or used there, that more than two orgs use, and of which something is to be said. */
async function ofPartnerApps(
  needs: Needs,
  org: Org,
  whyOf: (app: ConnectedApp, policies: AppPolicies | undefined) => string | undefined,
): Promise<readonly Found[]> {
  const policies = new Map((await needs.apps.policiesOfOrg(org.id)).map((each) => [each.appId, each]))
  const own = (await needs.apps.list(org.id)).map(({ id }) => id)
  const apps = await appsById(needs, [...new Set([...own, ...policies.keys()])])
  const found = await Promise.all(
    apps.map(async (app) => {
      const why = whyOf(app, policies.get(app.id))
      return why !== undefined && (await isPartnerApp(needs, app)) ? { subject: app.label, why } : undefined
    }),
  )
  return found.filter((each) => each !== undefined)
}
