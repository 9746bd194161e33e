import { type SamlConfig as NodeSamlConfig, type Profile, SAML } from '@node-saml/node-saml'
import { createCertificate, importCertificate } from '../../src/certificates/new-certificate.ts'
import type { AppPolicies, ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { SamlApp } from '../../src/connected-apps/saml-app.ts'
import { type EnteredSamlConfig, samlConfigWith } from '../../src/connected-apps/saml-config.ts'
import { recordIds } from '../../src/record-id.ts'
import { changeIdentityProvider } from '../../src/saml/identity-provider.ts'
import { idpPlaces } from '../../src/saml/idp-places.ts'
import { fieldsOf, type Stop } from './test-browser.ts'
import type { TestServer } from './test-server.ts'

/** What the service provider of the tests calls itself, and where it takes responses. */
export const entityUrl = 'https://sp.example/saml/metadata'
export const acsUrl = 'https://sp.example/saml/acs'

/** Makes the first org of a server an identity provider; answers the certificate that it signs with. */
export async function enableIdentityProvider(server: TestServer): Promise<string> {
  const { stores, org } = server
  const { certificate } = await server.addCertificate('Provider')
  const held = await stores.orgs.find(org.id)
  const entered = { enableIdentityProvider: true, certificateName: 'Provider' }
  const changed = await changeIdentityProvider(stores, held ?? org, entered)
  if (!changed.ok) throw new Error(JSON.stringify(changed.problems))
  return certificate.pem
}

/** Makes an app that people sign in to by SAML; those of the profile Standard User may. */
export async function addSamlApp(
  server: TestServer,
  fullName = 'Wiki',
  entered: EnteredSamlConfig = {},
  policies: Partial<AppPolicies> = {},
  details: Partial<ConnectedApp> = {},
): Promise<SamlApp> {
  const { saml, problems } = samlConfigWith(undefined, { entityUrl, acsUrl, ...entered })
  if (saml === undefined || problems.length > 0) throw new Error(JSON.stringify(problems))
  const { id } = await server.profile('Standard User')
  const app = await server.addApp(fullName, { ...details, saml }, { profileIds: [id], ...policies })
  return { ...app, saml }
}

/** A service provider as others write one. @param base of the org that it believes */
export function serviceProvider(base: string, idpCert: string, more: Partial<NodeSamlConfig> = {}): SAML {
  const places = idpPlaces(base)
  return new SAML({
    entryPoint: places.httpRedirect,
    logoutUrl: places.logout,
    issuer: entityUrl,
    callbackUrl: acsUrl,
    audience: entityUrl,
    idpCert,
    idpIssuer: base,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    ...more,
  })
}

/** The form with which a request is posted, as the library writes it. */
export async function postedRequest(provider: SAML, relayState = ''): Promise<Record<string, string>> {
  return fieldsOf(await provider.getAuthorizeFormAsync(relayState), 'SAMLRequest')
}

/** What the page that the browser is on posts to the app. */
export function responseOn(stop: Pick<Stop, 'html'>): Record<string, string> {
  return fieldsOf(stop.html, 'SAMLResponse')
}

/** The XML of a response that is posted. */
export function responseXmlOn(stop: Pick<Stop, 'html'>): string {
  return Buffer.from(responseOn(stop)['SAMLResponse'] ?? '', 'base64').toString('utf8')
}

/** Whom the service provider takes the browser for. */
export async function profileOf(provider: SAML, stop: Pick<Stop, 'html'>): Promise<Profile> {
  const { profile } = await provider.validatePostResponseAsync(responseOn(stop))
  if (profile === null) throw new Error('The service provider knows nobody.')
  return profile
}

/** Makes a certificate of the org with a key that nothing else has, and answers it (PEM). */
export async function makeCertificate({ stores, seal, org, now }: TestServer, name: string): Promise<string> {
  const made = await createCertificate({ ...stores, seal, newId: recordIds(now), now }, org, { name })
  if (!made.ok) throw new Error(JSON.stringify(made.problems))
  return made.value.certificate.pem
}

/** Puts a certificate without its key among those of the org, as that of an app. */
export async function newCertificateOf(server: TestServer, name: string, certificate: string): Promise<void> {
  const { stores, seal, org, now } = server
  const made = await importCertificate({ ...stores, seal, newId: recordIds(now), now }, org, { name, certificate })
  if (!made.ok) throw new Error(JSON.stringify(made.problems))
}
