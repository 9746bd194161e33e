import { selfSigned } from '../src/certificates/self-signed.ts'

const made = new Map<string, ReturnType<typeof selfSigned>>()

/** A self-signed certificate with its key, made when first asked for; its year begins at `now`. */
export function testCertificate(name: string, now: Date): ReturnType<typeof selfSigned> {
  const key = `${name} ${now.toISOString()}`
  const known = made.get(key) ?? selfSigned({ name, orgId: '00D000000000001EAA', keySize: 2048, now })
  made.set(key, known)
  return known
}
