import type { Authentication, Claims, JwtSettings } from '../authentication.ts'
import { type ExternalCredential, externalCredential, type Principal } from '../external-credential.ts'
import { NamedCredentialError } from '../named-credential-error.ts'
import { type Fields, type KnownFields, readFields } from './fields.ts'
import { MetadataError, type MetadataPlace } from './metadata-error.ts'

const knownFields: KnownFields = {
  read: ['label', 'authenticationProtocol', 'externalCredentialParameters'],
  ignored: ['description', 'fullName'],
}
const knownOfParameter: KnownFields = {
  read: [
    'parameterName',
    'parameterType',
    'parameterValue',
    'parameterGroup',
    'sequenceNumber',
    'certificate',
    'authProvider',
  ],
  ignored: ['description', 'externalAuthIdentityProvider'],
}
const parameterTypes = [
  'AdditionalRefreshStatusCode',
  'AuthHeader',
  'AuthParameter',
  'AuthProtocolVariant',
  'AuthProvider',
  'AuthProviderUrl',
  'ExternalAuthIdentityProvider',
  'JwtBodyClaim',
  'JwtHeaderClaim',
  'NamedPrincipal',
  'PerUserPrincipal',
  'SigningCertificate',
] as const
const protocols = ['Basic', 'Custom', 'Jwt', 'JwtExchange', 'NoAuthentication', 'OAuth', 'Oauth', 'Password'] as const
const variants = [
  'JwtBearer',
  'ClientCredentialsClientSecret',
  'ClientCredentialsClientSecretBasic',
  'ClientCredentialsJwtAssertion',
] as const

interface Parameter {
  readonly type: (typeof parameterTypes)[number]
  readonly fields: Fields
  readonly group: string
}

/**
 * Reads what metadata of the type ExternalCredential says, as parsed from XML or YAML.
 * @param name the developer name: the file's name in a DX project, `fullName` in an org file
 * @throws {MetadataError} for fields and values that are not known, and for what could only fail later
 */
export function readExternalCredential(value: unknown, name: string, place: MetadataPlace): ExternalCredential {
  const fields = readFields(value, place, knownFields)
  const parameters = fields.list('externalCredentialParameters', knownOfParameter).map(readParameter)
  const principals = parameters.filter(isPrincipal).map((parameter) => readPrincipal(parameter, parameters))
  const groups = new Set(principals.map((principal) => principal.name))
  const shared = parameters.filter((parameter) => isPrincipal(parameter) || !groups.has(parameter.group))
  try {
    return externalCredential({
      name,
      label: fields.requiredText('label'),
      authentication: readAuthentication(fields, shared),
      principals,
      headers: ofType(parameters, 'AuthHeader')
        .toSorted((one, other) => orderOf(one) - orderOf(other))
        .map((header) => ({
          name: header.fields.requiredText('parameterName'),
          value: header.fields.requiredText('parameterValue'),
        })),
      refreshStatuses: ofType(parameters, 'AdditionalRefreshStatusCode').map(readStatus),
    })
  } catch (error) {
    if (!(error instanceof NamedCredentialError)) throw error
    throw new MetadataError(place, error.message, { cause: error })
  }
}

function readParameter(fields: Fields): Parameter {
  fields.requiredText('parameterType')
  const type = fields.choice('parameterType', parameterTypes)
  if (type === undefined) throw new MetadataError(fields.placeOf('parameterType'), 'This is missing. Give a text.')
  return { type, fields, group: fields.text('parameterGroup') ?? '' }
}

function isPrincipal({ type }: Parameter): boolean {
  return type === 'NamedPrincipal' || type === 'PerUserPrincipal'
}

function readPrincipal({ type, fields }: Parameter, parameters: readonly Parameter[]): Principal {
  const name = fields.requiredText('parameterName')
  return {
    name,
    type: type === 'PerUserPrincipal' ? 'PerUserPrincipal' : 'NamedPrincipal',
    sequenceNumber: fields.whole('sequenceNumber'),
    claims: claimsOf(
      parameters.filter((parameter) => parameter.group === name),
      'JwtBodyClaim',
    ),
  }
}

function readAuthentication(fields: Fields, parameters: readonly Parameter[]): Authentication {
  fields.requiredText('authenticationProtocol')
  const protocol = fields.choice('authenticationProtocol', protocols)
  switch (protocol) {
    case undefined:
    case 'NoAuthentication':
      return { protocol: 'NoAuthentication' }
    case 'Basic':
    case 'Password':
      return { protocol: 'Password' }
    case 'Custom':
      return { protocol: 'Custom' }
    case 'Jwt':
      return { protocol: 'Jwt', jwt: readJwt(fields, parameters) }
    case 'JwtExchange':
      return readJwtExchange(fields, parameters)
    case 'OAuth':
    case 'Oauth':
      return readOauth(fields, parameters)
  }
}

function readOauth(fields: Fields, parameters: readonly Parameter[]): Authentication {
  const [variant] = ofType(parameters, 'AuthProtocolVariant')
  const scope = scopeOf(parameters)
  const flow = variant?.fields.choice('parameterValue', variants)
  if (flow === undefined) {
    const [provider] = ofType(parameters, 'AuthProvider')
    return { protocol: 'Oauth', authProvider: provider?.fields.text('authProvider'), scope }
  }
  if (flow === 'JwtBearer') return readJwtExchange(fields, parameters)
  const clientAuthentication =
    flow === 'ClientCredentialsClientSecret'
      ? 'body'
      : flow === 'ClientCredentialsClientSecretBasic'
        ? 'basic'
        : readJwt(fields, parameters)
  const tokenEndpoint = tokenEndpointOf(fields, parameters)
  return { protocol: 'ClientCredentials', tokenEndpoint, clientAuthentication, scope }
}

function readJwtExchange(fields: Fields, parameters: readonly Parameter[]): Authentication {
  const tokenEndpoint = tokenEndpointOf(fields, parameters)
  return { protocol: 'JwtExchange', tokenEndpoint, jwt: readJwt(fields, parameters), scope: scopeOf(parameters) }
}

function readJwt(fields: Fields, parameters: readonly Parameter[]): JwtSettings {
  const [certificate] = ofType(parameters, 'SigningCertificate')
  const signingCertificate = certificate?.fields.text('certificate') ?? certificate?.fields.text('parameterValue')
  if (signingCertificate === undefined) {
    throw new MetadataError(
      fields.placeOf('externalCredentialParameters'),
      'A parameter of type SigningCertificate is missing.',
    )
  }
  const { alg, ...headerClaims } = claimsOf(parameters, 'JwtHeaderClaim')
  if (alg !== undefined && alg !== 'RS256') {
    throw new MetadataError(
      fields.placeOf('externalCredentialParameters'),
      'The algorithm is RS256. Leave the claim alg out.',
    )
  }
  return { claims: claimsOf(parameters, 'JwtBodyClaim'), headerClaims, signingCertificate }
}

function claimsOf(parameters: readonly Parameter[], type: 'JwtBodyClaim' | 'JwtHeaderClaim'): Claims {
  return Object.fromEntries(
    ofType(parameters, type).map(({ fields }) => [
      fields.requiredText('parameterName'),
      fields.requiredText('parameterValue'),
    ]),
  )
}

function tokenEndpointOf(fields: Fields, parameters: readonly Parameter[]): string {
  const [endpoint] = ofType(parameters, 'AuthProviderUrl')
  if (endpoint !== undefined) return endpoint.fields.requiredText('parameterValue')
  throw new MetadataError(
    fields.placeOf('externalCredentialParameters'),
    'A parameter of type AuthProviderUrl is missing. Give the URL of the token endpoint.',
  )
}

function scopeOf(parameters: readonly Parameter[]): string | undefined {
  const scope = ofType(parameters, 'AuthParameter').find(({ fields }) =>
    /^scope$/i.test(fields.text('parameterName') ?? ''),
  )
  return scope?.fields.text('parameterValue')
}

function readStatus({ fields }: Parameter): number {
  const status = fields.requiredText('parameterValue')
  if (/^\d{3}$/.test(status)) return Number(status)
  throw new MetadataError(fields.placeOf('parameterValue'), 'Give a status of three digits.')
}

function ofType(parameters: readonly Parameter[], type: Parameter['type']): readonly Parameter[] {
  return parameters.filter((parameter) => parameter.type === type)
}

function orderOf({ fields }: Parameter): number {
  return fields.whole('sequenceNumber') ?? Number.MAX_SAFE_INTEGER
}
