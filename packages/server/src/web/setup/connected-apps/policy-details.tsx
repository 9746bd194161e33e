import { Badge, Details, Notice } from '../blocks.tsx'
import { fieldRows } from '../form.tsx'
import type { SetupVisit } from '../setup-visit.ts'
import { policiesPath } from './app-kind.ts'
import type { InstalledApp } from './find-app.ts'
import {
  type PolicyFields,
  type PolicyUsers,
  policyFields,
  policySectionsOf,
  policyStart,
  refreshTokenPolicyLabel,
} from './policy-form.tsx'

/** The users as whom flows and handlers of an app run, as far as they are set and still there. */
export async function policyUsersOf(
  { stores }: Pick<SetupVisit, 'stores'>,
  { policies }: Pick<InstalledApp, 'policies'>,
): Promise<PolicyUsers> {
  const nameOf = async (id: string | undefined) =>
    id === undefined ? undefined : (await stores.users.find(id))?.username
  return {
    clientCredentialUser: await nameOf(policies.clientCredentialUserId),
    pluginExecutionUser: await nameOf(policies.pluginExecutionUserId),
  }
}

interface PolicyDetailsProps {
  readonly found: InstalledApp
  readonly users: PolicyUsers
}

/** What this org decided about an app, in the sections and words in which it was entered. */
export function PolicyDetails({ found: { app, policies }, users }: PolicyDetailsProps) {
  const fields = policyFields(app, policies)
  const values = policyStart(policies, users)
  return (
    <div class="stack">
      {policies.isBlocked && <Badge look="error">Blocked</Badge>}
      {policySectionsOf(app).map(({ title, fields: names }) => (
        <section aria-label={title}>
          <h3 class="slds-text-heading_small">{title}</h3>
          <Details rows={names.flatMap((name) => rowsOf(name))} />
        </section>
      ))}
    </div>
  )

  function rowsOf(name: keyof PolicyFields) {
    // Three fields of the form are one sentence here.
    if (name === 'refreshTokenPeriod' || name === 'refreshTokenUnit') return []
    if (name === 'refreshTokenPolicy') return [[fields[name].label, refreshTokenPolicyLabel(policies)] as const]
    if (name === 'assuranceAction' && !policies.requiresHighAssurance) return []
    return fieldRows(fields, values, [name])
  }
}

/** What keeps an app from working as it stands, each with the way to mend it. */
export function PolicyWarnings({ found, users }: PolicyDetailsProps) {
  const { app, policies } = found
  const isAssignedToNobody =
    policies.plugin === undefined && policies.profileIds.length === 0 && policies.permissionSetIds.length === 0
  const isAllowed = app.external === undefined || policies.isClientCredentialsFlowEnabled
  return (
    <>
      {policies.isBlocked && (
        <Notice look="error">
          This app is blocked in this org: every request is refused. Unblock it under{' '}
          <a href="/setup/oauth-usage">Connected Apps OAuth Usage</a>.
        </Notice>
      )}
      {!(policies.isEnabled && policies.isOauthPluginEnabled) && (
        <Notice look="warning">
          {policies.isEnabled ? 'The OAuth plug-in of this app is' : 'This app is'} not enabled in this org: every
          request for a token is refused. <a href={`${policiesPath(app)}/edit`}>Enable it in Edit Policies</a>.
        </Notice>
      )}
      {!isAllowed && app.isClientCredentialEnabled && (
        <Notice look="warning">
          The app may use the client credentials flow, but this org has not allowed it, so it is refused.{' '}
          <a href={`${policiesPath(app)}/edit`}>Allow it in Edit Policies</a>, with a Run As user.
        </Notice>
      )}
      {policies.isAdminApproved && isAssignedToNobody && (
        <Notice look="warning">
          Nobody may use this app: it is for admin approved users, and no profile or permission set is assigned.{' '}
          <a href={policiesPath(app)}>Assign one</a>.
        </Notice>
      )}
      {isAllowed && app.isClientCredentialEnabled && users.clientCredentialUser === undefined && (
        <Notice look="warning">
          The client credentials flow is enabled, but there is no Run As user, so it is refused (no client credentials
          user enabled). <a href={`${policiesPath(app)}/edit`}>Name one in Edit Policies</a>.
        </Notice>
      )}
      {policies.plugin !== undefined && users.pluginExecutionUser === undefined && (
        <Notice look="warning">
          The handler {policies.plugin} has no user to run as
          {policies.isAdminApproved ? ', so nobody may use this app' : ''}.{' '}
          <a href={`${policiesPath(app)}/edit`}>Name one in Edit Policies</a>.
        </Notice>
      )}
      {app.isTokenExchangeEnabled && !policies.isTokenExchangeFlowEnabled && (
        <Notice look="warning">
          The app may exchange tokens, but this org has not allowed it, so it is refused (token exchange flow not
          enabled). <a href={`${policiesPath(app)}/edit`}>Allow it in Edit Policies</a>.
        </Notice>
      )}
    </>
  )
}
