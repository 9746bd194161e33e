/** Why a key store, a key or a certificate was refused. */
export type KeyStoreErrorCode =
  | 'wrong-password'
  | 'password-required'
  | 'tampered'
  | 'unsupported'
  | 'not-a-key-store'
  | 'not-a-certificate'
  | 'not-a-private-key'
  | 'not-a-key'
  | 'not-a-chain'
  | 'key-does-not-match-certificate'
  | 'name-not-acceptable'
  | 'duplicate-alias'
  | 'no-such-alias'
  | 'too-large'

/** A key store, a key or a certificate that cannot be read or made. The message says what to do, and holds no secret. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError'
  readonly code: KeyStoreErrorCode

  constructor(code: KeyStoreErrorCode, message: string, more: { readonly cause?: unknown } = {}) {
    super(message, more.cause === undefined ? {} : { cause: more.cause })
    this.code = code
  }
}
