import { type PrivateKeyEntry, readKeyStore } from '@sallyport/keystore'
import { privateKeyFrom, signRs256 } from './crypto.ts'
import { InputError } from './input-error.ts'

/** Signs with a private key that may be anywhere: in memory, in a key management service, in a smart card. */
export interface Signer {
  readonly alg: 'RS256'
  /** `kid` of the header, where the other side looks for it. */
  readonly keyId?: string | undefined
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the data. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/**
 * A signer with a private key in memory, which is parsed once.
 * @param key PEM text or PKCS#8 DER of an RSA key, not locked
 * @throws {InputError} for what is no RSA key of 2048 bits or more
 */
export function signerFromKey(key: string | Uint8Array, options: { readonly keyId?: string | undefined } = {}): Signer {
  const parsed = privateKeyFrom(key)
  const bits = parsed.asymmetricKeyDetails?.modulusLength ?? 0
  if (parsed.asymmetricKeyType !== 'rsa' || bits < 2048) {
    throw new InputError(
      'Salesforce takes assertions of RSA keys with 2048 bits or more (RS256). Make one: sallyport keystore create',
    )
  }
  return { alg: 'RS256', keyId: options.keyId, sign: (data) => signRs256(data, parsed) }
}

/** Which key of a file, and what unlocks it. */
export interface KeyChoice {
  readonly password?: string | undefined
  /** Needed where a file has several keys. */
  readonly alias?: string | undefined
  readonly keyId?: string | undefined
}

/**
 * A signer with a key out of a file of whatever format: PEM, DER, PKCS#12, JKS.
 * @throws {KeyStoreError} when the file cannot be opened
 * @throws {InputError} when it has no such key, or several and no alias was given
 */
export async function signerFromKeyStore(bytes: Uint8Array, choice: KeyChoice = {}): Promise<Signer> {
  const { password, alias, keyId } = choice
  const { entries } = await readKeyStore(bytes, password === undefined ? {} : { password })
  const keys = entries.filter((entry): entry is PrivateKeyEntry => entry.kind === 'private-key')
  const chosen = alias === undefined ? keys : keys.filter((entry) => entry.alias.toLowerCase() === alias.toLowerCase())
  const [key, ...others] = chosen
  if (key === undefined) throw new InputError('There is no such private key in the file, or another password locks it.')
  if (others.length > 0) {
    throw new InputError(
      `There are several private keys: ${chosen.map((entry) => entry.alias).join(', ')}. Give an alias.`,
    )
  }
  return signerFromKey(key.privateKey, { keyId })
}
