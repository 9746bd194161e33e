import type { Clock } from '../clock.ts'
import type { OrgStore } from '../orgs/org.ts'
import type { RecordKind } from '../record-id.ts'
import type { Seal } from '../seal.ts'
import { type ConnectedApp, type ConnectedAppStore, defaultIdTokenConfig, defaultPolicies } from './connected-app.ts'
import { keptSecret, newConsumerSecret } from './consumer-secret.ts'
import { noMobileSettings } from './mobile-app.ts'

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'add' | 'findByConsumerKey'>
  readonly orgs: Pick<OrgStore, 'list'>
  readonly seal: Seal
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/**
 * Builds the app of the Salesforce CLI into the server and installs it in every org, unless it is there. It is public:
 * its secret is never asked for, so each login has a PKCE challenge in its place.
 */
export async function installPlatformCli({ apps, orgs, seal, newId, now }: Needs): Promise<void> {
  if ((await apps.findByConsumerKey('PlatformCLI')) !== undefined) return
  const at = now()
  const app: ConnectedApp = {
    id: newId('connectedApplication'),
    orgId: undefined,
    fullName: 'PlatformCLI',
    label: 'Salesforce CLI',
    contactEmail: 'platform-cli@sallyport.invalid',
    contactPhone: undefined,
    description: 'Signs the sf command in. Built into every Salesforce org, and so into this one.',
    infoUrl: undefined,
    logoUrl: undefined,
    iconUrl: undefined,
    startUrl: undefined,
    consumerKey: 'PlatformCLI',
    consumerSecret: keptSecret(seal, newConsumerSecret()),
    callbackUrls: ['http://localhost:1717/OauthRedirect'],
    certificate: undefined,
    scopes: ['api', 'web', 'refresh_token'],
    isConsumerSecretOptional: true,
    isSecretRequiredForRefreshToken: false,
    isPkceRequired: true,
    isIntrospectAllTokens: false,
    isRefreshTokenRotationEnabled: false,
    isClientCredentialEnabled: false,
    isNamedUserJwtEnabled: false,
    isDeviceFlowEnabled: true,
    attributes: [],
    isUserAgentEnabled: false,
    isUsernamePasswordEnabled: false,
    isCodeCredentialEnabled: false,
    isCodeCredentialPostOnly: false,
    idTokenConfig: defaultIdTokenConfig,
    ipRanges: [],
    singleLogoutUrl: undefined,
    mobile: noMobileSettings,
    canvas: undefined,
    createdAt: at,
    modifiedAt: at,
  }
  const everywhere = (await orgs.list()).map((org) => ({ ...defaultPolicies, appId: app.id, orgId: org.id }))
  try {
    await apps.add(app, everywhere)
  } catch (error) {
    // Two processes may find a new database at once, and one of them is later.
    if ((await apps.findByConsumerKey('PlatformCLI')) === undefined) throw error
  }
}
