import type { Org } from '@sallyport/server'
import { details, yesNo } from '../../table.ts'
import type { Style } from '../../terminal.ts'

/** An org as programs read it. */
export function orgJson({
  id,
  name,
  type,
  myDomain,
  port,
  isActive,
  settings,
  createdAt,
}: Org): Readonly<Record<string, unknown>> {
  return { id, name, type, myDomain, port, isActive, settings, createdAt }
}

/** An org as people read it. */
export function orgText(org: Org, more: Readonly<Record<string, string>>, style: Style): string {
  const { settings } = org
  return details(
    {
      Name: org.name,
      Id: org.id,
      Type: org.type,
      'My Domain': org.myDomain,
      Port: org.port?.toString(),
      Active: yesNo(org.isActive),
      ...more,
      'Time zone': settings.timeZone,
      'Session timeout': `${settings.sessionTimeout / 60} min`,
      'PKCE for every app': yesNo(settings.isPkceRequired),
      'Admin approved apps only': yesNo(settings.enableAdminApprovedAppsOnly),
      'User-agent flow': allowed(!settings.blockOAuthUsrAgtFlow),
      'Username-password flow': allowed(!settings.blockOAuthUnPwFlow),
      'Code and credentials flow': allowed(settings.oAuthCdCrdtFlowEnable),
      'SOAP login()': settings.enableSoapLogin ? 'allowed' : 'blocked',
      'Trusted addresses': settings.trustedIpRanges.map(({ start, end }) => `${start}-${end}`).join(', ') || 'none',
      'Logins of a user':
        settings.maxLoginsPerHour === undefined ? 'any number' : `${settings.maxLoginsPerHour} an hour`,
      'Wrong passwords':
        settings.maxLoginAttempts === undefined ? 'any number' : `${settings.maxLoginAttempts} lock out`,
      Lockout:
        settings.lockoutInterval === undefined ? 'until an admin unlocks' : `${settings.lockoutInterval / 60} min`,
      'Least password': `${settings.minimumPasswordLength} characters`,
      'API requests in 24 hours': settings.dailyApiRequests?.toString() ?? 'any number',
      'CORS origins': settings.corsAllowedOrigins.join(', ') || 'none',
    },
    style,
  )
}

function allowed(isAllowed: boolean): string {
  return isAllowed ? 'allowed, of apps that are set so, too' : 'blocked'
}
