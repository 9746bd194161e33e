import type { ConnectedApp, ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import type { CustomScopeStore } from '../../connected-apps/custom-scope.ts'
import type { RegistrationStore } from '../../connected-apps/registration.ts'
import { type Scope, scopeHint, scopeLabel } from '../../connected-apps/scope.ts'
import type { NextToEnd } from '../../oauth/next-to-end.ts'
import type { SignedIn } from '../../oauth/signed-in.ts'
import type { OrgStore } from '../../orgs/org.ts'
import { displayName } from '../../users/user.ts'
import type { ConsentPageProps } from '../pages/consent.tsx'

interface Needs {
  readonly orgs: Pick<OrgStore, 'find'>
  readonly apps: Pick<ConnectedAppStore, 'findPolicies'>
  readonly registrations: Pick<RegistrationStore, 'parentOf'>
  readonly customScopes: Pick<CustomScopeStore, 'list'>
  readonly nextToEnd: NextToEnd
}

/** What every consent page asks, wherever its answer leads. */
export type ConsentQuestion = (asked: {
  readonly app: ConnectedApp
  readonly scopes: readonly Scope[]
  readonly signedIn: SignedIn
}) => Promise<Pick<ConsentPageProps, 'app' | 'scopes' | 'user' | 'orgName' | 'ends'>>

/** The question in words, from what is stored of the app and the person. */
export function consentQuestion({ orgs, apps, registrations, customScopes, nextToEnd }: Needs): ConsentQuestion {
  return async ({ app, scopes, signedIn: { user, org } }) => {
    const publisher = app.orgId === undefined ? undefined : await orgs.find(app.orgId)
    const custom = app.orgId === undefined ? [] : await customScopes.list(app.orgId)
    // Of a scope that an org has made, its description is what people are to read.
    const labelOf = (name: Scope) => custom.find((one) => one.name === name)?.description ?? scopeLabel(name)
    return {
      app: {
        name: app.label,
        publisher: publisher?.name ?? 'this server',
        contactEmail: app.contactEmail,
        description: app.description,
        infoUrl: app.infoUrl,
        logoUrl: await logoOf(app, org.id),
      },
      scopes: scopes.map((name) => ({ name, label: labelOf(name), hint: scopeHint(name) })),
      user: { name: displayName(user), username: user.username },
      orgName: org.name,
      ends: await nextToEnd(user, app, scopes),
    }
  }

  /**
   * A picture makes an app look known, and its host learns who looks at it: it is shown only where an admin of the person's
   * org answers for the app, and not of one that registered itself and says of itself what it likes.
   */
  async function logoOf({ id, logoUrl }: ConnectedApp, orgId: string): Promise<string | undefined> {
    if (logoUrl === undefined || URL.parse(logoUrl)?.protocol !== 'https:') return undefined
    const isInstalled = (await apps.findPolicies(id, orgId))?.isInstalled === true
    return isInstalled && (await registrations.parentOf(id)) === undefined ? logoUrl : undefined
  }
}
