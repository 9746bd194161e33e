import { lineProblem, requiredLineProblem, trimmed } from '../entered-text.ts'
import type { Problem } from '../problem.ts'
import { pageUrlProblem } from '../web-url.ts'
import {
  type CredentialParameter,
  type ExternalCredentialSettings,
  isLegacy,
  type NamedCredentialSettings,
  ofType,
} from './credential.ts'

/** What an org has that credentials name. */
export interface KnownNames {
  readonly certificates: ReadonlySet<string>
  readonly externalCredentials: ReadonlySet<string>
}

const namedTypes = ['Url', 'Authentication', 'ClientCertificate', 'HttpHeader', 'AllowedManagedPackageNamespaces']
const externalTypes = [
  'NamedPrincipal',
  'PerUserPrincipal',
  'AuthProtocolVariant',
  'AuthProvider',
  'ExternalAuthIdentityProvider',
  'AuthProviderUrl',
  'SigningCertificate',
  'JwtBodyClaim',
  'JwtHeaderClaim',
  'AuthParameter',
  'AuthHeader',
  'AdditionalRefreshStatusCode',
]
/** *Authentication Flow Type* of OAuth. */
export const protocolVariants = [
  'JwtBearer',
  'ClientCredentialsClientSecret',
  'ClientCredentialsClientSecretBasic',
  'ClientCredentialsJwtAssertion',
  'AuthorizationCode',
]

/** What is wrong with a named credential, by the names of its fields in metadata. */
export function namedCredentialProblems(settings: NamedCredentialSettings, known: KnownNames): readonly Problem[] {
  const found = problemsOf(settings)
  const parameters = settings.namedCredentialParameters ?? []
  if (isLegacy(settings)) {
    if (parameters.length > 0) {
      found.report(
        'namedCredentialParameters',
        'Only the type SecuredEndpoint has parameters; a legacy one has fields.',
      )
    }
    legacyProblems(settings, known, found)
  } else {
    securedProblems(parameters, known, found)
    if (settings.endpoint !== undefined || settings.protocol !== undefined) {
      found.report(
        'namedCredentialType',
        'endpoint and protocol are of legacy named credentials; this type has parameters.',
      )
    }
  }
  return found.problems
}

function legacyProblems(settings: NamedCredentialSettings, known: KnownNames, found: Found): void {
  found.url('endpoint', settings.endpoint)
  if (settings.principalType === undefined) found.report('principalType', 'Choose Anonymous, NamedUser or PerUser.')
  if (settings.protocol === undefined) found.report('protocol', 'Choose how it signs in.')
  if (settings.protocol !== 'NoAuthentication' && settings.principalType === 'Anonymous') {
    found.report('principalType', 'Nobody in particular cannot sign in. Choose NamedUser or PerUser.')
  }
  found.certificate('certificate', settings.certificate, known)
  if (settings.protocol !== 'Jwt' && settings.protocol !== 'JwtExchange') return
  found.certificate('jwtSigningCertificate', settings.jwtSigningCertificate ?? '', known)
  for (const field of ['jwtIssuer', 'jwtAudience'] as const) {
    if (trimmed(settings[field]) === undefined) found.report(field, 'A JWT needs it.')
  }
  if (trimmed(settings.jwtTextSubject) === undefined && trimmed(settings.jwtFormulaSubject) === undefined) {
    found.report('jwtTextSubject', 'A JWT needs a subject: a text, or a formula for each user.')
  }
  if (settings.protocol === 'JwtExchange') found.url('authTokenEndpointUrl', settings.authTokenEndpointUrl)
}

function securedProblems(parameters: readonly CredentialParameter[], known: KnownNames, found: Found): void {
  const field = 'namedCredentialParameters'
  found.types(field, parameters, namedTypes)
  const [url, secondUrl] = ofType(parameters, 'Url')
  const [authentication, secondAuthentication] = ofType(parameters, 'Authentication')
  if (url === undefined || secondUrl !== undefined) found.report(field, 'Give one parameter of the type Url.')
  else found.url(field, url.parameterValue, parameters.indexOf(url))
  if (authentication === undefined || secondAuthentication !== undefined) {
    found.report(field, 'Give one parameter of the type Authentication.')
  } else if (!known.externalCredentials.has(authentication.externalCredential ?? '')) {
    const message = `This org has no external credential “${authentication.externalCredential ?? ''}”.`
    found.report(field, message, parameters.indexOf(authentication))
  }
  for (const one of ofType(parameters, 'ClientCertificate')) {
    found.certificate(field, one.certificate ?? '', known, parameters.indexOf(one))
  }
  found.headers(field, parameters, 'HttpHeader')
}

/** What is wrong with an external credential. */
export function externalCredentialProblems(
  settings: ExternalCredentialSettings,
  known: Pick<KnownNames, 'certificates'>,
): readonly Problem[] {
  const found = problemsOf(settings)
  const field = 'externalCredentialParameters'
  const parameters = settings.externalCredentialParameters ?? []
  found.types(field, parameters, externalTypes)
  const principals = [...ofType(parameters, 'NamedPrincipal'), ...ofType(parameters, 'PerUserPrincipal')]
  if (principals.length === 0) found.report(field, 'Add a principal: nobody could use it.')
  const names = principals.map(({ parameterName }) => parameterName.toLowerCase())
  if (new Set(names).size < names.length) found.report(field, 'Two principals have one name.')
  const variant = ofType(parameters, 'AuthProtocolVariant')[0]
  if (variant !== undefined && !protocolVariants.includes(variant.parameterValue ?? '')) {
    found.report(field, `Choose one of ${protocolVariants.join(', ')}.`, parameters.indexOf(variant))
  }
  for (const one of ofType(parameters, 'AuthProviderUrl')) {
    found.url(field, one.parameterValue, parameters.indexOf(one))
  }
  for (const one of ofType(parameters, 'SigningCertificate')) {
    found.certificate(field, one.certificate ?? one.parameterValue ?? '', known, parameters.indexOf(one))
  }
  const signs = settings.authenticationProtocol === 'Jwt' || (variant?.parameterValue ?? '').includes('Jwt')
  if (signs && ofType(parameters, 'SigningCertificate').length === 0) {
    found.report(field, 'A JWT is signed: add a parameter of the type SigningCertificate.')
  }
  const claims = new Set(ofType(parameters, 'JwtBodyClaim').map(({ parameterName }) => parameterName))
  const missing = ['iss', 'sub', 'aud'].filter((claim) => !claims.has(claim))
  if (claims.size > 0 && missing.length > 0) {
    found.report(field, `Once there are claims, iss, sub and aud must be among them; missing: ${missing.join(', ')}.`)
  }
  found.headers(field, parameters, 'AuthHeader')
  for (const one of ofType(parameters, 'AdditionalRefreshStatusCode')) {
    if (!/^(?:4\d\d|[6-9]\d\d)$/.test(one.parameterValue ?? '')) {
      found.report(
        field,
        'A status that leads to a new token is from 400 to 499 or from 600 to 999.',
        parameters.indexOf(one),
      )
    }
  }
  return found.problems
}

type Found = ReturnType<typeof problemsOf>

function problemsOf({ label, description }: { readonly label: string; readonly description?: string }) {
  const problems: Problem[] = []
  const report = (field: string, message: string | undefined, item?: number) => {
    if (message !== undefined) problems.push({ field, message, ...(item === undefined ? {} : { item }) })
  }
  report('label', requiredLineProblem(trimmed(label), 80))
  if (description !== undefined && description.length > 255) report('description', 'Use at most 255 characters.')
  return {
    problems,
    report,
    url(field: string, url: string | undefined, item?: number) {
      report(field, url === undefined ? 'Enter a URL.' : pageUrlProblem(url), item)
    },
    certificate(
      field: string,
      name: string | undefined,
      { certificates }: Pick<KnownNames, 'certificates'>,
      item?: number,
    ) {
      if (name === undefined || certificates.has(name)) return
      report(field, name === '' ? 'Choose a certificate of the org.' : `This org has no certificate “${name}”.`, item)
    },
    types(field: string, parameters: readonly CredentialParameter[], known: readonly string[]) {
      for (const [item, { parameterType }] of parameters.entries()) {
        if (!known.includes(parameterType)) report(field, `“${parameterType}” is none of ${known.join(', ')}.`, item)
      }
    },
    headers(field: string, parameters: readonly CredentialParameter[], type: string) {
      for (const [item, { parameterType, parameterName, parameterValue }] of parameters.entries()) {
        if (parameterType !== type) continue
        const isName =
          /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(parameterName) && !/^(?:host|content-length)$/i.test(parameterName)
        if (!isName) report(field, `“${parameterName}” is no header that a request may have.`, item)
        report(field, lineProblem(parameterValue ?? '', 2000), item)
      }
    },
  }
}
