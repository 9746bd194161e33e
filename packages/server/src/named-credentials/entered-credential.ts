import {
  authenticationProtocols,
  type CredentialParameter,
  type ExternalCredentialSettings,
  type NamedCredentialSettings,
  ofType,
} from './credential.ts'

/** A named credential with an external one, as a form has it: an empty text stands for nothing. */
export interface EnteredNamedCredential {
  readonly label: string
  readonly description: string
  readonly url: string
  readonly externalCredential: string
  /** *Client Certificate*, for mutual TLS. */
  readonly certificate: string
  /** *Enabled for Callouts* */
  readonly isEnabled: boolean
  readonly generateAuthorizationHeader: boolean
  readonly allowMergeFieldsInHeader: boolean
  readonly allowMergeFieldsInBody: boolean
  /** `Name: value` each. */
  readonly headers: readonly string[]
}

/** An external credential as a form has it. */
export interface EnteredExternalCredential {
  readonly label: string
  readonly description: string
  readonly authenticationProtocol: string
  /** *Authentication Flow Type* of OAuth. */
  readonly variant: string
  readonly tokenUrl: string
  readonly scope: string
  readonly signingCertificate: string
  readonly issuer: string
  readonly subject: string
  readonly audience: string
  readonly namedPrincipals: readonly string[]
  readonly perUserPrincipals: readonly string[]
  readonly headers: readonly string[]
  /** *Additional Status Codes for Token Refresh* */
  readonly statusCodes: readonly string[]
}

const namedFields: Readonly<Record<string, keyof EnteredNamedCredential>> = {
  Url: 'url',
  Authentication: 'externalCredential',
  ClientCertificate: 'certificate',
  HttpHeader: 'headers',
}
const externalFields: Readonly<Record<string, keyof EnteredExternalCredential>> = {
  AuthProtocolVariant: 'variant',
  AuthProviderUrl: 'tokenUrl',
  SigningCertificate: 'signingCertificate',
  NamedPrincipal: 'namedPrincipals',
  PerUserPrincipal: 'perUserPrincipals',
  AuthHeader: 'headers',
  AdditionalRefreshStatusCode: 'statusCodes',
}

/** In which field of a form a parameter of a type is entered; `undefined` for those that forms do not have. */
export function fieldOfParameter(type: string): string | undefined {
  return namedFields[type] ?? externalFields[type]
}

/** What a form shows of a named credential. */
export function namedCredentialEntered(settings: NamedCredentialSettings): EnteredNamedCredential {
  const parameters = settings.namedCredentialParameters
  return {
    label: settings.label,
    description: settings.description ?? '',
    url: ofType(parameters, 'Url')[0]?.parameterValue ?? '',
    externalCredential: ofType(parameters, 'Authentication')[0]?.externalCredential ?? '',
    certificate: ofType(parameters, 'ClientCertificate')[0]?.certificate ?? '',
    isEnabled: settings.calloutStatus !== 'Disabled',
    generateAuthorizationHeader: settings.generateAuthorizationHeader ?? true,
    allowMergeFieldsInHeader: settings.allowMergeFieldsInHeader ?? false,
    allowMergeFieldsInBody: settings.allowMergeFieldsInBody ?? false,
    headers: headerLines(parameters, 'HttpHeader'),
  }
}

/** The settings of a named credential out of a form. What no form has stays as it was before. */
export function namedCredentialFrom(
  entered: EnteredNamedCredential,
  before: Pick<NamedCredentialSettings, 'namedCredentialType' | 'namedCredentialParameters'> = {},
): NamedCredentialSettings {
  const { label, description, url, externalCredential, certificate, isEnabled, headers, ...flags } = entered
  return {
    label,
    ...(description === '' ? {} : { description }),
    namedCredentialType: before.namedCredentialType ?? 'SecuredEndpoint',
    calloutStatus: isEnabled ? 'Enabled' : 'Disabled',
    ...flags,
    namedCredentialParameters: [
      { parameterName: 'Url', parameterType: 'Url', parameterValue: url },
      { parameterName: externalCredential, parameterType: 'Authentication', externalCredential },
      ...(certificate === ''
        ? []
        : [{ parameterName: 'ClientCertificate', parameterType: 'ClientCertificate', certificate }]),
      ...headersFrom(headers, 'HttpHeader'),
      ...notIn(namedFields, before.namedCredentialParameters),
    ],
  }
}

/** What a form shows of an external credential. */
export function externalCredentialEntered(settings: ExternalCredentialSettings): EnteredExternalCredential {
  const parameters = settings.externalCredentialParameters
  const valueIn = (type: string) => ofType(parameters, type)[0]?.parameterValue ?? ''
  const claim = (name: string) =>
    ofType(parameters, 'JwtBodyClaim').find(({ parameterName }) => parameterName === name)?.parameterValue ?? ''
  const signer = ofType(parameters, 'SigningCertificate')[0]
  return {
    label: settings.label,
    description: settings.description ?? '',
    authenticationProtocol: settings.authenticationProtocol,
    variant: valueIn('AuthProtocolVariant'),
    tokenUrl: valueIn('AuthProviderUrl'),
    scope: ofType(parameters, 'AuthParameter').find(isScope)?.parameterValue ?? '',
    signingCertificate: signer?.certificate ?? signer?.parameterValue ?? '',
    issuer: claim('iss'),
    subject: claim('sub'),
    audience: claim('aud'),
    namedPrincipals: ofType(parameters, 'NamedPrincipal').map(({ parameterName }) => parameterName),
    perUserPrincipals: ofType(parameters, 'PerUserPrincipal').map(({ parameterName }) => parameterName),
    headers: headerLines(parameters, 'AuthHeader'),
    statusCodes: ofType(parameters, 'AdditionalRefreshStatusCode').map(({ parameterValue = '' }) => parameterValue),
  }
}

/** The settings of an external credential out of a form. What no form has stays as it was before. */
export function externalCredentialFrom(
  entered: EnteredExternalCredential,
  { externalCredentialParameters: before }: Pick<ExternalCredentialSettings, 'externalCredentialParameters'> = {},
): ExternalCredentialSettings {
  const { label, description, signingCertificate, issuer, subject, audience } = entered
  const valued = (parameterType: string, parameterName: string, parameterValue: string) =>
    parameterValue === '' ? [] : [{ parameterName, parameterType, parameterValue }]
  const principals = [
    ...entered.namedPrincipals.map((name) => ({ parameterName: name, parameterType: 'NamedPrincipal' })),
    ...entered.perUserPrincipals.map((name) => ({ parameterName: name, parameterType: 'PerUserPrincipal' })),
  ]
  return {
    label,
    ...(description === '' ? {} : { description }),
    authenticationProtocol:
      authenticationProtocols.find((protocol) => protocol === entered.authenticationProtocol) ?? 'Custom',
    externalCredentialParameters: [
      ...principals.map((principal, index) => ({ ...principal, sequenceNumber: index + 1 })),
      ...valued('AuthProtocolVariant', 'Oauth', entered.variant),
      ...valued('AuthProviderUrl', 'AuthProviderUrl', entered.tokenUrl),
      ...valued('AuthParameter', 'Scope', entered.scope),
      ...(signingCertificate === ''
        ? []
        : [
            {
              parameterName: 'SigningCertificate',
              parameterType: 'SigningCertificate',
              certificate: signingCertificate,
            },
          ]),
      ...valued('JwtBodyClaim', 'iss', issuer),
      ...valued('JwtBodyClaim', 'sub', subject),
      ...valued('JwtBodyClaim', 'aud', audience),
      ...headersFrom(entered.headers, 'AuthHeader'),
      ...entered.statusCodes.flatMap((code) =>
        valued('AdditionalRefreshStatusCode', 'AdditionalRefreshStatusCode', code),
      ),
      ...notIn(externalFields, before).filter(
        (one) =>
          !isScope(one) && !(one.parameterType === 'JwtBodyClaim' && /^(?:iss|sub|aud)$/.test(one.parameterName)),
      ),
    ],
  }
}

function isScope({ parameterType, parameterName }: CredentialParameter): boolean {
  return parameterType === 'AuthParameter' && parameterName.toLowerCase() === 'scope'
}

function notIn(
  fields: Readonly<Record<string, string>>,
  parameters: readonly CredentialParameter[] = [],
): readonly CredentialParameter[] {
  return parameters.filter(({ parameterType }) => !Object.hasOwn(fields, parameterType))
}

function headerLines(parameters: readonly CredentialParameter[] | undefined, type: string): readonly string[] {
  return ofType(parameters, type).map(({ parameterName, parameterValue = '' }) => `${parameterName}: ${parameterValue}`)
}

function headersFrom(lines: readonly string[], parameterType: string): readonly CredentialParameter[] {
  return lines.map((line, index) => {
    const [, name = line, value = ''] = /^([^:]*):\s*(.*)$/.exec(line) ?? []
    return { parameterName: name.trim(), parameterType, parameterValue: value, sequenceNumber: index + 1 }
  })
}
