import { changePolicies } from '../../../connected-apps/app-policies.ts'
import { commandLine } from '../../../oauth/explanations/mending.ts'
import { done, type Outcome, refused } from '../../../problem.ts'
import { newPermissionSet } from '../../../users/new-permission-set.ts'
import type { PermissionSet, Profile } from '../../../users/profile.ts'
import { Card, Notice } from '../blocks.tsx'
import { choices, text } from '../field.tsx'
import { type Done, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { Elsewhere, findApp, goTo, guidePage, guidePath, shownName, Way, type WithApp } from './guide.tsx'

interface Subject extends WithApp {
  readonly permissionSets: readonly PermissionSet[]
  readonly profiles: readonly Profile[]
}

function fields({ permissionSets, profiles }: Subject, visit: SetupVisit) {
  return {
    permissionSets: choices({
      label: 'Permission sets',
      help: 'Users with any of them may use the app. The better choice: it can be given to one user and taken again.',
      options: permissionSets.map(({ name, label }) => ({
        value: name,
        label: label === name ? name : `${label} (${name})`,
      })),
    }),
    newPermissionSet: text({
      label: 'New permission set',
      help: visit.can('manage users')
        ? 'An API Name such as Warehouse_Access: it is made, permits nothing else, and is assigned to the app. Leave it empty to make none.'
        : 'Making one takes the permission ManageUsers, which you do not have.',
      isReadOnly: !visit.can('manage users'),
    }),
    profiles: choices({
      label: 'Profiles',
      help: 'All users with any of them may use the app.',
      options: profiles.map(({ name }) => ({ value: name, label: name })),
    }),
  }
}

/** The fourth step: an admin says beforehand who may use the app, since nobody is there to click Allow. */
export function accessStep({ newId }: Pick<SetupNeeds, 'newId'>): readonly SetupRoute[] {
  return formPage({
    path: `${guidePath}/:certificate/:app/access`,
    right: 'manage connected apps',
    find: async (visit): Promise<Subject | undefined> => {
      const found = await findApp(visit)
      if (found === undefined) return undefined
      const { stores, org } = visit
      const [permissionSets, profiles] = await Promise.all([
        stores.permissionSets.list(org.id),
        stores.profiles.list(org.id),
      ])
      return { ...found, permissionSets, profiles }
    },
    fields,
    start: ({ policies, permissionSets, profiles }) => ({
      permissionSets: permissionSets.filter(({ id }) => policies.permissionSetIds.includes(id)).map(({ name }) => name),
      profiles: profiles.filter(({ id }) => policies.profileIds.includes(id)).map(({ name }) => name),
    }),
    show: (form, way, { org }) => ({
      ...guidePage('access'),
      lead: 'Nobody is there to click Allow when a server asks, so an admin says beforehand for whom the app may act.',
      inside: (
        <>
          <Way current="access" way={way} passed={undefined} />
          {!way.policies.isAdminApproved && (
            <Notice look="warning">
              Permitted Users of the app become “Admin approved users are pre-authorized”. Users who allowed it by
              themselves, and have none of what is assigned here, are refused from then on.
            </Notice>
          )}
          <Card title="For whom the app may act">
            {form.field('permissionSets')}
            {form.field('newPermissionSet')}
            {form.field('profiles')}
          </Card>
          <Elsewhere
            commands={commandLine(
              ...['app', 'update', way.app.fullName, '--org', org.name, '--permitted-users', 'admin-approved'],
              ...['--permission-set', form.entered('permissionSets') || form.entered('newPermissionSet') || '<name>'],
            )}
            inSalesforce={`Setup > App Manager > ${shownName(way.app.label)} > Manage > Edit Policies > Permitted Users: “Admin approved users are pre-authorized”; then Manage Permission Sets or Manage Profiles. Permission sets are made in Setup > Users > Permission Sets > New.`}
          />
        </>
      ),
    }),
    submit: 'Pre-Authorize and Go On',
    cancel: (way) => goTo('upload', way),
    act: async ({ permissionSets, newPermissionSet: name, profiles }, way, visit): Promise<Outcome<Done>> => {
      const { stores, org } = visit
      if (permissionSets.length + profiles.length === 0 && name === '') {
        return refused({ field: 'permissionSets', message: 'Assign at least one permission set or profile.' })
      }
      if (name !== '') {
        if (!visit.can('manage users')) {
          return refused({ field: 'newPermissionSet', message: 'Making one takes the permission ManageUsers.' })
        }
        const made = await newPermissionSet({ ...stores, newId }, org, { name })
        if (!made.ok) {
          return refused(...made.problems.map((problem) => ({ ...problem, field: 'newPermissionSet' })))
        }
      }
      const changed = await changePolicies(stores, way.app, org, {
        isAdminApproved: true,
        permissionSets: [...permissionSets, ...(name === '' ? [] : [name])],
        profiles,
      })
      if (!changed.ok) return changed
      return done(
        { to: goTo('user', way), say: `Admins have approved who may use ${way.app.label}.` },
        changed.warnings,
      )
    },
  })
}
