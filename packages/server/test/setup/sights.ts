import { pemBlock } from '@sallyport/keystore'
import { samples } from '../../../keystore/test/samples.ts'
import { newSigningKey } from '../../src/certificates/signing-keys.ts'
import { testCertificate } from '../certificates.ts'
import { addHandler } from '../flows/test-handlers.ts'
import { addProvider } from '../flows/test-provider.ts'
import { addIdentityProvider, samlAssertion, signXml } from '../flows/test-saml.ts'
import { base, password } from '../flows/test-server.ts'
import { tokensFor } from '../flows/test-tokens.ts'
import { addCredentials } from './credentials.ts'
import { journalledRequest } from './journalled.ts'
import { fullApp, type SetupServer, sendForm, startSetupServer, submitForm } from './setup-server.ts'

/** A page as somebody gets to see it. */
export interface Sight {
  readonly name: string
  readonly html: string
}

/** The pages of Setup in the states that look different: empty and full, at first and with problems. */
export async function sights(): Promise<readonly Sight[]> {
  const empty = await startSetupServer()
  const full = await startSetupServer()
  try {
    return [
      ...(await emptySights(empty)),
      ...(await fullSights(full)),
      ...(await appSights(full)),
      ...(await externalAppSights(full)),
      ...(await certificateSights(full)),
      ...(await guideSights(full)),
      ...(await monitoringSights(empty, full)),
      ...(await peopleSights(full)),
      ...(await personalSights(full)),
      ...(await orgSights(full)),
      ...(await singleSignOnSights(full)),
      ...(await credentialSights(full)),
      ...(await handlerSights(full)),
      ...(await authProviderSights(full)),
    ]
  } finally {
    await empty.server.close()
    await full.server.close()
  }
}

async function emptySights(setup: SetupServer): Promise<readonly Sight[]> {
  return [
    await sight(setup, 'no apps', '/setup/connected-apps'),
    await sight(setup, 'no external client apps', '/setup/external-client-apps'),
    await sight(setup, 'no app in use', '/setup/oauth-usage'),
    await sight(setup, 'no permission sets', '/setup/permission-sets'),
    await sight(setup, 'empty app menu', '/setup/app-menu'),
    await sight(setup, 'empty app launcher', '/personal/app-launcher'),
    await sight(setup, 'no app lets in', '/personal/oauth-connected-apps'),
    await sight(setup, 'no attempt to sign in', '/setup/login-history?status=failed'),
    await sight(setup, 'no older changes', '/setup/audit-trail?before=1'),
    await sight(setup, 'no access tokens', '/setup/sessions?type=Oauth2'),
    await sight(setup, 'no certificates', '/setup/certificates'),
    await sight(setup, 'nothing to export', '/setup/certificates/export'),
    await sight(setup, 'no key to retire', '/setup/identity/retire'),
    await sight(setup, 'no identity provider', '/setup/single-sign-on'),
    await sight(setup, 'no named credentials', '/setup/named-credentials'),
    await sight(setup, 'no auth. provider', '/setup/auth-providers'),
  ]
}

async function fullSights(setup: SetupServer): Promise<readonly Sight[]> {
  const { server, admin } = setup
  await tokensFor(server, admin.user, await fullApp(server))
  return [
    await sight(setup, 'apps', '/setup/connected-apps?sort=-created'),
    await sight(setup, 'app menu', '/setup/app-menu'),
    await sight(setup, 'app launcher', '/personal/app-launcher'),
    await sight(setup, 'no app found', '/setup/connected-apps?q=nothing'),
    await sight(setup, 'quick find', '/setup/quick-find?find=app'),
    await sight(setup, 'attempts to sign in', '/setup/login-history'),
    await sight(setup, 'attempts of nobody', '/setup/login-history?user=nobody'),
    await sight(setup, 'changes', '/setup/audit-trail'),
    await sight(setup, 'sessions', '/setup/sessions?user=admin%40target.example'),
    await sight(setup, 'end everything of a user', `/setup/sessions/of/${admin.user.id}/end`),
  ]
}

/** Identity providers, and an assertion looked at. */
async function singleSignOnSights(setup: SetupServer): Promise<readonly Sight[]> {
  const path = '/setup/single-sign-on'
  const { id } = await addIdentityProvider(setup.server)
  const xml = signXml(samlAssertion({ issuer: 'https://idp.example' }, setup.server.now(), base), setup.server.signer)
  return [
    await sight(setup, 'identity providers', path),
    await sight(setup, 'identity provider', `${path}/${id}`),
    await sent(setup, 'new identity provider with problems', `${path}/new`, { name: 'x', validationCert: 'none' }, 422),
    await sight(setup, 'delete identity provider', `${path}/${id}/delete`),
    await sight(setup, 'assertion validator', '/setup/saml-assertion-validator'),
    await sent(setup, 'assertion refused', '/setup/saml-assertion-validator', { assertion: xml }),
  ]
}

/** Named and external credentials. */
async function credentialSights(setup: SetupServer): Promise<readonly Sight[]> {
  const path = '/setup/named-credentials'
  const { namedCredential, externalCredential } = await addCredentials(setup.server)
  const external = `${path}/external/${externalCredential.id}`
  return [
    await sight(setup, 'named credentials', path),
    await sight(setup, 'named credential', `${path}/${namedCredential.id}`),
    await sight(setup, 'edit named credential', `${path}/${namedCredential.id}/edit`),
    await sent(setup, 'new named credential with problems', `${path}/new`, { name: 'x y', url: 'x' }, 422),
    await sight(setup, 'delete named credential', `${path}/${namedCredential.id}/delete`),
    await sight(setup, 'external credential', external),
    await sight(setup, 'edit external credential', `${external}/edit`),
    await sent(setup, 'external credential in use', `${external}/delete`, {}, 422),
  ]
}

/** Auth. providers, and an account linked with one. */
async function authProviderSights(setup: SetupServer): Promise<readonly Sight[]> {
  const path = '/setup/auth-providers'
  const { server, admin } = setup
  const { id } = await addProvider(server, 'Acme_ID', 'https://id.example', { idTokenIssuer: 'https://id.example' })
  const link = { orgId: server.org.id, providerId: id, remoteId: 'remote-1', userId: admin.user.id }
  await server.stores.accountLinks.add({ ...link, createdAt: server.now() })
  return [
    await sight(setup, 'auth. providers', path),
    await sight(setup, 'auth. provider', `${path}/${id}`),
    await sent(setup, 'new auth. provider with problems', `${path}/new`, { developerName: '1', tokenUrl: 'x' }, 422),
    await sight(setup, 'edit auth. provider', `${path}/${id}/edit`),
    await sight(setup, 'delete auth. provider', `${path}/${id}/delete`),
    await sight(setup, 'unlink account', `${path}/${id}/unlink/${Buffer.from('remote-1').toString('base64url')}`),
  ]
}

/** Connecting a server by JWT, step by step. */
async function guideSights(setup: SetupServer): Promise<readonly Sight[]> {
  const { server, admin } = setup
  const guide = '/setup/connect-a-server'
  const { id } = await server.addCertificate('Server_Key')
  const app = await server.addApp('Guided')
  const way = `${guide}/${id}/${app.id}`
  return [
    await sight(setup, 'guide', guide),
    await sight(setup, 'guide: key', `${guide}/key`),
    await sight(setup, 'guide: app', `${guide}/${id}/app`),
    await sight(setup, 'guide: upload', `${way}/upload`),
    await sent(setup, 'guide: access with a problem', `${way}/access`, { newPermissionSet: '' }, 422),
    await sight(setup, 'guide: user', `${way}/user`),
    await sent(setup, 'guide: test that was refused', `${way}/${admin.user.id}/test`, { assertion: '' }),
    await sight(setup, 'guide: code', `${way}/${admin.user.id}/code`),
  ]
}

/** Setup Home and the Flow Log, of an org where nothing goes on and of one where much does. */
async function monitoringSights(empty: SetupServer, full: SetupServer): Promise<readonly Sight[]> {
  const request = await journalledRequest(full.server, await full.server.addApp('Asking'))
  return [
    await sight(empty, 'home of an org where nothing goes on', '/setup'),
    await sight(full, 'home', '/setup?days=30'),
    await sight(full, 'flow log', '/setup/flow-log'),
    await sight(full, 'no request that fits', '/setup/flow-log?cause=app-blocked'),
    await sight(full, 'refused request', `/setup/flow-log/${request}`),
  ]
}

/** One connected app: seen, edited, managed, its secret shown, and about to be deleted. */
async function appSights(setup: SetupServer): Promise<readonly Sight[]> {
  const { server, standard } = setup
  const apps = '/setup/connected-apps'
  const least = { label: 'Signed', contactEmail: 'dev@app.example', callbackUrls: 'https://app.example/cb' }
  const used = await server.addApp('Used', { isClientCredentialEnabled: true })
  await tokensFor(server, standard.user, used)
  const bare = await server.addApp('Bare', { certificate: undefined }, { isAdminApproved: true, isBlocked: true })
  const profileIds = [standard.user.profileId]
  const assigned = await server.addApp('Assigned', { orgId: undefined }, { isAdminApproved: true, profileIds })
  await server.addPermissionSet('Integration_Access')
  const of = (app: { readonly id: string }, page = '') => `${apps}/${app.id}${page}`
  return [
    await sent(setup, 'new app with problems', `${apps}/new`, { certificate: 'none', ipRanges: 'office' }, 422),
    await sent(setup, 'new app with its certificate', `${apps}/new`, { ...least, certificate: server.signer.pem }),
    await sight(setup, 'app', of(used)),
    await sight(setup, 'bare app', of(bare)),
    await sight(setup, 'place of an app in the menu', `/setup/app-menu/${used.id}/edit`),
    await sight(setup, 'app of the server', of(assigned)),
    await sight(setup, 'initial access token', of(used, '/initial-access-token')),
    await sent(setup, 'generated initial access token', of(used, '/initial-access-token'), { ownPassword: password }),
    await sight(setup, 'delete initial access token', of(used, '/initial-access-token/delete')),
    await sight(setup, 'app that others may register under', of(used)),
    ...(await customSights(setup)),
    await sight(setup, 'confirm password', of(used, '/consumer-details')),
    await sent(setup, 'wrong password', of(used, '/consumer-details'), { ownPassword: 'wrong' }, 422),
    await sent(setup, 'rotated secret', of(used, '/rotate-secret'), { ownPassword: password }),
    await sight(setup, 'finish rotation', of(used, '/finish-rotation')),
    await sight(setup, 'manage app', of(used, '/manage')),
    await sight(setup, 'manage assigned app', of(assigned, '/manage')),
    await sight(setup, 'edit policies', of(used, '/manage/edit')),
    await sent(setup, 'whom it cuts off', of(used, '/manage/edit'), { permittedUsers: 'admin' }),
    await sight(setup, 'manage profiles', of(used, '/manage/profiles')),
    await sight(setup, 'delete app', of(used, '/delete')),
  ]
}

/** External client apps: of this org and installed, on both their pages, and what the org decides about making apps. */
async function externalAppSights(setup: SetupServer): Promise<readonly Sight[]> {
  const { server } = setup
  const apps = '/setup/external-client-apps'
  const external = { distributionState: 'Packaged' } as const
  const own = await server.addApp('Successor', { external, isClientCredentialEnabled: true }, { isEnabled: false })
  const away = await server.addApp('Away', { external, orgId: server.otherOrg.id })
  const settings = '/setup/external-client-app-settings'
  const seen = [
    await sight(setup, 'external client apps', `${apps}?sort=-name`),
    await sight(setup, 'new external client app', `${apps}/new`),
    await sent(setup, 'new external client app with problems', `${apps}/new`, { label: '' }, 422),
    await sight(setup, 'settings of an external client app', `${apps}/${own.id}`),
    await sight(setup, 'edit an external client app', `${apps}/${own.id}/edit`),
    await sight(setup, 'policies of an external client app', `${apps}/${own.id}/policies`),
    await sight(setup, 'edit policies of an external client app', `${apps}/${own.id}/policies/edit`),
    await sight(setup, 'installed external client app', `${apps}/${away.id}`),
    await sight(setup, 'uninstall an external client app', `${apps}/${away.id}/uninstall`),
    await sent(setup, 'external client app settings', settings, {}),
    await sight(setup, 'no new connected app', '/setup/connected-apps/new'),
  ]
  await submitForm(setup.admin, settings, { allowsConnectedApps: 'on' })
  return seen
}

/** Users, what they may do, and who uses which app. */
async function peopleSights(setup: SetupServer): Promise<readonly Sight[]> {
  const { server, standard } = setup
  const permissionSet = await server.addPermissionSet('Everything')
  const [used] = await server.stores.approvals.usage(server.org.id)
  const usage = `/setup/oauth-usage/${used?.appId}`
  const ids = { permissionSetIds: [permissionSet.id], isFrozen: true, lockedUntil: new Date('9999-01-01T00:00:00Z') }
  const held = await server.addUser('robot@target.example', ids)
  const [profile, set] = [`/setup/profiles/${standard.user.profileId}`, `/setup/permission-sets/${permissionSet.id}`]
  return [
    await sight(setup, 'apps in use', '/setup/oauth-usage'),
    await sight(setup, 'users of an app', usage),
    await sight(setup, 'block an app', `${usage}/block`),
    await sight(setup, 'users', '/setup/users?sort=-username'),
    await sight(setup, 'no user found', '/setup/users?q=nothing'),
    await sight(setup, 'a user', `/setup/users/${standard.user.id}`),
    await sight(setup, 'a user who is kept out', `/setup/users/${held.id}`),
    await sent(setup, 'a new user with problems', '/setup/users/new', { username: 'robot' }, 422),
    await sent(setup, 'a temporary code', `/setup/users/${standard.user.id}/temporary-code`, { hours: '2' }),
    await sight(setup, 'a user with a temporary code', `/setup/users/${standard.user.id}`),
    await sight(setup, 'disconnect the app of a user', `/setup/users/${standard.user.id}/disconnect-authenticator`),
    await sight(setup, 'verifications', '/setup/verification-history'),
    await sight(setup, 'freeze a user', `/setup/users/${standard.user.id}/freeze`),
    await sight(setup, 'reset a password', `/setup/users/${standard.user.id}/reset-password`),
    await sight(setup, 'profiles', '/setup/profiles'),
    await sight(setup, 'a profile', profile),
    await sight(setup, 'edit a profile', `${profile}/edit`),
    await sight(setup, 'permission sets', '/setup/permission-sets'),
    await sight(setup, 'a permission set', set),
    await sight(setup, 'assignments', `${set}/assignments`),
    await sight(setup, 'assign apps', `${set}/connected-apps`),
  ]
}

async function personalSights(setup: SetupServer): Promise<readonly Sight[]> {
  return [
    await sight(setup, 'personal settings', '/personal'),
    await sight(setup, 'own sessions', '/personal/sessions'),
    await sight(setup, 'own sign-ins', '/personal/login-history'),
    await sight(setup, 'own password', '/personal/password'),
    await sight(setup, 'no authenticator app', '/personal/authenticator'),
    await sight(setup, 'connect an authenticator app', '/personal/authenticator/connect'),
    await sent(setup, 'no such code', '/personal/authenticator/connect', { code: '1', ownPassword: password }, 422),
    await sight(setup, 'disconnect an authenticator app', '/personal/authenticator/disconnect'),
    await sight(setup, 'own security token', '/personal/security-token'),
  ]
}

/** Certificates that end at different times, one of them trusted by the app and signed by another. */
async function fullCertificates({ server, admin }: SetupServer): Promise<void> {
  const { rsa } = await samples()
  const chain = rsa.chain.map((der) => pemBlock('CERTIFICATE', der)).join('')
  const late = await testCertificate('Late', new Date('2026-01-10T00:00:00Z'))
  const upload = '/setup/certificates/upload'
  await submitForm(admin, upload, { label: 'With a chain', name: 'Chain', certificate: chain })
  await submitForm(admin, upload, { label: 'Late', name: 'Late', certificate: late.certificate })
  await submitForm(admin, upload, {
    label: 'Trusted',
    name: 'Trusted',
    certificate: server.signer.pem,
    privateKey: server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  })
}

/** Token exchange handlers: none, one, and one that cannot be. */
async function handlerSights(setup: SetupServer): Promise<readonly Sight[]> {
  const { server, admin } = setup
  const handlers = '/setup/token-exchange-handlers'
  const none = await sight(setup, 'no token exchange handlers', handlers)
  const { id } = await addHandler(
    server,
    await server.addApp('Exchanging', { isTokenExchangeEnabled: true }),
    admin.user,
  )
  return [
    none,
    await sight(setup, 'token exchange handlers', handlers),
    await sent(setup, 'new handler with problems', `${handlers}/new`, { developerName: '1', enablements: 'x' }, 422),
    await sight(setup, 'edit handler', `${handlers}/${id}/edit`),
    await sight(setup, 'delete handler', `${handlers}/${id}/delete`),
  ]
}

/** What holds for the whole org. */
async function customSights(setup: SetupServer): Promise<readonly Sight[]> {
  const [scopes, permissions] = ['/setup/oauth-custom-scopes', '/setup/custom-permissions']
  const { admin, server } = setup
  const empty = [
    await sight(setup, 'no custom scopes', scopes),
    await sight(setup, 'no custom permissions', permissions),
  ]
  await submitForm(admin, `${scopes}/new`, {
    name: 'Orders',
    label: 'Orders',
    description: 'Orders',
    assignedTo: 'Used',
  })
  await submitForm(admin, `${permissions}/new`, { name: 'Approve', label: 'Approve', connectedApp: 'Used' })
  const [scope] = await server.stores.customScopes.list(server.org.id)
  const [permission] = await server.stores.customPermissions.list(server.org.id)
  const [permissionSet] = await server.stores.permissionSets.list(server.org.id)
  return [
    ...empty,
    await sight(setup, 'custom scopes', scopes),
    await sent(setup, 'new custom scope with problems', `${scopes}/new`, { name: 'api', description: 'no!' }, 422),
    await sight(setup, 'edit custom scope', `${scopes}/${scope?.id}/edit`),
    await sight(setup, 'delete custom scope', `${scopes}/${scope?.id}/delete`),
    await sight(setup, 'custom permissions', permissions),
    await sent(setup, 'new custom permission with problems', `${permissions}/new`, { name: '1' }, 422),
    await sight(setup, 'edit custom permission', `${permissions}/${permission?.id}/edit`),
    await sight(setup, 'custom permissions of a set', `/setup/permission-sets/${permissionSet?.id}/custom-permissions`),
  ]
}

async function orgSights(setup: SetupServer): Promise<readonly Sight[]> {
  const { server } = setup
  await server.stores.signingKeys.add(await newSigningKey(server.seal, 229, server.now()))
  return [
    await sight(setup, 'identity provider', '/setup/identity'),
    await sight(setup, 'enable the identity provider', '/setup/identity/saml'),
    await sight(setup, 'rotate the signing key', '/setup/identity/rotate'),
    await sight(setup, 'retire a key', '/setup/identity/retire'),
    await sight(setup, 'Company Information', '/setup/company-information'),
    await sent(setup, 'Company Information with problems', '/setup/company-information', { timeZone: 'nowhere' }, 422),
    await sight(setup, 'My Domain', '/setup/my-domain'),
    await sent(setup, 'My Domain with problems', '/setup/my-domain/edit', { myDomain: 'a b', port: 'x' }, 422),
    await sight(setup, 'release updates', '/setup/release-updates?at=2027-07-01'),
    await sent(setup, 'a release that is none', '/setup/release-updates/edit', { release: 'x' }, 422),
    await sight(setup, 'a release update', '/setup/release-updates/expireIdleRefreshTokensOfPartnerApps'),
    await sight(setup, 'OAuth settings', '/setup/oauth-settings'),
    await sight(setup, 'user interface', '/setup/user-interface'),
    await sight(setup, 'network access', '/setup/network-access'),
    await sight(setup, 'session settings', '/setup/session-settings'),
    await sight(setup, 'password policies', '/setup/password-policies'),
    await sent(setup, 'CORS with problems', '/setup/cors', { corsAllowedOrigins: 'x' }, 422),
  ]
}

async function certificateSights(setup: SetupServer): Promise<readonly Sight[]> {
  await fullCertificates(setup)
  const { server, admin } = setup
  const path = '/setup/certificates'
  const idOf = async (name: string) => (await server.stores.certificates.findByName(server.org.id, name))?.id
  const trusted = `${path}/${await idOf('Trusted')}`
  const faulty = await submitForm(admin, `${path}/new-ca-signed`, { keySize: '1' })
  return [
    await sight(setup, 'certificates', path),
    await sight(setup, 'a certificate that is trusted', trusted),
    await sight(setup, 'a certificate with its chain', `${path}/${await idOf('Chain')}`),
    await sight(setup, 'a signing request', `${trusted}/csr`),
    await sight(setup, 'deleting a certificate that is trusted', `${trusted}/delete`),
    await sight(setup, 'a certificate to upload', `${path}/upload`),
    await sight(setup, 'a key store to import', `${path}/import`),
    await sight(setup, 'a key store to export', `${path}/export`),
    { name: 'a certificate with problems', html: faulty.html },
  ]
}

/** What an admin sees after sending the form at an address. */
async function sent(
  { admin }: SetupServer,
  name: string,
  path: string,
  fields: Record<string, string>,
  expected = 200,
): Promise<Sight> {
  const { html, status } = await sendForm(admin, await admin.browser.open(path), fields)
  if (status !== expected) throw new Error(`The form at ${path} answers ${status}.`)
  return { name, html }
}

/** What an admin sees at an address. */
async function sight({ admin }: SetupServer, name: string, path: string): Promise<Sight> {
  const { html, status } = await admin.browser.open(path)
  if (status !== 200) throw new Error(`${path} answers ${status}.`)
  return { name, html }
}
