import { changeOrg } from '../../orgs/change-org.ts'
import type { Org, OrgSettings } from '../../orgs/org.ts'
import { done, refused } from '../../problem.ts'
import { defaultDailyApiRequests } from '../../rest/limits.ts'
import { checkLoginHours } from '../../users/login-hours.ts'
import { Card } from './blocks.tsx'
import { check, choice, ipRanges, lines, type Option, text, whole } from './field.tsx'
import type { Fields, ValuesOf } from './form.tsx'
import type { PlacePath } from './places.ts'
import { type FormPage, formPage } from './route.tsx'
import type { SetupRoute } from './setup-visit.ts'

/** What holds for everybody in the org, at the places where Salesforce has it. */
export const orgSettingsPages: readonly SetupRoute[] = [
  ...settingsPage({
    path: '/setup/oauth-settings',
    title: 'OAuth and OpenID Connect Settings',
    lead: 'What every connected app is held to when it asks for tokens of this org.',
    card: 'Authorization',
    fields: () => ({
      allowsUsernamePassword: check({
        label: 'Allow OAuth Username-Password Flows',
        help: 'Apps that have the flow enabled, too, may send names and passwords of users themselves (grant_type=password). Salesforce blocks it for new orgs and is retiring it. Refused as authentication failure.',
      }),
      allowsUserAgent: check({
        label: 'Allow OAuth User-Agent Flows',
        help: 'Apps that have the flow enabled, too, may get access tokens in the address of a page (response_type=token). Salesforce blocks it for new orgs. Refused as oauth_flow_disabled.',
      }),
      oAuthCdCrdtFlowEnable: check({
        label: 'Allow Authorization Code and Credentials Flows',
        help: 'Headless login: apps that have the flow enabled, too, show their own form and send what was typed with the authorize request.',
      }),
      isPkceRequired: check({
        label: 'Require Proof Key for Code Exchange (PKCE) Extension for Supported Authorization Flows',
        help: 'Every app must send a code challenge where the browser carries a code. Apps that send none are refused (missing required code challenge).',
      }),
      maxLoginsPerHour: whole({
        label: 'Maximum Logins per User and Hour',
        unit: 'logins',
        help: 'By apps and by SOAP, all together: each token is one, however it was asked for. Salesforce has 3600. A user who has had as many is refused for the rest of the hour (rate_limit_exceeded). Empty is no limit.',
      }),
    }),
    start: ({ blockOAuthUnPwFlow, blockOAuthUsrAgtFlow, oAuthCdCrdtFlowEnable, isPkceRequired, maxLoginsPerHour }) => ({
      allowsUsernamePassword: !blockOAuthUnPwFlow,
      allowsUserAgent: !blockOAuthUsrAgtFlow,
      oAuthCdCrdtFlowEnable,
      isPkceRequired,
      maxLoginsPerHour,
    }),
    // Salesforce's page says what is allowed, and its metadata what is blocked.
    settings: ({ allowsUsernamePassword, allowsUserAgent, ...same }) => ({
      ...same,
      blockOAuthUnPwFlow: !allowsUsernamePassword,
      blockOAuthUsrAgtFlow: !allowsUserAgent,
    }),
  }),
  ...settingsPage({
    path: '/setup/company-information',
    title: 'Company Information',
    lead: 'Where the org is at home, and what it may use. How much of that has been used, GET /services/data/v67.0/limits and the header Sforce-Limit-Info say.',
    card: 'Organization Detail',
    fields: () => ({
      timeZone: text({
        label: 'Default Time Zone',
        isRequired: true,
        placeholder: 'Europe/Paris',
        help: 'An IANA name, such as Europe/Paris or America/New_York. New users begin with it, and the login hours of profiles are told in it: with another one they begin and end at other times.',
      }),
      dailyApiRequests: whole({
        label: 'API Requests, Last 24 Hours',
        unit: 'requests',
        help: `At most so many, by all apps together; what comes after is refused as REQUEST_LIMIT_EXCEEDED until older ones are 24 hours ago. Empty refuses none, and counts against ${defaultDailyApiRequests.toLocaleString('en')}, the limit of a Developer Edition. A small number shows how an app bears it.`,
      }),
    }),
    start: ({ timeZone, dailyApiRequests }) => ({ timeZone, dailyApiRequests }),
    settings: ({ timeZone, dailyApiRequests }) => ({ timeZone, dailyApiRequests }),
  }),
  ...settingsPage({
    path: '/setup/user-interface',
    title: 'User Interface',
    lead: 'How programs may sign in that have no connected app.',
    card: 'SOAP API',
    fields: () => ({
      enableSoapLogin: check({
        label: 'Enable SOAP API login()',
        help: 'Programs may sign in by name and password of a user, with the security token behind it where the address is not trusted. API version 65.0 and later have the call no more, and Salesforce ends it with Summer ’27: move them to client credentials or JWT bearer.',
      }),
    }),
    start: ({ enableSoapLogin }) => ({ enableSoapLogin }),
    settings: ({ enableSoapLogin }) => ({ enableSoapLogin }),
  }),
  ...settingsPage({
    path: '/setup/api-access-control',
    title: 'API Access Control',
    lead: 'Which connected apps may be used with this org at all.',
    card: 'Connected Apps',
    fields: () => ({
      enableAdminApprovedAppsOnly: check({
        label: 'For admin approved users, limit API access to only allowlisted connected apps',
        help: 'An app is let in only where it is installed and its Permitted Users are “Admin approved users are pre-authorized”. It holds at once, for tokens that are out as well: every other app is refused (this app is blocked by admin). Approve the apps that people need first. The permission “Use Any API Client” lets a user off.',
      }),
    }),
    start: ({ enableAdminApprovedAppsOnly }) => ({ enableAdminApprovedAppsOnly }),
    settings: ({ enableAdminApprovedAppsOnly }) => ({ enableAdminApprovedAppsOnly }),
  }),
  ...settingsPage({
    path: '/setup/session-settings',
    title: 'Session Settings',
    lead: 'How long people and apps stay signed in without doing anything. What is signed in already keeps its time.',
    card: 'Session Timeout',
    fields: ({ settings }) => ({
      sessionTimeout: choice({
        label: 'Timeout Value',
        options: withHeld(timeouts, settings.sessionTimeout, inWords),
        help: 'A profile or a connected app may say otherwise for itself.',
      }),
    }),
    start: ({ sessionTimeout }) => ({ sessionTimeout: String(sessionTimeout) }),
    settings: ({ sessionTimeout }) => ({ sessionTimeout: Number(sessionTimeout) }),
  }),
  ...settingsPage({
    path: '/setup/password-policies',
    title: 'Password Policies',
    lead: 'What passwords of this org look like, and how many guesses there are.',
    card: 'Passwords',
    fields: ({ settings }) => ({
      minimumPasswordLength: whole({
        label: 'Minimum Password Length',
        unit: 'characters',
        isRequired: true,
        help: 'From 5 to 50. It holds for the next password that somebody sets; those that are set stay.',
      }),
      maxLoginAttempts: choice({
        label: 'Maximum Invalid Login Attempts',
        options: withHeld(attempts, settings.maxLoginAttempts, String),
        help: 'So many wrong passwords in a row lock a user out. Without a limit, passwords can be guessed at leisure.',
      }),
      lockoutInterval: choice({
        label: 'Lockout Effective Period',
        options: withHeld(lockouts, settings.lockoutInterval, inWords),
        help: 'For how long. Forever lasts until an admin unlocks the user: then anybody can shut anybody out by guessing.',
      }),
    }),
    start: ({ minimumPasswordLength, maxLoginAttempts, lockoutInterval }) => ({
      minimumPasswordLength,
      maxLoginAttempts: String(maxLoginAttempts ?? none),
      lockoutInterval: String(lockoutInterval ?? none),
    }),
    settings: ({ minimumPasswordLength = 0, maxLoginAttempts, lockoutInterval }) => ({
      minimumPasswordLength,
      maxLoginAttempts: maxLoginAttempts === none ? undefined : Number(maxLoginAttempts),
      lockoutInterval: lockoutInterval === none ? undefined : Number(lockoutInterval),
    }),
  }),
  ...settingsPage({
    path: '/setup/network-access',
    title: 'Network Access',
    lead: 'From where a password is enough. Elsewhere the username-password flow asks for the security token of the user, too.',
    card: 'Trusted IP Ranges',
    fields: () => ({
      trustedIpRanges: ipRanges({
        label: 'Trusted IP Ranges',
        rows: 6,
        help: 'One a line, such as 192.0.2.0-192.0.2.255 Office. The login IP ranges of a profile are another thing: from outside of those nobody of the profile is let in at all, and inside of them no security token is asked for either.',
      }),
    }),
    start: ({ trustedIpRanges }) => ({ trustedIpRanges }),
    settings: ({ trustedIpRanges }) => ({ trustedIpRanges }),
  }),
  ...settingsPage({
    path: '/setup/cors',
    title: 'CORS',
    lead: 'Web pages of which origins may call this org at its own address. Browsers keep all others out.',
    card: 'Allowed Origins List',
    fields: () => ({
      corsAllowedOrigins: lines({
        label: 'Origin URL Patterns',
        rows: 6,
        placeholder: 'https://app.example.com',
        help: 'One a line: scheme and host, as browsers send them, such as https://app.example.com or https://*.example.com. Plain http is for localhost only.',
      }),
    }),
    start: ({ corsAllowedOrigins }) => ({ corsAllowedOrigins }),
    settings: ({ corsAllowedOrigins }) => ({ corsAllowedOrigins }),
  }),
]

const none = 'none'

const timeouts: readonly Option[] = [
  { value: '900', label: '15 minutes' },
  { value: '1800', label: '30 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '5400', label: '90 minutes' },
  { value: '7200', label: '2 hours' },
  { value: '14400', label: '4 hours' },
  { value: '28800', label: '8 hours' },
  { value: '43200', label: '12 hours' },
  { value: '86400', label: '24 hours' },
]
const attempts: readonly Option[] = [
  { value: none, label: 'No Limit' },
  { value: '3', label: '3' },
  { value: '5', label: '5' },
  { value: '10', label: '10' },
]
const lockouts: readonly Option[] = [
  { value: '900', label: '15 minutes' },
  { value: '1800', label: '30 minutes' },
  { value: '3600', label: '60 minutes' },
  { value: none, label: 'Forever (must be reset by admin)' },
]

/** What Salesforce offers, and what is held, which an org file may have set to anything. */
function withHeld(
  options: readonly Option[],
  held: number | undefined,
  label: (held: number) => string,
): readonly Option[] {
  if (held === undefined || options.some(({ value }) => value === String(held))) return options
  return [...options, { value: String(held), label: label(held) }]
}

function inWords(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`
}

interface SettingsPage<F extends Fields> {
  readonly path: PlacePath
  readonly title: string
  readonly lead: string
  /** The heading over the fields. */
  readonly card: string
  readonly fields: (org: Org) => F
  readonly start: (settings: OrgSettings) => NoInfer<Partial<ValuesOf<F>>>
  /** The settings that the fields stand for. */
  readonly settings: (values: ValuesOf<F>) => Partial<OrgSettings>
}

/** A few settings of the org as one form, which comes back when they are saved. */
function settingsPage<F extends Fields>(spec: SettingsPage<F>): readonly SetupRoute[] {
  const { path, title, lead, card } = spec
  const form: FormPage<Org, F> = {
    path,
    right: 'manage the org',
    find: async ({ org }) => org,
    fields: spec.fields,
    start: ({ settings }) => spec.start(settings),
    show: (shown, org) => ({
      title,
      lead,
      place: path,
      inside: <Card title={card}>{Object.keys(spec.fields(org)).map((name) => shown.field(name))}</Card>,
    }),
    submit: 'Save',
    cancel: () => path,
    async act(values, org, { stores, profile, at }) {
      const settings = spec.settings(values)
      // Login hours are told in the time zone of the org: nobody may sign themselves out by another one.
      const isClosed = checkLoginHours(profile, { settings: { ...org.settings, ...settings } }, at) !== undefined
      if (isClosed) {
        const message = `You would be signed out at once: there it is outside the login hours of “${profile.name}”.`
        return refused({ field: 'timeZone', message })
      }
      const outcome = await changeOrg(stores, org, { settings })
      if (outcome.ok) return done({ to: path, say: `${title}: saved.` })
      const problems = outcome.problems.map((problem) => ({
        ...problem,
        field: problem.field.replace(/^settings\./, ''),
      }))
      return { ok: false, problems }
    },
  }
  return formPage(form)
}
