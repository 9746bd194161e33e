import { apiNameProblem } from '../api-name.ts'
import type { Clock } from '../clock.ts'
import { didYouMean } from '../closest-name.ts'
import { requiredLineProblem, trimmed } from '../entered-text.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { readScope } from './app-settings.ts'
import type { ConnectedAppStore } from './connected-app.ts'
import type { CustomScope, CustomScopeStore } from './custom-scope.ts'

/** What an admin enters of a custom scope. What is left out stays as it is, or gets its default. */
export interface EnteredCustomScope {
  /** By default the name, with blanks for underscores. */
  readonly label?: string
  /** What people read who are to allow it: letters, digits and blanks, unlike any other. */
  readonly description?: string
  readonly isPublic?: boolean
  readonly isProtected?: boolean
  /** API names of the apps of the org that may ask for it: all of them. */
  readonly assignedTo?: readonly string[]
}

interface Needs {
  readonly customScopes: Pick<CustomScopeStore, 'add' | 'update' | 'list'>
  readonly apps: Pick<ConnectedAppStore, 'list' | 'update'>
  readonly now: Clock
}

/** Makes a custom scope of an org. */
export async function newCustomScope(
  needs: Needs & { readonly newId: (kind: RecordKind) => string },
  org: Pick<Org, 'id'>,
  entered: EnteredCustomScope & { readonly name: string },
): Promise<Outcome<CustomScope>> {
  const name = trimmed(entered.name) ?? ''
  const all = await needs.customScopes.list(org.id)
  const message =
    apiNameProblem(name) ??
    (readScope(name) === undefined ? undefined : `“${name}” is a scope of Salesforce’s own.`) ??
    (all.some((one) => one.name === name) ? `This org has a custom scope “${name}” already.` : undefined)
  const blank: CustomScope = {
    id: needs.newId('oauthCustomScope'),
    orgId: org.id,
    name,
    label: name.replaceAll('_', ' '),
    description: '',
    isPublic: false,
    isProtected: false,
  }
  const checked = customScopeWith(blank, entered, all)
  const assigned = await assignment(needs, blank, entered.assignedTo)
  const problems = [
    ...(message === undefined ? [] : [{ field: 'name', message }]),
    ...(checked.ok ? [] : checked.problems),
    ...(assigned.ok ? [] : assigned.problems),
  ]
  if (!checked.ok || !assigned.ok || problems.length > 0) return refused(...problems)
  await needs.customScopes.add(checked.value)
  await assigned.value()
  return checked
}

/** Changes what was entered of a custom scope, and leaves the rest. */
export async function changeCustomScope(
  needs: Needs,
  scope: CustomScope,
  entered: EnteredCustomScope,
): Promise<Outcome<CustomScope>> {
  const checked = customScopeWith(scope, entered, await needs.customScopes.list(scope.orgId))
  const assigned = await assignment(needs, scope, entered.assignedTo)
  if (!checked.ok || !assigned.ok) {
    return refused(...(checked.ok ? [] : checked.problems), ...(assigned.ok ? [] : assigned.problems))
  }
  await needs.customScopes.update(checked.value)
  await assigned.value()
  return checked
}

/** The scope with what was entered put in, checked field by field. Nothing is written. @param all those of its org */
export function customScopeWith(
  scope: CustomScope,
  entered: EnteredCustomScope,
  all: readonly CustomScope[],
): Outcome<CustomScope> {
  const others = all.filter(({ id }) => id !== scope.id)
  const label = trimmed(entered.label) ?? scope.label
  const description = entered.description === undefined ? scope.description : (trimmed(entered.description) ?? '')
  const problems = [
    {
      field: 'label',
      message:
        requiredLineProblem(trimmed(label), 80) ??
        (others.some((one) => one.label === label) ? `Another custom scope is called “${label}”.` : undefined),
    },
    {
      field: 'description',
      message:
        requiredLineProblem(trimmed(description), 60) ??
        (/^[\p{L}\p{N} ]+$/u.test(description) ? undefined : 'Use letters, digits and blanks only.') ??
        (others.some((one) => one.description === description)
          ? 'Another custom scope has this description: people could not tell them apart.'
          : undefined),
    },
  ].flatMap(({ field, message }): readonly Problem[] => (message === undefined ? [] : [{ field, message }]))
  if (problems.length > 0) return refused(...problems)
  return done({
    ...scope,
    label,
    description,
    isPublic: entered.isPublic ?? scope.isPublic,
    isProtected: entered.isProtected ?? scope.isProtected,
  })
}

/** What has to be done so that these apps and no others of the org have the scope. */
async function assignment(
  { apps, now }: Needs,
  { orgId, name }: Pick<CustomScope, 'orgId' | 'name'>,
  assignedTo: readonly string[] | undefined,
): Promise<Outcome<() => Promise<void>>> {
  if (assignedTo === undefined) return done(async () => {})
  const all = await apps.list(orgId)
  const names = all.map(({ fullName }) => fullName)
  const problems = assignedTo.flatMap((wanted, item): readonly Problem[] => {
    if (names.includes(wanted)) return []
    const message = `This org has made no app “${wanted}”.${didYouMean(wanted, names)}`
    return [{ field: 'assignedTo', item, message }]
  })
  const changed = all.filter(({ fullName, scopes }) => assignedTo.includes(fullName) !== scopes.includes(name))
  const last = changed.find(({ scopes }) => scopes.length === 1 && scopes[0] === name)
  if (last !== undefined && problems.length === 0) {
    problems.push({ field: 'assignedTo', message: `It is the only scope of “${last.label}”. Give that another first.` })
  }
  if (problems.length > 0) return refused(...problems)
  return done(async () => {
    for (const app of changed) {
      const others = app.scopes.filter((scope) => scope !== name)
      const scopes = others.length < app.scopes.length ? others : [...others, name]
      await apps.update({ ...app, scopes, modifiedAt: now() })
    }
  })
}
