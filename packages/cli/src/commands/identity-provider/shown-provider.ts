import { idpLoginUrl, idpPaths, type Org, type SamlApp, type Stores, samlAppsOf } from '@sallyport/server'
import { details, minute, table, yesNo } from '../../table.ts'
import type { Style } from '../../terminal.ts'

interface Base {
  readonly stores: Pick<Stores, 'apps' | 'certificates'>
}

/** An org as identity provider, as programs read it. Addresses are below the org's own. */
export async function providerJson({ stores }: Base, org: Org): Promise<Readonly<Record<string, unknown>>> {
  const { enableIdentityProvider, identityProviderCertificate: certificateName } = org.settings
  const held = certificateName === undefined ? undefined : await stores.certificates.findByName(org.id, certificateName)
  return {
    org: org.name,
    enableIdentityProvider,
    certificateName,
    certificate: held?.certificate.pem,
    paths: idpPaths,
    serviceProviders: (await samlAppsOf(stores, org)).map((app) => ({
      id: app.id,
      fullName: app.fullName,
      entityUrl: app.saml.entityUrl,
      acsUrl: app.saml.acsUrl,
      login: idpLoginUrl('', app),
    })),
  }
}

/** An org as identity provider, as people read it. */
export async function providerText({ stores }: Base, org: Org, style: Style): Promise<string> {
  const { enableIdentityProvider: isOn, identityProviderCertificate: name } = org.settings
  const held = name === undefined ? undefined : await stores.certificates.findByName(org.id, name)
  const apps = await samlAppsOf(stores, org)
  const row = (app: SamlApp) => [app.fullName, app.saml.entityUrl, app.saml.acsUrl, idpLoginUrl('', app)]
  const shown = details(
    {
      Org: org.name,
      'Identity provider': yesNo(isOn),
      Certificate: name,
      'Valid until': held === undefined ? undefined : minute(held.certificate.notAfter),
      ...(isOn ? { Metadata: idpPaths.metadata, 'Single sign-on': idpPaths.httpRedirect } : {}),
    },
    style,
  )
  const none = 'No app has SAML enabled yet: sallyport app saml <app>'
  return `${shown}\n\n${apps.length === 0 ? none : table(['App', 'Entity ID', 'ACS URL', 'Login'], apps.map(row), style)}`
}
