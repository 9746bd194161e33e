import { asOf, type Release, releaseDay } from './release.ts'

/** A dated change of Salesforce that is known here, each to be switched on and off by itself. */
export interface ReleaseUpdate {
  /** The day from which on it is in force for all. */
  readonly date: Date
  /** What changes, in one sentence. */
  readonly what: string
  /** Where it is set in an org here, and what to do about it. */
  readonly setting: string
  /** Where it is known from. */
  readonly source: string
  /** Known from reports of users alone, not from Salesforce's own pages. */
  readonly isReport: boolean
  /**
   * It is in force only where an org says so itself: Salesforce leaves a way around it, or it is about what every org
   * here was made for.
   */
  readonly isOptIn: boolean
}

const documented = { isReport: false, isOptIn: false } as const
const reported = { isReport: true, isOptIn: false } as const
const partnerApps = 'Salesforce Help: security requirements for partner connected apps'

/** Every dated change, by the name it is switched by, in the order of their days. */
export const releaseUpdates = {
  blockUserAgentFlowByDefault: {
    ...reported,
    date: releaseDay("Summer '23"),
    what: 'New orgs do not allow the user-agent flow until an admin does.',
    setting:
      'OAuth and OpenID Connect Settings: Allow OAuth User-Agent Flows. Move apps to the web server flow with PKCE.',
    source: "Release notes Summer '23, as reported",
  },
  blockUsernamePasswordFlowByDefault: {
    ...reported,
    date: releaseDay("Summer '23"),
    what: 'New orgs do not allow the username-password flow until an admin does.',
    setting:
      'OAuth and OpenID Connect Settings: Allow OAuth Username-Password Flows. Move apps to the client credentials or JWT bearer flow.',
    source: "Release notes Summer '23, as reported",
  },
  blockUninstalledApps: {
    ...documented,
    date: new Date('2025-09-02T00:00:00Z'),
    what: 'Users may not authorize an app that is not installed in the org, unless they did before.',
    setting:
      'Connected Apps OAuth Usage: Install. Or give the permission Approve Uninstalled Connected Apps to those who try apps out.',
    source: 'Salesforce Help: Prepare for Connected App Usage Restrictions (005132365)',
  },
  blockDeviceFlowOfUninstalledApps: {
    ...documented,
    date: new Date('2025-09-02T00:00:00Z'),
    what: 'An app that is not installed in the org may never use the device flow, whoever authorized it before.',
    setting: 'Connected Apps OAuth Usage: Install.',
    source: 'Salesforce Help: Prepare for Connected App Usage Restrictions (005132365)',
  },
  blockSoapLoginByDefault: {
    ...reported,
    date: releaseDay("Winter '26"),
    what: 'New orgs refuse the call login() of the SOAP API until an admin enables it, and API version 65.0 has it no more.',
    setting: 'User Interface: Enable SOAP API login(). Move programs to an OAuth flow.',
    source: 'GitHub jsforce, issue 1771; OpenFn/adaptors, issue 1715; forcedotcom/wsc, issue 363',
  },
  narrowUseAnyApiClient: {
    ...documented,
    date: new Date('2025-12-08T00:00:00Z'),
    what: 'The permission Use Any API Client no longer lets its users authorize apps that are not installed.',
    setting: 'Give the permission Approve Uninstalled Connected Apps in its place, or install the app.',
    source: 'Salesforce Help: Changes to the Use Any API Client permission (005228838)',
  },
  endLegacyHosts: {
    ...reported,
    isOptIn: true,
    date: releaseDay("Spring '26"),
    what: 'An assertion must name the org’s own address as its audience; the login hosts of all orgs are refused. At Salesforce this concerns external client apps.',
    setting: 'In the app that signs: aud = the My Domain URL. In the org: My Domain.',
    source: 'GitHub n8n-io/n8n, issues 28990 and 29016',
  },
  blockNewConnectedApps: {
    ...documented,
    isOptIn: true,
    date: releaseDay("Spring '26"),
    what: 'Nobody can create a connected app; those that exist go on. Salesforce Support lifts it on request, so it is off here until it is switched on.',
    setting: 'Create apps before, or leave this update off.',
    source: 'First-Generation Managed Packaging Developer Guide: connected apps',
  },
  requirePkceOfPartnerApps: {
    ...documented,
    date: new Date('2026-05-11T00:00:00Z'),
    what: 'An app of another org that more than two production orgs use must send a PKCE challenge.',
    setting: 'In the app’s own org: Require Proof Key for Code Exchange (PKCE) Extension, and a client that sends it.',
    source: partnerApps,
  },
  rotateRefreshTokensOfPartnerApps: {
    ...documented,
    date: new Date('2026-05-11T00:00:00Z'),
    what: 'Such an app gets a new refresh token with every refresh, and the one before ends.',
    setting: 'In the app’s own org: Enable Refresh Token Rotation, and a client that keeps the new token each time.',
    source: partnerApps,
  },
  expireIdleRefreshTokensOfPartnerApps: {
    ...documented,
    date: new Date('2026-05-11T00:00:00Z'),
    what: 'A refresh token of such an app ends when it was not used for 30 days.',
    setting:
      'Policies of the app: Refresh Token Policy, expire if not used for 30 days; and a client that refreshes in time.',
    source: partnerApps,
  },
  listAddressesOfPartnerApps: {
    ...documented,
    isOptIn: true,
    date: new Date('2026-05-11T00:00:00Z'),
    what: 'Such an app gets tokens only from addresses that its maker has listed. Which list counts is not said, so it is off here until it is switched on; here it is the trusted IP ranges of the app.',
    setting: 'In the app’s own org: Trusted IP Range for OAuth Web server flow.',
    source: partnerApps,
  },
  announcePkce: {
    ...reported,
    date: new Date('2026-09-01T00:00:00Z'),
    what: 'Discovery names the code challenge methods (code_challenge_methods_supported), so that clients know that PKCE works.',
    setting: 'Nothing to set. Clients that insist on the announcement work from this day on.',
    source: 'GitHub forcedotcom/mcp-hosted, issue 47',
  },
  endUsernamePasswordFlow: {
    ...reported,
    date: new Date('2027-02-20T00:00:00Z'),
    what: 'The username-password flow is refused in every org, whatever its settings.',
    setting: 'Move apps to the client credentials, JWT bearer or web server flow.',
    source: 'GitHub simple-salesforce, issue 805; jsforce, issue 1771',
  },
  endSoapLogin: {
    ...reported,
    date: releaseDay("Summer '27"),
    what: 'The call login() of the SOAP API is refused; the other calls go on with an OAuth access token.',
    setting: 'Move programs to an OAuth flow; the access token takes the place of the session ID.',
    source: 'GitHub jsforce, issue 1771',
  },
} as const satisfies Readonly<Record<string, ReleaseUpdate>>

/** The name of a dated change. */
export type ReleaseUpdateName = keyof typeof releaseUpdates

/** Every name, in the order of the table. */
export const releaseUpdateNames: readonly ReleaseUpdateName[] = Object.keys(releaseUpdates).filter(isReleaseUpdateName)

/** Whether it is the name of a dated change. */
export function isReleaseUpdateName(text: string): text is ReleaseUpdateName {
  return Object.hasOwn(releaseUpdates, text)
}

/** What an org says of the Salesforce it behaves as. */
export interface ReleaseSettings {
  readonly release: Release
  /** The changes that are switched by themselves, whatever the release; all others follow it. */
  readonly releaseUpdates: Readonly<Partial<Record<ReleaseUpdateName, boolean>>>
}

/** Whether a dated change is in force in an org. */
export function isInForce(name: ReleaseUpdateName, settings: ReleaseSettings, now: Date): boolean {
  const update: ReleaseUpdate = releaseUpdates[name]
  return settings.releaseUpdates[name] ?? (!update.isOptIn && update.date <= asOf(settings.release, now))
}
