import { isSamlApp } from '../../../connected-apps/saml-app.ts'
import { Card, Notice } from '../blocks.tsx'
import { notFound, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { appFieldsOf } from './app-form.tsx'
import { type AppKind, appPath, connectedApps, policiesPath } from './app-kind.ts'
import { ViewedSections } from './app-sections.tsx'
import { AppTabs } from './app-tabs.tsx'
import { findInstalledApp } from './find-app.ts'
import { PolicyDetails, PolicyWarnings, policyUsersOf } from './policy-details.tsx'
import { RegisteredApps, registeredAppsOf } from './registered-apps.tsx'
import { SamlCard } from './saml-card.tsx'

/** *View* of an app: its settings, if it is this org's own; and of a connected app this org's policies for it, too. */
export function viewApp(kind: AppKind, { addresses }: Pick<SetupNeeds, 'addresses'>): readonly SetupRoute[] {
  return page(`${kind.path}/:app`, 'view setup', async (visit) => {
    const found = await findInstalledApp(kind)(visit)
    if (found === undefined) return notFound(visit)
    const { app, isOwn } = found
    const users = await policyUsersOf(visit, found)
    const path = appPath(app)
    const canManage = visit.can('manage connected apps')
    // The policies of an external client app are a page of their own.
    const hasOnePage = kind === connectedApps
    const canManageOwn = canManage && isOwn
    return shown(visit, {
      title: app.label,
      kind: kind.title,
      lead: app.description,
      place: kind.path,
      actions: [
        canManageOwn ? { href: `${path}/edit`, label: 'Edit', look: 'brand' } : undefined,
        canManage && hasOnePage ? { href: policiesPath(app), label: 'Manage' } : undefined,
        { href: `/setup/flow-log?app=${app.id}`, label: 'Flow Log' },
        visit.can('manage oauth usage') ? { href: `/setup/oauth-usage/${app.id}`, label: 'OAuth Usage' } : undefined,
        canManageOwn ? { href: `${path}/delete`, label: 'Delete', look: 'destructive' } : undefined,
        canManage && !isOwn && !hasOnePage
          ? { href: `${path}/uninstall`, label: 'Uninstall', look: 'destructive' }
          : undefined,
      ],
      children: (
        <>
          {!hasOnePage && <AppTabs app={app} current="settings" />}
          <PolicyWarnings found={found} users={users} />
          {isOwn ? (
            <ViewedSections
              app={app}
              fields={await appFieldsOf(kind, visit.stores, visit.org)}
              canManage={canManage}
              at={visit.at}
            />
          ) : (
            <Notice look="info">
              {app.orgId === undefined
                ? 'This app is built into the server. Its settings cannot be changed; what this org decides about it can.'
                : 'This app was made in another org and is installed here. Its settings, key and secret are that org’s; what this org decides about it can be changed.'}
            </Notice>
          )}
          {isSamlApp(app) && <SamlCard app={app} base={addresses.baseOf(visit.org, visit.site)} />}
          {isOwn && hasOnePage && <RegisteredApps found={await registeredAppsOf(visit, app)} canManage={canManage} />}
          {hasOnePage && (
            <Card
              title="Policies of this org"
              action={
                canManage ? (
                  <a class="slds-button slds-button_neutral" href={policiesPath(app)}>
                    Manage
                  </a>
                ) : undefined
              }
            >
              <PolicyDetails found={found} users={users} />
            </Card>
          )}
        </>
      ),
    })
  })
}
