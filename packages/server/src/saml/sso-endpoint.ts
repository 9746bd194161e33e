import type { Addresses, Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { id15 } from '../record-id.ts'

/** Where an assertion can be looked at, check by check (*SAML Assertion Validator*). */
export const validatorPath = '/setup/saml-assertion-validator'

/** *OAuth 2.0 Token Endpoint* of an org's single sign-on settings: where an identity provider's assertion is exchanged. */
export function ssoTokenEndpoint(org: Org, addresses: Pick<Addresses, 'baseOf'>, site: Site): string {
  return `${addresses.baseOf(org, site)}/services/oauth2/token?so=${org.id}`
}

/** Where people are sent off from to an identity provider, as at Salesforce. */
export const authnRequestPath = '/saml/authn-request.jsp'

/** *Salesforce Login URL* of an org's single sign-on settings: where an identity provider posts its responses. */
export function acsUrlOf(org: Org, addresses: Pick<Addresses, 'baseOf'>, site: Site): string {
  return `${addresses.baseOf(org, site)}?so=${org.id}`
}

/** Every way to write the address at which a browser brings a response for an org. */
export function browserRecipientsOf(org: Org, addresses: Pick<Addresses, 'basesOf' | 'ownBasesOf'>): readonly string[] {
  const named = addresses
    .basesOf(org)
    .flatMap((base) => [org.id, id15(org.id)].flatMap((id) => [`${base}?so=${id}`, `${base}/?so=${id}`]))
  return [...named, ...addresses.ownBasesOf(org).flatMap((base) => [base, `${base}/`])]
}

/** Every address that an assertion for an org may be made out to: its token endpoint or login URL, at each of its bases. */
export function recipientsOf(org: Org, addresses: Pick<Addresses, 'basesOf'>): readonly string[] {
  return addresses
    .basesOf(org)
    .flatMap((base) =>
      [org.id, id15(org.id)].flatMap((id) => [`${base}/services/oauth2/token?so=${id}`, `${base}?so=${id}`]),
    )
}
