import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Encrypts what must be readable again, such as private keys: AES-256-GCM under the server's encryption key. */
export interface Seal {
  /** Encrypts `text`; `purpose` is bound to it, so that one sealed value cannot stand in for another. */
  close(text: string, purpose: string): string
  /** Decrypts. @throws {Error} when the key, the purpose or the text is not what it was sealed with. */
  open(sealed: string, purpose: string): string
}

/** The seal under one 32-byte key. */
export function sealWith(key: Buffer): Seal {
  return {
    close(text, purpose) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open(sealed, purpose) {
      const [version, encoded] = sealed.split('.')
      if (version !== '1' || encoded === undefined) throw new Error('This is not a sealed value of a known version.')
      const bytes = Buffer.from(encoded, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(12, 28))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new Error('A sealed value does not open: the encryption key is not the one it was stored under.', {
          cause,
        })
      }
    },
  }
}
