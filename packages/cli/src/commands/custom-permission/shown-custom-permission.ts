import type { CustomPermission, Org, Stores } from '@sallyport/server'

/** A custom permission for programs, with the names of its app and of what gives it. */
export async function customPermissionJson(
  { apps, profiles, permissionSets }: Pick<Stores, 'apps' | 'profiles' | 'permissionSets'>,
  { orgId, appId, profileIds, permissionSetIds, ...permission }: CustomPermission,
  org: Pick<Org, 'name'>,
) {
  const giving = await Promise.all(profileIds.map((id) => profiles.find(id)))
  const givingSets = await Promise.all(permissionSetIds.map((id) => permissionSets.find(id)))
  return {
    ...permission,
    connectedApp: appId === undefined ? undefined : (await apps.find(appId))?.fullName,
    profiles: giving.flatMap((each) => each?.name ?? []),
    permissionSets: givingSets.flatMap((each) => each?.name ?? []),
    org: org.name,
  }
}
