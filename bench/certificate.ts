import { type KeyObject, randomBytes, sign } from 'node:crypto'

/** Whose certificate: the holder of the key pair, by common name. */
export interface Holder {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly name: string
}

/** A self-signed certificate for a year, PEM: the smallest that names its holder and carries an RSA key (RFC 5280 §4.1). */
export function selfSignedCertificate({ publicKey, privateKey, name }: Holder): string {
  const holder = sequence(set(sequence(objectId('550403'), value(0x0c, Buffer.from(name))))) // commonName, UTF8String
  const sha256WithRsa = sequence(objectId('2a864886f70d01010b'), value(0x05))
  const now = Date.now()
  const signed = sequence(
    value(0xa0, value(0x02, Buffer.from([2]))), // version 3
    value(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])), // a serial number that is positive
    sha256WithRsa,
    holder,
    sequence(utcTime(now - 24 * 3600_000), utcTime(now + 365 * 24 * 3600_000)),
    holder,
    publicKey.export({ format: 'der', type: 'spki' }),
  )
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', signed, privateKey)])
  const lines =
    sequence(signed, sha256WithRsa, value(0x03, signature))
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** One DER value: tag, length, contents. */
function value(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...derLength(body.length)]), body])
}

function derLength(length: number): readonly number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

function sequence(...members: readonly Buffer[]): Buffer {
  return value(0x30, ...members)
}

function set(member: Buffer): Buffer {
  return value(0x31, member)
}

function objectId(hex: string): Buffer {
  return value(0x06, Buffer.from(hex, 'hex'))
}

function utcTime(milliseconds: number): Buffer {
  return value(
    0x17,
    Buffer.from(
      new Date(milliseconds)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  )
}
