/** Where a setting is in Salesforce, from `Setup` on. An app is either a connected app or an external client app. */
export interface Setting {
  readonly connectedApp: string
  readonly externalClientApp: string
}

const connected = 'Setup > App Manager > the app'
const external = 'Setup > External Client App Manager > the app'

/** What the developer of an app decides. */
export function appSetting(...path: readonly string[]): Setting {
  return {
    connectedApp: [connected, 'Edit', 'API (Enable OAuth Settings)', ...path].join(' > '),
    externalClientApp: [external, 'Settings', 'OAuth Settings', ...path].join(' > '),
  }
}

/** What the admin of an org decides about an app. */
export function appPolicy(...path: readonly string[]): Setting {
  return {
    connectedApp: [connected, 'Manage', 'Edit Policies', ...path].join(' > '),
    externalClientApp: [external, 'Policies', 'OAuth Policies', ...path].join(' > '),
  }
}

/** Consumer key and secret. */
export const consumerDetails: Setting = {
  connectedApp: `${connected} > View > Manage Consumer Details`,
  externalClientApp: `${external} > Settings > OAuth Settings > Consumer Key and Secret`,
}

/** Profiles and permission sets that are let in. */
export const assignments: Setting = {
  connectedApp: `${connected} > Manage > Manage Profiles (or Manage Permission Sets)`,
  externalClientApp: `${external} > Policies > App Policies > Select Profiles (or Select Permission Sets)`,
}

/** Apps in use: install, block, unblock. */
export const oauthUsage: Setting = same('Setup > Connected Apps OAuth Usage')

/** A setting that has nothing to do with the kind of app. */
export function same(path: string): Setting {
  return { connectedApp: path, externalClientApp: path }
}
