import { done } from '../../../problem.ts'
import { changeCustomPermission, newCustomPermission } from '../../../users/change-custom-permission.ts'
import type { CustomPermission } from '../../../users/custom-permission.ts'
import { Card, Nothing } from '../blocks.tsx'
import { choice, choices, text } from '../field.tsx'
import type { PlacePath } from '../places.ts'
import { formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { thingPages } from '../thing-pages.tsx'

const path = '/setup/custom-permissions'
const right = 'manage users'

/** *Custom Permissions*: permissions of the org's own making, which app learns of them, and who gives them. */
export function customPermissionPages({ newId }: Pick<SetupNeeds, 'newId'>): readonly SetupRoute[] {
  return thingPages({
    path,
    parameter: 'customPermission',
    right,
    title: 'Custom Permissions',
    lead: 'What users may do in an app of yours: the app is told who has which (custom_permissions).',
    listTitle: 'Custom permissions',
    empty: {
      title: 'No custom permission yet',
      text: 'Make one for everything that only some users of an app may do, give it by a permission set, and let the app ask for the scope custom_permissions.',
    },
    noun: 'Custom Permission',
    nameOf: ({ label }: CustomPermission) => label,
    list: ({ stores, org }) => stores.customPermissions.list(org.id),
    names: namesIn,
    columns: (names) => [
      { heading: 'Label', cell: ({ label }) => label },
      { heading: 'API Name', cell: ({ name }) => <code>{name}</code> },
      {
        heading: 'Connected App',
        cell: ({ appId }) => names.apps.find(({ id }) => id === appId)?.label ?? <Nothing />,
      },
      { heading: 'Given By', cell: (permission) => giversOf(permission, names) || <Nothing /> },
    ],
    fields: fieldsOf,
    newFields: {
      name: text({
        label: 'API Name',
        isRequired: true,
        placeholder: 'Approve_Orders',
        help: 'As the app is told it: letters, digits and single underscores. It cannot be changed later.',
      }),
    },
    start: ({ label, description, appId, profileIds, permissionSetIds }, { apps, profiles, permissionSets }) => ({
      label,
      description: description ?? '',
      connectedApp: apps.find(({ id }) => id === appId)?.fullName ?? '',
      profiles: profiles.filter(({ id }) => profileIds.includes(id)).map(({ name }) => name),
      permissionSets: permissionSets.filter(({ id }) => permissionSetIds.includes(id)).map(({ name }) => name),
    }),
    sections: (form, once) => (
      <Card title="Custom Permission">
        {once}
        {form.field('label')}
        {form.field('description')}
        {form.field('connectedApp')}
        {form.field('profiles')}
        {form.field('permissionSets')}
      </Card>
    ),
    make: (entered, { stores, org }) => newCustomPermission({ ...stores, newId }, org, entered),
    change: (entered, permission, { stores }) => changeCustomPermission(stores, permission, entered),
    consequences: 'Nobody has it any more, and its app is told of it no more.',
    remove: (permission, { stores }) => stores.customPermissions.delete(permission),
  })
}

interface Names {
  readonly apps: readonly { readonly id: string; readonly fullName: string; readonly label: string }[]
  readonly profiles: readonly { readonly id: string; readonly name: string }[]
  readonly permissionSets: readonly { readonly id: string; readonly name: string; readonly label: string }[]
}

async function namesIn({ stores, org }: SetupVisit): Promise<Names> {
  const [apps, profiles, permissionSets] = await Promise.all([
    stores.apps.list(org.id),
    stores.profiles.list(org.id),
    stores.permissionSets.list(org.id),
  ])
  return { apps, profiles, permissionSets }
}

function giversOf({ profileIds, permissionSetIds }: CustomPermission, { profiles, permissionSets }: Names): string {
  return [
    ...profiles.filter(({ id }) => profileIds.includes(id)).map(({ name }) => name),
    ...permissionSets.filter(({ id }) => permissionSetIds.includes(id)).map(({ label }) => label),
  ].join(', ')
}

const fieldsOf = ({ apps, profiles, permissionSets }: Names) => ({
  label: text({
    label: 'Label',
    isRequired: true,
    help: 'What admins see where they give it. Apps are told its name, not this.',
  }),
  description: text({ label: 'Description', help: 'What it lets people do, for whoever assigns it.' }),
  connectedApp: choice({
    label: 'Connected App',
    none: 'None',
    options: apps.map(({ fullName, label }) => ({ value: fullName, label })),
    help: 'The app that is told who has it, with the scope custom_permissions or in its ID token.',
  }),
  profiles: choices({
    label: 'Profiles',
    options: profiles.map(({ name }) => ({ value: name, label: name })),
    help: 'Every user of these has it.',
  }),
  permissionSets: choices({
    label: 'Permission Sets',
    options: permissionSets.map(({ name, label }) => ({ value: name, label })),
    help: 'Users with one of these, or of one of the profiles, have it.',
  }),
})

/** The custom permissions that a profile or permission set gives. */
export function GivenPermissions(props: {
  readonly permissions: readonly CustomPermission[]
  /** Where they are changed, for whoever may. */
  readonly edit: string | undefined
}) {
  const { permissions, edit: editPath } = props
  return (
    <Card
      title="Custom Permissions"
      action={
        editPath === undefined ? undefined : (
          <a class="slds-button slds-button_neutral" href={editPath}>
            Edit Custom Permissions
          </a>
        )
      }
    >
      {permissions.length === 0 ? (
        <Nothing />
      ) : (
        <ul class="slds-list_dotted">
          {permissions.map(({ label, name }) => (
            <li>
              {label} (<code>{name}</code>)
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

interface Giver {
  readonly id: string
  readonly name: string
}

interface GivenPermissionsPage<Subject extends Giver> {
  readonly path: string
  readonly place: PlacePath
  readonly find: (visit: SetupVisit) => Promise<Subject | undefined>
  readonly field: 'profileIds' | 'permissionSetIds'
  readonly viewOf: (subject: Subject) => string
}

/** The form in which custom permissions are given by a profile or permission set. */
export function givenPermissionsPage<Subject extends Giver>(
  given: GivenPermissionsPage<Subject>,
): readonly SetupRoute[] {
  const { field } = given
  const allOf = ({ stores, org }: SetupVisit) => stores.customPermissions.list(org.id)
  return formPage({
    path: given.path,
    right,
    find: given.find,
    fields: async (_subject, visit) => ({
      permissions: choices({
        label: 'Custom Permissions',
        help: 'What its users may do in apps that ask. An app that is not told of one lets nobody do it.',
        options: (await allOf(visit)).map(({ id, label, description }) => ({ value: id, label, hint: description })),
      }),
    }),
    start: async ({ id }, visit) => ({
      permissions: (await allOf(visit)).filter((one) => one[field].includes(id)).map((one) => one.id),
    }),
    show: async (form, subject, visit) => ({
      title: 'Custom Permissions',
      kind: subject.name,
      place: given.place,
      crumbs: [{ href: given.viewOf(subject), label: subject.name }],
      inside: (
        <Card title="Enabled">
          {(await allOf(visit)).length === 0 ? (
            <p>
              This org has none yet. <a href={`${path}/new`}>Make one</a> first.
            </p>
          ) : (
            form.field('permissions')
          )}
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: (subject) => given.viewOf(subject),
    async act({ permissions }, subject, visit) {
      for (const permission of await allOf(visit)) {
        const held = permission[field]
        const isGiven = permissions.includes(permission.id)
        if (held.includes(subject.id) === isGiven) continue
        const ids = isGiven ? [...held, subject.id] : held.filter((id) => id !== subject.id)
        await visit.stores.customPermissions.update({ ...permission, [field]: ids })
      }
      return done({ to: given.viewOf(subject), say: 'The custom permissions are saved.' })
    },
  })
}
