import { type EnteredPolicies, namedUserJwtMinutes } from '../../../connected-apps/app-policies.ts'
import type { AppPolicies, AssuranceAction, ConnectedApp, IpRelaxation } from '../../../connected-apps/connected-app.ts'
import { readRefreshTokenPolicy, writeRefreshTokenPolicy } from '../../../connected-apps/refresh-policy.ts'
import { done, type Outcome, refused } from '../../../problem.ts'
import { check, choice, fixed, type Option, radios, text, whole } from '../field.tsx'
import type { ValuesOf } from '../form.tsx'

/** *Permitted Users*. */
const permittedUsers = [
  {
    value: 'all',
    label: 'All users may self-authorize',
    hint: 'Each user is asked once, on a page, whether they allow access. By JWT bearer nobody is asked: users who have not allowed it before are refused (user hasn’t approved this consumer).',
  },
  {
    value: 'admin',
    label: 'Admin approved users are pre-authorized',
    hint: 'Nobody is asked. Only users with an assigned profile or permission set may use the app; everybody else is refused.',
  },
] as const satisfies readonly Option[]

/** *IP Relaxation*. */
const ipRelaxations = [
  { value: 'ENFORCE', label: 'Enforce IP restrictions' },
  { value: 'ENFORCE_RELAXREFRESH', label: 'Enforce IP restrictions, but relax for refresh tokens' },
  { value: 'BYPASS_2FACTOR', label: 'Relax IP restrictions for activated devices' },
  { value: 'BYPASS', label: 'Relax IP restrictions' },
] as const satisfies readonly (Option & { readonly value: IpRelaxation })[]

/** What happens to sessions of less assurance than is required. */
const assuranceActions = [
  { value: 'Block', label: 'Block' },
  { value: 'RaiseSessionLevel', label: 'Raise session level' },
] as const satisfies readonly (Option & { readonly value: AssuranceAction })[]

const refreshTokenPolicies = [
  { value: 'infinite', label: 'Refresh token is valid until revoked' },
  { value: 'zero', label: 'Immediately expire refresh token' },
  { value: 'specific_inactivity', label: 'Expire refresh token if not used for …' },
  { value: 'specific_lifetime', label: 'Expire refresh token after …' },
] as const satisfies readonly Option[]

const units = [
  { value: 'HOURS', label: 'Hours' },
  { value: 'DAYS', label: 'Days' },
  { value: 'MONTHS', label: 'Months' },
] as const satisfies readonly Option[]

const timeouts = [
  { seconds: 900, label: '15 minutes' },
  { seconds: 1800, label: '30 minutes' },
  { seconds: 3600, label: '1 hour' },
  { seconds: 5400, label: '90 minutes' },
  { seconds: 7200, label: '2 hours' },
  { seconds: 14_400, label: '4 hours' },
  { seconds: 28_800, label: '8 hours' },
  { seconds: 43_200, label: '12 hours' },
  { seconds: 86_400, label: '24 hours' },
] as const

const ofExternalApps = {
  isEnabled: check({
    label: 'Enabled',
    help: 'Without it the app gets no tokens in this org, and those that it has end with their own time: to end them at once, revoke them or block the app under Connected Apps OAuth Usage.',
  }),
  isOauthPluginEnabled: check({
    label: 'Enable OAuth',
    help: 'The same for OAuth alone (the OAuth plug-in): people who sign in to the app by SAML still can.',
  }),
  isClientCredentialsFlowEnabled: check({
    label: 'Enable Client Credentials Flow',
    help: 'The admins of this org allow the flow, for the user below. The app’s own setting must be on, too.',
  }),
}

const ofConnectedApps = {
  isEnabled: fixed(true),
  isOauthPluginEnabled: fixed(true),
  isClientCredentialsFlowEnabled: fixed(false),
}

/** The fields of an org's policies for an app. A timeout that was set elsewhere can be chosen besides Salesforce's. */
export function policyFields({ external }: Pick<ConnectedApp, 'external'>, { sessionTimeout }: AppPolicies) {
  const isOther = sessionTimeout !== undefined && !timeouts.some(({ seconds }) => seconds === sessionTimeout)
  return {
    ...(external === undefined ? ofConnectedApps : ofExternalApps),
    permittedUsers: radios({
      label: 'Permitted Users',
      options: permittedUsers,
      help: 'It holds from the next request on, for those too who have used the app all the time.',
    }),
    ipRelaxation: choice({
      label: 'IP Relaxation',
      options: ipRelaxations,
      help: 'Whether the login IP ranges of the user’s profile hold for this app. A server that calls from elsewhere is refused (ip restricted) as long as they do. JWT bearer always keeps to them. “For activated devices” is for the web server flow: an app with trusted IP ranges is free when it asks from one of them; an app without is free when the user verifies their identity with an authenticator app. Setup itself stays closed from elsewhere.',
    }),
    refreshTokenPolicy: radios({
      label: 'Refresh Token Policy',
      options: refreshTokenPolicies,
      help: 'It is looked at when a token is used, so a change holds for tokens that were given out before. What has expired is refused (expired access/refresh token), and the user has to sign in again.',
    }),
    refreshTokenPeriod: whole({
      label: 'Period in place of “…”',
      unit: 'hours, days or months',
      help: 'How many. It is needed for the last two policies above, and with the others not looked at.',
    }),
    refreshTokenUnit: choice({
      label: 'Unit of the period',
      options: units,
      help: 'What the number above counts; a month is 30 days.',
    }),
    sessionTimeout: choice({
      label: 'Timeout Value',
      none: 'None: as the user’s profile or the org says',
      options: [
        ...timeouts.map(({ seconds, label }) => ({ value: String(seconds), label })),
        ...(isOther ? [{ value: String(sessionTimeout), label: timeoutLabel(sessionTimeout) }] : []),
      ],
      help: 'After so long without use an access token of the app ends. Apps must be ready for that at any time: refresh or sign again, and repeat the call.',
    }),
    namedUserJwtTimeout: choice({
      label: 'Named User JWT-based Access Token Timeout',
      none: 'User session: as the user’s profile or the org says',
      options: namedUserJwtMinutes.map((minutes) => ({
        value: String(minutes * 60),
        label: jwtTimeoutLabel(minutes * 60),
      })),
      help: 'For an app that issues JWT-based access tokens. Its end stands in the token and does not move ahead with use, and whoever verifies it without asking here believes it until then: short is safe.',
    }),
    requiresHighAssurance: check({
      label: 'High assurance session required',
      help: 'Users need a session in which they verified their identity, with a code of an authenticator app; their tokens carry it. Flows without a browser cannot step up: JWT bearer, client credentials and the like are refused (a high assurance session is required).',
    }),
    assuranceAction: choice({
      label: 'Action for other sessions',
      options: assuranceActions,
      help: 'What happens to somebody who signed in with a password alone, on the way through the authorize page.',
    }),
    pinLength: whole({
      label: 'PIN Length',
      unit: 'digits',
      help: '4 to 8. Mobile apps are told by the identity URL (mobile_policy) to ask for a PIN, and do it themselves. Empty asks for none.',
    }),
    screenLock: whole({
      label: 'Require PIN after',
      unit: 'minutes',
      help: 'Without use, on the device: from 1 to 1440. It goes with the PIN length, and is nothing without it.',
    }),
    isTokenExchangeFlowEnabled: check({
      label: 'Enable Token Exchange Flow',
      help: 'The admins of this org allow the app to exchange tokens of other issuers. The app’s own setting must be on, too.',
    }),
    singleLogoutUrl: text({
      label: 'Single Logout URL',
      type: 'url',
      help: 'Where the app is told that somebody of this org has signed out; it goes before the one that the app itself says. Left empty, the app’s own goes; where there is none either, the app goes on until its session is over.',
    }),
    plugin: text({
      label: 'Apex Plugin Class',
      placeholder: 'AcceptedTerms',
      help: 'Code of this org that has a say: the name of its file in the folder handlers, without .ts, .mjs or .js; at Salesforce a class that extends Auth.ConnectedAppPlugin. Its authorize decides who may use an app of admin approved users, its refresh may refuse one, and its customAttributes says what the app is told. If it fails, users are refused.',
    }),
    pluginExecutionUser: text({
      label: 'Handler: Run As',
      placeholder: 'admin@acme.example',
      help: 'The username as whom that code runs. Without an active user it may only say custom attributes, and every question whether somebody may use the app is answered with no.',
    }),
    clientCredentialUser: text({
      label: 'Run As',
      placeholder: 'integration@acme.example',
      help: 'The username of the one user for whom the client credentials flow acts. The app can do what this user can do: take one made for it, and no admin. Without it the flow is refused (no client credentials user enabled).',
    }),
  }
}

/** What the form of the policies asks for. */
export type PolicyFields = ReturnType<typeof policyFields>

interface PolicySection {
  readonly title: string
  readonly fields: readonly (keyof PolicyFields)[]
}

/** The sections of the policies for an app: the form asks for these fields, and the pages of the app show them. */
export function policySectionsOf({ external }: Pick<ConnectedApp, 'external'>): readonly PolicySection[] {
  return external === undefined ? policySections : [externalSection, ...policySections]
}

const externalSection: PolicySection = { title: 'App Policies', fields: ['isEnabled', 'isOauthPluginEnabled'] }

const policySections: readonly PolicySection[] = [
  {
    title: 'OAuth Policies',
    fields: [
      'permittedUsers',
      'ipRelaxation',
      'refreshTokenPolicy',
      'refreshTokenPeriod',
      'refreshTokenUnit',
      'singleLogoutUrl',
    ],
  },
  {
    title: 'Session Policies',
    fields: ['sessionTimeout', 'namedUserJwtTimeout', 'requiresHighAssurance', 'assuranceAction'],
  },
  { title: 'Mobile Integration', fields: ['pinLength', 'screenLock'] },
  { title: 'Client Credentials Flow', fields: ['isClientCredentialsFlowEnabled', 'clientCredentialUser'] },
  { title: 'Token Exchange Flow', fields: ['isTokenExchangeFlowEnabled'] },
  { title: 'Custom Connected App Handler', fields: ['plugin', 'pluginExecutionUser'] },
]

/** What the form of the policies holds. */
export type PolicyValues = ValuesOf<PolicyFields>

/** Usernames of the users that policies name: as whom flows and handlers run. */
export interface PolicyUsers {
  readonly clientCredentialUser: string | undefined
  readonly pluginExecutionUser: string | undefined
}

/** The policies as their form shows them. */
export function policyStart(policies: AppPolicies, users: PolicyUsers): Partial<PolicyValues> {
  const [kind = '', period, unit] = writeRefreshTokenPolicy(policies.refreshTokenPolicy).split(':')
  return {
    isEnabled: policies.isEnabled,
    isOauthPluginEnabled: policies.isOauthPluginEnabled,
    isClientCredentialsFlowEnabled: policies.isClientCredentialsFlowEnabled,
    permittedUsers: policies.isAdminApproved ? 'admin' : 'all',
    ipRelaxation: policies.ipRelaxation,
    refreshTokenPolicy: kind,
    ...(period === undefined ? {} : { refreshTokenPeriod: Number(period) }),
    refreshTokenUnit: unit ?? 'DAYS',
    sessionTimeout: policies.sessionTimeout === undefined ? '' : String(policies.sessionTimeout),
    requiresHighAssurance: policies.requiresHighAssurance,
    assuranceAction: policies.assuranceAction,
    ...(policies.mobilePolicy ?? {}),
    clientCredentialUser: users.clientCredentialUser ?? '',
    singleLogoutUrl: policies.singleLogoutUrl ?? '',
    plugin: policies.plugin ?? '',
    pluginExecutionUser: users.pluginExecutionUser ?? '',
    isTokenExchangeFlowEnabled: policies.isTokenExchangeFlowEnabled,
    namedUserJwtTimeout: policies.namedUserJwtTimeout === undefined ? '' : String(policies.namedUserJwtTimeout),
  }
}

/** What was entered, as the act takes it. */
export function enteredPolicies(
  values: PolicyValues,
  { external }: Pick<ConnectedApp, 'external'>,
): Outcome<EnteredPolicies> {
  const { refreshTokenPeriod, refreshTokenUnit, sessionTimeout } = values
  const isSpecific = values.refreshTokenPolicy.startsWith('specific_')
  const refreshTokenPolicy = readRefreshTokenPolicy(
    isSpecific
      ? `${values.refreshTokenPolicy}:${refreshTokenPeriod ?? 0}:${refreshTokenUnit}`
      : values.refreshTokenPolicy,
  )
  if (refreshTokenPolicy === undefined) {
    return refused({ field: 'refreshTokenPeriod', message: 'Enter how many, from 1 to 99999.' })
  }
  const assuranceAction = assuranceActions.find(({ value }) => value === values.assuranceAction)?.value
  const ipRelaxation = ipRelaxations.find(({ value }) => value === values.ipRelaxation)?.value
  const { isEnabled, isOauthPluginEnabled, isClientCredentialsFlowEnabled } = values
  return done({
    ...(external !== undefined && { isEnabled, isOauthPluginEnabled, isClientCredentialsFlowEnabled }),
    isAdminApproved: values.permittedUsers === 'admin',
    ...(ipRelaxation === undefined ? {} : { ipRelaxation }),
    refreshTokenPolicy,
    sessionTimeout: sessionTimeout === '' ? undefined : Number(sessionTimeout),
    requiresHighAssurance: values.requiresHighAssurance,
    ...(assuranceAction === undefined ? {} : { assuranceAction }),
    mobilePolicy: enteredMobilePolicy(values),
    clientCredentialUser: values.clientCredentialUser,
    singleLogoutUrl: values.singleLogoutUrl,
    plugin: values.plugin,
    pluginExecutionUser: values.pluginExecutionUser,
    isTokenExchangeFlowEnabled: values.isTokenExchangeFlowEnabled,
    namedUserJwtTimeout: values.namedUserJwtTimeout === '' ? undefined : Number(values.namedUserJwtTimeout),
  })
}

function enteredMobilePolicy({ pinLength, screenLock }: PolicyValues): EnteredPolicies['mobilePolicy'] {
  if (pinLength === undefined && screenLock === undefined) return undefined
  // What is missing is what the act finds fault with.
  return { pinLength: pinLength ?? 0, screenLock: screenLock ?? 0 }
}

function timeoutLabel(seconds: number): string {
  const known = timeouts.find((one) => one.seconds === seconds)
  if (known !== undefined) return known.label
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`
}

function jwtTimeoutLabel(seconds: number): string {
  return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`
}

/** The words of Salesforce for a Refresh Token Policy. */
export function refreshTokenPolicyLabel({ refreshTokenPolicy }: Pick<AppPolicies, 'refreshTokenPolicy'>): string {
  const [kind, period, unit = ''] = writeRefreshTokenPolicy(refreshTokenPolicy).split(':')
  const label = refreshTokenPolicies.find(({ value }) => value === kind)?.label ?? ''
  if (period === undefined) return label
  const one = unit.toLowerCase().replace(/s$/, '')
  return label.replace('…', period === '1' ? `1 ${one}` : `${period} ${one}s`)
}
