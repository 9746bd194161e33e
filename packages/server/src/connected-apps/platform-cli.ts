import { type BuiltInNeeds, installBuiltIn } from './built-in-app.ts'

/**
 * Builds the app of the Salesforce CLI into the server and installs it in every org, unless it is there. It is public:
 * its secret is never asked for, so each login has a PKCE challenge in its place.
 */
export function installPlatformCli(needs: BuiltInNeeds): Promise<void> {
  return installBuiltIn(needs, {
    fullName: 'PlatformCLI',
    label: 'Salesforce CLI',
    contactEmail: 'platform-cli@sallyport.invalid',
    description: 'Signs the sf command in. Built into every Salesforce org, and so into this one.',
    callbackUrls: ['http://localhost:1717/OauthRedirect'],
    scopes: ['api', 'web', 'refresh_token'],
    isConsumerSecretOptional: true,
    isSecretRequiredForRefreshToken: false,
    isDeviceFlowEnabled: true,
  })
}
