import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** Encrypts what must be readable again, such as private keys: AES-256-GCM under the server's encryption key. */
export interface Seal {
  /** Encrypts `text`; `purpose` is bound to it, so that one sealed value cannot stand in for another. */
  close(text: string, purpose: string): string
  /** Decrypts. @throws {Error} when no key, or not the purpose or the text, is what it was sealed with */
  open(sealed: string, purpose: string): string
  /** What values begin with that are sealed under the key that {@link Seal.close} uses. */
  readonly current: string
}

interface NamedKey {
  readonly name: string
  readonly key: Buffer
}

/**
 * The seal under one 32-byte key.
 * @param further keys that values may be sealed under as well, while they are moved from one key to another
 */
export function sealWith(key: Buffer, further: readonly Buffer[] = []): Seal {
  const current = named(key)
  const keys = [current, ...further.map(named)]
  const start = `2.${current.name}.`
  return {
    close: (text, purpose) => start + encrypted(text, purpose, key),
    open(sealed, purpose) {
      const [version, ...parts] = sealed.split('.')
      const [name, encoded] = version === '2' ? parts : [undefined, parts[0]]
      if ((version !== '1' && version !== '2') || encoded === undefined) {
        throw new Error('This is not a sealed value of a known version.')
      }
      // Values of the first version do not say which key it was.
      const candidates = keys.filter((one) => name === undefined || one.name === name)
      let cause: unknown
      for (const one of candidates) {
        try {
          return decrypted(encoded, purpose, one.key)
        } catch (error) {
          cause = error
        }
      }
      throw new Error('A sealed value does not open: the encryption key is not the one it was stored under.', { cause })
    },
    current: start,
  }
}

/** A key by a name that tells nothing of it: eight characters of its hash. */
function named(key: Buffer): NamedKey {
  return { name: createHash('sha256').update('sallyport encryption key').update(key).digest('hex').slice(0, 8), key }
}

function encrypted(text: string, purpose: string, key: Buffer): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
}

function decrypted(encoded: string, purpose: string, key: Buffer): string {
  const bytes = Buffer.from(encoded, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}
