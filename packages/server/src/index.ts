export { type AuthProvider, userMatchings } from './auth-providers/auth-provider.ts'
export {
  changeAuthProvider,
  type EnteredAuthProvider,
  type NewAuthProvider,
  newAuthProvider,
} from './auth-providers/new-auth-provider.ts'
export { type ProviderPlaces, providerPaths } from './auth-providers/places.ts'
export type { ProviderRules } from './auth-providers/provider-url.ts'
export {
  type Certificate,
  type CertificateStore,
  type OrgCertificate,
  readCertificate,
} from './certificates/certificate.ts'
export { certificateFileText } from './certificates/certificate-file.ts'
export { certificateProblemText, validityWarning } from './certificates/certificate-problem.ts'
export { exportKeyStore, importKeyStore, type KeyStoreImport } from './certificates/key-store.ts'
export {
  changeCertificate,
  createCertificate,
  exportableKey,
  exportPrivateKey,
  importCertificate,
} from './certificates/new-certificate.ts'
export { keySizes } from './certificates/self-signed.ts'
export { type RequestedSubject, signingRequest, uploadSignedCertificate } from './certificates/signed-certificate.ts'
export {
  ensureSigningKey,
  replaceSigningKey,
  retireSigningKey,
  rotateSigningKey,
  type SigningKey,
  signingKeyAt,
} from './certificates/signing-keys.ts'
export type { Clock } from './clock.ts'
export { didYouMean } from './closest-name.ts'
export {
  blockApp,
  changePolicies,
  type EnteredPolicies,
  installApp,
  unblockApp,
  uninstallApp,
} from './connected-apps/app-policies.ts'
export type { EnteredApp } from './connected-apps/app-settings.ts'
export type { Approval, AppUsage } from './connected-apps/approval.ts'
export { assetCertificateProblem } from './connected-apps/asset-token-config.ts'
export {
  canvasAccessMethods,
  canvasLocations,
  canvasOptions,
  canvasSamlInitiations,
} from './connected-apps/canvas-app.ts'
export { type CertificateUse, certificateUses } from './connected-apps/certificate-uses.ts'
export {
  appChecked,
  changeConnectedApp,
  finishRotation,
  revealSecret,
  rotateSecret,
} from './connected-apps/change-connected-app.ts'
export {
  changeCustomScope,
  type EnteredCustomScope,
  newCustomScope,
} from './connected-apps/change-custom-scope.ts'
export {
  type AppPolicies,
  appNoun,
  type ConnectedApp,
  type IpRelaxation,
  type RefreshTokenPolicy,
} from './connected-apps/connected-app.ts'
export type { ConnectedAppPlugin, InvocationContext } from './connected-apps/connected-app-plugin.ts'
export { openConsumerSecret } from './connected-apps/consumer-secret.ts'
export { readAttributeLine, writeAttributeLine } from './connected-apps/custom-attribute.ts'
export type { CustomScope } from './connected-apps/custom-scope.ts'
export { generateInitialAccessToken } from './connected-apps/initial-access-token.ts'
export { devicePlatforms, deviceTypes, enteredContents, pushServiceTypes } from './connected-apps/mobile-app.ts'
export type { EnteredMobileFile } from './connected-apps/mobile-file.ts'
export { newConnectedApp, newExternalClientApp } from './connected-apps/new-connected-app.ts'
export { installPlatformCli } from './connected-apps/platform-cli.ts'
export { checkRelease, type ReleaseFinding, updatesUntil } from './connected-apps/release-check.ts'
export { revokeApproval } from './connected-apps/revoke-approval.ts'
export { isSamlApp, type SamlApp, samlAppsOf } from './connected-apps/saml-app.ts'
export { installSamlAssertionApp } from './connected-apps/saml-assertion-app.ts'
export {
  samlEncryptionTypes,
  samlLogoutBindings,
  samlNameIdFormats,
  samlSigningAlgorithms,
  samlSubjectTypes,
} from './connected-apps/saml-config.ts'
export { metadataNameOfScope, scopeDefinitions } from './connected-apps/scope.ts'
export { type UsedApp, usedApps } from './connected-apps/used-apps.ts'
export { type Breakage, whatBreaks } from './connected-apps/what-breaks.ts'
export { type Demo, type DemoApp, type DemoUser, readDemo } from './demo/demo.ts'
export { type DemoAddresses, makeDemo } from './demo/make-demo.ts'
export type { WalkthroughApp, WalkthroughOffer, WalkthroughUser } from './demo/walkthrough-offer.ts'
export { fileSize } from './file-size.ts'
export type { FoundUser, HandlerTools, JwtRules, VerifiedJwt, WantedUsers } from './handlers/handler-tools.ts'
export type { HandlerSources } from './handlers/handlers.ts'
export type { IpRange } from './ip-range.ts'
export type { AuditEntry, AuditTrailStore } from './journal/audit-trail.ts'
export type { Facts, JournalEntry, JournalFilter, JournalOutcome, JournalStore, KeptEntry } from './journal/journal.ts'
export { openPrometheusMeter, openWorkersMeter } from './metrics/open-meter.ts'
export { openTraces, TracesMissing } from './metrics/open-traces.ts'
export type { PrometheusMeter } from './metrics/prometheus.ts'
export { type CertificateUser, certificateUsers, deleteCertificate } from './named-credentials/certificate-users.ts'
export { deleteExternalCredential } from './named-credentials/change-credential.ts'
export {
  type ExternalCredential,
  endpointOf,
  externalCredentialOf,
  isLegacy,
  type NamedCredential,
  ofType,
} from './named-credentials/credential.ts'
export {
  type CrossedDiagnosis,
  type DiagnosedCheck,
  type Diagnosis,
  diagnose,
  type KnownNames,
  type PassedDiagnosis,
} from './oauth/diagnosis.ts'
export type { Explanation } from './oauth/explanation.ts'
export {
  defaultServerOptions,
  type Posture,
  type ServerOptions,
  salesforcePosture,
  strictPosture,
} from './options.ts'
export { applyOrgFile, type Change } from './org-file/apply.ts'
export { openOrgFile, type ReadOrgFile } from './org-file/read.ts'
export { orgEntryOf, orgFileYaml } from './org-file/write.ts'
export { newOrg } from './org-setup/new-org.ts'
export { addresses } from './orgs/address.ts'
export { changeOrg } from './orgs/change-org.ts'
export type { Org, OrgStore, OrgType } from './orgs/org.ts'
export type { EnteredOrg } from './orgs/org-details.ts'
export type { Outcome, Problem } from './problem.ts'
export { prefixedIds, type RecordKind, recordIds } from './record-id.ts'
export { type Release, readDay, readRelease, releaseRule } from './releases/release.ts'
export {
  isInForce,
  isReleaseUpdateName,
  type ReleaseUpdate,
  type ReleaseUpdateName,
  releaseUpdateNames,
  releaseUpdates,
} from './releases/release-updates.ts'
export { type Foundation, type Sallyport, sallyport } from './sallyport.ts'
export { changeIdentityProvider } from './saml/identity-provider.ts'
export { idpLoginUrl, idpPaths } from './saml/idp-places.ts'
export type { JitUser, SamlJitHandler } from './saml/jit-handler.ts'
export {
  changeSamlSsoConfig,
  type EnteredSamlSsoConfig,
  type NewSamlSsoConfig,
  newSamlSsoConfig,
} from './saml/new-sso-config.ts'
export { type ProviderSettings, readProviderMetadata } from './saml/provider-metadata.ts'
export { spMetadata, spMetadataXml } from './saml/sp-metadata.ts'
export { identityLocations, identityMappings, requestSignatureMethods, type SamlSsoConfig } from './saml/sso-config.ts'
export { ssoTokenEndpoint } from './saml/sso-endpoint.ts'
export { type Seal, sealWith } from './seal.ts'
export {
  everyAttempt,
  type LoginFilter,
  type LoginHistoryEntry,
  type LoginHistoryStore,
  loginTypeLabels,
} from './sessions/login-history.ts'
export { loginCsvHeader, loginCsvLine } from './sessions/login-history-csv.ts'
export { type ListedSession, lastUsedAt } from './sessions/session.ts'
export { newTemporaryCode } from './sessions/temporary-code.ts'
export { type CopiedTable, copyDatabase } from './stores/copy.ts'
export {
  DatabaseBusy,
  DatabaseFull,
  DatabaseTooNew,
  DatabaseUnreachable,
  DatabaseUnusable,
  WrongEncryptionKey,
} from './stores/database-errors.ts'
export { type DatabaseFindings, inspectDatabase, inspectReplica } from './stores/inspect.ts'
export { openStores, type Place, type StoresOptions } from './stores/open.ts'
export { isPostgresUrl } from './stores/postgres-place.ts'
export type { ActStores, Stores } from './stores/stores.ts'
export { type Weekday, weekdays } from './time-zone.ts'
export type {
  HandlerUser,
  IncomingTokenType,
  IntegratingAppType,
  Oauth2TokenExchangeHandler,
  TokenValidationResult,
  UserData,
} from './token-exchange/handler.ts'
export {
  changeHandler,
  type EnteredEnablement,
  type EnteredHandler,
  handlerWith,
  newHandler,
} from './token-exchange/new-token-exchange-handler.ts'
export type { HandlerEnablement, TokenExchangeHandler } from './token-exchange/token-exchange-handler.ts'
export type { ListedAccessToken } from './tokens/access-token.ts'
export { endSession, readSessionId, sessionId } from './tokens/org-session.ts'
export { Unavailable } from './unavailable.ts'
export {
  changeCustomPermission,
  type EnteredCustomPermission,
  newCustomPermission,
} from './users/change-custom-permission.ts'
export { changeUser } from './users/change-user.ts'
export type { CustomPermission } from './users/custom-permission.ts'
export { deletePermissionSet, deleteProfile } from './users/delete-profile.ts'
export { freezeUser } from './users/freeze-user.ts'
export { type DayHours, dayHoursText, type LoginHours } from './users/login-hours.ts'
export { setPassword } from './users/new-password.ts'
export {
  changePermissionSet,
  type EnteredPermissionSet,
  newPermissionSet,
} from './users/new-permission-set.ts'
export {
  changeProfile,
  type EnteredObjectPermission,
  type EnteredProfile,
  newProfile,
} from './users/new-profile.ts'
export { newUser } from './users/new-user.ts'
export { type PasswordCost, type Passwords, passwords } from './users/password.ts'
export type { ObjectPermission, PermissionSet, Profile, UserPermission } from './users/profile.ts'
export { resetSecurityToken } from './users/security-token.ts'
export { canonicalUsername, displayName, type User } from './users/user.ts'
export { type Listening, type ListenOptions, listen } from './web/listen.ts'
