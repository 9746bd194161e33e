import { validityWarning } from '../../../certificates/certificate-problem.ts'
import { spMetadata, spMetadataXml } from '../../../saml/sp-metadata.ts'
import type { SamlSsoConfig } from '../../../saml/sso-config.ts'
import { acsUrlOf, spLogoutUrlOf, ssoTokenEndpoint } from '../../../saml/sso-endpoint.ts'
import { Card, CodeBlock, Copyable, Details, Instant, Notice } from '../blocks.tsx'
import { Expiry } from '../certificates/certificate-words.tsx'
import { download } from '../download.ts'
import { notFound, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { executionUserOf, findSettings, identityWords, settingsPath, singleSignOnPath } from './find-settings.ts'

/** The settings for one identity provider, with what it has to be told of this org. */
export function viewSettings({ addresses, now }: Pick<SetupNeeds, 'addresses' | 'now'>): readonly SetupRoute[] {
  return [...details(addresses), ...metadata({ addresses, now })]
}

function details(addresses: SetupNeeds['addresses']): readonly SetupRoute[] {
  return page(`${singleSignOnPath}/:settings`, 'view setup', async (visit) => {
    const config = await findSettings(visit)
    if (config === undefined) return notFound(visit)
    const { org, site, at } = visit
    const { validationCert } = config
    const path = settingsPath(config)
    const executionUser = await executionUserOf(visit.stores, config)
    const warning = validityWarning(validationCert, at)
    return shown(visit, {
      title: config.label,
      kind: 'SAML Single Sign-On Settings',
      place: singleSignOnPath,
      actions: [
        { href: `${path}/metadata`, label: 'Download Metadata' },
        ...(visit.can('manage the org')
          ? ([
              { href: `${path}/edit`, label: 'Edit' },
              { href: `${path}/delete`, label: 'Delete', look: 'destructive' },
            ] as const)
          : []),
      ],
      children: (
        <>
          {warning !== undefined && <Notice look="warning">{warning}</Notice>}
          <Card title="Identity provider">
            <Details
              rows={[
                ['Name', config.label],
                ['API Name', <code>{config.fullName}</code>],
                ['Issuer', <Copyable text={config.issuer} label="issuer" />],
                ['Identity', identityWords(config)],
                ['Identity Provider Login URL', config.loginUrl],
                ['Request Binding', config.redirectBinding ? 'HTTP Redirect' : 'HTTP POST'],
                ['Request Signing Certificate', config.requestSigningCertId],
                ['Request Signature Method', config.requestSigningCertId && config.requestSignatureMethod],
                ['Assertion Decryption Certificate', config.decryptionCertificate],
                ['User Provisioning Enabled', config.userProvisioning ? 'Yes' : 'No'],
                ['User Provisioning Type', config.userProvisioning ? provisioningWords(config) : undefined],
                ['SAML JIT Handler', config.samlJitHandlerId && <code>{config.samlJitHandlerId}</code>],
                ['Execute Handler As', executionUser?.username],
                ['Identity Provider Single Logout URL', config.singleLogoutUrl],
                [
                  'Single Logout Request Binding',
                  config.singleLogoutBinding === 'RedirectBinding' ? 'HTTP Redirect' : 'HTTP POST',
                ],
                ['Custom Logout URL', config.logoutUrl],
                ['Certificate', validationCert.subject],
                ['Fingerprint (SHA-256)', <Copyable text={validationCert.fingerprint256} label="fingerprint" />],
                ['Expiration Date', <Expiry certificate={validationCert} at={at} />],
                ['Created Date', <Instant at={config.createdAt} />],
                ['Last Modified', <Instant at={config.modifiedAt} />],
              ]}
            />
          </Card>
          <Card title="What it has to be told">
            <Details
              rows={[
                ['Entity ID', <Copyable text={config.samlEntityId} label="entity id" />],
                ['Login URL', <Copyable text={acsUrlOf(org, config, addresses, site)} label="login URL" />],
                ['Logout URL', <Copyable text={spLogoutUrlOf(org, addresses, site)} label="logout URL" />],
                [
                  'OAuth 2.0 Token Endpoint',
                  <Copyable text={ssoTokenEndpoint(org, addresses, site)} label="token endpoint" />,
                ],
              ]}
            />
          </Card>
          <Card title="Identity Provider Certificate">
            <CodeBlock text={validationCert.pem.trim()} label="certificate" />
          </Card>
        </>
      ),
    })
  })
}

/** What the provider has to be told, as a file that it reads. */
function metadata({ addresses, now }: Pick<SetupNeeds, 'addresses' | 'now'>): readonly SetupRoute[] {
  return page(`${singleSignOnPath}/:settings/metadata`, 'view setup', async (visit) => {
    const config = await findSettings(visit)
    if (config === undefined) return notFound(visit)
    const { stores, org, site } = visit
    return download({
      fileName: `${config.fullName}.xml`,
      type: 'application/samlmetadata+xml',
      body: spMetadataXml(await spMetadata({ ...stores, addresses }, org, config, site), now()),
    })
  })
}

function provisioningWords({ samlJitHandlerId }: Pick<SamlSsoConfig, 'samlJitHandlerId'>): string {
  return samlJitHandlerId === undefined ? 'Standard' : 'Custom SAML JIT with Apex handler'
}
