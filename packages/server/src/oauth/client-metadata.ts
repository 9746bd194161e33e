import { z } from 'zod'
import type { EnteredApp } from '../connected-apps/app-settings.ts'
import { readScope } from '../connected-apps/app-settings.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import type { Problem } from '../problem.ts'
import type { Refusal } from './refusal.ts'
import { registeredKey } from './registered-key.ts'

/** What apps can register for. */
export interface OfferedToClients {
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  /** Whether an app may register with a key, and sign JWTs in place of showing a secret. Salesforce gives secrets alone. */
  readonly keys: boolean
}

// What apps that register themselves may use, as at Salesforce, as far as it is offered.
const registrableGrants = ['authorization_code', 'hybrid_auth_code', 'implicit', 'refresh_token']
const authMethods = ['client_secret_post', 'client_secret_basic', 'none', 'private_key_jwt'] as const

const texts = z.array(z.string().max(2048)).max(100)

/** What an app says of itself (RFC 7591 §2). What is not known here is left alone. */
const metadataSchema = z.lazy(() =>
  z.object({
    client_id: z.string().optional(),
    redirect_uris: texts.min(1),
    client_name: z.string().optional(),
    contacts: texts.optional(),
    scope: z.string().max(4096).optional(),
    scopes: texts.optional(),
    grant_types: texts.optional(),
    response_types: texts.optional(),
    token_endpoint_auth_method: z.enum(authMethods).optional(),
    jwks: z.unknown().optional(),
    jwks_uri: z.unknown().optional(),
    logo_uri: z.string().optional(),
    client_uri: z.string().optional(),
  }),
)

/** What an app says of itself, read. */
export type ClientMetadata = z.infer<typeof metadataSchema>

type Refused = Extract<Refusal, { reason: 'registration-refused' }>

/** What reading the metadata of an app came to, with the certificate that it will sign by: PEM, or empty for none; `undefined` where none is registered. */
export type MetadataReading =
  | { readonly ok: true; readonly metadata: ClientMetadata; readonly certificate: string | undefined }
  | { readonly ok: false; readonly refusal: Refused }

/** What an app can register for, of all that the server offers: tokens in an address only where its parent gets such. */
export function offeredUnder(
  { isUserAgentEnabled, isCodeCredentialEnabled }: Pick<ConnectedApp, 'isUserAgentEnabled' | 'isCodeCredentialEnabled'>,
  { grantTypes, responseTypes, keys }: OfferedToClients,
): OfferedToClients {
  const isAllowed = (one: string) =>
    one === 'code_credentials' ? isCodeCredentialEnabled : isUserAgentEnabled || !one.includes('token')
  return { grantTypes, responseTypes: responseTypes.filter(isAllowed), keys }
}

/** Reads what an app says of itself, held against what is offered and what the app may ask for under which it registers. */
export function readClientMetadata(
  body: unknown,
  parent: Pick<ConnectedApp, 'scopes' | 'label'>,
  offered: OfferedToClients,
): MetadataReading {
  const reading = metadataSchema.safeParse(body)
  if (!reading.success) {
    const [issue] = reading.error.issues
    const field = String(issue?.path[0] ?? 'the body')
    return refused(field, problemOf(issue))
  }
  const metadata = reading.data
  const grants = grantTypesOf(offered)
  const grant = metadata.grant_types?.find((one) => !grants.includes(one))
  if (grant !== undefined) return refused('grant_types', `“${grant.slice(0, 80)}” is none of ${grants.join(', ')}`)
  const response = metadata.response_types?.find((one) => !offered.responseTypes.includes(one))
  if (response !== undefined) {
    return refused('response_types', `“${response.slice(0, 80)}” is none of ${offered.responseTypes.join(', ')}`)
  }
  const scope = scopesAskedFor(metadata).find((one) => !parent.scopes.includes(readScope(one) ?? one) && one !== 'id')
  if (scope !== undefined) return refused('scope', `“${parent.label}” has no scope “${scope.slice(0, 80)}” itself`)
  if (metadata.token_endpoint_auth_method === 'private_key_jwt' && !offered.keys) {
    return refused('token_endpoint_auth_method', 'apps register for a secret here, or for none')
  }
  const key = registeredKey(metadata)
  if (!key.ok) return refused(key.field, key.problem)
  return { ok: true, metadata, certificate: offered.keys ? (key.certificate ?? '') : undefined }
}

/** The grant types that apps can register for. */
export function grantTypesOf({ grantTypes, responseTypes }: Omit<OfferedToClients, 'keys'>): readonly string[] {
  return registrableGrants.filter((one) =>
    one === 'implicit' ? responseTypes.includes('token') : grantTypes.includes(one),
  )
}

function scopesAskedFor({ scope, scopes }: ClientMetadata): readonly string[] {
  return scopes ?? scope?.split(' ').filter((one) => one !== '') ?? []
}

/** The settings of an app by what it says of itself; what it does not say is as with the app under which it registers. */
export function settingsOf(metadata: ClientMetadata, certificate: string | undefined, parent: ConnectedApp) {
  const isPublic = metadata.token_endpoint_auth_method === 'none'
  const asked = scopesAskedFor(metadata)
  return {
    label: metadata.client_name ?? parent.label,
    contactEmail: metadata.contacts?.[0] ?? parent.contactEmail,
    callbackUrls: metadata.redirect_uris,
    scopes: asked.length === 0 ? parent.scopes : asked,
    logoUrl: metadata.logo_uri ?? '',
    infoUrl: metadata.client_uri ?? '',
    ...(certificate !== undefined && { certificate }),
    isConsumerSecretOptional: isPublic,
    isSecretRequiredForRefreshToken: !isPublic,
    // Whoever has no secret proves by a challenge that it is the one that asked.
    isPkceRequired: parent.isPkceRequired || isPublic,
    isRefreshTokenRotationEnabled: parent.isRefreshTokenRotationEnabled,
    isUserAgentEnabled: parent.isUserAgentEnabled,
    isNamedUserJwtEnabled: parent.isNamedUserJwtEnabled,
    idTokenConfig: parent.idTokenConfig,
    attributes: parent.attributes,
  } satisfies EnteredApp
}

const wireNames: Readonly<Record<string, string>> = {
  callbackUrls: 'redirect_uris',
  certificate: 'jwks',
  label: 'client_name',
  contactEmail: 'contacts',
  scopes: 'scope',
  logoUrl: 'logo_uri',
  infoUrl: 'client_uri',
}

/** A problem that the act found, in the words of the wire. */
export function refusalOfProblem({ field, message }: Problem): Refused {
  const [word = field] = field.split('.')
  return { reason: 'registration-refused', facts: { field: wireNames[word] ?? word, problem: message } }
}

function refused(field: string, problem: string): { readonly ok: false; readonly refusal: Refused } {
  return { ok: false, refusal: { reason: 'registration-refused', facts: { field, problem } } }
}

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_value') return `it is none of ${issue.values.join(', ')}`
  if (issue?.code === 'too_small') return 'it is empty'
  return issue?.code === 'invalid_type' ? `it is missing, or no ${issue.expected}` : 'it cannot be read'
}
