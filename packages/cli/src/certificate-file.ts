import { certificateFileText } from '@sallyport/server'
import { readBytes } from './secret-source.ts'

/** The text of a file with a certificate, in PEM or DER. @throws {Failure} that names it when it cannot be read */
export function readCertificateFile(file: string): string {
  return certificateFileText(readBytes(file))
}
