import type { AccountLinkStore, AuthProviderStore } from '../../auth-providers/auth-provider.ts'
import type { CertificateStore } from '../../certificates/certificate.ts'
import type { SigningKeyStore } from '../../certificates/signing-keys.ts'
import { checkAddress } from '../../connected-apps/access.ts'
import type { ApprovalStore } from '../../connected-apps/approval.ts'
import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import type { CustomScopeStore } from '../../connected-apps/custom-scope.ts'
import type { RegistrationStore } from '../../connected-apps/registration.ts'
import type { AuditTrailStore } from '../../journal/audit-trail.ts'
import type { JournalStore } from '../../journal/journal.ts'
import type { ExternalCredentialStore, NamedCredentialStore } from '../../named-credentials/credential.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { Org, OrgStore } from '../../orgs/org.ts'
import type { ObjectStore } from '../../rest/record.ts'
import type { SamlSsoConfigStore } from '../../saml/sso-config.ts'
import type { LoginHistoryStore } from '../../sessions/login-history.ts'
import type { Session, SessionStore } from '../../sessions/session.ts'
import type { VerificationHistoryStore, VerificationStore } from '../../sessions/verification.ts'
import type { TokenExchangeHandlerStore } from '../../token-exchange/token-exchange-handler.ts'
import type { AccessTokenStore } from '../../tokens/access-token.ts'
import type { RefreshTokenStore } from '../../tokens/refresh-token.ts'
import type { CustomPermissionStore } from '../../users/custom-permission.ts'
import type { Actor } from '../../users/own-access.ts'
import { permissionsOf } from '../../users/permissions.ts'
import type { PermissionSetStore, Profile, ProfileStore } from '../../users/profile.ts'
import { missingFor, type SetupRight } from '../../users/setup-rights.ts'
import type { User, UserStore } from '../../users/user.ts'
import type { BrowserState, ReadBrowser } from '../browser.ts'
import { redirectTo } from '../page-answer.ts'
import type { Reply } from '../reply.ts'
import type { Answer, Visit } from '../visit.ts'
import type { KeptForms } from './kept-forms.ts'

/** What the pages of Setup read and change. */
export interface SetupStores {
  readonly orgs: OrgStore
  readonly users: UserStore
  readonly profiles: ProfileStore
  readonly permissionSets: PermissionSetStore
  readonly customPermissions: CustomPermissionStore
  readonly apps: ConnectedAppStore
  readonly customScopes: CustomScopeStore
  readonly registrations: RegistrationStore
  readonly approvals: ApprovalStore
  readonly accessTokens: AccessTokenStore
  readonly refreshTokens: RefreshTokenStore
  readonly sessions: SessionStore
  readonly verifications: VerificationStore
  readonly verificationHistory: VerificationHistoryStore
  readonly loginHistory: LoginHistoryStore
  readonly journal: JournalStore
  readonly auditTrail: AuditTrailStore
  readonly certificates: CertificateStore
  readonly samlSsoConfigs: SamlSsoConfigStore
  readonly namedCredentials: NamedCredentialStore
  readonly externalCredentials: ExternalCredentialStore
  readonly tokenExchangeHandlers: TokenExchangeHandlerStore
  readonly authProviders: AuthProviderStore
  readonly accountLinks: AccountLinkStore
  readonly signingKeys: SigningKeyStore
  readonly objects: ObjectStore
}

/** A visit of somebody who is signed in and may be where they are. */
export interface SetupVisit extends Visit {
  readonly browser: BrowserState
  readonly session: Session
  readonly user: User
  readonly profile: Profile
  /** The org of the user: the only one that any page of Setup knows. */
  readonly org: Org
  can(right: SetupRight): boolean
  /** Who changes something here, for acts that could lock them out. */
  readonly actor: Actor
  /** Whether this server has a walkthrough. */
  readonly hasWalkthrough: boolean
  /** The stores; what is changed by them is noted as done by this user. */
  readonly stores: SetupStores
  readonly keptForms: KeptForms
  /** The query string. */
  readonly query: URLSearchParams
  readonly at: Date
}

/** One thing that can be asked of Setup, and who may. There is none that anybody may: nobody forgets to say. */
export interface SetupRoute {
  readonly method: 'GET' | 'POST'
  /** With `:name` parts, which are in `params` of the visit. */
  readonly path: string
  readonly right: SetupRight
  /** Asked by a page and not by a person: it does not count as a use of the session. */
  readonly isBackground?: boolean
  readonly answer: (visit: SetupVisit) => Promise<Reply>
}

/** What letting people in needs. */
export interface AdmissionNeeds {
  readonly readBrowser: ReadBrowser
  readonly hasWalkthrough: boolean
  readonly stores: SetupStores
  readonly keptForms: KeptForms
  /** The same stores, with the user's name on every change. */
  readonly actedBy: (userId: string) => Partial<SetupStores>
  readonly now: () => Date
}

/**
 * Lets people into Setup: somebody signed in here, with the right that the route asks for. Whoever is not signed in goes
 * to sign in and comes back.
 */
export function admit({
  readBrowser,
  hasWalkthrough,
  stores,
  keptForms,
  actedBy,
  now,
}: AdmissionNeeds): (route: SetupRoute) => Answer {
  return ({ right, isBackground = false, answer }) =>
    async (visit) => {
      const browser = await readBrowser(visit, isBackground ? 'background' : 'person')
      const { session } = browser
      const { site, request } = visit
      const known =
        session === undefined || (site.org !== undefined && site.org.id !== session.orgId)
          ? undefined
          : await whoIs(session)
      if (session === undefined || known === undefined) return toSignIn(visit)
      visit.checks.orgId = known.org.id
      visit.checks.userId = known.user.id
      // Sessions that an app's policy let in from elsewhere open that app, and nothing here.
      const elsewhere = checkAddress({ profile: known.profile, sourceIp: visit.sourceIp }, visit.checks)
      if (elsewhere !== undefined) throw refusal(elsewhere)
      const permissions = await permissionsOf(stores.permissionSets, known.user, known.profile)
      const lackingFor = (wanted: SetupRight) => missingFor(wanted, (permission) => permissions.has(permission))
      const lacking = lackingFor(right)
      if (lacking.length > 0) {
        throw refusal({
          reason: 'setup-permission-missing',
          facts: { user: known.user.username, profile: known.profile.name, needed: lacking },
        })
      }
      const inside: SetupVisit = {
        ...visit,
        ...known,
        browser,
        session,
        actor: { user: known.user, sourceIp: visit.sourceIp, org: known.org, at: now() },
        can: (wanted) => lackingFor(wanted).length === 0,
        hasWalkthrough,
        stores: { ...stores, ...actedBy(known.user.id) },
        keptForms,
        query: new URLSearchParams(request.query),
        at: now(),
      }
      const reply = await answer(inside)
      visit.refused = inside.refused
      return reply
    }

  async function whoIs({ userId, orgId }: Session) {
    const [user, org] = await Promise.all([stores.users.find(userId), stores.orgs.find(orgId)])
    const profile = user === undefined ? undefined : await stores.profiles.find(user.profileId)
    return user === undefined || org === undefined || profile === undefined ? undefined : { user, org, profile }
  }
}

/** A form that was sent by nobody is not kept: its fields could hold secrets, and it is another's session now. */
function toSignIn(visit: Visit): Reply {
  const { method, path, query } = visit.request
  const target = method === 'GET' ? `${path}${query === '' ? '' : `?${query}`}` : path
  return redirectTo(`/?startURL=${encodeURIComponent(target)}`, visit)
}
