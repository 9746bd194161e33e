import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect, it } from 'vitest'
import { selfSignedCertificate } from './certificate.ts'

it('makes a certificate that its own key has signed and that is valid today', () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const certificate = new X509Certificate(selfSignedCertificate({ ...keys, name: 'Bench' }))
  expect(certificate.subject).toBe('CN=Bench')
  expect(certificate.issuer).toBe('CN=Bench')
  expect(certificate.verify(keys.publicKey)).toBe(true)
  expect(certificate.publicKey.equals(keys.publicKey)).toBe(true)
  expect(certificate.validFromDate < new Date()).toBe(true)
  expect(certificate.validToDate > new Date()).toBe(true)
})
