import { assignableApps } from '../../../connected-apps/assigned-apps.ts'
import { done } from '../../../problem.ts'
import { assignPermissionSetTo, unassignPermissionSet } from '../../../users/change-user.ts'
import { deletePermissionSet } from '../../../users/delete-profile.ts'
import { changePermissionSet, newPermissionSet } from '../../../users/new-permission-set.ts'
import { permissionWords } from '../../../users/permission-words.ts'
import type { PermissionSet } from '../../../users/profile.ts'
import { displayName, type User } from '../../../users/user.ts'
import { Card, Details, EmptyState, Nothing } from '../blocks.tsx'
import { lines, text } from '../field.tsx'
import { confirmPage, formPage, notFound, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable, listPage, NoneFound, Pager, pageLength, readListQuery, SearchBox } from '../table.tsx'
import {
  ObjectPermissionTable,
  objectPermissionsField,
  openableObjects,
  PermissionList,
  permissionsField,
} from './access-fields.tsx'
import { AssignedApps, assignedAppsPage } from './assigned-apps.tsx'
import { GivenPermissions, givenPermissionsPage } from './custom-permissions.tsx'
import { withoutLines } from './profiles.tsx'

const path = '/setup/permission-sets'

const list = page(path, 'view setup', async (visit) => {
  const { stores, org, query, can } = visit
  const sorted = readListQuery(query, ['label', 'name'])
  const all = await stores.permissionSets.list(org.id)
  const { rows, total, pages } = listPage(all, sorted, ({ label, name }) => `${label} ${name}`, {
    label: ({ label }) => label,
    name: ({ name }) => name,
  })
  const canManage = can('manage users')
  return shown(visit, {
    title: 'Permission Sets',
    lead: 'What users may do besides their profile: each can have any number of permission sets.',
    place: path,
    actions: [canManage ? { href: `${path}/new`, label: 'New Permission Set', look: 'brand' } : undefined],
    children: (
      <Card title="Permission sets">
        {all.length > 1 && <SearchBox path={path} query={query} label="Search permission sets" />}
        <DataTable<PermissionSet>
          caption="Permission sets"
          rows={rows}
          list={{ path, query, sorted }}
          columns={[
            {
              heading: 'Permission Set Label',
              sort: 'label',
              cell: ({ id, label }) => <a href={`${path}/${id}`}>{label}</a>,
            },
            { heading: 'API Name', sort: 'name', cell: ({ name }) => <code>{name}</code> },
            {
              heading: 'System Permissions',
              cell: ({ permissions }) =>
                permissions.map((name) => permissionWords[name].label).join(', ') || <Nothing />,
            },
            {
              heading: 'Actions',
              cell: ({ id, label }) => (
                <span class="actions">
                  <a href={`${path}/${id}/assignments`} aria-label={`Manage Assignments of ${label}`}>
                    Manage Assignments
                  </a>
                  {canManage && (
                    <a href={`${path}/${id}/edit`} aria-label={`Edit ${label}`}>
                      Edit
                    </a>
                  )}
                </span>
              ),
            },
          ]}
          empty={
            all.length === 0 ? (
              <EmptyState title="No permission set yet">
                <p>
                  With a permission set you pre-authorize the users of an app, or allow a few people more than their
                  profile does.
                </p>
                {canManage && <a href={`${path}/new`}>Make one</a>}
              </EmptyState>
            ) : (
              <NoneFound noun="permission set" path={path} sought={sorted.q} />
            )
          }
        />
        {rows.length > 0 && <Pager path={path} query={query} page={sorted.page} pages={pages} total={total} />}
      </Card>
    ),
  })
})

async function findPermissionSet({ stores, org, params }: SetupVisit): Promise<PermissionSet | undefined> {
  const permissionSet = await stores.permissionSets.find(params['permissionSet'] ?? '')
  return permissionSet?.orgId === org.id ? permissionSet : undefined
}

const view = page(`${path}/:permissionSet`, 'view setup', async (visit) => {
  const permissionSet = await findPermissionSet(visit)
  if (permissionSet === undefined) return notFound(visit)
  const { stores, org, can } = visit
  const { id, name, label, permissions, objectPermissions } = permissionSet
  const own = `${path}/${id}`
  const [objects, apps, users, custom] = await Promise.all([
    openableObjects(visit, objectPermissions),
    assignableApps(stores, org, { permissionSetId: id }),
    stores.users.count(org.id, { permissionSetId: id }),
    stores.customPermissions.list(org.id),
  ])
  return shown(visit, {
    title: label,
    kind: 'Permission Set',
    place: path,
    actions: [
      can('manage users') ? { href: `${own}/edit`, label: 'Edit', look: 'brand' } : undefined,
      { href: `${own}/assignments`, label: 'Manage Assignments' },
      can('manage users') ? { href: `${own}/delete`, label: 'Delete', look: 'destructive' } : undefined,
    ],
    children: (
      <>
        <Card title="Details">
          <Details
            rows={[
              ['API Name', <code>{name}</code>],
              ['Users', <a href={`${own}/assignments`}>{users === 1 ? '1 user' : `${users} users`}</a>],
            ]}
          />
        </Card>
        <Card title="System Permissions">
          <PermissionList permissions={permissions} />
        </Card>
        <Card title="Object Permissions">
          <ObjectPermissionTable permissions={objectPermissions} objects={objects} />
        </Card>
        <GivenPermissions
          permissions={custom.filter(({ permissionSetIds }) => permissionSetIds.includes(id))}
          edit={can('manage users') ? `${own}/custom-permissions` : undefined}
        />
        <AssignedApps apps={apps} edit={can('manage connected apps') ? `${own}/connected-apps` : undefined} />
      </>
    ),
  })
})

function newPermissionSetPage({ newId }: Pick<SetupNeeds, 'newId'>): readonly SetupRoute[] {
  return formPage({
    path: `${path}/new`,
    right: 'manage users',
    find: async () => ({}),
    fields: () => ({
      label: text({ label: 'Label', help: 'As people see it in lists.', isRequired: true }),
      name: text({
        label: 'API Name',
        help: 'As commands, org files and connected apps name it: letters, digits and single underscores. It cannot be changed later.',
        isRequired: true,
        placeholder: 'Integration_Access',
      }),
      permissions: permissionsField(),
    }),
    show: (form) => ({
      title: 'New Permission Set',
      place: path,
      inside: (
        <>
          <Card title="Permission Set Information">
            {form.field('label')}
            {form.field('name')}
          </Card>
          <Card title="What Users May Do">{form.field('permissions')}</Card>
        </>
      ),
    }),
    submit: 'Save',
    cancel: () => path,
    async act(entered, _, { stores, org }) {
      const outcome = withoutLines(await newPermissionSet({ ...stores, newId }, org, entered))
      if (!outcome.ok) return outcome
      const { id, label } = outcome.value
      return done({ to: `${path}/${id}`, say: `The permission set “${label}” is made. Assign it to users next.` })
    },
  })
}

const edit = formPage({
  path: `${path}/:permissionSet/edit`,
  right: 'manage users',
  async find(visit) {
    const permissionSet = await findPermissionSet(visit)
    return permissionSet && { permissionSet, objects: await openableObjects(visit, permissionSet.objectPermissions) }
  },
  fields: ({ objects }) => ({
    label: text({ label: 'Label', help: 'As people see it in lists.', isRequired: true }),
    permissions: permissionsField(),
    objectPermissions: objectPermissionsField(objects),
  }),
  start: ({ permissionSet: { label, permissions, objectPermissions } }) => ({ label, permissions, objectPermissions }),
  show: (form, { permissionSet: { id, label } }) => ({
    title: `Edit ${label}`,
    place: path,
    crumbs: [{ href: `${path}/${id}`, label }],
    inside: (
      <>
        <Card title="Permission Set Information">{form.field('label')}</Card>
        <Card title="What Users May Do">{form.field('permissions')}</Card>
        <Card title="Records">{form.field('objectPermissions')}</Card>
      </>
    ),
  }),
  submit: 'Save',
  cancel: ({ permissionSet }) => `${path}/${permissionSet.id}`,
  async act(entered, { permissionSet }, { stores, actor }) {
    const outcome = withoutLines(await changePermissionSet({ ...stores, actor }, permissionSet, entered))
    if (!outcome.ok) return outcome
    const { id, label } = outcome.value
    return done({ to: `${path}/${id}`, say: `The permission set “${label}” is saved.` })
  },
})

const assignments = page(`${path}/:permissionSet/assignments`, 'view setup', async (visit) => {
  const permissionSet = await findPermissionSet(visit)
  if (permissionSet === undefined) return notFound(visit)
  const { stores, org, query, can } = visit
  const { id, label } = permissionSet
  const own = `${path}/${id}`
  const sorted = readListQuery(query, ['username'])
  const filter = { permissionSetId: id, text: sorted.q }
  const total = await stores.users.count(org.id, filter)
  const pages = Math.max(1, Math.ceil(total / pageLength))
  const offset = (Math.min(sorted.page, pages) - 1) * pageLength
  const rows = await stores.users.search(org.id, filter, {
    sort: 'username',
    direction: 'asc',
    offset,
    limit: pageLength,
  })
  return shown(visit, {
    title: 'Current Assignments',
    kind: label,
    place: path,
    crumbs: [{ href: own, label }],
    actions: [
      can('manage users') ? { href: `${own}/assignments/new`, label: 'Add Assignments', look: 'brand' } : undefined,
    ],
    children: (
      <Card title="Users">
        {(total > 0 || sorted.q !== '') && <SearchBox path={`${own}/assignments`} query={query} label="Search users" />}
        <DataTable<User>
          caption={`Users with ${label}`}
          rows={rows}
          columns={[
            {
              heading: 'Username',
              cell: ({ id: userId, username }) => <a href={`/setup/users/${userId}`}>{username}</a>,
            },
            { heading: 'Name', cell: displayName },
            { heading: 'Active', cell: ({ isActive }) => (isActive ? 'Yes' : 'No') },
            ...(can('manage users')
              ? [
                  {
                    heading: 'Actions',
                    cell: (user: User) => (
                      <a href={`${own}/assignments/${user.id}/remove`} aria-label={`Remove ${user.username}`}>
                        Remove
                      </a>
                    ),
                  },
                ]
              : []),
          ]}
          empty={
            sorted.q === '' ? (
              <EmptyState title="Nobody has this permission set">
                {can('manage users') && <a href={`${own}/assignments/new`}>Add assignments</a>}
              </EmptyState>
            ) : (
              <EmptyState title={`Nobody with this permission set is found by “${sorted.q}”`}>
                <a href={`${own}/assignments`}>Show all</a>
              </EmptyState>
            )
          }
        />
        {rows.length > 0 && (
          <Pager path={`${own}/assignments`} query={query} page={sorted.page} pages={pages} total={total} />
        )}
      </Card>
    ),
  })
})

function addAssignments({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return formPage<PermissionSet, { users: ReturnType<typeof lines> }>({
    path: `${path}/:permissionSet/assignments/new`,
    right: 'manage users',
    find: findPermissionSet,
    fields: () => ({
      users: lines({
        label: 'Usernames',
        help: 'One a line. Either all of them get the permission set, or none.',
        isRequired: true,
        rows: 6,
        placeholder: 'ada@acme.example',
      }),
    }),
    show: (form, { id, label }) => ({
      title: 'Add Assignments',
      kind: label,
      place: path,
      crumbs: [
        { href: `${path}/${id}`, label },
        { href: `${path}/${id}/assignments`, label: 'Current Assignments' },
      ],
      inside: <Card title="Users">{form.field('users')}</Card>,
    }),
    submit: 'Assign',
    cancel: ({ id }) => `${path}/${id}/assignments`,
    async act({ users }, permissionSet, { stores }) {
      const outcome = await assignPermissionSetTo({ ...stores, now }, permissionSet, users)
      if (!outcome.ok) return outcome
      const count = outcome.value.length === 1 ? 'One user has' : `${outcome.value.length} users have`
      return done({ to: `${path}/${permissionSet.id}/assignments`, say: `${count} the permission set now.` })
    },
  })
}

function removeAssignment({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return confirmPage<{ readonly permissionSet: PermissionSet; readonly user: User }>({
    path: `${path}/:permissionSet/assignments/:user/remove`,
    right: 'manage users',
    async find(visit) {
      const [permissionSet, user] = await Promise.all([
        findPermissionSet(visit),
        visit.stores.users.find(visit.params['user'] ?? ''),
      ])
      return permissionSet === undefined || user?.orgId !== visit.org.id ? undefined : { permissionSet, user }
    },
    show: ({ permissionSet: { id, label }, user }) => ({
      title: `Remove ${label} from ${user.username}`,
      place: path,
      crumbs: [
        { href: `${path}/${id}`, label },
        { href: `${path}/${id}/assignments`, label: 'Current Assignments' },
      ],
      consequences: (
        <p>
          The user may no more do what only this permission set allows, and cannot use the apps that only it opens:
          their next token request is refused.
        </p>
      ),
      button: 'Remove',
      isDestructive: true,
      cancel: `${path}/${id}/assignments`,
    }),
    async act({ permissionSet, user }, { stores, actor }) {
      const outcome = await unassignPermissionSet({ ...stores, now, actor }, user, permissionSet)
      if (!outcome.ok) return outcome
      const to = `${path}/${permissionSet.id}/assignments`
      return done({ to, say: `“${permissionSet.label}” is taken from ${user.username}.` })
    },
  })
}

const remove = confirmPage<PermissionSet>({
  path: `${path}/:permissionSet/delete`,
  right: 'manage users',
  find: findPermissionSet,
  show: ({ id, label }) => ({
    title: `Delete ${label}`,
    place: path,
    crumbs: [{ href: `${path}/${id}`, label }],
    consequences: (
      <p>The permission set is gone for good. Only one that no user has and no app is assigned to can be deleted.</p>
    ),
    button: 'Delete',
    isDestructive: true,
    cancel: `${path}/${id}`,
  }),
  async act(permissionSet, { stores }) {
    const outcome = await deletePermissionSet(stores, permissionSet)
    return outcome.ok ? done({ to: path, say: `The permission set “${permissionSet.label}” is deleted.` }) : outcome
  },
})

const apps = assignedAppsPage<PermissionSet>({
  path: `${path}/:permissionSet/connected-apps`,
  place: path,
  find: findPermissionSet,
  assigneeOf: ({ id }) => ({ permissionSetId: id }),
  nameOf: ({ label }) => label,
  viewOf: ({ id }) => `${path}/${id}`,
})

const customPermissions = givenPermissionsPage<PermissionSet>({
  path: `${path}/:permissionSet/custom-permissions`,
  place: path,
  find: findPermissionSet,
  field: 'permissionSetIds',
  viewOf: ({ id }) => `${path}/${id}`,
})

/** *Permission Sets*: what they allow, who has them, which apps they open. */
export function permissionSetPages(needs: Pick<SetupNeeds, 'newId' | 'now'>): readonly SetupRoute[] {
  return [
    ...list,
    ...newPermissionSetPage(needs),
    ...view,
    ...edit,
    ...assignments,
    ...addAssignments(needs),
    ...removeAssignment(needs),
    ...remove,
    ...apps,
    ...customPermissions,
  ]
}
