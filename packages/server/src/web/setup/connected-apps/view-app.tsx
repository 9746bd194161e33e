import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { writeAttributeLine } from '../../../connected-apps/custom-attribute.ts'
import type { CustomScope } from '../../../connected-apps/custom-scope.ts'
import { scopeDefinitions } from '../../../connected-apps/scope.ts'
import { writeIpRange } from '../../../ip-range.ts'
import { Card, Copyable, Details, EmptyState, Instant, Notice, YesNo } from '../blocks.tsx'
import { CertificateDetails } from '../certificate-details.tsx'
import { notFound, page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { appPath, appsPath, findInstalledApp } from './find-app.ts'
import { PolicyDetails, PolicyWarnings, runAsOf } from './policy-details.tsx'
import { RegisteredApps, registeredAppsOf } from './registered-apps.tsx'

/** *View* of a connected app: its settings, if it is this org's own, and this org's policies for it. */
export const viewApp: readonly SetupRoute[] = page(`${appsPath}/:app`, 'view setup', async (visit) => {
  const found = await findInstalledApp(visit)
  if (found === undefined) return notFound(visit)
  const { app, isOwn } = found
  const runAs = await runAsOf(visit, found)
  const path = appPath(app)
  const canManage = visit.can('manage connected apps')
  const canManageOwn = canManage && isOwn
  return shown(visit, {
    title: app.label,
    kind: 'Connected App',
    lead: app.description,
    place: appsPath,
    actions: [
      canManageOwn ? { href: `${path}/edit`, label: 'Edit', look: 'brand' } : undefined,
      canManage ? { href: `${path}/manage`, label: 'Manage' } : undefined,
      { href: `/setup/flow-log?app=${app.id}`, label: 'Flow Log' },
      visit.can('manage oauth usage') ? { href: `/setup/oauth-usage/${app.id}`, label: 'OAuth Usage' } : undefined,
      canManageOwn ? { href: `${path}/delete`, label: 'Delete', look: 'destructive' } : undefined,
    ],
    children: (
      <>
        <PolicyWarnings found={found} runAs={runAs} />
        {isOwn ? (
          <Settings
            app={app}
            customScopes={await visit.stores.customScopes.list(visit.org.id)}
            canManage={canManage}
            at={visit.at}
          />
        ) : (
          <Notice look="info">
            {app.orgId === undefined
              ? 'This app is built into the server. Its settings cannot be changed; what this org decides about it can.'
              : 'This app was made in another org and is installed here. Its settings, key and secret are that org’s; what this org decides about it stands below.'}
          </Notice>
        )}
        {isOwn && <RegisteredApps found={await registeredAppsOf(visit, app)} canManage={canManage} />}
        <Card
          title="Policies of this org"
          action={
            canManage ? (
              <a class="slds-button slds-button_neutral" href={`${path}/manage`}>
                Manage
              </a>
            ) : undefined
          }
        >
          <PolicyDetails found={found} runAs={runAs} />
        </Card>
      </>
    ),
  })
})

interface SettingsProps {
  readonly app: ConnectedApp
  readonly customScopes: readonly CustomScope[]
  readonly canManage: boolean
  readonly at: Date
}

function Settings({ app, customScopes, canManage, at }: SettingsProps) {
  const path = appPath(app)
  return (
    <>
      <Card title="Basic Information">
        <Details
          rows={[
            ['Connected App Name', app.label],
            ['API Name', <code>{app.fullName}</code>],
            ['Contact Email', app.contactEmail],
            ['Contact Phone', app.contactPhone],
            ['Logo Image URL', app.logoUrl],
            ['Icon URL', app.iconUrl],
            ['Info URL', app.infoUrl],
            ['Description', app.description],
            ['Created Date', <Instant at={app.createdAt} />],
            ['Last Modified', <Instant at={app.modifiedAt} />],
          ]}
        />
      </Card>
      <Card
        title="API (Enable OAuth Settings)"
        action={
          canManage ? (
            <a class="slds-button slds-button_neutral" href={`${path}/consumer-details`}>
              Manage Consumer Details
            </a>
          ) : undefined
        }
      >
        <Details
          rows={[
            ['Consumer Key', <Copyable text={app.consumerKey} label="consumer key" />],
            [
              'Consumer Secret',
              app.consumerSecret.previousHash === undefined
                ? 'Hidden'
                : 'Hidden. A rotation is under way: the secret before is still valid.',
            ],
            ['Callback URL', <Lines texts={app.callbackUrls} />],
            ['Selected OAuth Scopes', <Lines texts={scopeTexts(app, customScopes)} />],
            ['Require PKCE Extension for Supported Authorization Flows', <YesNo value={app.isPkceRequired} />],
            ['Require Secret for Web Server Flow', <YesNo value={!app.isConsumerSecretOptional} />],
            ['Require Secret for Refresh Token Flow', <YesNo value={app.isSecretRequiredForRefreshToken} />],
            ['Enable for Device Flow', <YesNo value={app.isDeviceFlowEnabled} />],
            ['Enable Client Credentials Flow', <YesNo value={app.isClientCredentialEnabled} />],
            ['Enable User-Agent Flow', <YesNo value={app.isUserAgentEnabled} />],
            ['Enable Username-Password Flow', <YesNo value={app.isUsernamePasswordEnabled} />],
            ['Enable Authorization Code and Credentials Flow', <YesNo value={app.isCodeCredentialEnabled} />],
            [
              'Require user credentials in the POST body for Authorization Code and Credentials Flow',
              <YesNo value={app.isCodeCredentialPostOnly} />,
            ],
            ['Enable Token Exchange Flow', <YesNo value={app.isTokenExchangeEnabled} />],
            ['Require Secret for Token Exchange Flow', <YesNo value={app.isSecretRequiredForTokenExchange} />],
            ['Enable Refresh Token Rotation', <YesNo value={app.isRefreshTokenRotationEnabled} />],
            ['Issue JWT-based access tokens for named users', <YesNo value={app.isNamedUserJwtEnabled} />],
            ['Introspect All Tokens', <YesNo value={app.isIntrospectAllTokens} />],
            ['ID Token Valid for', `${app.idTokenConfig.validity / 60} minutes`],
            ['ID Token Audiences', <Lines texts={app.idTokenConfig.audiences} />],
            ['Include Standard Claims', <YesNo value={app.idTokenConfig.includesStandardClaims} />],
            ['Include Custom Attributes', <YesNo value={app.idTokenConfig.includesAttributes} />],
            ['Include Custom Permissions', <YesNo value={app.idTokenConfig.includesCustomPermissions} />],
            ...assetTokenRows(app),
            ['Custom Attributes', <Lines texts={app.attributes.map(writeAttributeLine)} />],
            ['Single Logout URL', app.singleLogoutUrl],
            ['Start URL', app.startUrl],
            ['Trusted IP Ranges', <Lines texts={app.ipRanges.map(writeIpRange)} />],
          ]}
        />
      </Card>
      <AppearanceCards app={app} />
      <Card title="Use digital signatures">
        {app.certificate === undefined ? (
          <EmptyState title="No certificate">
            <p>
              The JWT bearer flow needs one.{' '}
              {canManage && (
                <>
                  <a href={`${path}/edit`}>Upload it</a>, or{' '}
                  <a href="/setup/connect-a-server">connect a server by JWT</a> step by step.
                </>
              )}
            </p>
          </EmptyState>
        ) : (
          <CertificateDetails certificate={app.certificate} at={at} />
        )}
      </Card>
    </>
  )
}

function assetTokenRows({ assetTokenConfig: config }: ConnectedApp) {
  if (config === undefined) return [['Enable Asset Tokens', <YesNo value={false} />] as const]
  return [
    ['Asset Signing Certificate', config.certificate],
    ['Asset Token Valid for', `${config.validity / 60} minutes`],
    ['Asset Audiences', <Lines texts={config.audiences} />],
    ['Include Custom Attributes in asset tokens', <YesNo value={config.includesAttributes} />],
    ['Include Custom Permissions in asset tokens', <YesNo value={config.includesCustomPermissions} />],
  ] as const
}

function AppearanceCards({ app: { mobile, canvas } }: { readonly app: ConnectedApp }) {
  const { app } = mobile
  return (
    <>
      <Card title="Mobile Integration">
        <Details
          rows={[
            ['Mobile Start URL', mobile.startUrl],
            ['Supported Push Platform', mobile.pushServiceType],
            ['Full Content Push Notifications', <YesNo value={mobile.hasFullContentPush} />],
            ['App Platform', app?.devicePlatform],
            app && ['Restrict to Device Type', app.deviceType],
            app && ['App Version', app.version],
            app && ['Minimum OS Version', app.minimumOsVersion],
            app && ['App Bundle Identifier', app.applicationBundleIdentifier],
            app && ['App Binary URL', app.applicationInstallUrl],
            app && ['Private App', <YesNo value={app.privateApp} />],
          ]}
        />
      </Card>
      {canvas !== undefined && (
        <Card title="Canvas App Settings">
          <Details
            rows={[
              ['Canvas App URL', canvas.canvasUrl],
              ['Access Method', canvas.accessMethod],
              ['SAML Initiation Method', canvas.samlInitiationMethod],
              ['Locations', <Lines texts={canvas.locations} />],
              ['Options', <Lines texts={canvas.options} />],
              ['Lifecycle Class', canvas.lifecycleClass],
            ]}
          />
        </Card>
      )}
    </>
  )
}

function scopeTexts({ scopes }: ConnectedApp, customScopes: readonly CustomScope[]): readonly string[] {
  return [...scopeDefinitions, ...customScopes.map(({ label, name }) => ({ label, names: [name] as const }))]
    .filter(({ names: [name] }) => scopes.includes(name))
    .map(({ label, names: [name] }) => `${label} (${name})`)
}

/** Texts one below the other; nothing when there are none. */
function Lines({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return <span class="slds-text-color_weak">–</span>
  return (
    <ul>
      {texts.map((text) => (
        <li>{text}</li>
      ))}
    </ul>
  )
}
