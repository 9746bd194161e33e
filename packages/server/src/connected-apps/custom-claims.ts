import type { Org } from '../orgs/org.ts'
import { type CustomPermissionStore, hasCustomPermission } from '../users/custom-permission.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import type { AppHandlers } from './app-handlers.ts'
import type { ConnectedApp, ConnectedAppStore } from './connected-app.ts'
import type { InvocationContext } from './connected-app-plugin.ts'
import { attributeValues } from './custom-attribute.ts'

/** What an app is told of a user beyond what every app is told; each part only where there is something to tell. */
export type CustomClaims = {
  /** The values of its custom attributes. */
  readonly custom_attributes?: Readonly<Record<string, string>>
  /** Which of its custom permissions the user has. */
  readonly custom_permissions?: Readonly<Record<string, boolean>>
}

/** Which parts are wanted. */
export interface WantedClaims {
  readonly attributes: boolean
  readonly permissions: boolean
  /** What a custom handler of the app is told it is for. */
  readonly context: InvocationContext
}

/** Works out what an app is told of a user. */
export type CustomClaimsOf = (
  app: Pick<ConnectedApp, 'id' | 'attributes'>,
  subject: { readonly user: User; readonly org: Org },
  wanted: WantedClaims,
) => Promise<CustomClaims>

interface Needs {
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly customPermissions: Pick<CustomPermissionStore, 'list'>
  readonly apps: Pick<ConnectedAppStore, 'findPolicies'>
  readonly appHandlers: Pick<AppHandlers, 'customAttributes'>
  /** Told when a handler failed: the app is then told no custom attributes, rather than those that its org replaces. */
  readonly onError: (error: unknown) => void
}

const nothing: CustomClaims = {}

/** The claims over the stores. */
export function customClaims(needs: Needs): CustomClaimsOf {
  const { profiles, customPermissions, apps, appHandlers, onError } = needs
  return async (app, { user, org }, wanted) => {
    const policies = wanted.attributes ? await apps.findPolicies(app.id, org.id) : undefined
    const isHandled = policies?.plugin !== undefined
    const hasAttributes = wanted.attributes && (app.attributes.length > 0 || isHandled)
    if (!hasAttributes && !wanted.permissions) return nothing
    const all = await customPermissions.list(org.id)
    const attributes = hasAttributes ? await attributesOf() : undefined
    return {
      ...(attributes !== undefined && { custom_attributes: attributes }),
      ...(wanted.permissions && {
        custom_permissions: Object.fromEntries(
          all
            .filter(({ appId }) => appId === app.id)
            .map((permission) => [permission.name, hasCustomPermission(permission, user)]),
        ),
      }),
    }

    async function attributesOf(): Promise<Readonly<Record<string, string>> | undefined> {
      const byFormulas = attributeValues(app.attributes, {
        user,
        org,
        profile: await profiles.find(user.profileId),
        permissions: new Set(all.filter((one) => hasCustomPermission(one, user)).map(({ name }) => name)),
      })
      if (!isHandled) return byFormulas
      const word = await appHandlers.customAttributes({ app, policies, user, org, context: wanted.context }, byFormulas)
      if (word.ok) return word.value
      onError(new Error(`The handler ${policies.plugin} said no custom attributes: ${word.problem}`))
      return undefined
    }
  }
}
