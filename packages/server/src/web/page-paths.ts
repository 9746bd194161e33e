/** Where the consent page stands, as at Salesforce. */
export const consentPath = '/setup/secur/RemoteAccessAuthorizationPage.apexp'
/** Where the page of a refused authorization stands, as at Salesforce. */
export const errorPath = '/setup/secur/RemoteAccessErrorPage.apexp'
