import type { Generated } from 'kysely'
import type { UserMatching } from '../auth-providers/auth-provider.ts'
import type { AssuranceAction, DistributionState, IpRelaxation } from '../connected-apps/connected-app.ts'
import type { JournalOutcome } from '../journal/journal.ts'
import type { OrgType } from '../orgs/org.ts'
import type { IdentityLocation, IdentityMapping, SamlSsoConfig } from '../saml/sso-config.ts'
import type { LoginAttempt } from '../sessions/login-history.ts'
import type { SessionLevel, SessionType } from '../sessions/session.ts'
import type { Verification } from '../sessions/verification.ts'

/** 1 is yes. */
export type Flag = 0 | 1

/** Milliseconds since the epoch. */
type Instant = number

/** JSON text. */
type Json = string

/** Scopes with a space between. */
type ScopeText = string

interface OrgsTable {
  id: string
  name: string
  my_domain: string | null
  port: number | null
  type: OrgType
  is_active: Flag
  epoch: number
  settings: Json
  created_at: Instant
}

interface ProfilesTable {
  id: string
  org_id: string
  name: string
  permissions: Json
  login_ip_ranges: Json
  login_hours: Json
  session_timeout: number | null
  requires_high_assurance: Flag
  object_permissions: Json
}

interface PermissionSetsTable {
  id: string
  org_id: string
  name: string
  label: string
  permissions: Json
  object_permissions: Json
}

interface UsersTable {
  id: string
  org_id: string
  epoch: number
  is_active: Flag
  is_frozen: Flag
  username: string
  email: string
  first_name: string | null
  last_name: string
  nickname: string
  profile_id: string
  permission_set_ids: Json
  password_hash: string | null
  security_token_hash: Uint8Array | null
  failed_logins: number
  locked_until: Instant | null
  time_zone: string
  locale: string
  language: string
  country: string | null
  mobile_phone: string | null
  federation_id: string | null
  last_login_at: Instant | null
  created_at: Instant
  modified_at: Instant
}

interface SamlSsoConfigsTable {
  id: string
  org_id: string
  full_name: string
  label: string
  issuer: string
  entity_id: string
  certificate: string
  identity_mapping: IdentityMapping
  identity_location: IdentityLocation
  attribute_name: string | null
  login_url: string | null
  redirect_binding: Flag
  request_signing_certificate: string | null
  request_signature_method: SamlSsoConfig['requestSignatureMethod']
  decryption_certificate: string | null
  user_provisioning: Flag
  jit_handler: string | null
  execution_user_id: string | null
  single_logout_url: string | null
  single_logout_binding: SamlSsoConfig['singleLogoutBinding']
  logout_url: string | null
  created_at: Instant
  modified_at: Instant
}

interface AuthProvidersTable {
  id: string
  org_id: string
  developer_name: string
  friendly_name: string
  consumer_key: string
  sealed_secret: string | null
  authorize_url: string
  token_url: string
  user_info_url: string | null
  token_issuer: string | null
  default_scopes: string
  sends_credentials_in_header: Flag
  is_pkce_enabled: Flag
  requires_mfa: Flag
  user_matching: UserMatching
  created_at: Instant
  modified_at: Instant
}

interface AccountLinksTable {
  provider_id: string
  remote_id: string
  org_id: string
  user_id: string
  created_at: Instant
}

interface ConnectedAppsTable {
  id: string
  org_id: string | null
  full_name: string
  label: string
  distribution_state: DistributionState | null
  contact_email: string
  contact_phone: string | null
  description: string | null
  info_url: string | null
  logo_url: string | null
  icon_url: string | null
  start_url: string | null
  consumer_key: string
  secret_hash: Uint8Array
  secret_sealed: string
  previous_secret_hash: Uint8Array | null
  callback_urls: Json
  certificate: string | null
  scopes: ScopeText
  is_consumer_secret_optional: Flag
  is_secret_required_for_refresh_token: Flag
  is_pkce_required: Flag
  is_introspect_all_tokens: Flag
  is_refresh_token_rotation_enabled: Flag
  is_client_credential_enabled: Flag
  is_named_user_jwt_enabled: Flag
  is_device_flow_enabled: Flag
  attributes: Json
  is_user_agent_enabled: Flag
  is_username_password_enabled: Flag
  is_code_credential_enabled: Flag
  is_code_credential_post_only: Flag
  is_token_exchange_enabled: Flag
  is_secret_required_for_token_exchange: Flag
  asset_token_config: Json | null
  id_token_config: Json
  ip_ranges: Json
  single_logout_url: string | null
  mobile: Json | null
  canvas: Json | null
  saml_config: Json | null
  created_at: Instant
  modified_at: Instant
}

interface ConnectedAppFilesTable {
  app_id: string
  sha256: string
  /** Counted from 0: files are kept in pieces, so that no row is large. */
  piece: number
  bytes: Uint8Array
}

interface KeptFormsTable {
  id: string
  session_id: number
  content: string
  expires_at: Instant
}

interface AppPoliciesTable {
  app_id: string
  org_id: string
  epoch: number
  is_blocked: Flag
  is_admin_approved: Flag
  profile_ids: Json
  permission_set_ids: Json
  ip_relaxation: IpRelaxation
  refresh_token_policy: Json
  session_timeout: number | null
  requires_high_assurance: Flag
  assurance_action: AssuranceAction
  mobile_policy: Json | null
  is_in_menu: Flag
  sort_order: number
  client_credential_user_id: string | null
  named_user_jwt_timeout: number | null
  plugin: string | null
  plugin_execution_user_id: string | null
  single_logout_url: string | null
  is_token_exchange_flow_enabled: Flag
  is_client_credentials_flow_enabled: Flag
  is_enabled: Flag
  is_oauth_plugin_enabled: Flag
  is_installed: Flag
  refused_at: Instant | null
}

interface ApprovalsTable {
  id: Generated<number>
  org_id: string
  user_id: string
  app_id: string
  epoch: number
  scopes: ScopeText
  first_used_at: Instant
  last_used_at: Instant
  use_count: number
  /** Hours since 1970; `logins` are those of this one. */
  login_hour: Generated<number>
  logins: Generated<number>
  revoked_at: Instant | null
}

/** What the four counters were when a thing was made; it is dead once one of them has been raised. */
interface Epochs {
  approval_epoch: number
  org_epoch: number
  user_epoch: number
  app_epoch: number
}

/** A view: an approval with the counters that decide what stands on it, and whether org, user and app let anybody in. */
interface StandingsView extends Epochs {
  approval_id: number
  org_id: string
  user_id: string
  app_id: string
  is_open: Flag
  refresh_token_policy: Json
}

interface AccessTokensTable extends Epochs {
  id: Generated<number>
  hash: Uint8Array
  approval_id: number
  refresh_token_id: number | null
  issued_at: Instant
  expires_at: Instant
  timeout: number
  revoked_at: Instant | null
  scopes: ScopeText
  is_jwt: Flag
  session_level: Generated<SessionLevel>
  dpop_key: string | null
}

interface RefreshTokensTable extends Epochs {
  id: Generated<number>
  hash: Uint8Array
  approval_id: number
  scopes: ScopeText
  auth_time: Instant
  issued_at: Instant
  last_used_at: Instant
  use_count: number
  revoked_at: Instant | null
  /** When a later one took its place; it was revoked then, too. */
  displaced_at: Instant | null
  session_level: Generated<SessionLevel>
  sid: string | null
  dpop_key: string | null
}

interface RotatedRefreshTokensTable {
  refresh_token_id: number
  hash: Uint8Array
  rotated_at: Instant
}

interface AuthorizationCodesTable extends Epochs {
  id: Generated<number>
  hash: Uint8Array
  approval_id: number
  redirect_uri: string
  scopes: ScopeText
  code_challenge: string | null
  nonce: string | null
  auth_time: Instant
  issued_at: Instant
  redeemed_at: Instant | null
  access_token_id: number | null
  refresh_token_id: number | null
  session_level: Generated<SessionLevel>
  sid: string | null
  dpop_key: string | null
}

/** The counters are those of the approval, and empty until somebody allows it. */
interface DeviceCodesTable {
  id: Generated<number>
  hash: Uint8Array
  user_code_hash: Uint8Array
  app_id: string
  scopes: ScopeText
  issued_at: Instant
  expires_at: Instant
  poll_interval: number
  polled_at: Instant | null
  answered_at: Instant | null
  org_id: string | null
  user_id: string | null
  auth_time: Instant | null
  approval_id: number | null
  approval_epoch: number | null
  org_epoch: number | null
  user_epoch: number | null
  app_epoch: number | null
  redeemed_at: Instant | null
}

/** Wrong user codes that somebody typed since an instant. */
interface UserCodeTriesTable {
  tried_by: string
  since: Instant
  count: number
}

interface PushedRequestsTable {
  id: Generated<number>
  hash: Uint8Array
  app_id: string
  parameters: Json
  pushed_at: Instant
  opened_at: Instant | null
  answered_at: Instant | null
}

interface UsedAssertionsTable {
  hash: Uint8Array
  expires_at: Instant
}

interface FrontdoorPassesTable {
  id: Generated<number>
  hash: Uint8Array
  access_token_id: number
  org_id: string
  user_id: string
  app_id: string
  level: SessionLevel
  start_url: string
  issued_at: Instant
  used_at: Instant | null
}

interface SessionsTable {
  id: Generated<number>
  hash: Uint8Array
  org_id: string
  user_id: string
  org_epoch: number
  user_epoch: number
  auth_time: Instant
  expires_at: Instant
  timeout: number
  source_ip: string
  form_secret: string
  level: SessionLevel
  awaits_verification: Flag
  sid: string | null
  app_ids: Generated<Json>
  type: SessionType
  access_token_id: number | null
  /** Whom an identity provider signed in, where one did. */
  sso: Json | null
  /** What a message about their end finds them by. */
  sso_subject: Uint8Array | null
}

/** What a user can verify their identity with, one row each. */
interface IdentityVerificationsTable {
  user_id: string
  sealed_secret: string | null
  registered_at: Instant | null
  /** The period of the last code that was taken. */
  last_step: number | null
  temporary_code_hash: Uint8Array | null
  temporary_code_expires_at: Instant | null
  failures: number
  locked_until: Instant | null
}

interface VerificationHistoryTable {
  id: Generated<number>
  org_id: string
  user_id: string
  at: Instant
  activity: Verification['activity']
  policy: Verification['policy']
  method: Verification['method']
  status: Verification['status']
  source_ip: string
  resource_id: string | null
}

interface LoginHistoryTable {
  id: Generated<number>
  org_id: string
  user_id: string
  at: Instant
  login_type: LoginAttempt['loginType']
  login_sub_type: string | null
  status: string
  application: string
  source_ip: string
  login_url: string
  browser: string
}

interface JournalTable {
  id: Generated<number>
  request_id: string
  at: Instant
  endpoint: string
  flow: string | null
  org_id: string | null
  app_id: string | null
  user_id: string | null
  source_ip: string
  status: number
  error: string | null
  passed: Json
  refusal: Json | null
  /** That of the refusal. */
  reason: string | null
}

/** Attempts to sign in to an org by hour. */
interface LoginCountsTable {
  org_id: string
  hour: Instant
  succeeded: number
  failed: number
}

/** Requests of an org by hour and kind; an empty text stands for none. */
interface JournalCountsTable {
  org_id: string
  hour: Instant
  endpoint: string
  flow: string
  outcome: JournalOutcome
  reason: string
  count: number
  /** The id of the newest request. */
  newest: string
}

interface CertificatesTable {
  id: string
  org_id: string
  name: string
  label: string
  certificate: string
  sealed_private_key: string | null
  is_private_key_exportable: Flag
  created_at: Instant
}

interface InitialAccessTokensTable {
  id: Generated<number>
  app_id: string
  hash: Uint8Array
  created_at: Instant
  used_at: Instant | null
}

interface RegisteredAppsTable {
  id: Generated<number>
  app_id: string
  parent_id: string
  hash: Uint8Array
  registered_at: Instant
}

interface CustomScopesTable {
  id: string
  org_id: string
  name: string
  label: string
  description: string
  is_public: Flag
  is_protected: Flag
}

interface CustomPermissionsTable {
  id: string
  org_id: string
  name: string
  label: string
  description: string | null
  app_id: string | null
  profile_ids: Json
  permission_set_ids: Json
}

interface TokenExchangeHandlersTable {
  id: string
  org_id: string
  developer_name: string
  master_label: string
  description: string
  token_handler_apex: string
  /** With a space between. */
  token_types: string
  is_enabled: Flag
  is_user_creation_allowed: Flag
  is_protected: Flag
  created_at: Instant
  modified_at: Instant
}

interface TokenExchangeEnablementsTable {
  handler_id: string
  app_id: string
  execution_user_id: string
  is_default: Flag
}

/** Named or external credentials. */
interface CredentialsTable {
  id: string
  org_id: string
  name: string
  label: string
  /** Where calls go; empty for external ones, which do not say. */
  endpoint: string
  settings: Json
  created_at: Instant
  modified_at: Instant
}

interface SigningKeysTable {
  kid: string
  public_jwk: Json
  sealed_private_key: string
  created_at: Instant
  /** Unless given, since it was made. */
  signs_from: Instant | null
}

interface RecordsTable {
  id: string
  org_id: string
  object: string
  name: string
  fields: Json
  owner_id: string
  created_at: Instant
  modified_at: Instant
  created_by_id: string
  modified_by_id: string
  deleted_at: Instant | null
}

/** Values by which records are looked up. */
interface RecordKeysTable {
  org_id: string
  object: string
  field: string
  value: string
  record_id: string
}

interface QueryCursorsTable {
  id: string
  org_id: string
  user_id: string
  soql: string
  includes_deleted: Flag
  created_at: Instant
}

interface CustomObjectsTable {
  org_id: string
  name: string
  definition: Json
}

interface SetupAuditTrailTable {
  id: Generated<number>
  org_id: string
  at: Instant
  created_by_id: string | null
  section: string
  action: string
  display: string
}

/** Every table, as queries see it. */
export interface Tables {
  schema_version: { version: number }
  /** One row: a text sealed under the encryption key that the database was made with. */
  encryption: { sample: string }
  /** One row, raised by every change to what processes keep ready in memory. */
  changes: { revision: number }
  orgs: OrgsTable
  profiles: ProfilesTable
  permission_sets: PermissionSetsTable
  users: UsersTable
  connected_apps: ConnectedAppsTable
  connected_app_files: ConnectedAppFilesTable
  kept_forms: KeptFormsTable
  app_policies: AppPoliciesTable
  approvals: ApprovalsTable
  standings: StandingsView
  access_tokens: AccessTokensTable
  refresh_tokens: RefreshTokensTable
  rotated_refresh_tokens: RotatedRefreshTokensTable
  authorization_codes: AuthorizationCodesTable
  device_codes: DeviceCodesTable
  user_code_tries: UserCodeTriesTable
  pushed_requests: PushedRequestsTable
  frontdoor_passes: FrontdoorPassesTable
  used_assertions: UsedAssertionsTable
  sessions: SessionsTable
  identity_verifications: IdentityVerificationsTable
  verification_history: VerificationHistoryTable
  login_history: LoginHistoryTable
  login_counts: LoginCountsTable
  journal: JournalTable
  journal_counts: JournalCountsTable
  certificates: CertificatesTable
  initial_access_tokens: InitialAccessTokensTable
  registered_apps: RegisteredAppsTable
  custom_scopes: CustomScopesTable
  custom_permissions: CustomPermissionsTable
  saml_sso_configs: SamlSsoConfigsTable
  auth_providers: AuthProvidersTable
  account_links: AccountLinksTable
  token_exchange_handlers: TokenExchangeHandlersTable
  token_exchange_enablements: TokenExchangeEnablementsTable
  named_credentials: CredentialsTable
  external_credentials: CredentialsTable
  signing_keys: SigningKeysTable
  records: RecordsTable
  record_keys: RecordKeysTable
  query_cursors: QueryCursorsTable
  custom_objects: CustomObjectsTable
  setup_audit_trail: SetupAuditTrailTable
}
