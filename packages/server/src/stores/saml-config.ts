import { z } from 'zod'
import {
  type SamlConfig,
  samlEncryptionTypes,
  samlLogoutBindings,
  samlNameIdFormats,
  samlSigningAlgorithms,
  samlSubjectTypes,
} from '../connected-apps/saml-config.ts'
import { readStoredCertificate } from './column-values.ts'

// What is `undefined` is left out of JSON.
const text = z.string().optional()

const schema = z.object({
  entityUrl: z.string(),
  acsUrl: z.string(),
  samlSubjectType: z.enum(samlSubjectTypes),
  samlSubjectCustomAttr: text,
  samlNameIdFormat: z.enum(samlNameIdFormats),
  issuer: text,
  samlSigningAlgoType: z.enum(samlSigningAlgorithms),
  /** PEM. */
  certificate: text,
  encryptionCertificate: text,
  encryptionType: z.enum(samlEncryptionTypes),
  samlSloUrl: text,
  samlIdpSLOBindingEnum: z.enum(samlLogoutBindings),
})

/** Reads the column of an app's SAML settings. */
export function readSamlConfig(json: string): SamlConfig {
  const { samlSubjectCustomAttr, issuer, certificate, encryptionCertificate, samlSloUrl, ...others } = schema.parse(
    JSON.parse(json),
  )
  return {
    ...others,
    samlSubjectCustomAttr,
    issuer,
    certificate: certificate === undefined ? undefined : readStoredCertificate(certificate),
    encryptionCertificate,
    samlSloUrl,
  }
}

/** Writes the column. */
export function writeSamlConfig(config: SamlConfig): string {
  return JSON.stringify({ ...config, certificate: config.certificate?.pem })
}
