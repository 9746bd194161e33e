import type { Authentication, JwtSettings } from '../authentication.ts'
import type { CredentialSecrets } from '../credential-secrets.ts'
import { type NamedCredential, type NamedCredentialSettings, namedCredential } from '../named-credential.ts'
import { NamedCredentialError } from '../named-credential-error.ts'
import { type Fields, type KnownFields, readFields } from './fields.ts'
import { MetadataError, type MetadataPlace } from './metadata-error.ts'

/** What metadata of the type NamedCredential says, and what of it is secret and so is kept apart. */
export interface NamedCredentialReading {
  readonly credential: NamedCredential
  /** By parameter name: what {@link CredentialSecrets} would answer for it. */
  readonly secrets: Readonly<Record<string, string>>
}

const knownFields: KnownFields = {
  read: [
    'label',
    'namedCredentialType',
    'namedCredentialParameters',
    'calloutStatus',
    'generateAuthorizationHeader',
    'allowMergeFieldsInHeader',
    'allowMergeFieldsInBody',
    'endpoint',
    'principalType',
    'protocol',
    'username',
    'password',
    'authProvider',
    'oauthScope',
    'jwtIssuer',
    'jwtAudience',
    'jwtTextSubject',
    'jwtFormulaSubject',
    'jwtSigningCertificate',
    'jwtValidityPeriodSeconds',
    'authTokenEndpointUrl',
  ],
  ignored: ['description', 'fullName', 'oauthToken', 'oauthRefreshToken'],
  unsupported: [
    'certificate',
    'awsAccessKey',
    'awsAccessSecret',
    'awsRegion',
    'awsService',
    'outboundNetworkConnection',
  ],
}
const knownOfParameter: KnownFields = {
  read: ['parameterName', 'parameterType', 'parameterValue', 'sequenceNumber', 'externalCredential'],
  ignored: ['description'],
  unsupported: ['certificate', 'outboundNetworkConnection'],
}
const ownProtocols = ['NoAuthentication', 'Password', 'Oauth', 'Jwt', 'JwtExchange'] as const
const parameterTypes = ['Url', 'Authentication', 'HttpHeader', 'AllowedManagedPackageNamespaces'] as const
const principalTypes = { Anonymous: 'Anonymous', NamedUser: 'NamedPrincipal', PerUser: 'PerUserPrincipal' } as const

/**
 * Reads what metadata of the type NamedCredential says, legacy or current, as parsed from XML or YAML.
 * @param name the developer name: the file's name in a DX project, `fullName` in an org file
 * @throws {MetadataError} for fields and values that are not known, and for what could only fail later
 */
export function readNamedCredential(value: unknown, name: string, place: MetadataPlace): NamedCredentialReading {
  const fields = readFields(value, place, knownFields)
  const type = fields.choice('namedCredentialType', ['Legacy', 'SecuredEndpoint'])
  const shared = {
    name,
    label: fields.requiredText('label'),
    isEnabled: fields.choice('calloutStatus', ['Enabled', 'Disabled']) !== 'Disabled',
    generateAuthorizationHeader: fields.flag('generateAuthorizationHeader', true),
    allowMergeFieldsInHeader: fields.flag('allowMergeFieldsInHeader', false),
    allowMergeFieldsInBody: fields.flag('allowMergeFieldsInBody', false),
  }
  try {
    const settings = type === 'SecuredEndpoint' ? readSecured(fields) : readLegacy(fields)
    return { credential: namedCredential({ ...shared, ...settings }), secrets: readSecrets(fields) }
  } catch (error) {
    if (!(error instanceof NamedCredentialError)) throw error
    throw new MetadataError(place, error.message, { cause: error })
  }
}

function readSecured(
  fields: Fields,
): Pick<NamedCredentialSettings, 'url' | 'headers'> & { externalCredential: string } {
  const all = fields.list('namedCredentialParameters', knownOfParameter).map((parameter) => {
    parameter.requiredText('parameterType')
    return { type: parameter.choice('parameterType', parameterTypes), fields: parameter }
  })
  const ofType = (type: string) =>
    all.filter((parameter) => parameter.type === type).map((parameter) => parameter.fields)
  const [url, secondUrl] = ofType('Url')
  const [authentication, secondAuthentication] = ofType('Authentication')
  if (
    url === undefined ||
    authentication === undefined ||
    secondUrl !== undefined ||
    secondAuthentication !== undefined
  ) {
    throw new MetadataError(
      fields.placeOf('namedCredentialParameters'),
      'Give one parameter of type Url and one of type Authentication.',
    )
  }
  return {
    url: url.requiredText('parameterValue'),
    externalCredential: authentication.requiredText('externalCredential'),
    headers: ofType('HttpHeader')
      .toSorted((one, other) => (one.whole('sequenceNumber') ?? 0) - (other.whole('sequenceNumber') ?? 0))
      .map((header) => ({ name: header.requiredText('parameterName'), value: header.requiredText('parameterValue') })),
  }
}

function readLegacy(fields: Fields) {
  if (fields.list('namedCredentialParameters', knownOfParameter).length > 0) {
    throw new MetadataError(
      fields.placeOf('namedCredentialParameters'),
      'A legacy named credential has no parameters. Give the namedCredentialType SecuredEndpoint.',
    )
  }
  const principalType = fields.choice('principalType', ['Anonymous', 'NamedUser', 'PerUser'])
  return {
    url: fields.requiredText('endpoint'),
    authentication: readOwnAuthentication(fields),
    principal: principalType === undefined ? undefined : principalTypes[principalType],
  }
}

function readOwnAuthentication(fields: Fields): Authentication {
  fields.requiredText('protocol')
  const scope = fields.text('oauthScope')
  switch (fields.choice('protocol', ownProtocols)) {
    case undefined:
    case 'NoAuthentication':
      return { protocol: 'NoAuthentication' }
    case 'Password':
      return { protocol: 'Password', username: fields.text('username') }
    case 'Oauth':
      return { protocol: 'Oauth', authProvider: fields.text('authProvider'), scope }
    case 'Jwt':
      return { protocol: 'Jwt', jwt: readJwt(fields) }
    case 'JwtExchange': {
      const tokenEndpoint = fields.requiredText('authTokenEndpointUrl')
      return { protocol: 'JwtExchange', tokenEndpoint, jwt: readJwt(fields), scope }
    }
  }
}

function readJwt(fields: Fields): JwtSettings {
  return {
    claims: {
      iss: literal(fields.requiredText('jwtIssuer')),
      sub: readSubject(fields),
      aud: readAudience(fields),
    },
    signingCertificate: fields.requiredText('jwtSigningCertificate'),
    validitySeconds: fields.whole('jwtValidityPeriodSeconds'),
  }
}

function readSubject(fields: Fields): string {
  const formula = fields.text('jwtFormulaSubject')
  if (formula === undefined) return literal(fields.requiredText('jwtTextSubject'))
  if (fields.text('jwtTextSubject') === undefined) return `{!${formula}}`
  throw new MetadataError(fields.placeOf('jwtFormulaSubject'), 'Give this or jwtTextSubject, not both.')
}

function readAudience(fields: Fields): string | readonly string[] {
  const audience = parsed(fields.requiredText('jwtAudience'))
  if (typeof audience === 'string' && audience !== '') return literal(audience)
  if (Array.isArray(audience) && audience.length > 0) {
    const texts = audience.flatMap((one: unknown) => (typeof one === 'string' ? [literal(one)] : []))
    if (texts.length === audience.length) return texts
  }
  throw new MetadataError(
    fields.placeOf('jwtAudience'),
    'This is JSON text, quotes included: "https://login.salesforce.com", or ["one", "another"].',
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Text that is no formula, whatever is in it. */
function literal(text: string): string {
  return text.includes('{!') ? `{!'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'}` : text
}

function readSecrets(fields: Fields): Readonly<Record<string, string>> {
  const [username, password] = [fields.text('username'), fields.text('password')]
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}
