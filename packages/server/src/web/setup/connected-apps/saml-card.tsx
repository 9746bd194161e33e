import type { SamlApp } from '../../../connected-apps/saml-app.ts'
import { appMetadataUrl, idpLoginUrl, idpPlaces } from '../../../saml/idp-places.ts'
import { Card, Copyable, Details } from '../blocks.tsx'

interface SamlCardProps {
  readonly app: SamlApp
  /** Where the org answers as an identity provider. */
  readonly base: string
}

/** What an app that people sign in to by SAML has to be told of the org, and where people begin. */
export function SamlCard({ app, base }: SamlCardProps) {
  const places = idpPlaces(base)
  return (
    <Card title="SAML Login Information">
      <Details
        rows={[
          ['IdP-Initiated Login URL', <Copyable text={idpLoginUrl(base, app)} label="login URL" />],
          ['Issuer', <Copyable text={app.saml.issuer ?? base} label="issuer" />],
          ['SP-Initiated POST Endpoint', <Copyable text={places.httpPost} label="POST endpoint" />],
          ['SP-Initiated Redirect Endpoint', <Copyable text={places.httpRedirect} label="redirect endpoint" />],
          ['Metadata', <Copyable text={appMetadataUrl(base, app)} label="metadata URL" />],
        ]}
      />
    </Card>
  )
}
