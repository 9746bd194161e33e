import type { CertificateStore } from '../certificates/certificate.ts'
import type { SigningKeyStore } from '../certificates/signing-keys.ts'
import type { ApprovalStore } from '../connected-apps/approval.ts'
import type { ConnectedAppStore } from '../connected-apps/connected-app.ts'
import type { JournalStore } from '../journal/journal.ts'
import type { AssertionStore } from '../oauth/assertion-store.ts'
import type { OrgStore } from '../orgs/org.ts'
import type { CursorStore, ObjectStore, RecordStore } from '../rest/record.ts'
import type { LoginHistoryStore } from '../sessions/login-history.ts'
import type { SessionStore } from '../sessions/session.ts'
import type { AccessTokenStore } from '../tokens/access-token.ts'
import type { AuthorizationCodeStore } from '../tokens/authorization-code.ts'
import type { IssueStore } from '../tokens/issuance.ts'
import type { RefreshTokenStore } from '../tokens/refresh-token.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import type { UserStore } from '../users/user.ts'

/** Everything a server keeps, in one database. */
export interface Stores {
  readonly orgs: OrgStore
  readonly users: UserStore
  readonly profiles: ProfileStore
  readonly permissionSets: PermissionSetStore
  readonly apps: ConnectedAppStore
  readonly approvals: ApprovalStore
  readonly accessTokens: AccessTokenStore
  readonly refreshTokens: RefreshTokenStore
  readonly codes: AuthorizationCodeStore
  readonly issue: IssueStore
  readonly assertions: AssertionStore
  readonly sessions: SessionStore
  readonly loginHistory: LoginHistoryStore
  readonly journal: JournalStore
  readonly certificates: CertificateStore
  readonly signingKeys: SigningKeyStore
  readonly records: RecordStore
  readonly cursors: CursorStore
  readonly objects: ObjectStore
  /** Writes what is waiting and closes the database. */
  close(): Promise<void>
}
