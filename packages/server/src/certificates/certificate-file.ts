import { X509Certificate } from 'node:crypto'

/** The text of a certificate file. What is DER, as many `.cer` files of Windows are, is written as PEM; all else is as it was. */
export function certificateFileText(bytes: Uint8Array): string {
  return pemOfDer(bytes) ?? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

function pemOfDer(bytes: Uint8Array): string | undefined {
  // A sequence whose length takes more than one byte: no text begins so.
  if (bytes[0] !== 0x30 || (bytes[1] ?? 0) < 0x81) return undefined
  try {
    return new X509Certificate(bytes).toString()
  } catch {
    // DER of something else, of which whoever reads the text says that it is no certificate.
    return undefined
  }
}
