import type { CustomScope, Org, Stores } from '@sallyport/server'

/** A custom scope for programs, with the API names of the apps that it is assigned to. */
export async function customScopeJson(
  { apps }: Pick<Stores, 'apps'>,
  { orgId, ...scope }: CustomScope,
  org: Pick<Org, 'name'>,
) {
  const assigned = (await apps.list(orgId)).filter(({ scopes }) => scopes.includes(scope.name))
  return { ...scope, assignedTo: assigned.map(({ fullName }) => fullName), org: org.name }
}
