import type { Certificate, CertificateStore } from '../certificates/certificate.ts'
import type { Addresses, Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { entityXml, keyXml, serviceXml } from './metadata-xml.ts'
import type { SamlSsoConfig } from './sso-config.ts'
import { acsUrlOf, spLogoutUrlOf } from './sso-endpoint.ts'
import { namespaces } from './xml.ts'

interface Needs {
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly addresses: Pick<Addresses, 'baseOf'>
}

/** What an identity provider has to know of an org that believes it. */
export interface SpMetadata {
  readonly entityId: string
  /** *Login URL*: where it posts its responses. */
  readonly acsUrl: string
  /** *Logout URL*; `undefined` where no messages about signing out are exchanged. */
  readonly logoutUrl: string | undefined
  /** What requests are verified with; `undefined` where they are not signed. */
  readonly signing: Certificate | undefined
  /** What assertions may be encrypted for. */
  readonly encryption: Certificate | undefined
}

/** What there is to be known of an org by single sign-on settings. @param site where it is asked from */
export async function spMetadata(
  { certificates, addresses }: Needs,
  org: Org,
  config: SamlSsoConfig,
  site: Site,
): Promise<SpMetadata> {
  const held = async (name: string | undefined) =>
    name === undefined ? undefined : (await certificates.findByName(org.id, name))?.certificate
  return {
    entityId: config.samlEntityId,
    acsUrl: acsUrlOf(org, config, addresses, site),
    logoutUrl: config.singleLogoutUrl === undefined ? undefined : spLogoutUrlOf(org, addresses, site),
    signing: await held(config.requestSigningCertId),
    encryption: await held(config.decryptionCertificate),
  }
}

// Of those that are taken, the ones that `sallyport serve` takes, too.
const encryptionMethods = [
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
]

/** The metadata of an org as a service provider (*Download Metadata*; SAML 2.0 Metadata §2.4.4). */
export function spMetadataXml({ entityId, acsUrl, logoutUrl, signing, encryption }: SpMetadata, now: Date): string {
  const keys = [
    signing === undefined ? '' : keyXml('signing', signing),
    encryption === undefined ? '' : keyXml('encryption', encryption, encryptionMethods),
  ]
  const logout =
    logoutUrl === undefined
      ? ''
      : serviceXml('SingleLogoutService', 'post', logoutUrl) + serviceXml('SingleLogoutService', 'redirect', logoutUrl)
  const role = `   <md:SPSSODescriptor AuthnRequestsSigned="${signing !== undefined}" WantAssertionsSigned="true" protocolSupportEnumeration="${namespaces.protocol}">
${keys.join('')}${logout}      <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat>
${serviceXml('AssertionConsumerService', 'post', acsUrl, { index: '0', isDefault: 'true' })}   </md:SPSSODescriptor>
`
  return entityXml(entityId, role, now)
}
