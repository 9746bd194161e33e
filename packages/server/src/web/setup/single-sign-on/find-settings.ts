import type { SamlSsoConfig } from '../../../saml/sso-config.ts'
import type { User } from '../../../users/user.ts'
import type { SetupVisit } from '../setup-visit.ts'

/** *Single Sign-On Settings*. */
export const singleSignOnPath = '/setup/single-sign-on'

/** Where the settings for an identity provider are shown. */
export function settingsPath({ id }: Pick<SamlSsoConfig, 'id'>): string {
  return `${singleSignOnPath}/${id}`
}

/** The settings that the address names, if they are of this org. */
export async function findSettings({ stores, org, params }: SetupVisit): Promise<SamlSsoConfig | undefined> {
  return (await stores.samlSsoConfigs.list(org.id)).find(({ id }) => id === params['settings'])
}

/** As whom the handler of the settings runs, if somebody is named who is there. */
export async function executionUserOf(
  { users }: Pick<SetupVisit['stores'], 'users'>,
  { executionUserId }: Pick<SamlSsoConfig, 'executionUserId'>,
): Promise<User | undefined> {
  return executionUserId === undefined ? undefined : users.find(executionUserId)
}

/** How the provider names users, in the words of the page. */
export function identityWords({ identityMapping, identityLocation, attributeName }: SamlSsoConfig): string {
  const what = { Username: 'Username', FederationId: 'Federation ID', UserId: 'User ID' }[identityMapping]
  return identityLocation === 'Attribute'
    ? `${what}, in the attribute ${attributeName ?? ''}`
    : `${what}, in the NameID of the Subject`
}
