import { type AuthProvider, providerPaths } from '@sallyport/server'
import { details, minute } from '../../table.ts'
import type { Style } from '../../terminal.ts'

/** An auth. provider as programs read it: never its secret. */
export function providerJson(provider: AuthProvider, org: string): Readonly<Record<string, unknown>> {
  const { sealedSecret, orgId: _, ...shown } = provider
  return { ...shown, org, hasConsumerSecret: sealedSecret !== undefined, paths: providerPaths(provider) }
}

/** An auth. provider as people read it. */
export function providerText(provider: AuthProvider, org: string, style: Style): string {
  const paths = providerPaths(provider)
  return details(
    {
      'URL Suffix': provider.developerName,
      Name: provider.friendlyName,
      Org: org,
      Id: provider.id,
      'Consumer key': provider.consumerKey,
      'Consumer secret': provider.sealedSecret === undefined ? 'none' : 'kept, and not shown',
      'Token issuer': provider.idTokenIssuer ?? '–',
      'Authorize URL': provider.authorizeUrl,
      'Token URL': provider.tokenUrl,
      'User info URL': provider.userInfoUrl ?? '–',
      'Default scopes': provider.defaultScopes,
      'User matching': provider.userMatching,
      'Key and secret in a header': yes(provider.sendClientCredentialsInHeader),
      PKCE: yes(provider.isPkceEnabled),
      'Requires MFA': yes(provider.requireMfa),
      Callback: paths.callback,
      'Sign-in': paths.sso,
      Linking: paths.link,
      'Test-only': paths.test,
      Created: minute(provider.createdAt),
    },
    style,
  )
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no'
}
