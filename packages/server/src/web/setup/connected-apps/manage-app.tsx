import type { Child } from 'hono/jsx'
import { Card, Details, EmptyState, YesNo } from '../blocks.tsx'
import { notFound, page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { type AppKind, appCrumb, appPath, connectedApps, policiesPath } from './app-kind.ts'
import { AppTabs } from './app-tabs.tsx'
import { findInstalledApp, type InstalledApp } from './find-app.ts'
import { PolicyDetails, PolicyWarnings, policyUsersOf } from './policy-details.tsx'

/** *Manage* of a connected app, *Policies* of an external client app: what this org decided about its use, and who is assigned to it. */
export function manageApp(kind: AppKind): readonly SetupRoute[] {
  const hasTabs = kind !== connectedApps
  const right = hasTabs ? 'view setup' : 'manage connected apps'
  return page(`${kind.path}/:app/${kind.policies.path}`, right, async (visit) => {
    const found = await findInstalledApp(kind)(visit)
    if (found === undefined) return notFound(visit)
    const { app, policies } = found
    const { stores, org } = visit
    const [users, profiles, permissionSets] = await Promise.all([
      policyUsersOf(visit, found),
      stores.profiles.list(org.id),
      stores.permissionSets.list(org.id),
    ])
    const path = policiesPath(app)
    const canManage = visit.can('manage connected apps')
    return shown(visit, {
      title: hasTabs ? app.label : `Manage ${app.label}`,
      kind: kind.title,
      ...(hasTabs && { documentTitle: `Policies of ${app.label}` }),
      lead: 'Who may use the app in this org, from where and for how long. Each org that has the app installed decides for itself.',
      place: kind.path,
      crumbs: hasTabs ? [] : [appCrumb(app)],
      actions: [canManage ? { href: `${path}/edit`, label: 'Edit Policies', look: 'brand' } : undefined],
      children: (
        <>
          {hasTabs && <AppTabs app={app} current="policies" />}
          <PolicyWarnings found={found} users={users} />
          <Card title="OAuth and Session Policies">
            <PolicyDetails found={found} users={users} />
          </Card>
          <AssignedCard
            title="Profiles"
            manage={canManage ? { href: `${path}/profiles`, label: 'Manage Profiles' } : undefined}
            names={profiles.filter(({ id }) => policies.profileIds.includes(id)).map(({ name }) => name)}
            isUsed={policies.isAdminApproved}
          />
          <AssignedCard
            title="Permission Sets"
            manage={canManage ? { href: `${path}/permission-sets`, label: 'Manage Permission Sets' } : undefined}
            names={permissionSets.filter(({ id }) => policies.permissionSetIds.includes(id)).map(({ label }) => label)}
            isUsed={policies.isAdminApproved}
          />
          <FlowRequirements found={found} />
        </>
      ),
    })
  })
}

interface AssignedCardProps {
  readonly title: string
  /** For whoever may. */
  readonly manage: { readonly href: string; readonly label: string } | undefined
  readonly names: readonly string[]
  readonly isUsed: boolean
}

function AssignedCard({ title, manage, names, isUsed }: AssignedCardProps) {
  const what = title.toLowerCase()
  return (
    <Card
      title={title}
      action={
        manage !== undefined && (
          <a class="slds-button slds-button_neutral" href={manage.href}>
            {manage.label}
          </a>
        )
      }
    >
      {names.length === 0 ? (
        <EmptyState title={`No ${what} assigned`}>
          <p>
            {isUsed
              ? `Users of the ${what} that you assign here may use the app without being asked.`
              : `They count once only admin approved users are permitted. Until then every user may authorize the app.`}
          </p>
        </EmptyState>
      ) : (
        <>
          <ul class="slds-list_dotted">
            {names.map((name) => (
              <li>{name}</li>
            ))}
          </ul>
          {!isUsed && <p>They count once only admin approved users are permitted (Edit Policies).</p>}
        </>
      )}
    </Card>
  )
}

/** What people look for among policies and what is a setting of the app. */
function FlowRequirements({ found: { app, isOwn } }: { readonly found: InstalledApp }) {
  const where: Child = isOwn ? <a href={`${appPath(app)}/edit`}>Edit</a> : undefined
  return (
    <Card title="Required by the app’s settings" action={where}>
      <Details
        rows={[
          ['Require PKCE', <YesNo value={app.isPkceRequired} />],
          ['Require Secret for Web Server Flow', <YesNo value={!app.isConsumerSecretOptional} />],
          ['Require Secret for Refresh Token Flow', <YesNo value={app.isSecretRequiredForRefreshToken} />],
          ['Enable for Device Flow', <YesNo value={app.isDeviceFlowEnabled} />],
          ['Enable Client Credentials Flow', <YesNo value={app.isClientCredentialEnabled} />],
          ...(app.external === undefined
            ? ([
                ['Enable User-Agent Flow', <YesNo value={app.isUserAgentEnabled} />],
                ['Enable Username-Password Flow', <YesNo value={app.isUsernamePasswordEnabled} />],
              ] as const)
            : []),
          ['Enable Authorization Code and Credentials Flow', <YesNo value={app.isCodeCredentialEnabled} />],
          ['Enable Token Exchange Flow', <YesNo value={app.isTokenExchangeEnabled} />],
          ['Enable Refresh Token Rotation', <YesNo value={app.isRefreshTokenRotationEnabled} />],
        ]}
      />
    </Card>
  )
}
