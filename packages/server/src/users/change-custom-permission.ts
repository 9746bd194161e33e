import { apiNameProblem } from '../api-name.ts'
import { didYouMean } from '../closest-name.ts'
import { lineProblem, requiredLineProblem, trimmed } from '../entered-text.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import type { CustomPermission, CustomPermissionStore } from './custom-permission.ts'
import type { PermissionSetStore, ProfileStore } from './profile.ts'

/** What an admin enters of a custom permission. What is left out stays as it is, or gets its default. */
export interface EnteredCustomPermission {
  /** By default the name, with blanks for underscores. */
  readonly label?: string
  readonly description?: string
  /** The API name of the app that it belongs to; an empty text takes it away. */
  readonly connectedApp?: string
  /** Names of the profiles that give it: all of them. */
  readonly profiles?: readonly string[]
  /** API names of the permission sets that give it: all of them. */
  readonly permissionSets?: readonly string[]
}

/** What names are looked up in. */
export interface CustomPermissionLookups {
  readonly apps: {
    list(orgId: string): Promise<readonly { readonly id: string; readonly fullName: string }[]>
  }
  readonly profiles: Pick<ProfileStore, 'list'>
  readonly permissionSets: Pick<PermissionSetStore, 'list'>
}

interface Needs extends CustomPermissionLookups {
  readonly customPermissions: Pick<CustomPermissionStore, 'add' | 'update' | 'list'>
}

/** Makes a custom permission of an org. Nobody has it until a profile or permission set gives it. */
export async function newCustomPermission(
  needs: Needs & { readonly newId: (kind: RecordKind) => string },
  org: Pick<Org, 'id'>,
  entered: EnteredCustomPermission & { readonly name: string },
): Promise<Outcome<CustomPermission>> {
  const name = trimmed(entered.name) ?? ''
  const all = await needs.customPermissions.list(org.id)
  const message =
    apiNameProblem(name) ??
    (all.some((one) => one.name === name) ? `This org has a custom permission “${name}” already.` : undefined)
  const blank: CustomPermission = {
    id: needs.newId('customPermission'),
    orgId: org.id,
    name,
    label: name.replaceAll('_', ' '),
    description: undefined,
    appId: undefined,
    profileIds: [],
    permissionSetIds: [],
  }
  const checked = await customPermissionWith(needs, blank, entered)
  const problems = [
    ...(message === undefined ? [] : [{ field: 'name', message }]),
    ...(checked.ok ? [] : checked.problems),
  ]
  if (!checked.ok || problems.length > 0) return refused(...problems)
  await needs.customPermissions.add(checked.value)
  return checked
}

/** Changes what was entered of a custom permission, and leaves the rest. */
export async function changeCustomPermission(
  needs: Needs,
  permission: CustomPermission,
  entered: EnteredCustomPermission,
): Promise<Outcome<CustomPermission>> {
  const checked = await customPermissionWith(needs, permission, entered)
  if (checked.ok) await needs.customPermissions.update(checked.value)
  return checked
}

/** The permission with what was entered put in, checked field by field. Nothing is written. */
export async function customPermissionWith(
  { apps, profiles, permissionSets }: CustomPermissionLookups,
  permission: CustomPermission,
  entered: EnteredCustomPermission,
): Promise<Outcome<CustomPermission>> {
  const problems: Problem[] = []
  const { orgId } = permission
  const report = (field: keyof EnteredCustomPermission, message: string | undefined, item?: number) => {
    if (message !== undefined) problems.push({ field, message, ...(item === undefined ? {} : { item }) })
  }
  const label = trimmed(entered.label) ?? permission.label
  report('label', requiredLineProblem(trimmed(label), 80))
  const description = entered.description === undefined ? permission.description : trimmed(entered.description)
  report('description', lineProblem(description ?? '', 255))
  const changed: CustomPermission = {
    ...permission,
    label,
    description,
    appId: await appId(),
    profileIds: await idsOf('profiles', 'profile', entered.profiles, permission.profileIds, profiles),
    permissionSetIds: await idsOf(
      'permissionSets',
      'permission set',
      entered.permissionSets,
      permission.permissionSetIds,
      permissionSets,
    ),
  }
  return problems.length > 0 ? refused(...problems) : done(changed)

  async function appId(): Promise<string | undefined> {
    const { connectedApp } = entered
    if (connectedApp === undefined) return permission.appId
    if (connectedApp === '') return undefined
    const all = await apps.list(orgId)
    const found = all.find(({ fullName }) => fullName === connectedApp)
    if (found !== undefined) return found.id
    const names = all.map(({ fullName }) => fullName)
    report('connectedApp', `This org has made no app “${connectedApp}”.${didYouMean(connectedApp, names)}`)
    return undefined
  }

  async function idsOf(
    field: 'profiles' | 'permissionSets',
    word: string,
    names: readonly string[] | undefined,
    held: readonly string[],
    store: { list(orgId: string): Promise<readonly { readonly id: string; readonly name: string }[]> },
  ): Promise<readonly string[]> {
    if (names === undefined) return held
    const all = await store.list(orgId)
    return names.flatMap((name, item) => {
      const found = all.find((one) => one.name === name)
      if (found !== undefined) return [found.id]
      const known = all.map((one) => one.name)
      report(field, `This org has no ${word} “${name}”.${didYouMean(name, known)}`, item)
      return []
    })
  }
}
