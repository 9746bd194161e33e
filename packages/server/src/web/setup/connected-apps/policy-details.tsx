import { Badge, Details, Notice, YesNo } from '../blocks.tsx'
import type { SetupVisit } from '../setup-visit.ts'
import { appPath, type InstalledApp } from './find-app.ts'
import {
  assuranceActions,
  ipRelaxations,
  jwtTimeoutLabel,
  permittedUsers,
  refreshTokenPolicyLabel,
  timeoutLabel,
} from './policy-form.tsx'

/** The username of the user for whom the client credentials flow acts, if one is set and still there. */
export async function runAsOf(
  { stores }: Pick<SetupVisit, 'stores'>,
  { policies: { clientCredentialUserId } }: Pick<InstalledApp, 'policies'>,
): Promise<string | undefined> {
  return clientCredentialUserId === undefined ? undefined : (await stores.users.find(clientCredentialUserId))?.username
}

interface PolicyDetailsProps {
  readonly found: InstalledApp
  readonly runAs: string | undefined
}

/** What this org decided about an app. */
export function PolicyDetails({ found: { policies }, runAs }: PolicyDetailsProps) {
  return (
    <Details
      rows={[
        ['Permitted Users', permittedUsers[policies.isAdminApproved ? 1 : 0].label],
        ['IP Relaxation', ipRelaxations.find(({ value }) => value === policies.ipRelaxation)?.label],
        ['Refresh Token Policy', refreshTokenPolicyLabel(policies)],
        ['Timeout Value', timeoutLabel(policies.sessionTimeout)],
        ['Named User JWT-based Access Token Timeout', jwtTimeoutLabel(policies.namedUserJwtTimeout)],
        ['High assurance session required', <YesNo value={policies.requiresHighAssurance} />],
        policies.requiresHighAssurance
          ? ['Other sessions', assuranceActions.find(({ value }) => value === policies.assuranceAction)?.label]
          : undefined,
        ['Client Credentials Flow: Run As', runAs],
        ['Enable Token Exchange Flow', <YesNo value={policies.isTokenExchangeFlowEnabled} />],
        policies.mobilePolicy && [
          'PIN protect',
          `${policies.mobilePolicy.pinLength} digits, after ${policies.mobilePolicy.screenLock} minutes without use`,
        ],
        policies.isBlocked ? ['Blocked', <Badge look="error">Blocked</Badge>] : undefined,
      ]}
    />
  )
}

/** What keeps an app from working as it stands, each with the way to mend it. */
export function PolicyWarnings({ found, runAs }: PolicyDetailsProps) {
  const { app, policies } = found
  const isAssignedToNobody = policies.profileIds.length === 0 && policies.permissionSetIds.length === 0
  return (
    <>
      {policies.isBlocked && (
        <Notice look="error">
          This app is blocked in this org: every request is refused. Unblock it under{' '}
          <a href="/setup/oauth-usage">Connected Apps OAuth Usage</a>.
        </Notice>
      )}
      {policies.isAdminApproved && isAssignedToNobody && (
        <Notice look="warning">
          Nobody may use this app: it is for admin approved users, and no profile or permission set is assigned.{' '}
          <a href={`${appPath(app)}/manage`}>Assign one</a>.
        </Notice>
      )}
      {app.isClientCredentialEnabled && runAs === undefined && (
        <Notice look="warning">
          The client credentials flow is enabled, but there is no Run As user, so it is refused (no client credentials
          user enabled). <a href={`${appPath(app)}/manage/edit`}>Name one in Edit Policies</a>.
        </Notice>
      )}
      {app.isTokenExchangeEnabled && !policies.isTokenExchangeFlowEnabled && (
        <Notice look="warning">
          The app may exchange tokens, but this org has not allowed it, so it is refused (token exchange flow not
          enabled). <a href={`${appPath(app)}/manage/edit`}>Allow it in Edit Policies</a>.
        </Notice>
      )}
    </>
  )
}
