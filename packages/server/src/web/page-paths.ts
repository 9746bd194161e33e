/** Where the consent page stands, as at Salesforce. */
export const consentPath = '/setup/secur/RemoteAccessAuthorizationPage.apexp'
/** Where the page of a refused authorization stands, as at Salesforce. */
export const errorPath = '/setup/secur/RemoteAccessErrorPage.apexp'
/** Where people verify their identity, as at Salesforce. */
export const verificationPath = '/_ui/identity/verification'

/** The page on which people verify their identity, and go on. */
export function verificationUrl(startUrl: string): string {
  return `${verificationPath}?${new URLSearchParams({ startURL: startUrl })}`
}
