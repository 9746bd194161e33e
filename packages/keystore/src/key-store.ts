/** The form that keys and certificates are kept in. */
export type KeyStoreFormat = 'pem' | 'der' | 'pkcs12' | 'jks' | 'jceks'

/** A private key with its certificate chain. */
export interface PrivateKeyEntry {
  readonly kind: 'private-key'
  readonly alias: string
  readonly createdAt: Date | undefined
  /** PKCS#8 DER, not locked. */
  readonly privateKey: Uint8Array
  /** DER, the key's own certificate first; empty for a key that stands alone. */
  readonly chain: readonly Uint8Array[]
}

/** A private key that the password given does not unlock. */
export interface LockedPrivateKeyEntry {
  readonly kind: 'locked-private-key'
  readonly alias: string
  readonly createdAt: Date | undefined
  readonly chain: readonly Uint8Array[]
}

/** A certificate without a private key. */
export interface TrustedCertificateEntry {
  readonly kind: 'trusted-certificate'
  readonly alias: string
  readonly createdAt: Date | undefined
  /** DER. */
  readonly certificate: Uint8Array
}

/** What a key store keeps under an alias. */
export type KeyStoreEntry = PrivateKeyEntry | LockedPrivateKeyEntry | TrustedCertificateEntry

/** A key store that was read. */
export interface KeyStore {
  readonly format: KeyStoreFormat
  readonly entries: readonly KeyStoreEntry[]
}
