import { commandLine } from '../../../oauth/explanations/mending.ts'
import { done, type Outcome, refused } from '../../../problem.ts'
import { assignPermissionSet } from '../../../users/change-user.ts'
import { permissionsOf } from '../../../users/permissions.ts'
import type { PermissionSet } from '../../../users/profile.ts'
import { canonicalUsername, type User } from '../../../users/user.ts'
import { Card, Notice } from '../blocks.tsx'
import { choice, text } from '../field.tsx'
import { type Done, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import {
  Elsewhere,
  findApp,
  goTo,
  guidePage,
  guidePath,
  isApprovedFor,
  isPreAuthorized,
  Way,
  type WithApp,
} from './guide.tsx'

interface Subject extends WithApp {
  /** Those that the app is assigned to. */
  readonly permissionSets: readonly PermissionSet[]
}

function fields({ permissionSets }: Subject, visit: SetupVisit) {
  const canGive = visit.can('manage users')
  return {
    username: text({
      label: 'Username',
      isRequired: true,
      placeholder: 'integration@acme.example',
      help: 'The user for whom the server acts: what it may read and change is what this user may. One made for it alone is best.',
    }),
    permissionSet: choice({
      label: 'Permission set to give',
      help: canGive
        ? 'Given to the user, if they are not approved yet. None if their profile is assigned to the app.'
        : 'Giving one takes the permission ManageUsers, which you do not have.',
      options: canGive ? permissionSets.map(({ name, label }) => ({ value: name, label })) : [],
      none: 'None',
      isRequired: false,
    }),
  }
}

/** The fifth step: the user for whom the server acts. */
export function userStep({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${guidePath}/:certificate/:app/user`,
    right: 'manage connected apps',
    find: async (visit): Promise<Subject | undefined> => {
      const found = await findApp(visit)
      if (found === undefined) return undefined
      const all = await visit.stores.permissionSets.list(visit.org.id)
      return { ...found, permissionSets: all.filter(({ id }) => found.policies.permissionSetIds.includes(id)) }
    },
    fields,
    start: ({ permissionSets }) => ({ permissionSet: permissionSets[0]?.name ?? '' }),
    show: (form, way) => ({
      ...guidePage('user'),
      lead: 'An assertion names the user for whom the server acts, by username.',
      inside: (
        <>
          <Way current="user" way={way} passed={undefined} />
          {!isPreAuthorized(way) && (
            <Notice look="warning">
              Nobody is approved for the app yet. <a href={goTo('access', way)}>Pre-authorize somebody</a> first.
            </Notice>
          )}
          <Card title="User" action={<a href="/setup/users/new">Make a user</a>}>
            {form.field('username')}
            {form.field('permissionSet')}
          </Card>
          <Elsewhere
            commands={commandLine(
              ...['user', 'assign', form.entered('username') || 'integration@acme.example'],
              ...['--permission-set', form.entered('permissionSet') || '<name>'],
            )}
            inSalesforce="Setup > Users > Users > the user > Permission Set Assignments > Edit Assignments. The profile or a permission set must also give API Enabled."
          />
        </>
      ),
    }),
    submit: 'Next',
    cancel: (way) => goTo('access', way),
    act: async ({ username, permissionSet: wanted }, way, visit): Promise<Outcome<Done>> => {
      const { stores, org } = visit
      const found = await stores.users.findByUsername(canonicalUsername(username))
      if (found === undefined || found.orgId !== org.id) {
        return refused({ field: 'username', message: `This org has no user “${username.slice(0, 80)}”.` })
      }
      const given = way.permissionSets.find(({ name }) => name === wanted)
      const user =
        given === undefined || isApprovedFor(way, found) ? found : await withPermissionSet(visit, found, given)
      if (!isApprovedFor(way, user)) {
        return refused({
          field: 'permissionSet',
          message: `${user.username} is not approved for ${way.app.label}: neither the profile nor a permission set of theirs is assigned to it. Give one.`,
        })
      }
      const warnings = await shortcomings(visit, user)
      return done({ to: goTo('test', { ...way, user }), say: `The server acts for ${user.username}.` }, warnings)
    },
  })

  async function withPermissionSet({ stores }: SetupVisit, user: User, permissionSet: PermissionSet): Promise<User> {
    await assignPermissionSet({ users: stores.users, now }, user, permissionSet)
    return (await stores.users.find(user.id)) ?? user
  }
}

/** What will have the test refused, though it is not for this step to mend. */
async function shortcomings({ stores }: SetupVisit, user: User) {
  const profile = await stores.profiles.find(user.profileId)
  const permissions = await permissionsOf(stores.permissionSets, user, { permissions: profile?.permissions ?? [] })
  const warn = (message: string) => ({ field: 'username', message })
  return [
    ...(user.isActive ? [] : [warn('The user is inactive.')]),
    ...(user.isFrozen ? [warn('The user is frozen.')] : []),
    ...(permissions.has('ApiEnabled') ? [] : [warn('The user lacks “API Enabled”.')]),
  ]
}
