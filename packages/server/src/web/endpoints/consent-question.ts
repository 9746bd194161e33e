import type { ConnectedApp } from '../../connected-apps/connected-app.ts'
import type { CustomScopeStore } from '../../connected-apps/custom-scope.ts'
import { type Scope, scopeHint, scopeLabel } from '../../connected-apps/scope.ts'
import type { NextToEnd } from '../../oauth/next-to-end.ts'
import type { SignedIn } from '../../oauth/signed-in.ts'
import type { OrgStore } from '../../orgs/org.ts'
import { displayName } from '../../users/user.ts'
import type { ConsentPageProps } from '../pages/consent.tsx'

interface Needs {
  readonly orgs: Pick<OrgStore, 'find'>
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
export function consentQuestion({ orgs, customScopes, nextToEnd }: Needs): ConsentQuestion {
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
      },
      scopes: scopes.map((name) => ({ name, label: labelOf(name), hint: scopeHint(name) })),
      user: { name: displayName(user), username: user.username },
      orgName: org.name,
      ends: await nextToEnd(user, app, scopes),
    }
  }
}
