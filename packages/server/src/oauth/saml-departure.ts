import type { CertificateStore } from '../certificates/certificate.ts'
import type { SamlConfig } from '../connected-apps/saml-config.ts'
import type { Org } from '../orgs/org.ts'
import { samlKeyOf } from '../saml/identity-provider.ts'
import { type MessageParameter, redirectedMessage } from '../saml/redirect-binding.ts'
import type { SamlSsoConfig } from '../saml/sso-config.ts'
import { signedMessage } from '../saml/written-logout.ts'
import type { XmlSigner } from '../saml/written-xml.ts'
import type { Seal } from '../seal.ts'
import { refusal } from './refusal.ts'

/** How the browser takes a message to another party: in an address, or in a form. */
export type SamlDeparture =
  | { readonly go: 'redirect'; readonly url: string }
  | { readonly go: 'post'; readonly url: string; readonly fields: Readonly<Record<string, string>> }

/** Where a message goes, and how. */
export interface SamlAddressee {
  readonly url: string
  readonly binding: SamlConfig['samlIdpSLOBindingEnum']
}

/** A message on its way; signed, where there is something to sign it with. */
export async function departure(
  { url, binding }: SamlAddressee,
  parameter: MessageParameter,
  { xml, relayState }: { readonly xml: string; readonly relayState: string | undefined },
  signer: XmlSigner | undefined,
): Promise<SamlDeparture> {
  if (binding === 'RedirectBinding') {
    return { go: 'redirect', url: redirectedMessage(url, parameter, { xml, relayState }, signer) }
  }
  const written = signer === undefined ? xml : await signedMessage(xml, signer)
  const value = Buffer.from(written).toString('base64')
  return {
    go: 'post',
    url,
    fields: { [parameter]: value, ...(relayState === undefined ? {} : { RelayState: relayState }) },
  }
}

/** What an org signs with what it sends to a provider; `undefined` where the settings say nothing. @throws {OAuthError} */
export async function requestSigner(
  needs: { readonly certificates: Pick<CertificateStore, 'findByName'>; readonly seal: Seal; readonly now: () => Date },
  { requestSigningCertId: name, requestSignatureMethod }: SamlSsoConfig,
  org: Org,
): Promise<XmlSigner | undefined> {
  if (name === undefined) return undefined
  const key = await samlKeyOf(needs, org, name, needs.now())
  if (!key.ok) {
    const facts = { org: org.name, certificate: key.name, problem: key.problem }
    throw refusal({ reason: 'saml-idp-certificate-unusable', facts })
  }
  const algorithm = requestSignatureMethod === 'RSA-SHA1' ? 'SHA1' : 'SHA256'
  return { certificate: key.certificate, privateKey: key.privateKey, algorithm }
}
