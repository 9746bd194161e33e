import { z } from 'zod'

/** A parameter of either kind of credential; names of metadata. */
const parameter = z.strictObject({
  parameterName: z.string(),
  parameterType: z.string(),
  parameterValue: z.string().exactOptional(),
  parameterGroup: z.string().exactOptional(),
  sequenceNumber: z.int().exactOptional(),
  description: z.string().exactOptional(),
  externalCredential: z.string().exactOptional(),
  certificate: z.string().exactOptional(),
  authProvider: z.string().exactOptional(),
  externalAuthIdentityProvider: z.string().exactOptional(),
})

const protocols = ['NoAuthentication', 'Password', 'Oauth', 'Jwt', 'JwtExchange'] as const

/** What metadata of the type `NamedCredential` says, current and legacy, but for what is secret. */
export const namedCredentialSettings = z.strictObject({
  label: z.string(),
  description: z.string().exactOptional(),
  namedCredentialType: z.enum(['SecuredEndpoint', 'PrivateEndpoint', 'Legacy']).exactOptional(),
  calloutStatus: z.enum(['Enabled', 'Disabled']).exactOptional(),
  generateAuthorizationHeader: z.boolean().exactOptional(),
  allowMergeFieldsInHeader: z.boolean().exactOptional(),
  allowMergeFieldsInBody: z.boolean().exactOptional(),
  namedCredentialParameters: z.array(parameter).exactOptional(),
  endpoint: z.string().exactOptional(),
  principalType: z.enum(['Anonymous', 'NamedUser', 'PerUser']).exactOptional(),
  protocol: z.enum(protocols).exactOptional(),
  username: z.string().exactOptional(),
  authProvider: z.string().exactOptional(),
  oauthScope: z.string().exactOptional(),
  jwtIssuer: z.string().exactOptional(),
  jwtAudience: z.string().exactOptional(),
  jwtTextSubject: z.string().exactOptional(),
  jwtFormulaSubject: z.string().exactOptional(),
  jwtSigningCertificate: z.string().exactOptional(),
  jwtValidityPeriodSeconds: z.int().exactOptional(),
  authTokenEndpointUrl: z.string().exactOptional(),
  certificate: z.string().exactOptional(),
})

/** How an external credential signs in. The Connect API writes `OAuth` where metadata has `Oauth`. */
export const authenticationProtocols = [
  'Oauth',
  'Jwt',
  'JwtExchange',
  'Basic',
  'Password',
  'Custom',
  'NoAuthentication',
] as const

/** What metadata of the type `ExternalCredential` says. */
export const externalCredentialSettings = z.strictObject({
  label: z.string(),
  description: z.string().exactOptional(),
  authenticationProtocol: z.enum(authenticationProtocols),
  externalCredentialParameters: z.array(parameter).exactOptional(),
})

/** A parameter of a credential. */
export type CredentialParameter = z.infer<typeof parameter>
/** What is set of a named credential. */
export type NamedCredentialSettings = z.infer<typeof namedCredentialSettings>
/** What is set of an external credential. */
export type ExternalCredentialSettings = z.infer<typeof externalCredentialSettings>

/** A credential of an org's: its settings, and what is the org's own. */
export interface Kept<Settings> {
  readonly id: string
  readonly orgId: string
  /** The developer name, unique in its org. */
  readonly name: string
  readonly settings: Settings
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** *Named Credential*: where an org's code calls, and how it signs in there. The org keeps it; the caller toolkit calls. */
export type NamedCredential = Kept<NamedCredentialSettings>

/** *External Credential*: how to sign in somewhere, for which principals. */
export type ExternalCredential = Kept<ExternalCredentialSettings>

/** Keeps credentials of one kind, by the names of their orgs. */
export interface CredentialStore<Credential> {
  add(credential: Credential): Promise<void>
  /** Replaces the settings. */
  update(credential: Credential): Promise<void>
  delete(credential: Credential): Promise<void>
  /** Those of an org, by name. */
  list(orgId: string): Promise<readonly Credential[]>
}

/** Keeps named credentials. */
export type NamedCredentialStore = CredentialStore<NamedCredential>
/** Keeps external credentials. */
export type ExternalCredentialStore = CredentialStore<ExternalCredential>

/** Whether it is of the older kind, which signs in of itself. */
export function isLegacy({ namedCredentialType }: NamedCredentialSettings): boolean {
  return namedCredentialType === undefined || namedCredentialType === 'Legacy'
}

/** The parameters of a type. */
export function ofType(
  parameters: readonly CredentialParameter[] | undefined,
  type: string,
): readonly CredentialParameter[] {
  return (parameters ?? []).filter(({ parameterType }) => parameterType === type)
}

/** Where calls go. */
export function endpointOf(settings: NamedCredentialSettings): string {
  if (isLegacy(settings)) return settings.endpoint ?? ''
  return ofType(settings.namedCredentialParameters, 'Url')[0]?.parameterValue ?? ''
}

/** The external credential that a named credential signs in by; `undefined` for one that does of itself. */
export function externalCredentialOf(settings: NamedCredentialSettings): string | undefined {
  return ofType(settings.namedCredentialParameters, 'Authentication')[0]?.externalCredential
}
