import type { SetupRight } from '../../users/setup-rights.ts'

/** A place in the tree of Setup. */
export interface Place {
  readonly path: string
  /** As it is called at Salesforce, where it has it too. */
  readonly label: string
  readonly right: SetupRight
  /** Further words by which Quick Find finds it. */
  readonly words?: string
  /** It is there only where the server has a walkthrough. */
  readonly isOfWalkthrough?: boolean
}

/** Places that stand together. */
export interface PlaceGroup {
  readonly label: string
  readonly places: readonly Place[]
}

/** The tree at the left of Setup, in Salesforce's order. */
export const placeGroups = [
  {
    label: 'Setup',
    places: [
      { path: '/setup', label: 'Setup Home', right: 'view setup', words: 'start charts' },
      {
        path: '/setup/release-updates',
        label: 'Release Updates',
        right: 'view setup',
        words: 'dates changes break switchboard retire spring summer winter',
      },
    ],
  },
  {
    label: 'Users',
    places: [
      {
        path: '/setup/custom-permissions',
        label: 'Custom Permissions',
        right: 'view setup',
        words: 'custom_permissions app',
      },
      { path: '/setup/permission-sets', label: 'Permission Sets', right: 'view setup', words: 'assign access' },
      { path: '/setup/profiles', label: 'Profiles', right: 'view setup', words: 'login ip ranges session timeout' },
      { path: '/setup/users', label: 'Users', right: 'view setup', words: 'freeze unlock reset password people' },
    ],
  },
  {
    label: 'Apps',
    places: [
      {
        path: '/setup/connected-apps',
        label: 'App Manager',
        right: 'view setup',
        words: 'connected app new consumer key secret callback url scopes policies client',
      },
      {
        path: '/setup/external-client-apps',
        label: 'External Client App Manager',
        right: 'view setup',
        words: 'eca new consumer key secret callback url scopes policies client packaged local',
      },
      {
        path: '/setup/external-client-app-settings',
        label: 'External Client App Settings',
        right: 'manage the org',
        words: 'eca allow creation of connected apps block',
      },
      {
        path: '/setup/oauth-usage',
        label: 'Connected Apps OAuth Usage',
        right: 'manage oauth usage',
        words: 'block unblock install uninstall revoke tokens',
      },
      {
        path: '/setup/oauth-custom-scopes',
        label: 'OAuth Custom Scopes',
        right: 'view setup',
        words: 'scope consent discovery',
      },
      {
        path: '/setup/app-menu',
        label: 'App Menu',
        right: 'manage connected apps',
        words: 'app launcher visible sort order tiles start url',
      },
      {
        path: '/setup/connect-a-server',
        label: 'Connect a Server by JWT',
        right: 'manage connected apps',
        words: 'guide jwt bearer certificate integration',
      },
    ],
  },
  {
    label: 'Identity',
    places: [
      {
        path: '/setup/auth-providers',
        label: 'Auth. Providers',
        right: 'view setup',
        words: 'social sign-on openid connect sso_provider outside login button third-party account link',
      },
      {
        path: '/setup/identity',
        label: 'Identity Provider',
        right: 'view setup',
        words: 'signing keys jwks discovery openid saml metadata service provider idp enable',
      },
      {
        path: '/setup/verification-history',
        label: 'Identity Verification History',
        right: 'manage users',
        words: 'mfa two factor authenticator totp high assurance',
      },
      { path: '/setup/login-history', label: 'Login History', right: 'manage users', words: 'sign-ins failures csv' },
      {
        path: '/setup/oauth-settings',
        label: 'OAuth and OpenID Connect Settings',
        right: 'manage the org',
        words: 'pkce code challenge require allow username-password user-agent headless flows',
      },
      {
        path: '/setup/saml-assertion-validator',
        label: 'SAML Assertion Validator',
        right: 'view setup',
        words: 'check why refused response identity provider',
      },
      {
        path: '/setup/single-sign-on',
        label: 'Single Sign-On Settings',
        right: 'view setup',
        words: 'saml identity provider issuer entity id federation certificate',
      },
      {
        path: '/setup/token-exchange-handlers',
        label: 'Token Exchange Handlers',
        right: 'view setup',
        words: 'subject_token outside identity provider jwt module apex',
      },
    ],
  },
  {
    label: 'Security',
    places: [
      {
        path: '/setup/api-access-control',
        label: 'API Access Control',
        right: 'manage the org',
        words: 'allowlist connected apps admin approved only',
      },
      {
        path: '/setup/certificates',
        label: 'Certificate and Key Management',
        right: 'view setup',
        words: 'keystore jks csr self-signed export import',
      },
      { path: '/setup/cors', label: 'CORS', right: 'manage the org', words: 'origins browser cross-origin' },
      {
        path: '/setup/named-credentials',
        label: 'Named Credentials',
        right: 'view setup',
        words: 'external credential callout principal outbound endpoint',
      },
      {
        path: '/setup/network-access',
        label: 'Network Access',
        right: 'manage the org',
        words: 'trusted ip ranges security token',
      },
      {
        path: '/setup/password-policies',
        label: 'Password Policies',
        right: 'manage the org',
        words: 'length lockout attempts',
      },
      { path: '/setup/sessions', label: 'Session Management', right: 'manage users', words: 'end sign out tokens' },
      {
        path: '/setup/session-settings',
        label: 'Session Settings',
        right: 'manage the org',
        words: 'timeout hours',
      },
      { path: '/setup/audit-trail', label: 'View Setup Audit Trail', right: 'view setup', words: 'changes who when' },
    ],
  },
  {
    label: 'User Interface',
    places: [
      {
        path: '/setup/user-interface',
        label: 'User Interface',
        right: 'manage the org',
        words: 'soap api login password program',
      },
    ],
  },
  {
    label: 'Company Settings',
    places: [
      {
        path: '/setup/company-information',
        label: 'Company Information',
        right: 'manage the org',
        words:
          'organization default time zone login hours api requests last 24 hours daily limit request_limit_exceeded',
      },
      { path: '/setup/my-domain', label: 'My Domain', right: 'view setup', words: 'address url host port audience' },
    ],
  },
  {
    label: 'Monitoring',
    places: [
      {
        path: '/setup/flow-log',
        label: 'Flow Log',
        right: 'view setup',
        words: 'journal refusals checks why token requests explain',
      },
      {
        path: '/walkthrough',
        label: 'Walkthrough',
        right: 'view setup',
        words: 'flows step by step learn postman curl',
        isOfWalkthrough: true,
      },
    ],
  },
] as const satisfies readonly PlaceGroup[]

/** The tree at the left of one's personal settings. */
export const personalPlaces = {
  label: 'My Personal Information',
  places: [
    { path: '/personal', label: 'Advanced User Details', right: 'personal settings' },
    { path: '/personal/app-launcher', label: 'App Launcher', right: 'personal settings' },
    { path: '/personal/oauth-connected-apps', label: 'OAuth Connected Apps', right: 'personal settings' },
    { path: '/personal/sessions', label: 'My Sessions', right: 'personal settings' },
    { path: '/personal/login-history', label: 'My Login History', right: 'personal settings' },
    { path: '/personal/authenticator', label: 'Authenticator App', right: 'personal settings' },
    { path: '/personal/password', label: 'Change My Password', right: 'personal settings' },
    { path: '/personal/security-token', label: 'Reset My Security Token', right: 'personal settings' },
  ],
} as const satisfies PlaceGroup

/** The address of a place in Setup or in personal settings. */
export type PlacePath =
  | (typeof placeGroups)[number]['places'][number]['path']
  | (typeof personalPlaces)['places'][number]['path']
