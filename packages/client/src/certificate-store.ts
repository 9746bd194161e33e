import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { type KeyStoreEntry, pemBlock, readKeyStore } from '@sallyport/keystore'
import { InputError } from './input-error.ts'
import { type Signer, signerFromKey } from './signer.ts'

/** An entry of *Certificate and Key Management*: a certificate, and what signs with its key. */
export interface HeldCertificate {
  /** The Unique Name, which is what Apex calls it by. */
  readonly uniqueName: string
  /** PEM. */
  readonly certificate: string | undefined
  /** `undefined` when only the certificate is held, or its key is none that Salesforce signs with. */
  readonly signer: Signer | undefined
}

/** Where certificates are found by their unique name. Capitals make no difference, as in Apex. */
export interface CertificateStore {
  find(uniqueName: string): HeldCertificate | undefined
}

/** Certificates that are there already. */
export function certificates(held: readonly HeldCertificate[]): CertificateStore {
  const byName = new Map(held.map((one) => [one.uniqueName.toLowerCase(), one]))
  return { find: (uniqueName) => byName.get(uniqueName.toLowerCase()) }
}

/**
 * Reads the certificates of a folder. Key stores (JKS, PKCS#12) bring their aliases as unique names; a PEM or DER file has the
 * name of the file, and a key and a certificate of one name (`OrgA_JWT.key`, `OrgA_JWT.crt`) belong together.
 * @param options.password opens what is locked
 * @throws {KeyStoreError} for a file that cannot be opened; files of other kinds are passed over
 */
export async function certificateFolder(
  folder: string,
  options: { readonly password?: string | undefined } = {},
): Promise<CertificateStore> {
  const found = new Map<string, { uniqueName: string; certificate?: Uint8Array; key?: Uint8Array }>()
  const names = await readdir(folder, { withFileTypes: true })
  for (const file of names
    .filter((entry) => entry.isFile() && isCertificateFile(entry.name))
    .map(({ name }) => name)
    .sort()) {
    const bytes = new Uint8Array(await readFile(join(folder, file)))
    const { entries } = await readKeyStore(bytes, options.password === undefined ? {} : { password: options.password })
    for (const entry of entries) {
      const uniqueName = entry.alias === '' ? basename(file, extname(file)) : entry.alias
      const before = found.get(uniqueName.toLowerCase()) ?? { uniqueName }
      found.set(uniqueName.toLowerCase(), { ...before, ...contentOf(entry) })
    }
  }
  return certificates(
    Array.from(found.values(), ({ uniqueName, certificate, key }) => ({
      uniqueName,
      certificate: certificate === undefined ? undefined : pemBlock('CERTIFICATE', certificate),
      signer: key === undefined ? undefined : signerOrNone(key),
    })),
  )
}

function isCertificateFile(name: string): boolean {
  return /\.(?:pem|crt|cer|der|key|p12|pfx|jks|keystore)$/i.test(name)
}

function contentOf(entry: KeyStoreEntry): { readonly certificate?: Uint8Array; readonly key?: Uint8Array } {
  if (entry.kind === 'trusted-certificate') return { certificate: entry.certificate }
  const [certificate] = entry.chain
  const held = certificate === undefined ? {} : { certificate }
  return entry.kind === 'private-key' ? { ...held, key: entry.privateKey } : held
}

/** An EC key is held, too, but nothing here signs with it. */
function signerOrNone(key: Uint8Array): Signer | undefined {
  try {
    return signerFromKey(key)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}
