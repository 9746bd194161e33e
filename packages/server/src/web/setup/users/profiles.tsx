import { assignableApps } from '../../../connected-apps/assigned-apps.ts'
import { type IpRange, writeIpRange } from '../../../ip-range.ts'
import { done, type Outcome, type Problem, refused } from '../../../problem.ts'
import { type Weekday, weekdays } from '../../../time-zone.ts'
import { deleteProfile } from '../../../users/delete-profile.ts'
import { dayHoursText } from '../../../users/login-hours.ts'
import { changeProfile, cloneProfile } from '../../../users/new-profile.ts'
import { permissionWords } from '../../../users/permission-words.ts'
import { type Profile, standardProfiles } from '../../../users/profile.ts'
import { Badge, Card, Details, EmptyState, Nothing, YesNo } from '../blocks.tsx'
import { check, choice, ipRanges, text } from '../field.tsx'
import { confirmPage, formPage, notFound, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable, listPage, NoneFound, Pager, readListQuery, SearchBox } from '../table.tsx'
import {
  ObjectPermissionTable,
  objectPermissionsField,
  openableObjects,
  PermissionList,
  permissionsField,
} from './access-fields.tsx'
import { AssignedApps, assignedAppsPage } from './assigned-apps.tsx'
import { GivenPermissions, givenPermissionsPage } from './custom-permissions.tsx'
import { enteredLoginHours, loginHoursFields } from './login-hours-fields.tsx'
import { timeoutOptions, timeoutText } from './session-timeout.ts'

const path = '/setup/profiles'

const list = page(path, 'view setup', async (visit) => {
  const { stores, org, query, can } = visit
  const sorted = readListQuery(query, ['name'])
  const all = await stores.profiles.list(org.id)
  const { rows, total, pages } = listPage(all, sorted, ({ name }) => name, { name: ({ name }) => name })
  return shown(visit, {
    title: 'Profiles',
    lead: 'What a user is, first of all: each has exactly one profile. It says what they may do, and from where they may sign in.',
    place: path,
    actions: [can('manage users') ? { href: `${path}/new`, label: 'New Profile', look: 'brand' } : undefined],
    children: (
      <Card title="Profiles">
        {all.length > 1 && <SearchBox path={path} query={query} label="Search profiles" />}
        <DataTable<Profile>
          caption="Profiles"
          rows={rows}
          list={{ path, query, sorted }}
          columns={[
            {
              heading: 'Profile Name',
              sort: 'name',
              cell: ({ id, name }) => <a href={`${path}/${id}`}>{name}</a>,
            },
            { heading: 'Custom', cell: (profile) => (isStandard(profile) ? <Nothing /> : <Badge>Custom</Badge>) },
            {
              heading: 'System Permissions',
              cell: ({ permissions }) =>
                permissions.map((name) => permissionWords[name].label).join(', ') || <Nothing />,
            },
            {
              heading: 'Actions',
              cell: ({ id, name }) => (
                <span class="actions">
                  <a href={`/setup/users?profile=${id}`} aria-label={`Users with ${name}`}>
                    Users
                  </a>
                  {can('manage users') && (
                    <>
                      <a href={`${path}/${id}/edit`} aria-label={`Edit ${name}`}>
                        Edit
                      </a>
                      <a href={`${path}/new?from=${id}`} aria-label={`Clone ${name}`}>
                        Clone
                      </a>
                    </>
                  )}
                </span>
              ),
            },
          ]}
          empty={<NoneFound noun="profile" path={path} sought={sorted.q} />}
        />
        {rows.length > 0 && <Pager path={path} query={query} page={sorted.page} pages={pages} total={total} />}
      </Card>
    ),
  })
})

function isStandard({ name }: Profile): boolean {
  return standardProfiles.some((standard) => standard.name === name)
}

async function findProfile({ stores, org, params }: SetupVisit): Promise<Profile | undefined> {
  const profile = await stores.profiles.find(params['profile'] ?? '')
  return profile?.orgId === org.id ? profile : undefined
}

const view = page(`${path}/:profile`, 'view setup', async (visit) => {
  const profile = await findProfile(visit)
  if (profile === undefined) return notFound(visit)
  const { stores, org, can } = visit
  const own = `${path}/${profile.id}`
  const [objects, apps, users, custom] = await Promise.all([
    openableObjects(visit, profile.objectPermissions),
    assignableApps(stores, org, { profileId: profile.id }),
    stores.users.count(org.id, { profileId: profile.id }),
    stores.customPermissions.list(org.id),
  ])
  const { loginIpRanges, sessionTimeout, requiresHighAssurance } = profile
  return shown(visit, {
    title: profile.name,
    kind: 'Profile',
    place: path,
    actions: can('manage users')
      ? [
          { href: `${own}/edit`, label: 'Edit', look: 'brand' },
          { href: `${path}/new?from=${profile.id}`, label: 'Clone' },
          isStandard(profile) ? undefined : { href: `${own}/delete`, label: 'Delete', look: 'destructive' },
        ]
      : [],
    children: (
      <>
        <Card title="Details">
          <Details
            rows={[
              ['Users', <a href={`/setup/users?profile=${profile.id}`}>{users === 1 ? '1 user' : `${users} users`}</a>],
              ['Custom Profile', isStandard(profile) ? 'No' : 'Yes'],
              [
                'Session Times Out After',
                sessionTimeout === undefined
                  ? `${timeoutText(org.settings.sessionTimeout)}, the org’s setting`
                  : timeoutText(sessionTimeout),
              ],
              ['High assurance session required at login', <YesNo value={requiresHighAssurance} />],
            ]}
          />
        </Card>
        <Card title="System Permissions">
          <PermissionList permissions={profile.permissions} />
        </Card>
        <Card title="Login IP Ranges">
          <DataTable<IpRange>
            caption="Login IP ranges"
            rows={loginIpRanges}
            columns={[
              { heading: 'Range', cell: ({ start, end }) => <code>{writeIpRange({ start, end })}</code> },
              { heading: 'Description', cell: ({ description }) => description ?? <Nothing /> },
            ]}
            empty={
              <EmptyState title="Users may sign in from anywhere">
                <p>With a range, every sign-in and token request from elsewhere is refused.</p>
              </EmptyState>
            }
          />
        </Card>
        <Card title="Login Hours">
          <DataTable<Weekday>
            caption="Login hours"
            rows={weekdays.filter((day) => profile.loginHours[day] !== undefined)}
            columns={[
              {
                heading: `Day and time (${org.settings.timeZone})`,
                cell: (day) => {
                  const hours = profile.loginHours[day]
                  return hours === undefined ? <Nothing /> : dayHoursText(day, hours)
                },
              },
            ]}
            empty={
              <EmptyState title="Users may sign in at any time">
                <p>With hours for a day, every sign-in and token request outside of them is refused on that day.</p>
              </EmptyState>
            }
          />
        </Card>
        <Card title="Object Permissions">
          <ObjectPermissionTable permissions={profile.objectPermissions} objects={objects} />
        </Card>
        <GivenPermissions
          permissions={custom.filter(({ profileIds }) => profileIds.includes(profile.id))}
          edit={can('manage users') ? `${own}/custom-permissions` : undefined}
        />
        <AssignedApps apps={apps} edit={can('manage connected apps') ? `${own}/connected-apps` : undefined} />
      </>
    ),
  })
})

function newProfilePage({ newId }: Pick<SetupNeeds, 'newId'>): readonly SetupRoute[] {
  return formPage({
    path: `${path}/new`,
    right: 'manage users',
    find: ({ stores, org }) => stores.profiles.list(org.id),
    fields: (profiles) => ({
      existing: choice({
        label: 'Existing Profile',
        help: 'The new profile begins with everything that this one allows.',
        options: profiles.map(({ id, name }) => ({ value: id, label: name })),
      }),
      name: text({
        label: 'Profile Name',
        help: 'As people see it in lists, and as org files name it. It cannot be changed later.',
        isRequired: true,
      }),
    }),
    start: (profiles, { query }) => {
      const from = profiles.find(({ id, name }) => id === query.get('from') || name === 'Standard User')
      const asked = profiles.find(({ id }) => id === query.get('from')) ?? from
      return asked === undefined ? {} : { existing: asked.id }
    },
    show: (form) => ({
      title: 'New Profile',
      place: path,
      inside: (
        <Card title="Clone a profile">
          {form.field('existing')}
          {form.field('name')}
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: () => path,
    async act({ existing, name }, profiles, { stores, org }) {
      const source = profiles.find(({ id }) => id === existing)
      if (source === undefined) return refused({ field: 'existing', message: 'This profile is there no more.' })
      const outcome = await cloneProfile({ ...stores, newId }, org, source, name)
      return outcome.ok
        ? done({
            to: `${path}/${outcome.value.id}`,
            say: `The profile “${outcome.value.name}” is made. Edit what it allows.`,
          })
        : outcome
    },
  })
}

const edit = formPage({
  path: `${path}/:profile/edit`,
  right: 'manage users',
  async find(visit) {
    const profile = await findProfile(visit)
    return profile && { profile, objects: await openableObjects(visit, profile.objectPermissions) }
  },
  fields: ({ profile, objects }, { org }) => ({
    permissions: permissionsField(),
    loginIpRanges: ipRanges({
      label: 'Login IP Ranges',
      help: 'From where users of this profile may sign in and get tokens, one range a line. Empty is anywhere; with a range every other address is refused.',
    }),
    ...loginHoursFields,
    sessionTimeout: choice({
      label: 'Session Times Out After',
      help: 'How long sessions and access tokens last without use, unless an app’s policy says otherwise.',
      options: timeoutOptions(profile.sessionTimeout),
      none: `The org’s setting (${timeoutText(org.settings.sessionTimeout)})`,
    }),
    requiresHighAssurance: check({
      label: 'High assurance session required at login',
      help: 'Whoever signs in verifies their identity besides, with a code of an authenticator app; who has none yet connects one then. Nobody is exempt, not even by “Waive Multi-Factor Authentication for Exempt Users”. Tokens that are got without a browser are not concerned.',
    }),
    objectPermissions: objectPermissionsField(objects),
  }),
  start: ({ profile }) => ({
    permissions: profile.permissions,
    loginIpRanges: profile.loginIpRanges,
    ...profile.loginHours,
    sessionTimeout: profile.sessionTimeout === undefined ? '' : String(profile.sessionTimeout),
    requiresHighAssurance: profile.requiresHighAssurance,
    objectPermissions: profile.objectPermissions,
  }),
  show: (form, { profile }, { org }) => ({
    title: `Edit ${profile.name}`,
    place: path,
    crumbs: [{ href: `${path}/${profile.id}`, label: profile.name }],
    inside: (
      <>
        <Card title="What Users May Do">{form.field('permissions')}</Card>
        <Card title="Sign-in and Sessions">
          {form.field('loginIpRanges')}
          {form.field('sessionTimeout')}
          {form.field('requiresHighAssurance')}
        </Card>
        <Card title="Login Hours">
          <p class="help">
            When users of this profile may sign in and get tokens, in the org’s time zone ({org.settings.timeZone}). A
            day without hours is open all day; one that ends when it begins is closed. Whoever is in when the hours end
            is signed out by the next click, and what asks with a token is refused until they begin again.
          </p>
          {weekdays.map((day) => form.field(day))}
        </Card>
        <Card title="Records">{form.field('objectPermissions')}</Card>
      </>
    ),
  }),
  submit: 'Save',
  cancel: ({ profile }) => `${path}/${profile.id}`,
  problemNames: {
    loginHours: 'monday',
    ...Object.fromEntries(weekdays.map((day) => [`loginHours.${day}`, day])),
  },
  async act(values, { profile }, { stores, actor }) {
    const { permissions, loginIpRanges, sessionTimeout, requiresHighAssurance, objectPermissions } = values
    const outcome = await changeProfile({ ...stores, actor }, profile, {
      permissions,
      loginIpRanges,
      loginHours: enteredLoginHours(values),
      sessionTimeout: sessionTimeout === '' ? undefined : Number(sessionTimeout),
      requiresHighAssurance,
      objectPermissions,
    })
    return outcome.ok
      ? done({ to: `${path}/${profile.id}`, say: `The profile “${profile.name}” is saved.` })
      : withoutLines(outcome)
  },
})

/** What is wrong with one of several boxes has no line. */
export function withoutLines<Value>(outcome: Outcome<Value>): Outcome<Value> {
  if (outcome.ok) return outcome
  const inLines = (problem: Problem): Problem =>
    problem.field === 'loginIpRanges' ? problem : { field: problem.field, message: problem.message }
  return refused(...outcome.problems.map(inLines))
}

const remove = confirmPage<Profile>({
  path: `${path}/:profile/delete`,
  right: 'manage users',
  find: findProfile,
  show: ({ id, name }) => ({
    title: `Delete ${name}`,
    place: path,
    crumbs: [{ href: `${path}/${id}`, label: name }],
    consequences: (
      <p>The profile is gone for good. Only one that no user has and no app is assigned to can be deleted.</p>
    ),
    button: 'Delete',
    isDestructive: true,
    cancel: `${path}/${id}`,
  }),
  async act(profile, { stores }) {
    const outcome = await deleteProfile(stores, profile)
    return outcome.ok ? done({ to: path, say: `The profile “${profile.name}” is deleted.` }) : outcome
  },
})

const apps = assignedAppsPage<Profile>({
  path: `${path}/:profile/connected-apps`,
  place: path,
  find: findProfile,
  assigneeOf: ({ id }) => ({ profileId: id }),
  nameOf: ({ name }) => name,
  viewOf: ({ id }) => `${path}/${id}`,
})

const customPermissions = givenPermissionsPage<Profile>({
  path: `${path}/:profile/custom-permissions`,
  place: path,
  find: findProfile,
  field: 'profileIds',
  viewOf: ({ id }) => `${path}/${id}`,
})

/** *Profiles*: what their users may do, and from where. */
export function profilePages(needs: Pick<SetupNeeds, 'newId'>): readonly SetupRoute[] {
  return [...list, ...newProfilePage(needs), ...view, ...edit, ...remove, ...apps, ...customPermissions]
}
