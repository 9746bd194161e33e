export type { AccessToken } from './access-token.ts'
export { type Apex, type ApexSurroundings, apex } from './apex/apex.ts'
export {
  ApexException,
  CalloutException,
  IllegalArgumentException,
  JWTBearerTokenExchangeException,
  JWTValidationException,
  NoAccessException,
  NoDataFoundException,
} from './apex/exceptions.ts'
export type { ApexHttp, CalloutSender } from './apex/http.ts'
export type { ApexHttpRequest } from './apex/http-request.ts'
export type { ApexHttpResponse } from './apex/http-response.ts'
export type { ApexJWS } from './apex/jws.ts'
export type { ApexJWT } from './apex/jwt.ts'
export type { ApexJWTBearerTokenExchange } from './apex/jwt-bearer-token-exchange.ts'
export type { ApexJWTUtil } from './apex/jwt-util.ts'
export { type Api, type ApiOptions, type ApiRequest, salesforceApi } from './api.ts'
export { type AppIdentity, isSignedBy } from './app-token.ts'
export { type AssertionCheck, type AssertionSurroundings, checkAssertion } from './assertion-check.ts'
export type { Authentication, Claims, ClientAuthentication, JwtSettings } from './authentication.ts'
export { type CertificateStore, certificateFolder, certificates, type HeldCertificate } from './certificate-store.ts'
export { type ClientCredentialsRequest, clientCredentials } from './client-credentials.ts'
export type { ClientProof } from './client-proof.ts'
export { type CodeCredentialsRequest, codeCredentials } from './code-credentials.ts'
export type { CallingUser } from './credential-fields.ts'
export { type CredentialOwner, type CredentialSecrets, ownerKey, secretsOf } from './credential-secrets.ts'
export type { PrivateEcJwk } from './crypto.ts'
export {
  type DeviceAppSettings,
  type DeviceFlow,
  type DeviceSignIn,
  type DeviceWaiting,
  deviceFlow,
} from './device-flow.ts'
export {
  diagnoseEvidence,
  type EvidenceDiagnosis,
  type ExchangeDiagnosis,
  type LikelyCause,
} from './diagnosis/diagnose.ts'
export type { CauseName } from './diagnosis/rank.ts'
export { type DpopKey, dpopKey } from './dpop.ts'
export {
  type CredentialHeader,
  type ExternalCredential,
  type ExternalCredentialSettings,
  externalCredential,
  type Principal,
  type PrincipalType,
} from './external-credential.ts'
export { identityOf } from './identity.ts'
export { InputError } from './input-error.ts'
export { type DecodedJwt, decodeJwt, type JwtClaims, signJwt } from './jwt.ts'
export { type JwtBearerRequest, jwtBearer } from './jwt-bearer.ts'
export { audienceFor, type LoginHost, loginUrl } from './login-host.ts'
export { type LoopbackListener, type LoopbackOptions, loopbackListener, type WaitOptions } from './loopback-listener.ts'
export {
  type CredentialMetadata,
  readDxProject,
  readExternalCredentialXml,
  readNamedCredentialXml,
} from './metadata/dx-project.ts'
export { MetadataError, type MetadataPlace } from './metadata/metadata-error.ts'
export { readOrgFileCredentials } from './metadata/org-file.ts'
export {
  type CredentialSignIn,
  type NamedCredential,
  type NamedCredentialSettings,
  namedCredential,
} from './named-credential.ts'
export { NamedCredentialError, type NamedCredentialReason } from './named-credential-error.ts'
export {
  type CalloutOptions,
  type CalloutRequest,
  type NamedCredentials,
  type NamedCredentialsOptions,
  namedCredentials,
} from './named-credentials.ts'
export {
  type ClientRegistration,
  type RegisterClientRequest,
  type RegisteredClient,
  registerClient,
} from './register-client.ts'
export { type SamlStatement, signSamlAssertion } from './saml-assertion.ts'
export { type SamlBearerRequest, samlBearer } from './saml-bearer.ts'
export { type SamlSsoRequest, samlSso } from './saml-sso.ts'
export { SignInError, type SignInReason } from './sign-in-error.ts'
export { type KeyChoice, type Signer, signerFromKey, signerFromKeyStore } from './signer.ts'
export { singleAccessUrl } from './single-access.ts'
export { type ObtainToken, type TokenCache, type TokenCacheOptions, tokenCache } from './token-cache.ts'
export { type Explanation, TokenError } from './token-error.ts'
export {
  type AssetToken,
  type AssetTokenRequest,
  assetToken,
  type ExchangedTokenType,
  type TokenExchangeRequest,
  tokenExchange,
} from './token-exchange.ts'
export { TokenFileError, type TokenFileStore, type TokenFileStoreOptions, tokenFileStore } from './token-file-store.ts'
export type { Asking } from './token-request.ts'
export type { TokenSource, TokenWish } from './token-source.ts'
export { memoryTokenStore, type TokenStore } from './token-store.ts'
export {
  type IncomingAnswer,
  type OutgoingRequest,
  type SendOptions,
  type Transport,
  type TransportOptions,
  transport,
} from './transport.ts'
export { TransportError, type TransportReason } from './transport-error.ts'
export { type UserAgentFlow, userAgentFlow } from './user-agent-flow.ts'
export { type UsernamePasswordRequest, usernamePassword } from './username-password.ts'
export {
  type AppSettings,
  type SignIn,
  type SignInWishes,
  type WebServerFlow,
  webServerFlow,
} from './web-server-flow.ts'
export type { WebSession, WebSessions } from './web-sessions.ts'
