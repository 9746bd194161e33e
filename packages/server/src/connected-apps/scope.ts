/** A scope that Salesforce itself defines: its wire names, the name in metadata, and the words of the consent page. */
export interface ScopeDefinition {
  /** What requests may call it; the first is what answers call it. */
  readonly names: readonly [string, ...string[]]
  /** The value in `oauthConfig.scopes` of a connected app. */
  readonly metadataName: string
  readonly label: string
  /** What it lets an app do, in a sentence; the label alone where there is no more to say. */
  readonly hint?: string
}

/** Every scope an app can select, in the order of Salesforce's list. */
export const scopeDefinitions: readonly ScopeDefinition[] = [
  {
    names: ['id', 'profile', 'email', 'address', 'phone'],
    metadataName: 'Basic',
    label: 'Access the identity URL service',
    hint: 'It can see your name, username and email address.',
  },
  {
    names: ['api'],
    metadataName: 'Api',
    label: 'Manage user data via APIs',
    hint: 'It can read and change the data that you can read and change.',
  },
  {
    names: ['web'],
    metadataName: 'Web',
    label: 'Manage user data via Web browsers',
    hint: 'It can open web pages of the org as you.',
  },
  {
    names: ['full'],
    metadataName: 'Full',
    label: 'Full access',
    hint: 'It can do everything you can do, but not while you are away.',
  },
  {
    names: ['chatter_api'],
    metadataName: 'Chatter',
    label: 'Access Connect REST API resources',
    hint: 'It can read and post in feeds, groups and files as you.',
  },
  {
    names: ['visualforce'],
    metadataName: 'CustomApplications',
    label: 'Access Visualforce applications',
    hint: "It can open the org's own Visualforce pages as you.",
  },
  {
    names: ['refresh_token', 'offline_access'],
    metadataName: 'RefreshToken',
    label: 'Perform requests at any time',
    hint: 'It keeps its access while you are away, until you or an admin take it back.',
  },
  {
    names: ['openid'],
    metadataName: 'OpenID',
    label: 'Access unique user identifiers',
    hint: 'It can recognise you when you come back.',
  },
  {
    names: ['custom_permissions'],
    metadataName: 'CustomPermissions',
    label: 'Access custom permissions',
    hint: "It can see which of the app's custom permissions you have.",
  },
  {
    names: ['wave_api'],
    metadataName: 'Wave',
    label: 'Access Analytics REST API resources',
    hint: 'It can use Analytics data and dashboards as you.',
  },
  {
    names: ['eclair_api'],
    metadataName: 'Eclair',
    label: 'Access Analytics REST API Charts Geodata resources',
    hint: 'It can load map data for Analytics charts.',
  },
  {
    names: ['pardot_api'],
    metadataName: 'Pardot',
    label: 'Manage Pardot services',
    hint: 'It can manage marketing data as you.',
  },
  {
    names: ['lightning'],
    metadataName: 'Lightning',
    label: 'Access Lightning applications',
    hint: 'It can open Lightning pages of the org as you.',
  },
  {
    names: ['content'],
    metadataName: 'Content',
    label: 'Access content resources',
    hint: 'It can open files and other content of the org as you.',
  },
  { names: ['cdp_ingest_api'], metadataName: 'CDPIngest', label: 'Manage Data Cloud Ingestion API data' },
  { names: ['cdp_profile_api'], metadataName: 'CDPProfile', label: 'Manage Data Cloud profile data' },
  { names: ['cdp_query_api'], metadataName: 'CDPQuery', label: 'Perform ANSI SQL queries on Data Cloud data' },
  { names: ['cdp_segment_api'], metadataName: 'CDPSegment', label: 'Access Data Cloud segments' },
  {
    names: ['cdp_identityresolution_api'],
    metadataName: 'CDPIdentityResolution',
    label: 'Access Data Cloud identity resolution',
  },
  {
    names: ['cdp_calculated_insight_api'],
    metadataName: 'CDPCalculatedInsight',
    label: 'Access Data Cloud calculated insights',
  },
  { names: ['chatbot_api'], metadataName: 'Chatbot', label: 'Access chatbot services' },
  { names: ['forgot_password'], metadataName: 'ForgotPassword', label: 'Access Headless Forgot Password API' },
  { names: ['user_registration_api'], metadataName: 'UserRegistration', label: 'Access Headless Registration API' },
  { names: ['pwdless_login_api'], metadataName: 'PwdlessLogin', label: 'Access Headless Passwordless Login API' },
  { names: ['sfap_api'], metadataName: 'SFApiPlatform', label: 'Access the Salesforce API Platform' },
  { names: ['interaction_api'], metadataName: 'Interaction', label: 'Access Interaction API resources' },
  { names: ['einstein_gpt_api'], metadataName: 'EinsteinGPT', label: 'Access Einstein GPT services' },
  { names: ['mcp_api'], metadataName: 'MCP', label: 'Access Salesforce hosted MCP servers' },
  { names: ['scrt_api'], metadataName: 'SCRT', label: 'Access Service Cloud real-time services' },
]

/** A scope by the first of its wire names, such as `api` or `refresh_token`. */
export type Scope = string

/** `offline_access` is asked for as often as `refresh_token`: both are this one. */
export const refreshScope: Scope = 'refresh_token'

const byName = new Map(scopeDefinitions.flatMap((definition) => definition.names.map((name) => [name, definition])))
const byMetadataName = new Map(scopeDefinitions.map((definition) => [definition.metadataName, definition.names[0]]))
// Salesforce takes these for the same things.
for (const name of ['Profile', 'Email', 'Address', 'Phone']) byMetadataName.set(name, 'id')
byMetadataName.set('OfflineAccess', refreshScope)

/** The words for a scope on the consent page. */
export function scopeLabel(scope: Scope): string {
  return byName.get(scope)?.label ?? scope
}

/** What a scope lets an app do, in a sentence for the person who allows it; `undefined` where its label says it all. */
export function scopeHint(scope: Scope): string | undefined {
  return byName.get(scope)?.hint
}

/** The scope of a metadata name (`RefreshToken`), or `undefined` when there is none. */
export function scopeOfMetadataName(name: string): Scope | undefined {
  return byMetadataName.get(name)
}

/** The metadata name of a scope (`refresh_token` is `RefreshToken`). */
export function metadataNameOfScope(scope: Scope): string {
  return byName.get(scope)?.metadataName ?? scope
}

/** What a request for scopes came to. */
export type ScopeRequest =
  | { readonly ok: true; readonly scopes: readonly Scope[] }
  | { readonly ok: false; readonly unknown: readonly string[]; readonly notOfApp: readonly string[] }

/**
 * The scopes a `scope` parameter asks for, in the app's order. None named is all of the app's; `full` on the app covers
 * every other of Salesforce's but `refresh_token`; a custom scope has to be the app's own. The identity scopes come with
 * anything (Salesforce Help, OAuth Tokens and Scopes).
 */
export function requestedScopes(scope: string | undefined, appScopes: readonly Scope[]): ScopeRequest {
  const names = scope?.split(/[ +]/).filter((name) => name !== '') ?? []
  if (names.length === 0) return { ok: true, scopes: withIdentity(appScopes) }
  const unknown = names.filter((name) => !byName.has(name) && !appScopes.includes(name))
  const wanted = new Set(names.map((name) => byName.get(name)?.names[0] ?? name))
  const has = (name: Scope) =>
    appScopes.includes(name) || name === 'id' || (name !== refreshScope && appScopes.includes('full'))
  const notOfApp = [...wanted].filter((name) => byName.has(name) && !has(name))
  if (unknown.length > 0 || notOfApp.length > 0) return { ok: false, unknown, notOfApp }
  return { ok: true, scopes: withIdentity([...wanted]) }
}

function withIdentity(scopes: readonly Scope[]): readonly Scope[] {
  return scopes.includes('id') ? scopes : [...scopes, 'id']
}

/** Whether a token with these scopes may do what needs `needed`; `full` may do all but refresh. */
export function covers(granted: readonly Scope[], needed: Scope): boolean {
  return granted.includes(needed) || (needed !== refreshScope && granted.includes('full'))
}
