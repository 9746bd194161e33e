import type { AccountLinkStore, AuthProviderStore } from '../auth-providers/auth-provider.ts'
import type { CertificateStore } from '../certificates/certificate.ts'
import type { SigningKeyStore } from '../certificates/signing-keys.ts'
import type { ApprovalStore } from '../connected-apps/approval.ts'
import type { ConnectedAppStore } from '../connected-apps/connected-app.ts'
import type { CustomScopeStore } from '../connected-apps/custom-scope.ts'
import type { RegistrationStore } from '../connected-apps/registration.ts'
import type { AuditTrailStore } from '../journal/audit-trail.ts'
import type { JournalStore } from '../journal/journal.ts'
import type { ExternalCredentialStore, NamedCredentialStore } from '../named-credentials/credential.ts'
import type { AssertionStore } from '../oauth/assertion-store.ts'
import type { ProvisioningStore } from '../oauth/provisioning-store.ts'
import type { PushedRequestStore } from '../oauth/pushed-request.ts'
import type { OrgStore } from '../orgs/org.ts'
import type { CursorStore, ObjectStore, RecordStore } from '../rest/record.ts'
import type { SamlSsoConfigStore } from '../saml/sso-config.ts'
import type { KeptFormStore } from '../sessions/kept-form.ts'
import type { LoginHistoryStore } from '../sessions/login-history.ts'
import type { SessionStore } from '../sessions/session.ts'
import type { VerificationHistoryStore, VerificationStore } from '../sessions/verification.ts'
import type { TokenExchangeHandlerStore } from '../token-exchange/token-exchange-handler.ts'
import type { AccessTokenStore } from '../tokens/access-token.ts'
import type { AuthorizationCodeStore } from '../tokens/authorization-code.ts'
import type { DeviceCodeStore } from '../tokens/device-code.ts'
import type { FrontdoorPassStore } from '../tokens/frontdoor-pass.ts'
import type { IssueStore } from '../tokens/issuance.ts'
import type { RefreshTokenStore } from '../tokens/refresh-token.ts'
import type { CustomPermissionStore } from '../users/custom-permission.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import type { UserStore } from '../users/user.ts'
import type { Parts, StoresLoad } from './dialect.ts'
import type { Resealing } from './reseal.ts'

/** The stores whose changes are noted, in *Setup Audit Trail*, as somebody's. */
export interface ActStores {
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
  readonly certificates: CertificateStore
  readonly samlSsoConfigs: SamlSsoConfigStore
  readonly authProviders: AuthProviderStore
  readonly accountLinks: AccountLinkStore
  readonly tokenExchangeHandlers: TokenExchangeHandlerStore
  readonly namedCredentials: NamedCredentialStore
  readonly externalCredentials: ExternalCredentialStore
  readonly signingKeys: SigningKeyStore
  readonly objects: ObjectStore
}

/** Everything a server keeps, in one database. What its own stores change is noted as done by nobody: by a command or an org file. */
export interface Stores extends ActStores {
  readonly codes: AuthorizationCodeStore
  readonly deviceCodes: DeviceCodeStore
  readonly pushed: PushedRequestStore
  readonly keptForms: KeptFormStore
  readonly frontdoorPasses: FrontdoorPassStore
  readonly issue: IssueStore
  readonly assertions: AssertionStore
  readonly provisioning: ProvisioningStore
  readonly loginHistory: LoginHistoryStore
  readonly verificationHistory: VerificationHistoryStore
  readonly journal: JournalStore
  readonly auditTrail: AuditTrailStore
  readonly records: RecordStore
  readonly cursors: CursorStore
  readonly sealing: Resealing
  /**
   * The stores whose changes are noted as made by that user: the same statements and caches, so it costs next to nothing
   * and may be asked for with each request. What users do to what is theirs alone is not noted: their own approvals,
   * sessions and password.
   */
  actedBy(userId: string): ActStores
  /** What the clock of the database says, which all nodes have in common; `undefined` where it is this machine's. */
  clock(): Promise<Date | undefined>
  /** Whether this process is the one that does what only one of them needs to do. */
  leads(): Promise<boolean>
  /** Where the database keeps tables in parts. */
  readonly parts: Parts | undefined
  /** How much this process asks of the database at the moment. */
  load(): StoresLoad
  /** Whether the database takes what is written: `false` for ten seconds after it did not, unless it does again. */
  isWriting(): boolean
  /** Writes what is waiting and closes the database. */
  close(): Promise<void>
}
