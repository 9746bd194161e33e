import { changeCustomScope, newCustomScope } from '../../../connected-apps/change-custom-scope.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import type { CustomScope } from '../../../connected-apps/custom-scope.ts'
import { Card, Nothing, YesNo } from '../blocks.tsx'
import { check, choices, text } from '../field.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { thingPages } from '../thing-pages.tsx'
import { appPath } from './app-kind.ts'

/** *OAuth Custom Scopes*: scopes of the org's own making, and the apps that may ask for them. */
export function customScopePages({ newId, now }: Pick<SetupNeeds, 'newId' | 'now'>): readonly SetupRoute[] {
  return thingPages({
    path: '/setup/oauth-custom-scopes',
    parameter: 'customScope',
    right: 'manage connected apps',
    title: 'OAuth Custom Scopes',
    lead: 'What apps may be allowed to do elsewhere: whoever accepts an access token of this org finds the scope in it.',
    listTitle: 'Custom scopes',
    empty: {
      title: 'No custom scope yet',
      text: 'With a scope of your own, an API elsewhere can tell what people have allowed an app: it looks for the name in the access token, or asks introspection.',
    },
    noun: 'OAuth Custom Scope',
    nameOf: ({ name }: CustomScope) => name,
    list: ({ stores, org }) => stores.customScopes.list(org.id),
    names: ({ stores, org }) => stores.apps.list(org.id),
    columns: (apps) => [
      { heading: 'Name', cell: ({ name }) => <code>{name}</code> },
      { heading: 'Label', cell: ({ label }) => label },
      { heading: 'Description', cell: ({ description }) => description },
      { heading: 'In Discovery', cell: ({ isPublic }) => <YesNo value={isPublic} /> },
      { heading: 'Assigned Connected Apps', cell: (scope) => <AppsWith scope={scope} apps={apps} /> },
    ],
    fields: fieldsOf,
    newFields: {
      name: text({
        label: 'Name',
        isRequired: true,
        placeholder: 'Read_Orders',
        help: 'As apps ask for it (scope=Read_Orders), and as it stands in tokens. It cannot be changed later.',
      }),
    },
    start: ({ name, label, description, isPublic, isProtected }, apps) => ({
      label,
      description,
      isPublic,
      isProtected,
      assignedTo: apps.filter(({ scopes }) => scopes.includes(name)).map(({ fullName }) => fullName),
    }),
    sections: (form, once) => (
      <Card title="OAuth Custom Scope">
        {once}
        {form.field('label')}
        {form.field('description')}
        {form.field('isPublic')}
        {form.field('isProtected')}
        {form.field('assignedTo')}
      </Card>
    ),
    make: (entered, { stores, org }) => newCustomScope({ ...stores, newId, now }, org, entered),
    change: (entered, scope, { stores }) => changeCustomScope({ ...stores, now }, scope, entered),
    consequences:
      'Every app loses it: who asks for it is refused (invalid_scope). Tokens that were given out keep the word until they end.',
    remove: (scope, { stores }) => stores.customScopes.delete(scope),
  })
}

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
