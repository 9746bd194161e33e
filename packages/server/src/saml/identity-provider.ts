import type { KeyObject } from 'node:crypto'
import type { Certificate, CertificateStore, OrgCertificate } from '../certificates/certificate.ts'
import { openPrivateKey } from '../certificates/new-certificate.ts'
import { didYouMean } from '../closest-name.ts'
import { trimmed } from '../entered-text.ts'
import { changeOrg } from '../orgs/change-org.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { Seal } from '../seal.ts'

/** What is entered of *Identity Provider*, by the names of the metadata type `IdentityProviderSettings`. What is left out stays. */
export interface EnteredIdentityProvider {
  readonly enableIdentityProvider?: boolean
  /** Unique Name of a certificate of the org; an empty text takes it away. */
  readonly certificateName?: string
}

interface CheckNeeds {
  readonly certificates: Pick<CertificateStore, 'findByName' | 'list'>
}

type ChangedOrgs = Pick<OrgStore, 'findByName' | 'findByMyDomain' | 'findByPort' | 'update' | 'endAll'>

/** Makes an org an identity provider for apps, or one no more. */
export async function changeIdentityProvider(
  needs: CheckNeeds & { readonly orgs: ChangedOrgs },
  org: Org,
  entered: EnteredIdentityProvider,
): Promise<Outcome<Org>> {
  const checked = await identityProviderWith(needs, org, entered)
  return checked.ok ? changeOrg(needs, org, { settings: checked.value.settings }) : checked
}

/** The org with what was entered put in, checked against its certificates. Nothing is written. */
export async function identityProviderWith(
  { certificates }: CheckNeeds,
  org: Org,
  entered: EnteredIdentityProvider,
): Promise<Outcome<Org>> {
  const { settings } = org
  const enableIdentityProvider = entered.enableIdentityProvider ?? settings.enableIdentityProvider
  const name =
    entered.certificateName === undefined ? settings.identityProviderCertificate : trimmed(entered.certificateName)
  const problems: Problem[] = []
  if (name !== undefined) {
    const held = await certificates.findByName(org.id, name)
    const names = held === undefined ? (await certificates.list(org.id)).map((each) => each.name) : []
    const message =
      held === undefined
        ? `This org has no certificate “${name.slice(0, 80)}”.${didYouMean(name, names)}`
        : unusableForSaml(held)
    if (message !== undefined) problems.push({ field: 'certificateName', message })
  } else if (enableIdentityProvider) {
    problems.push({ field: 'certificateName', message: 'Choose the certificate whose key signs.' })
  }
  // At the login host of all orgs nobody would know whose provider is asked.
  if (enableIdentityProvider && org.myDomain === undefined && org.port === undefined) {
    const message = 'An identity provider needs an address of its own: give the org a My Domain, or a port, first.'
    problems.push({ field: 'enableIdentityProvider', message })
  }
  if (problems.length > 0) return refused(...problems)
  return done({ ...org, settings: { ...settings, enableIdentityProvider, identityProviderCertificate: name } })
}

/** What an org signs with as an identity provider, or why it cannot. */
export type ProviderKey =
  | { readonly ok: true; readonly certificate: Certificate; readonly privateKey: KeyObject }
  | { readonly ok: false; readonly name: string; readonly problem: string }

interface KeyNeeds {
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly seal: Seal
}

/** Opens the key of the org's identity provider. */
export function providerKeyOf(needs: KeyNeeds, org: Org, now: Date): Promise<ProviderKey> {
  return samlKeyOf(needs, org, org.settings.identityProviderCertificate ?? '', now)
}

/** Opens the key of a certificate of an org that SAML messages are signed with. */
export async function samlKeyOf(
  { certificates, seal }: KeyNeeds,
  { id }: Pick<Org, 'id'>,
  name: string,
  now: Date,
): Promise<ProviderKey> {
  const held = await certificates.findByName(id, name)
  if (held === undefined) return { ok: false, name, problem: 'it is not there' }
  const privateKey = openPrivateKey(seal, held)
  const problem = unusableForSaml(held)
  if (privateKey === undefined || problem !== undefined) return { ok: false, name, problem: 'it has no RSA key here' }
  const { certificate } = held
  if (certificate.notAfter <= now) {
    return { ok: false, name, problem: `it was valid until ${certificate.notAfter.toISOString()}` }
  }
  return { ok: true, certificate, privateKey }
}

/** Why an org cannot sign or decrypt SAML messages with a certificate; `undefined` when it can. */
export function unusableForSaml({ name, certificate, sealedPrivateKey }: OrgCertificate): string | undefined {
  if (sealedPrivateKey === undefined) return `Of “${name}” only the certificate is held, not its private key.`
  if (certificate.keyType === 'RSA') return undefined
  return `The key of “${name}” is ${certificate.keyType}; SAML takes RSA.`
}
