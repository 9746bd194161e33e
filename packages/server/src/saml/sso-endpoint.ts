import type { Addresses, Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { id15 } from '../record-id.ts'
import type { SamlSsoConfig } from './sso-config.ts'

/** Where an assertion can be looked at, check by check (*SAML Assertion Validator*). */
export const validatorPath = '/setup/saml-assertion-validator'

/** *OAuth 2.0 Token Endpoint* of an org's single sign-on settings: where an identity provider's assertion is exchanged. */
export function ssoTokenEndpoint(org: Org, addresses: Pick<Addresses, 'baseOf'>, site: Site): string {
  return `${addresses.baseOf(org, site)}/services/oauth2/token?so=${org.id}`
}

/** Where people are sent off from to an identity provider, as at Salesforce. */
export const authnRequestPath = '/saml/authn-request.jsp'

/**
 * *Salesforce Login URL* of single sign-on settings: where an identity provider posts its responses. Where they are encrypted it names
 * the settings (`?sc=`), whose key is needed before anything can be read; else the org (`?so=`).
 */
export function acsUrlOf(
  org: Org,
  { id, decryptionCertificate }: Pick<SamlSsoConfig, 'id' | 'decryptionCertificate'>,
  addresses: Pick<Addresses, 'baseOf'>,
  site: Site,
): string {
  return `${addresses.baseOf(org, site)}?${decryptionCertificate === undefined ? `so=${org.id}` : `sc=${id}`}`
}

/** Where providers have people brought to be signed out, and where they answer. */
export const spLogoutPath = '/services/auth/sp/saml2/logout'

/** *Logout URL* of an org's single sign-on settings: what a provider sends messages about signing out to. */
export function spLogoutUrlOf(org: Org, addresses: Pick<Addresses, 'baseOf'>, site: Site): string {
  const base = addresses.baseOf(org, site)
  return `${base}${spLogoutPath}${base === site.loginBase ? `?so=${org.id}` : ''}`
}

/** Every way to write the address at which messages about signing out are taken for an org, by these settings. */
export function logoutPlacesOf(
  org: Org,
  config: Pick<SamlSsoConfig, 'id'>,
  addresses: Pick<Addresses, 'basesOf' | 'ownBasesOf'>,
): readonly string[] {
  const own = addresses.ownBasesOf(org).map((base) => `${base}${spLogoutPath}`)
  const queries = loginQueries(org, config)
  return [...own, ...addresses.basesOf(org).flatMap((base) => queries.map((query) => `${base}${spLogoutPath}${query}`))]
}

/** Every way to write the address at which a browser brings a response for an org, by these settings. */
export function browserRecipientsOf(
  org: Org,
  config: Pick<SamlSsoConfig, 'id'>,
  addresses: Pick<Addresses, 'basesOf' | 'ownBasesOf'>,
): readonly string[] {
  const named = addresses
    .basesOf(org)
    .flatMap((base) => loginQueries(org, config).flatMap((query) => [`${base}${query}`, `${base}/${query}`]))
  return [...named, ...addresses.ownBasesOf(org).flatMap((base) => [base, `${base}/`])]
}

/**
 * Every address that an assertion for an org, by these settings, may be made out to: its token endpoint or login URL, at each of its
 * bases.
 */
export function recipientsOf(
  org: Org,
  config: Pick<SamlSsoConfig, 'id'>,
  addresses: Pick<Addresses, 'basesOf'>,
): readonly string[] {
  const endpoints = [org.id, id15(org.id)].map((id) => `/services/oauth2/token?so=${id}`)
  return addresses
    .basesOf(org)
    .flatMap((base) => [...endpoints, ...loginQueries(org, config)].map((path) => `${base}${path}`))
}

function loginQueries(org: Pick<Org, 'id'>, config: Pick<SamlSsoConfig, 'id'>): readonly string[] {
  return [`?so=${org.id}`, `?so=${id15(org.id)}`, `?sc=${config.id}`, `?sc=${id15(config.id)}`]
}
