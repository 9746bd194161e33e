import { changeCustomScope, newCustomScope } from '../../../connected-apps/change-custom-scope.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import type { CustomScope } from '../../../connected-apps/custom-scope.ts'
import { done } from '../../../problem.ts'
import { Card, EmptyState, Nothing, YesNo } from '../blocks.tsx'
import { check, choices, text } from '../field.tsx'
import type { ShownForm } from '../form.tsx'
import { confirmPage, formPage, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'
import { appPath } from './find-app.ts'

const path = '/setup/oauth-custom-scopes'
const right = 'manage connected apps'

/** *OAuth Custom Scopes*: scopes of the org's own making, and the apps that may ask for them. */
export function customScopePages(needs: Pick<SetupNeeds, 'newId' | 'now'>): readonly SetupRoute[] {
  return [...list, ...newPage(needs), ...editPage(needs), ...remove]
}

const list = page(path, 'view setup', async (visit) => {
  const { stores, org, can } = visit
  const [scopes, apps] = await Promise.all([stores.customScopes.list(org.id), stores.apps.list(org.id)])
  const canManage = can(right)
  return shown(visit, {
    title: 'OAuth Custom Scopes',
    lead: 'What apps may be allowed to do elsewhere: whoever accepts an access token of this org finds the scope in it.',
    place: path,
    actions: [canManage ? { href: `${path}/new`, label: 'New OAuth Custom Scope', look: 'brand' } : undefined],
    children: (
      <Card title="Custom scopes">
        <DataTable<CustomScope>
          caption="Custom scopes"
          rows={scopes}
          columns={[
            { heading: 'Name', cell: ({ name }) => <code>{name}</code> },
            { heading: 'Label', cell: ({ label }) => label },
            { heading: 'Description', cell: ({ description }) => description },
            { heading: 'In Discovery', cell: ({ isPublic }) => <YesNo value={isPublic} /> },
            { heading: 'Assigned Connected Apps', cell: (scope) => <AppsWith scope={scope} apps={apps} /> },
            ...(canManage
              ? [
                  {
                    heading: 'Actions',
                    cell: ({ id, name }: CustomScope) => (
                      <span class="actions">
                        <a href={`${path}/${id}/edit`} aria-label={`Edit ${name}`}>
                          Edit
                        </a>
                        <a href={`${path}/${id}/delete`} aria-label={`Delete ${name}`}>
                          Delete
                        </a>
                      </span>
                    ),
                  },
                ]
              : []),
          ]}
          empty={
            <EmptyState title="No custom scope yet">
              <p>
                With a scope of your own, an API elsewhere can tell what people have allowed an app: it looks for the
                name in the access token, or asks introspection.
              </p>
              {canManage && <a href={`${path}/new`}>Make one</a>}
            </EmptyState>
          }
        />
      </Card>
    ),
  })
})

function AppsWith({ scope, apps }: { readonly scope: CustomScope; readonly apps: readonly ConnectedApp[] }) {
  const assigned = apps.filter(({ scopes }) => scopes.includes(scope.name))
  if (assigned.length === 0) return <Nothing />
  return (
    <ul>
      {assigned.map((app) => (
        <li>
          <a href={appPath(app)}>{app.label}</a>
        </li>
      ))}
    </ul>
  )
}

const fieldsOf = (apps: readonly ConnectedApp[]) => ({
  label: text({ label: 'Label', isRequired: true, help: 'What admins call it. No two are alike.' }),
  description: text({
    label: 'Description',
    isRequired: true,
    placeholder: 'Read the orders of the warehouse',
    help: 'What people read who are to allow it: letters, digits and blanks, at most 60, and unlike every other.',
  }),
  isPublic: check({
    label: 'Include in OpenID Connect Discovery Endpoint',
    help: 'Names it in the discovery document of this org’s own address, where anybody may read it.',
  }),
  isProtected: check({
    label: 'Protected Component',
    help: 'At Salesforce, nobody who installs the package may build on it. This server only keeps it.',
  }),
  assignedTo: choices({
    label: 'Assigned Connected Apps',
    options: apps.map(({ fullName, label }) => ({ value: fullName, label, hint: fullName })),
    help: 'Only these may ask for it. An app that names no scope in its request gets it, too.',
  }),
})

function Fields({ form }: { readonly form: ShownForm<ReturnType<typeof fieldsOf>> }) {
  return (
    <>
      {form.field('label')}
      {form.field('description')}
      {form.field('isPublic')}
      {form.field('isProtected')}
      {form.field('assignedTo')}
    </>
  )
}

const appsOf = ({ stores, org }: SetupVisit) => stores.apps.list(org.id)

function newPage({ newId, now }: Pick<SetupNeeds, 'newId' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${path}/new`,
    right,
    find: async () => ({}),
    fields: async (_, visit) => ({
      name: text({
        label: 'Name',
        isRequired: true,
        placeholder: 'Read_Orders',
        help: 'As apps ask for it (scope=Read_Orders), and as it stands in tokens. It cannot be changed later.',
      }),
      ...fieldsOf(await appsOf(visit)),
    }),
    show: (form) => ({
      title: 'New OAuth Custom Scope',
      place: path,
      inside: (
        <Card title="OAuth Custom Scope">
          {form.field('name')}
          <Fields form={form} />
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: () => path,
    async act(entered, _, { stores, org }) {
      const made = await newCustomScope({ ...stores, newId, now }, org, entered)
      return made.ok ? done({ to: path, say: `The custom scope “${made.value.name}” has been made.` }) : made
    },
  })
}

async function findScope({ stores, org, params }: SetupVisit): Promise<CustomScope | undefined> {
  return (await stores.customScopes.list(org.id)).find(({ id }) => id === params['customScope'])
}

function editPage({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${path}/:customScope/edit`,
    right,
    find: findScope,
    fields: async (_scope, visit) => fieldsOf(await appsOf(visit)),
    start: async ({ name, label, description, isPublic, isProtected }, visit) => ({
      label,
      description,
      isPublic,
      isProtected,
      assignedTo: (await appsOf(visit)).filter(({ scopes }) => scopes.includes(name)).map(({ fullName }) => fullName),
    }),
    show: (form, { name }) => ({
      title: `Edit ${name}`,
      place: path,
      inside: (
        <Card title="OAuth Custom Scope">
          <Fields form={form} />
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: () => path,
    async act(entered, scope, { stores }) {
      const changed = await changeCustomScope({ ...stores, now }, scope, entered)
      return changed.ok ? done({ to: path, say: `The custom scope “${scope.name}” has been changed.` }) : changed
    },
  })
}

const remove = confirmPage<CustomScope>({
  path: `${path}/:customScope/delete`,
  right,
  find: findScope,
  show: ({ name }) => ({
    title: `Delete ${name}`,
    place: path,
    consequences: (
      <p>
        Every app loses it: who asks for it is refused (invalid_scope). Tokens that were given out keep the word until
        they end.
      </p>
    ),
    button: 'Delete',
    isDestructive: true,
    cancel: path,
  }),
  async act(scope, { stores }) {
    await stores.customScopes.delete(scope)
    return done({ to: path, say: `The custom scope “${scope.name}” has been deleted.` })
  },
})
