import type { Element } from '@xmldom/xmldom'
import { type Certificate, readCertificate } from '../certificates/certificate.ts'
import { certificateProblemText } from '../certificates/certificate-problem.ts'
import { done, type Outcome, refused } from '../problem.ts'
import { readXml } from '../xml.ts'
import { bindings, metadataNamespace } from './metadata-xml.ts'
import type { EnteredSamlSsoConfig } from './new-sso-config.ts'
import { attributeOf, elementsNamed, isNamed, namespaces } from './xml.ts'

/** What the metadata of an identity provider says for single sign-on settings. */
export type ProviderSettings = Pick<
  EnteredSamlSsoConfig,
  'issuer' | 'validationCert' | 'loginUrl' | 'redirectBinding' | 'singleLogoutUrl' | 'singleLogoutBinding'
>

// Those of federations have thousands of providers, and are not what anybody means here.
const longest = 1_000_000
const mostTags = 10_000

class Unfit extends Error {
  override readonly name = 'Unfit'
}

/**
 * Reads the metadata of an identity provider (SAML 2.0 Metadata §2.4.3): the one that it describes. A signature of it is not looked at:
 * whoever enters it says that it is genuine.
 * @param now for which of several certificates: the one that is valid then, for the longest
 * @returns or what is wrong, as a problem of the field `metadata`
 */
export async function readProviderMetadata(text: string, now: Date): Promise<Outcome<ProviderSettings>> {
  try {
    if (text.trim() === '') throw new Unfit('Enter a value.')
    if (text.length > longest) throw new Unfit(`It is longer than ${longest} characters.`)
    const trimmed = text.replace(/^\uFEFF/, '').trim()
    const root = await readXml(trimmed, mostTags, (problem) => new Unfit(`${problem}.`))
    return done(settingsIn(root, now))
  } catch (error) {
    if (error instanceof Unfit) return refused({ field: 'metadata', message: error.message })
    throw error
  }
}

function settingsIn(root: Element | undefined, now: Date): ProviderSettings {
  const providers = root === undefined ? [] : entitiesIn(root).flatMap(providerOf)
  const [provider, ...others] = providers
  if (provider === undefined) {
    throw new Unfit('It is no metadata of an identity provider: an EntityDescriptor with an IDPSSODescriptor.')
  }
  if (others.length > 0) throw new Unfit(`It describes ${providers.length} identity providers. Enter one by itself.`)
  const { entityId, role } = provider
  const signOn = serviceOf(role, 'SingleSignOnService')
  const logout = serviceOf(role, 'SingleLogoutService')
  return {
    issuer: entityId,
    validationCert: certificateOf(role, now),
    ...(signOn === undefined ? {} : { loginUrl: signOn.location, redirectBinding: signOn.isRedirect }),
    ...(logout === undefined
      ? {}
      : {
          singleLogoutUrl: logout.location,
          singleLogoutBinding: logout.isRedirect ? 'RedirectBinding' : 'PostBinding',
        }),
  }
}

function entitiesIn(root: Element): readonly Element[] {
  if (isNamed(root, metadataNamespace, 'EntityDescriptor')) return [root]
  return isNamed(root, metadataNamespace, 'EntitiesDescriptor')
    ? elementsNamed(root, metadataNamespace, 'EntityDescriptor')
    : []
}

function providerOf(entity: Element): readonly { readonly entityId: string; readonly role: Element }[] {
  const [role] = elementsNamed(entity, metadataNamespace, 'IDPSSODescriptor')
  const entityId = attributeOf(entity, 'entityID')
  return role === undefined || entityId === undefined ? [] : [{ entityId, role }]
}

/** Where something is done: by redirect where that is offered, else by post. */
function serviceOf(role: Element, name: string) {
  const offered = elementsNamed(role, metadataNamespace, name).flatMap((service) => {
    const location = attributeOf(service, 'Location')
    return location === undefined ? [] : [{ location, binding: attributeOf(service, 'Binding') }]
  })
  const by = (binding: string) => offered.find((one) => one.binding === binding)
  const redirect = by(bindings.redirect)
  const found = redirect ?? by(bindings.post)
  return found && { location: found.location, isRedirect: redirect !== undefined }
}

/** What its signatures are verified with, as PEM: of several the one that is valid now, for the longest. */
function certificateOf(role: Element, now: Date): string {
  const within = (parents: readonly Element[], namespace: string, name: string) =>
    parents.flatMap((parent) => elementsNamed(parent, namespace, name))
  const signing = elementsNamed(role, metadataNamespace, 'KeyDescriptor').filter(
    (key) => (attributeOf(key, 'use') ?? 'signing') === 'signing',
  )
  const holding = within(within(signing, namespaces.signature, 'KeyInfo'), namespaces.signature, 'X509Data')
  const found = within(holding, namespaces.signature, 'X509Certificate').map(certificateIn)
  const isValid = ({ notBefore, notAfter }: Certificate) => Number(notBefore <= now && now <= notAfter)
  const [first] = found.toSorted(
    (one, other) => isValid(other) - isValid(one) || other.notAfter.getTime() - one.notAfter.getTime(),
  )
  if (first === undefined) {
    throw new Unfit('It has no certificate to verify signatures with (a KeyDescriptor for signing).')
  }
  return first.pem
}

function certificateIn(element: Element): Certificate {
  const lines = (element.textContent ?? '').replaceAll(/\s/g, '').replaceAll(/(.{64})/g, '$1\n')
  const reading = readCertificate(`-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`)
  if (reading.ok) return reading.certificate
  throw new Unfit(`A certificate in it (X509Certificate) cannot be used. ${certificateProblemText(reading.problem)}`)
}
