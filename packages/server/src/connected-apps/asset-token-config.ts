import { apiNameProblem } from '../api-name.ts'
import type { CertificateStore } from '../certificates/certificate.ts'
import { didYouMean } from '../closest-name.ts'
import { requiredLineProblem, trimmed } from '../entered-text.ts'
import type { Problem } from '../problem.ts'
import { type AssetTokenConfig, type ConnectedApp, defaultAssetTokenConfig } from './connected-app.ts'

const field = {
  certificate: 'assetTokenConfig.certificate',
  validity: 'assetTokenConfig.validity',
  audiences: 'assetTokenConfig.audiences',
} as const
const longestValidity = 525_600 * 60

/** The asset token settings with what was entered put in, and what is wrong with them. */
export function assetTokenConfigWith(
  held: AssetTokenConfig | undefined,
  entered: Partial<AssetTokenConfig>,
): { readonly value: AssetTokenConfig; readonly problems: readonly Problem[] } {
  const value = { ...defaultAssetTokenConfig, ...held, ...entered }
  const problems: Problem[] = []
  if (value.validity % 60 !== 0 || value.validity < 60 || value.validity > longestValidity) {
    problems.push({ field: field.validity, message: 'An asset token is valid for 1 to 525600 whole minutes (a year).' })
  }
  const nameProblem = apiNameProblem(value.certificate)
  if (value.certificate === '')
    problems.push({ field: field.certificate, message: 'Asset tokens need a certificate to sign with.' })
  else if (nameProblem !== undefined)
    problems.push({ field: field.certificate, message: `The certificate: ${nameProblem}` })
  if (value.audiences.length === 0)
    problems.push({ field: field.audiences, message: 'Asset tokens need at least one audience.' })
  for (const [item, audience] of value.audiences.entries()) {
    const message = requiredLineProblem(trimmed(audience), 255)
    if (message !== undefined) problems.push({ field: field.audiences, item, message })
  }
  return { value, problems }
}

/** What is wrong with the certificate that asset tokens of an app are signed with, as its org has it; `undefined` when nothing is. */
export async function assetCertificateProblem(
  certificates: Pick<CertificateStore, 'findByName' | 'list'>,
  { orgId, assetTokenConfig }: Pick<ConnectedApp, 'orgId' | 'assetTokenConfig'>,
): Promise<Problem | undefined> {
  if (assetTokenConfig === undefined || orgId === undefined) return undefined
  const { certificate: name } = assetTokenConfig
  const held = await certificates.findByName(orgId, name)
  if (held === undefined) {
    const names = (await certificates.list(orgId)).map((each) => each.name)
    return {
      field: field.certificate,
      message: `The app's org has no certificate “${name}”.${didYouMean(name, names)}`,
    }
  }
  if (held.sealedPrivateKey === undefined) {
    return {
      field: field.certificate,
      message: `Of the certificate “${name}”, the private key is not here: nothing can be signed with it.`,
    }
  }
  if (held.certificate.keyType === 'RSA') return undefined
  return {
    field: field.certificate,
    message: `The key of the certificate “${name}” is ${held.certificate.keyType}; asset tokens are signed with RSA.`,
  }
}
