import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DataFolder, writePrivately } from '../../data-folder.ts'

/** A certificate for this machine alone, which those trust who are told to. */
export interface OwnCertificate {
  readonly certificate: string
  readonly privateKey: string
  /** Where the certificate lies: what callers are to trust. */
  readonly file: string
}

// Seconds before its end when another takes its place.
const margin = 7 * 86_400

/**
 * The certificate in the data folder, made when there is none or it ends soon. It names this machine and nothing else, so its
 * key, which lies beside it, can speak for nobody else, whoever trusts it.
 */
export async function ownCertificate(dataFolder: DataFolder, now: Date): Promise<OwnCertificate> {
  const file = certificateFileIn(dataFolder)
  const folder = dirname(file)
  const keyFile = join(folder, 'localhost.key')
  if (!existsSync(keyFile) || !isGood(file, now)) {
    const { makeSelfSigned, pemBlock } = await import('@sallyport/keystore')
    const servers = ['localhost', '127.0.0.1', '::1']
    const made = await makeSelfSigned({ uniqueName: 'localhost', servers, now })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writePrivately(keyFile, pemBlock('PRIVATE KEY', made.privateKey))
    writePrivately(file, pemBlock('CERTIFICATE', made.certificate))
  }
  return { certificate: readFileSync(file, 'utf8'), privateKey: readFileSync(keyFile, 'utf8'), file }
}

/** Where the certificate lies once there is one. */
export function certificateFileIn({ path }: DataFolder): string {
  return join(path, 'tls', 'localhost.crt')
}

function isGood(file: string, now: Date): boolean {
  if (!existsSync(file)) return false
  return new X509Certificate(readFileSync(file)).validToDate.getTime() - now.getTime() > margin * 1000
}
