// How a person finds what has to be changed: here by a command, at Salesforce by a path through Setup.

/** A command about a connected app: `sallyport app unblock Warehouse`. */
export function appCommand(verb: AppVerb, app: string, ...options: readonly string[]): string {
  return command('app', verb, app, ...options)
}

/** A command about a user: `sallyport user unlock ada@acme.example`. */
export function userCommand(verb: UserVerb, user: string, ...options: readonly string[]): string {
  return command('user', verb, user, ...options)
}

/** A command about an org: `sallyport org update Acme --allow-user-agent`. */
export function orgCommand(verb: 'update', org: string, ...options: readonly string[]): string {
  return command('org', verb, org, ...options)
}

/** A command of `sallyport`, quoted so that it can be pasted into a shell. */
export function command(...words: readonly string[]): string {
  return `\`${commandLine(...words)}\``
}

/** The same as a line of its own. */
export function commandLine(...words: readonly string[]): string {
  return ['sallyport', ...words.map(shellWord)].join(' ')
}

/** A setting of a connected app: what its developer decides. */
export function appSetting(app: string, ...path: readonly string[]): string {
  return ['Setup > App Manager', app, 'Edit > API (Enable OAuth Settings)', ...path].join(' > ')
}

/** A policy of a connected app: what the admins of an org decide. */
export function appPolicy(app: string, ...path: readonly string[]): string {
  return ['Setup > App Manager', app, 'Manage', ...path].join(' > ')
}

/** A setting of an external client app: what its developer decides. */
export function externalAppSetting(app: string, ...path: readonly string[]): string {
  return ['Setup > External Client App Manager', app, 'Settings', ...path].join(' > ')
}

/** A policy of an external client app: what the admins of an org decide. */
export function externalAppPolicy(app: string, ...path: readonly string[]): string {
  return ['Setup > External Client App Manager', app, 'Policies', ...path].join(' > ')
}

/** The consumer key and secret of a connected app. */
export function consumerDetails(app: string): string {
  return `Setup > App Manager > ${app} > View > Manage Consumer Details`
}

/** Places of connected apps as the places of external client apps, which Salesforce keeps on a page of its own. */
export function placeOfExternalApp(place: string): string {
  return placesOfExternalApps.reduce(
    (found, [ofConnected, ofExternal]) => found.replaceAll(ofConnected, ofExternal),
    place,
  )
}

const placesOfExternalApps: readonly (readonly [RegExp, string])[] = [
  ['Edit > API \\(Enable OAuth Settings\\)', 'Settings > OAuth Settings'],
  ['View > Manage Consumer Details', 'Settings > OAuth Settings > Consumer Key and Secret'],
  [
    'Manage > Manage Profiles \\(or Manage Permission Sets\\)',
    'Policies > App Policies > Select Profiles (or Select Permission Sets)',
  ],
  ['Manage > Edit Policies', 'Policies > OAuth Policies'],
  ['Manage', 'Policies'],
].map(([ofConnected, ofExternal]) => [
  new RegExp(`Setup > App Manager > ([^;]*?) > ${ofConnected}(?= > |;|$)`, 'g'),
  `Setup > External Client App Manager > $1 > ${ofExternal}`,
])

/** A setting or an act on the page of a user. */
export function userSetting(user: string, ...path: readonly string[]): string {
  return ['Setup > Users > Users', user, ...path].join(' > ')
}

/** What an org lets apps do. */
export function oauthSettings(...path: readonly string[]): string {
  return ['Setup > OAuth and OpenID Connect Settings', ...path].join(' > ')
}

/** The addresses that an org trusts. */
export const networkAccess = 'Setup > Network Access > Trusted IP Ranges'

/** A setting of a profile. */
export function profileSetting(profile: string, ...path: readonly string[]): string {
  return ['Setup > Users > Profiles', profile, ...path].join(' > ')
}

/** An act on the page of apps in use. */
export function oauthUsage(app: string, ...path: readonly string[]): string {
  return ['Setup > Connected Apps OAuth Usage', app, ...path].join(' > ')
}

type AppVerb =
  | 'show'
  | 'update'
  | 'saml'
  | 'delete'
  | 'initial-access-token'
  | 'rotate-secret'
  | 'install'
  | 'unblock'
  | 'usage'
type UserVerb = 'show' | 'unfreeze' | 'unlock' | 'set-password' | 'assign' | 'temporary-code' | 'reset-security-token'

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  // What stands between angle brackets is for the reader to fill in.
  return /^(?:[A-Za-z0-9@%+=:,./_~-]+|<name>|<file>)$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
