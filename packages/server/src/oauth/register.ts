import type { CertificateStore } from '../certificates/certificate.ts'
import type { Clock } from '../clock.ts'
import { changeConnectedApp, revealSecret } from '../connected-apps/change-connected-app.ts'
import type { AppPolicies, ConnectedApp, ConnectedAppStore } from '../connected-apps/connected-app.ts'
import type { CustomScopeStore } from '../connected-apps/custom-scope.ts'
import { checkedConnectedApp } from '../connected-apps/new-connected-app.ts'
import { initialTokenShape, type RegistrationStore, registrationTokenShape } from '../connected-apps/registration.ts'
import { aboutApp, type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import type { RecordKind } from '../record-id.ts'
import type { Seal } from '../seal.ts'
import { hashSecret, randomText, readToken, tokenText } from '../secret.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import type { UserStore } from '../users/user.ts'
import {
  grantTypesOf,
  type OfferedToClients,
  offeredUnder,
  readClientMetadata,
  refusalOfProblem,
  settingsOf,
} from './client-metadata.ts'
import { refusal } from './refusal.ts'
import { keySetOf } from './registered-key.ts'

/** A request about the registration of an app. */
export interface RegistrationRequest {
  readonly site: Site
  /** What stands in `Authorization: Bearer`. */
  readonly token: string | undefined
  readonly checks: Checklist
}

/** What an app is told of its registration (RFC 7591 §3.2.1), by Salesforce's field names. */
export interface ClientInformation {
  readonly client_id: string
  /** Not there for a public app, nor for one with a key. */
  readonly client_secret?: string
  readonly client_name: string
  /** Seconds since 1970. */
  readonly client_id_issued_at: number
  /** Never. */
  readonly client_secret_expires_at: 0
  readonly registration_access_token: string
  readonly registration_client_uri: string
  readonly token_endpoint_auth_method: string
  /** The key of an app that has one. */
  readonly jwks?: object
  readonly redirect_uris: readonly string[]
  readonly response_types: readonly string[]
  readonly grant_types: readonly string[]
  readonly contacts: readonly string[]
  readonly scopes: readonly string[]
}

/** Apps that register themselves (RFC 7591), and look after their registration (RFC 7592). @throws {OAuthError} */
export interface RegisterEndpoint {
  register(request: RegistrationRequest, body: unknown): Promise<ClientInformation>
  read(request: RegistrationRequest, clientId: string): Promise<ClientInformation>
  /** Puts what the app says of itself now in the place of what it said before. */
  change(request: RegistrationRequest, clientId: string, body: unknown): Promise<ClientInformation>
  remove(request: RegistrationRequest, clientId: string): Promise<void>
}

interface Needs {
  readonly apps: ConnectedAppStore
  readonly registrations: RegistrationStore
  readonly customScopes: Pick<CustomScopeStore, 'list'>
  readonly certificates: Pick<CertificateStore, 'findByName' | 'list'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly users: Pick<UserStore, 'findByUsername'>
  readonly profiles: Pick<ProfileStore, 'findByName' | 'list'>
  readonly permissionSets: Pick<PermissionSetStore, 'findByName' | 'list'>
  readonly seal: Seal
  readonly newId: (kind: RecordKind) => string
  readonly offered: OfferedToClients
  /** How many apps may be registered under one. */
  readonly registrationLimit: number
  readonly now: Clock
}

/** The endpoint over the stores. */
export function registerEndpoint(needs: Needs): RegisterEndpoint {
  const { apps, registrations, orgs, seal, offered, registrationLimit, now } = needs
  return {
    async register(request, body) {
      const { checks } = request
      const { parent, org, policies } = await parentOf(request)
      const { metadata, certificate } = metadataOf(body, parent, policies)
      const made = await checkedConnectedApp(needs, org, {
        ...settingsOf(metadata, certificate, parent),
        fullName: `${parent.fullName.slice(0, 60)}_${randomText(16).replaceAll(/[._]/g, 'x')}`,
      })
      if (!made.ok) throw refusal(refusalOfProblem(made.problems[0] ?? { field: 'the body', message: 'it is refused' }))
      const { app, consumerSecret } = made.value
      const secret = randomText(registrationTokenShape.length)
      const registration = { appId: app.id, parentId: parent.id, registeredAt: now(), hash: hashSecret(secret) }
      const ofChild = { ...policies, appId: app.id, lastRefusedAt: undefined, epoch: 1 }
      const id = await registrations.register(app, ofChild, registration, registrationLimit)
      if (id === undefined) {
        throw refusal({ reason: 'registration-limit', facts: { app: parent.label, limit: registrationLimit } })
      }
      pass(checks, 'registration', { app: app.label, consumerKey: app.consumerKey })
      const token = tokenText(registrationTokenShape, id, secret)
      return information(request, app, { token, consumerSecret, method: metadata.token_endpoint_auth_method })
    },
    async read(request, clientId) {
      const { app } = await registered(request, clientId)
      return shown(request, app)
    },
    async change(request, clientId, body) {
      const { app, parent, policies } = await registered(request, clientId)
      const { metadata, certificate } = metadataOf(body, parent, policies)
      if (metadata.client_id !== undefined && metadata.client_id !== app.consumerKey) {
        const problem = 'it is another app’s, or was never given'
        throw refusal({ reason: 'registration-refused', facts: { field: 'client_id', problem } })
      }
      const changed = await changeConnectedApp(needs, app, settingsOf(metadata, certificate, parent))
      if (!changed.ok) {
        throw refusal(refusalOfProblem(changed.problems[0] ?? { field: 'the body', message: 'it is refused' }))
      }
      pass(request.checks, 'registration', { app: changed.value.label, consumerKey: app.consumerKey })
      return shown(request, changed.value)
    },
    async remove(request, clientId) {
      const { app } = await registered(request, clientId)
      await apps.delete(app.id)
      pass(request.checks, 'registration', { deleted: app.label })
    },
  }

  function metadataOf(body: unknown, parent: ConnectedApp, policies: Pick<AppPolicies, 'isAdminApproved'>) {
    const reading = readClientMetadata(body, parent, offeredUnder(parent, offered))
    if (!reading.ok) throw refusal(reading.refusal)
    // Whoever signs by it could act for everybody whom an admin has let in (JWT bearer), and nobody of them would be asked.
    if ((reading.certificate ?? '') !== '' && policies.isAdminApproved) {
      const problem = `“${parent.label}” is for users whom an admin has let in: its apps have no keys, which act for them unasked`
      throw refusal({ reason: 'registration-refused', facts: { field: 'token_endpoint_auth_method', problem } })
    }
    return reading
  }

  /** The app whose initial access token was shown, which may be used now. */
  async function parentOf({
    site,
    token,
    checks,
  }: RegistrationRequest): Promise<{ parent: ConnectedApp; org: Org; policies: AppPolicies }> {
    if (token === undefined) throw refusal({ reason: 'token-missing', facts: {} })
    const presented = readToken(initialTokenShape, token)
    const id = presented === undefined ? undefined : await registrations.findByInitialToken(presented)
    const parent = id === undefined ? undefined : await apps.find(id)
    const org = parent?.orgId === undefined ? undefined : await orgs.find(parent.orgId)
    const policies = parent === undefined || org === undefined ? undefined : await apps.findPolicies(parent.id, org.id)
    if (parent === undefined || org === undefined || policies === undefined || !isAt(site, org)) {
      throw refusal({ reason: 'initial-token-unknown', facts: {} })
    }
    checks.orgId = org.id
    aboutApp(checks, parent)
    if (!org.isActive) throw refusal({ reason: 'org-inactive', facts: { org: org.name } })
    if (policies.isBlocked) throw refusal({ reason: 'app-blocked', facts: { app: parent.label, org: org.name } })
    pass(checks, 'initial-token', { app: parent.label })
    return { parent, org, policies }
  }

  /** The app of a path, if its registration access token was shown. */
  async function registered(
    { site, token, checks }: RegistrationRequest,
    clientId: string,
  ): Promise<{ app: ConnectedApp; parent: ConnectedApp; policies: Pick<AppPolicies, 'isAdminApproved'> }> {
    if (token === undefined) throw refusal({ reason: 'token-missing', facts: {} })
    const presented = readToken(registrationTokenShape, token)
    const registration = presented === undefined ? undefined : await registrations.findByRegistrationToken(presented)
    const [app, parent] = await Promise.all([
      apps.find(registration?.appId ?? ''),
      apps.find(registration?.parentId ?? ''),
    ])
    const org = app?.orgId === undefined ? undefined : await orgs.find(app.orgId)
    if (app?.consumerKey !== clientId || parent === undefined || org === undefined || !isAt(site, org)) {
      throw refusal({ reason: 'registration-token-unknown', facts: {} })
    }
    checks.orgId = org.id
    aboutApp(checks, app)
    pass(checks, 'registration-token', { app: app.label })
    const policies = (await apps.findPolicies(app.id, org.id)) ?? { isAdminApproved: true }
    return { app, parent, policies }
  }

  /** What is known of an app, with its secret; that this was given out is noted as when an admin sees it. */
  async function shown(request: RegistrationRequest, app: ConnectedApp): Promise<ClientInformation> {
    const consumerSecret = app.isConsumerSecretOptional ? '' : await revealSecret({ apps, seal }, app)
    return information(request, app, { token: request.token ?? '', consumerSecret, method: undefined })
  }

  function information(
    { site }: RegistrationRequest,
    app: ConnectedApp,
    told: { readonly token: string; readonly consumerSecret: string; readonly method: string | undefined },
  ): ClientInformation {
    const isPublic = app.isConsumerSecretOptional
    const certificate = offered.keys ? app.certificate : undefined
    const own = offeredUnder(app, offered)
    return {
      client_id: app.consumerKey,
      ...(isPublic || certificate !== undefined ? {} : { client_secret: told.consumerSecret }),
      client_name: app.label,
      client_id_issued_at: Math.floor(app.createdAt.getTime() / 1000),
      client_secret_expires_at: 0,
      registration_access_token: told.token,
      registration_client_uri: `${site.base}/services/oauth2/register/${encodeURIComponent(app.consumerKey)}`,
      token_endpoint_auth_method:
        certificate !== undefined ? 'private_key_jwt' : isPublic ? 'none' : (told.method ?? 'client_secret_post'),
      ...(certificate === undefined ? {} : { jwks: keySetOf(certificate.pem) }),
      redirect_uris: app.callbackUrls,
      response_types: own.responseTypes,
      grant_types: grantTypesOf(own),
      contacts: [app.contactEmail],
      scopes: app.scopes.includes('id') ? app.scopes : [...app.scopes, 'id'],
    }
  }
}

/** An org's own address speaks for its own apps alone. */
function isAt(site: Site, org: Org): boolean {
  return site.org === undefined || site.org.id === org.id
}
