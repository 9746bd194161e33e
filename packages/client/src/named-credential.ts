import { type Authentication, checkAuthentication } from './authentication.ts'
import { readCredentialUrl } from './callout.ts'
import { type CredentialHeader, checkDeveloperName, checkHeaders, type PrincipalType } from './external-credential.ts'
import { NamedCredentialError } from './named-credential-error.ts'

/** How a named credential signs in: of itself (legacy), or by an external credential (since API 56). */
export type CredentialSignIn =
  | {
      readonly kind: 'own'
      readonly authentication: Authentication
      /** Whose the sign-in is: legacy `principalType`. */
      readonly principal: PrincipalType | 'Anonymous'
    }
  | { readonly kind: 'external'; readonly externalCredential: string }

/** Where calls go, and how they sign in: Salesforce's *Named Credential*. */
export interface NamedCredential {
  /** The developer name, with the namespace of a packaged one (`ns__Name`). */
  readonly name: string
  readonly label: string
  readonly url: URL
  readonly signIn: CredentialSignIn
  readonly headers: readonly CredentialHeader[]
  readonly isEnabled: boolean
  readonly generateAuthorizationHeader: boolean
  readonly allowMergeFieldsInHeader: boolean
  readonly allowMergeFieldsInBody: boolean
}

/** What `namedCredential` needs to be told; the rest has Salesforce's defaults. Give one of the two ways to sign in. */
export type NamedCredentialSettings = {
  readonly name: string
  readonly label?: string | undefined
  /** `https`, or `http` to localhost; without query. */
  readonly url: string
  readonly headers?: readonly CredentialHeader[] | undefined
  /** True unless given. */
  readonly isEnabled?: boolean | undefined
  /** True unless given. */
  readonly generateAuthorizationHeader?: boolean | undefined
  /** False unless given. */
  readonly allowMergeFieldsInHeader?: boolean | undefined
  /** False unless given. */
  readonly allowMergeFieldsInBody?: boolean | undefined
} & (
  | { readonly externalCredential: string; readonly authentication?: never; readonly principal?: never }
  | {
      readonly authentication: Authentication
      readonly principal?: PrincipalType | 'Anonymous' | undefined
      readonly externalCredential?: never
    }
)

/** Makes a named credential.
 *  @throws {NamedCredentialError} `definition-invalid`, `header-invalid` or `formula-invalid`, when it could only fail later */
export function namedCredential(settings: NamedCredentialSettings): NamedCredential {
  const { name, headers = [] } = settings
  checkDeveloperName(name, 'named credential')
  checkHeaders(name, headers)
  return {
    name,
    label: settings.label ?? name,
    url: readCredentialUrl(settings.url, 'The URL', name),
    signIn: signInOf(settings),
    headers,
    isEnabled: settings.isEnabled ?? true,
    generateAuthorizationHeader: settings.generateAuthorizationHeader ?? true,
    allowMergeFieldsInHeader: settings.allowMergeFieldsInHeader ?? false,
    allowMergeFieldsInBody: settings.allowMergeFieldsInBody ?? false,
  }
}

function signInOf(settings: NamedCredentialSettings): CredentialSignIn {
  if (settings.externalCredential !== undefined) {
    return { kind: 'external', externalCredential: settings.externalCredential }
  }
  const { name, authentication } = settings
  const hasNone = authentication.protocol === 'NoAuthentication'
  const principal = settings.principal ?? (hasNone ? 'Anonymous' : 'NamedPrincipal')
  if (!hasNone && principal === 'Anonymous') {
    throw new NamedCredentialError(
      'definition-invalid',
      `${name}: an anonymous principal cannot sign in. Give NamedUser or PerUser, or the protocol NoAuthentication.`,
      name,
    )
  }
  checkAuthentication(name, authentication, [{}])
  return { kind: 'own', authentication, principal }
}
