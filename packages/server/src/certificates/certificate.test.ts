import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { readCertificate } from './certificate.ts'
import { certificateFileText } from './certificate-file.ts'

// Made with OpenSSL: an RSA key of 1024 bits, and a key on the curve P-256.
const weak =
  'MIIB+jCCAWOgAwIBAgIUOipZzxW5tjKxmwaqKkG8/PlS9GMwDQYJKoZIhvcNAQELBQAwDzENMAsGA1UEAwwEV2VhazAeFw0yNjEx' +
  'MjQwMDU0MzdaFw0zNjExMjEwMDU0MzdaMA8xDTALBgNVBAMMBFdlYWswgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBALVpkM6C' +
  'aXbHlbFp3Ooz3euy6qY90DoVWle+207wduZtao+0PMeQvxTEcsvwphLjamKYJOelXzXmy9hlWsUJZQst9UVdMkgLy+mevpiErhkJ' +
  'iReYuJNAbQ+PtPCNoDwveNi4MD8Gql3qFpbH2Y12jKRtj62epzte8DLJh2JA5hN5AgMBAAGjUzBRMB0GA1UdDgQWBBRij2X36pLP' +
  'WpvusPEHSBnDZ6bSwjAfBgNVHSMEGDAWgBRij2X36pLPWpvusPEHSBnDZ6bSwjAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEB' +
  'CwUAA4GBAEPvNPPYCKQTtTns84wgxfcc4W3UoVRXGjCZZasZ/9Apc29M1aet7Bie6Kt4N/xAOMtsB3586Dd68EX7zXPqTXwGlZ+p' +
  'r4BjilfDO9lsgSOrxfhBoezAmlkr4GGfQk0H7um8d1zkgnDasFuw/l4b8GR9GCiZZAa9sHH9f58lKZnn'
const curve =
  'MIIBdTCCARugAwIBAgIUWMOB9Vlzj7rQrZFv5ztFDaPYi64wCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFQ3VydmUwHhcNMjYxMTI0' +
  'MDA1NDM3WhcNMzYxMTIxMDA1NDM3WjAQMQ4wDAYDVQQDDAVDdXJ2ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFITn8d6AWg1' +
  '50KCGRMyPsG4uSwOw/yuvEcIbu3TOAh/wdqTk8qU9MMOiS9A1PrYFfWk8vzIMqUdg1/q1ISqsESjUzBRMB0GA1UdDgQWBBSnq5sb' +
  'siZEuqVoF2k0omUKdybp6jAfBgNVHSMEGDAWgBSnq5sbsiZEuqVoF2k0omUKdybp6jAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49' +
  'BAMCA0gAMEUCIA75sNdtF+4ehJqX54Xn5Dt9CHUvuOnG3+Ih7P2QZnqFAiEA2BrZM7qhtY124TxEM7O8wp0L9Is+Lwlf028ioyxM' +
  'SIA='

const pem = (base64: string) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`

describe('readCertificate', () => {
  it('refuses an RSA key of fewer than 2048 bits', () => {
    expect(readCertificate(pem(weak))).toEqual({ ok: false, problem: 'key-too-small' })
  })

  it('tells the type of a key, so that none but RSA verifies anything', () => {
    const reading = readCertificate(pem(curve))
    expect(reading.ok && reading.certificate.keyType).toBe('EC')
  })

  it('refuses a point that is not on its curve', () => {
    const bytes = Buffer.from(curve, 'base64')
    // The last byte of the key, which stands before the extensions.
    const point = bytes.indexOf(Buffer.from([0x03, 0x42, 0x00, 0x04])) + 4
    bytes.writeUInt8(bytes.readUInt8(point + 63) ^ 1, point + 63)
    expect(readCertificate(pem(bytes.toString('base64')))).toEqual({ ok: false, problem: 'not-a-certificate' })
  })

  it('refuses a private key, wherever it stands', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n'
    for (const text of [key, pem(curve) + key, key + pem(curve)]) {
      expect(readCertificate(text)).toEqual({ ok: false, problem: 'private-key' })
    }
  })

  it('says of a signing request that it is one, and reads a certificate that stands beside one', () => {
    const request = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'
    expect(readCertificate(request)).toEqual({ ok: false, problem: 'signing-request' })
    expect(readCertificate(request + pem(curve)).ok).toBe(true)
  })

  it('refuses what is too long to be one', () => {
    expect(readCertificate(pem('A'.repeat(20_000)))).toEqual({ ok: false, problem: 'too-large' })
  })

  it('refuses junk of any kind, and never fails over it', () => {
    const changed = fc
      .tuple(fc.constantFrom(weak, curve), fc.nat({ max: 300 }), fc.nat({ max: 255 }))
      .map(([base64, at, value]) => {
        const bytes = Buffer.from(base64, 'base64')
        bytes.writeUInt8(value, at)
        return pem(bytes.toString('base64'))
      })
    const junk = fc.oneof(
      anyText(),
      fc.uint8Array({ maxLength: 400 }).map((bytes) => pem(Buffer.from(bytes).toString('base64'))),
      changed,
    )
    fc.assert(
      fc.property(junk, (text) => {
        const reading = readCertificate(text)
        if (reading.ok) expect(reading.certificate.publicKey.type).toBe('public')
      }),
    )
  })
})

describe('certificateFileText', () => {
  it('writes DER, as a .cer file of Windows has it, as the PEM that means the same', () => {
    const reading = readCertificate(certificateFileText(Buffer.from(curve, 'base64')))
    expect(reading).toEqual(readCertificate(pem(curve)))
    expect(reading.ok).toBe(true)
  })

  it.each([
    ['PEM', pem(curve)],
    ['text that begins as DER does', '0 certificates'],
    ['nothing', ''],
  ])('leaves all else as it is: %s', (_, text) => {
    expect(certificateFileText(Buffer.from(text))).toBe(text)
  })

  it('makes no certificate of DER that is none', () => {
    const cut = Buffer.from(curve, 'base64').subarray(0, 200)
    expect(readCertificate(certificateFileText(cut))).toEqual({ ok: false, problem: 'not-a-certificate' })
  })
})
