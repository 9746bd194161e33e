import { LinkAccountPage, LinkedAccountPage, ProviderTestPage } from '../../src/web/pages/auth-provider.tsx'
import { ConsentPage, type ConsentPageProps } from '../../src/web/pages/consent.tsx'
import { DeviceDonePage, DevicePage } from '../../src/web/pages/device.tsx'
import {
  AddressNotAllowedPage,
  ErrorPage,
  FormExpiredPage,
  NotFoundPage,
  ServerErrorPage,
} from '../../src/web/pages/error.tsx'
import { HomePage } from '../../src/web/pages/home.tsx'
import { renderPage } from '../../src/web/pages/page.tsx'
import { SignInPage, type SignInPageProps } from '../../src/web/pages/sign-in.tsx'
import { SignOutPage } from '../../src/web/pages/sign-out.tsx'
import { SignedOutPage } from '../../src/web/pages/signed-out.tsx'
import { SuccessPage } from '../../src/web/pages/success.tsx'
import { VerificationPage, type VerificationPageProps } from '../../src/web/pages/verification.tsx'

const signIn: SignInPageProps = {
  place: { at: 'org', orgName: 'Acme' },
  appName: 'Warehouse',
  action: '/',
  csrfToken: 'csrf-1',
  startUrl: '/services/oauth2/authorize?source=abc',
}

const demoUsers = [
  { username: 'admin@acme.example', password: 'correct horse battery staple', note: 'System Administrator' },
  { username: 'sam@acme.example', password: 'paper lantern river nine', note: 'May not use the app Warehouse' },
]

const consent: ConsentPageProps = {
  app: {
    name: 'Warehouse',
    publisher: 'Edge Communications',
    contactEmail: 'dev@edge.example',
    description: 'Keeps stock levels and orders in step with your accounts.',
    infoUrl: 'https://edge.example/warehouse',
  },
  scopes: [
    { name: 'id', label: 'Access the identity URL service', hint: 'See your name, e-mail address and photo.' },
    { name: 'api', label: 'Manage user data via APIs', hint: 'Read and change the records that you can.' },
    { name: 'refresh_token', label: 'Perform requests at any time', hint: 'Also while you are not signed in.' },
  ],
  user: { name: 'Ada Admin', username: 'admin@acme.example' },
  orgName: 'Acme',
  goesTo: { redirectUri: 'https://warehouse.example/callback?from=acme' },
  decision: { action: '/setup/secur/RemoteAccessAuthorizationPage.apexp', csrfToken: 'csrf-2' },
  source: 'CAAAA-opaque',
  switchUser: { action: '/secur/switch-user', csrfToken: 'csrf-3' },
}

const verification: VerificationPageProps = {
  action: '/_ui/identity/verification',
  csrfToken: 'csrf-4',
  username: 'admin@acme.example',
  appName: 'Warehouse',
  startUrl: '/services/oauth2/authorize?client_id=1',
  offer: undefined,
  asksPassword: false,
  problem: undefined,
  leave: { action: '/secur/logout.jsp', csrfToken: 'csrf-5' },
}

const offer = {
  secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  uri: 'otpauth://totp/Acme:admin%40acme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme',
  sealed: 'sealed',
}

const refused = {
  error: 'redirect_uri_mismatch',
  errorDescription: 'redirect_uri must match configuration',
  requestId: '4f1c9a52-7d0e-4b8e-9a57-2f6f0f6a3c11',
}

const explanation = {
  check: 'The callback URL is registered',
  expected: 'https://warehouse.example/callback',
  found: 'https://warehouse.example/callback/',
  whatToDo: 'Take the slash off the end of redirect_uri, or register the callback URL with it.',
  whereInSetup: 'Setup › App Manager › Warehouse › Edit › Callback URL',
}

const requestId = refused.requestId

/** Every page in the states that differ in their markup, by a name that can stand in a URL. */
export const samples: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'sign-in': SignInPage(signIn),
    'sign-in-refused': SignInPage({ ...signIn, username: 'ada@acme.example', problem: 'refused', display: 'touch' }),
    'sign-in-no-password': SignInPage({
      ...signIn,
      username: 'ada@acme.example',
      problem: 'password-missing',
      display: 'popup',
    }),
    'sign-in-demo': SignInPage({
      ...signIn,
      place: { at: 'login-host', host: '127.0.0.1:8787' },
      rememberUsername: true,
      problem: 'form-expired',
      demoUsers,
    }),
    'sign-in-elsewhere': SignInPage({
      ...signIn,
      appName: undefined,
      providers: [
        { label: 'Acme ID', href: '/services/auth/sso/Acme_ID?startURL=%2F' },
        { label: `<b>${'W'.repeat(300)}`, href: '/services/auth/sso/Other?startURL=%2F' },
      ],
    }),
    'link-account': LinkAccountPage({
      action: '/services/auth/link/Acme_ID',
      csrfToken: 'csrf-7',
      providerName: 'Acme ID',
      username: 'ada@acme.example',
      startUrl: '/personal',
    }),
    'account-linked': LinkedAccountPage({ providerName: 'Acme ID', startUrl: '/personal' }),
    'provider-test': ProviderTestPage({
      providerName: 'Acme ID',
      person: {
        id: '248289761001',
        username: 'ada',
        email: 'ada@acme.example',
        isEmailVerified: true,
        name: 'Ada Lovelace',
        givenName: 'Ada',
        familyName: 'Lovelace',
      },
    }),
    consent: ConsentPage(consent),
    'consent-popup': ConsentPage({ ...consent, display: 'popup' }),
    'consent-hostile': ConsentPage({
      ...consent,
      app: {
        ...consent.app,
        name: `<script>alert(1)</script>${'W'.repeat(300)}`,
        description: 'x'.repeat(900),
        infoUrl: 'javascript:alert(1)',
      },
      goesTo: { redirectUri: 'com.edge.warehouse:/callback' },
      display: 'touch',
    }),
    'consent-sixth': ConsentPage({
      ...consent,
      ends: { issuedAt: new Date('2026-01-12T09:30:00Z'), lastUsedAt: new Date('2026-02-27T18:00:00Z') },
    }),
    'consent-device': ConsentPage({ ...consent, goesTo: { device: 'BCDF3479' } }),
    device: DevicePage({ form: { action: '/setup/connect', csrfToken: 'csrf-6' }, userCode: undefined }),
    'device-wrong-code': DevicePage({
      form: { action: '/setup/connect', csrfToken: 'csrf-6' },
      userCode: 'BCDF3479',
      problem: 'unknown',
    }),
    'device-connected': DeviceDonePage({ isAllowed: true }),
    'device-denied': DeviceDonePage({ isAllowed: false }),
    error: ErrorPage(refused),
    'error-explained': ErrorPage({ ...refused, explanation }),
    'not-found': NotFoundPage({ requestId }),
    'server-error': ServerErrorPage({ requestId }),
    'form-expired': FormExpiredPage({ requestId, startUrl: '/services/oauth2/authorize?source=abc' }),
    'signed-out': SignedOutPage({ signInUrl: '/' }),
    'signed-out-of-apps': SignedOutPage({
      signInUrl: '/',
      next: '/services/oauth2/success',
      calls: [{ appName: 'Warehouse', url: 'https://warehouse.invalid/logout?iss=https%3A%2F%2Facme.example&sid=1' }],
    }),
    'verify-identity': VerificationPage(verification),
    'verify-identity-wrong': VerificationPage({
      ...verification,
      appName: undefined,
      problem: { field: 'code', message: 'This code is not the right one.' },
    }),
    'connect-authenticator': VerificationPage({
      ...verification,
      offer,
      asksPassword: true,
      problem: { field: 'password', message: 'This is not your password.' },
    }),
    'not-from-this-address': AddressNotAllowedPage({ address: '203.0.113.7', profile: 'Office', requestId }),
    'sign-out': SignOutPage({
      user: consent.user,
      orgName: 'Acme',
      appName: 'Warehouse',
      stayUrl: '/',
      action: '/secur/logout.jsp',
      csrfToken: 'csrf-4',
    }),
    success: SuccessPage(),
    home: HomePage({
      placeName: 'Acme',
      visitor: {
        signedIn: true,
        name: 'Ada Admin',
        username: 'admin@acme.example',
        orgName: 'Acme',
        profileName: 'System Administrator',
        signOut: { action: '/secur/logout.jsp', csrfToken: 'csrf-5' },
      },
      links: [
        { href: '/setup', label: 'Setup', hint: 'Connected apps, users and certificates' },
        {
          href: '/.well-known/openid-configuration',
          label: 'OpenID Connect discovery',
          hint: 'The addresses apps need',
        },
      ],
    }),
    'home-signed-out': HomePage({
      placeName: '127.0.0.1:8787',
      visitor: { signedIn: false, signInUrl: '/' },
      links: [],
    }),
  }).map(([name, page]) => [name, renderPage(page)]),
)
