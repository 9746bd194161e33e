/** Why a named credential refuses, for programs; the message is for people and says what to do. */
export type NamedCredentialReason =
  | 'endpoint-malformed'
  | 'endpoint-leaves-credential'
  | 'credential-unknown'
  | 'credential-disabled'
  | 'external-credential-unknown'
  | 'principal-unknown'
  | 'definition-invalid'
  | 'formula-invalid'
  | 'merge-field-unknown'
  | 'merge-field-empty'
  | 'header-invalid'
  | 'body-not-text'
  | 'secret-missing'
  | 'not-signed-in'
  | 'user-missing'

/** A callout that a named credential refuses, before anything is sent. The message holds no secret and no token. */
export class NamedCredentialError extends Error {
  override readonly name = 'NamedCredentialError'
  readonly reason: NamedCredentialReason
  /** The developer name of the credential that refused, where one was found. */
  readonly credential: string | undefined

  constructor(reason: NamedCredentialReason, message: string, credential?: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
    this.credential = credential
  }
}
