import type { Org } from '../orgs/org.ts'
import { type CustomPermissionStore, hasCustomPermission } from '../users/custom-permission.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import type { ConnectedApp } from './connected-app.ts'
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
}

const nothing: CustomClaims = {}

/** The claims over the stores. */
export function customClaims({ profiles, customPermissions }: Needs): CustomClaimsOf {
  return async (app, { user, org }, wanted) => {
    const hasAttributes = wanted.attributes && app.attributes.length > 0
    if (!hasAttributes && !wanted.permissions) return nothing
    const all = await customPermissions.list(org.id)
    return {
      ...(hasAttributes && {
        custom_attributes: attributeValues(app.attributes, {
          user,
          org,
          profile: await profiles.find(user.profileId),
          permissions: new Set(all.filter((one) => hasCustomPermission(one, user)).map(({ name }) => name)),
        }),
      }),
      ...(wanted.permissions && {
        custom_permissions: Object.fromEntries(
          all
            .filter(({ appId }) => appId === app.id)
            .map((permission) => [permission.name, hasCustomPermission(permission, user)]),
        ),
      }),
    }
  }
}
