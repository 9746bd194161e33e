import { changePolicies, type EnteredPolicies, policiesWith } from '../../../connected-apps/app-policies.ts'
import type { AppPolicies } from '../../../connected-apps/connected-app.ts'
import { type CutOff, cutOff } from '../../../connected-apps/cut-off.ts'
import { done, type Outcome, type Problem } from '../../../problem.ts'
import { Card, Notice } from '../blocks.tsx'
import { choices, hidden, type Option } from '../field.tsx'
import { type Done, formPage, type SeeFirst } from '../route.tsx'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { type AppKind, appCrumb, appPath, kindOf, policiesPath } from './app-kind.ts'
import { findInstalledApp, type InstalledApp } from './find-app.ts'
import { policyUsersOf } from './policy-details.tsx'
import { enteredPolicies, policyFields, policySectionsOf, policyStart } from './policy-form.tsx'

const right = 'manage connected apps'

/** *Edit Policies*, *Manage Profiles* and *Manage Permission Sets*. */
export function editPolicies(kind: AppKind): readonly SetupRoute[] {
  return [
    ...formPage({
      path: `${kind.path}/:app/${kind.policies.path}/edit`,
      right,
      find: findInstalledApp(kind),
      fields: ({ app, policies }) => ({ ...policyFields(app, policies), seenCutOff: hidden() }),
      start: async (found, visit) => policyStart(found.policies, await policyUsersOf(visit, found)),
      show: (form, { app, isOwn }) => ({
        title: `Edit Policies of ${app.label}`,
        lead: 'They hold in this org, from the next request on.',
        place: kind.path,
        crumbs: crumbsOf(app),
        inside: (
          <>
            {policySectionsOf(app).map(({ title, fields }) => (
              <Card title={title}>
                {fields.includes('clientCredentialUser') && !app.isClientCredentialEnabled && (
                  <FlowUnused app={app} isOwn={isOwn} />
                )}
                {fields.map((name) => form.field(name))}
              </Card>
            ))}
          </>
        ),
      }),
      submit: 'Save',
      cancel: ({ app }) => policiesPath(app),
      problemNames: { mobilePolicy: 'pinLength' },
      async act({ seenCutOff, ...values }, found, visit) {
        const entered = enteredPolicies(values, found.app)
        return entered.ok ? change(entered.value, seenCutOff, found, visit) : entered
      },
    }),
    ...assignPage(kind, 'profiles', {
      title: 'Profiles',
      help: 'Users of these profiles may use the app without being asked. A permission set is the better choice for an app that a few people use: it goes across profiles.',
      options: async ({ stores, org }) =>
        (await stores.profiles.list(org.id)).map(({ id, name }) => ({ id, value: name, label: name })),
      assigned: ({ profileIds }) => profileIds,
      entered: (profiles) => ({ profiles }),
    }),
    ...assignPage(kind, 'permission-sets', {
      title: 'Permission Sets',
      help: 'Users who have one of these permission sets may use the app without being asked.',
      options: async ({ stores, org }) =>
        (await stores.permissionSets.list(org.id)).map(({ id, name, label }) => ({
          id,
          value: name,
          label,
          hint: label === name ? undefined : name,
        })),
      assigned: ({ permissionSetIds }) => permissionSetIds,
      entered: (permissionSets) => ({ permissionSets }),
    }),
  ]
}

function FlowUnused({ app, isOwn }: Pick<InstalledApp, 'app' | 'isOwn'>) {
  return (
    <Notice look="info">
      The app does not use this flow. It is enabled among the settings of the app
      {isOwn ? (
        <>
          : <a href={`${appPath(app)}/edit`}>Edit</a>.
        </>
      ) : (
        ', by the org that made it.'
      )}
    </Notice>
  )
}

/** What can be assigned to an app: how it is called, what there is, and what is assigned. */
interface Assignable {
  readonly title: string
  readonly help: string
  readonly options: (visit: SetupVisit) => Promise<readonly (Option & { readonly id: string })[]>
  readonly assigned: (policies: AppPolicies) => readonly string[]
  readonly entered: (names: readonly string[]) => EnteredPolicies
}

function assignPage(
  kind: AppKind,
  name: string,
  { title, help, options, assigned, entered }: Assignable,
): readonly SetupRoute[] {
  return formPage({
    path: `${kind.path}/:app/${kind.policies.path}/${name}`,
    right,
    find: findInstalledApp(kind),
    fields: async (_found, visit) => ({
      names: choices({ label: title, options: await options(visit), help }),
      seenCutOff: hidden(),
    }),
    start: async ({ policies }, visit) => ({
      names: (await options(visit)).filter(({ id }) => assigned(policies).includes(id)).map(({ value }) => value),
    }),
    show: async (form, { app, policies }, visit) => ({
      title: `Manage ${title}`,
      kind: app.label,
      place: kind.path,
      crumbs: crumbsOf(app),
      inside: (
        <Card title={title}>
          {!policies.isAdminApproved && (
            <Notice look="info">
              All users may self-authorize this app, so what you assign here counts only once{' '}
              <a href={`${policiesPath(app)}/edit`}>admin approved users are pre-authorized</a>.
            </Notice>
          )}
          {(await options(visit)).length === 0 ? (
            <p>
              This org has none yet. <a href={`/setup/${name}`}>Make one</a> first.
            </p>
          ) : (
            form.field('names')
          )}
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: ({ app }) => policiesPath(app),
    act: ({ names, seenCutOff }, found, visit) => change(entered(names), seenCutOff, found, visit),
    problemNames: { profiles: 'names', permissionSets: 'names' },
  })
}

function crumbsOf(app: InstalledApp['app']) {
  return [appCrumb(app), { href: policiesPath(app), label: kindOf(app).policies.label }]
}

/** Changes policies; first it says whom they would shut out. */
async function change(
  entered: EnteredPolicies,
  seen: string,
  { app, policies }: InstalledApp,
  { stores, org }: SetupVisit,
): Promise<Outcome<Done> | SeeFirst> {
  const next = await policiesWith(stores, app, policies, entered)
  if (!next.ok) return next
  const lost = await cutOff(stores, policies, next.value)
  if (lost.users.length > 0 && seen !== String(lost.users.length)) return warning(lost)
  const changed = await changePolicies(stores, app, org, entered)
  if (!changed.ok) return changed
  return done({ to: policiesPath(app), say: `The policies of “${app.label}” have been changed.` }, lockedOut())

  function lockedOut(): readonly Problem[] {
    const { isAdminApproved, profileIds, permissionSetIds } = next.ok ? next.value : policies
    if (!isAdminApproved || profileIds.length + permissionSetIds.length > 0) return []
    return [
      { field: 'permittedUsers', message: 'Nobody may use the app until you assign a profile or a permission set.' },
    ]
  }
}

const named = 5

function warning({ users, userCount }: CutOff): SeeFirst {
  const count = users.length
  const names = users.slice(0, named).map(({ username }) => username)
  return {
    seeFirst: (
      <>
        <p>
          Nothing is saved yet. This cuts off {count} of {userCount} {userCount === 1 ? 'user' : 'users'} of the app at
          once: {names.join(', ')}
          {count > names.length ? ` and ${count - names.length} more` : ''}. They have no profile and no permission set
          that is assigned to it, and their next request is refused.
        </p>
        <p>Assign one that they have first; or save once more, if that is what you want.</p>
        <input type="hidden" name="seenCutOff" value={String(count)} />
      </>
    ),
  }
}
