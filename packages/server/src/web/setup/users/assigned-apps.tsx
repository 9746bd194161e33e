import { type AssignableApp, type Assignee, assignApps, assignableApps } from '../../../connected-apps/assigned-apps.ts'
import { done } from '../../../problem.ts'
import { Card, EmptyState } from '../blocks.tsx'
import { policiesPath } from '../connected-apps/app-kind.ts'
import { choices } from '../field.tsx'
import type { PlacePath } from '../places.ts'
import { formPage } from '../route.tsx'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'

/** The apps that are assigned to a profile or permission set. */
export function AssignedApps(props: {
  readonly apps: readonly AssignableApp[]
  /** Where they are changed, for whoever may. */
  readonly edit: string | undefined
}) {
  const { apps, edit } = props
  return (
    <Card
      title="Assigned Connected Apps"
      action={
        edit === undefined || apps.length === 0 ? undefined : (
          <a class="slds-button slds-button_neutral" href={edit}>
            Edit Assignments
          </a>
        )
      }
    >
      <DataTable<AssignableApp>
        caption="Assigned connected apps"
        rows={apps.filter(({ isAssigned }) => isAssigned)}
        columns={[
          {
            heading: 'Connected App',
            cell: ({ app }) => <a href={policiesPath(app)}>{app.label}</a>,
          },
          {
            heading: 'Permitted Users',
            cell: permittedUsers,
          },
        ]}
        empty={
          <EmptyState title="No app is assigned">
            <p>Where admin approved users are pre-authorized, an app lets in those to whom it is assigned.</p>
          </EmptyState>
        }
      />
    </Card>
  )
}

function permittedUsers({ isAdminApproved }: Pick<AssignableApp, 'isAdminApproved'>): string {
  return isAdminApproved ? 'Admin approved users are pre-authorized' : 'All users may self-authorize'
}

interface AssignedAppsPage<Subject> {
  /** Of the form. */
  readonly path: string
  readonly place: PlacePath
  readonly find: (visit: SetupVisit) => Promise<Subject | undefined>
  readonly assigneeOf: (subject: Subject) => Assignee
  readonly nameOf: (subject: Subject) => string
  readonly viewOf: (subject: Subject) => string
}

/** The form in which apps are assigned to a profile or permission set. It is a matter of the apps' policies. */
export function assignedAppsPage<Subject>(page: AssignedAppsPage<Subject>): readonly SetupRoute[] {
  const { path, place, find, assigneeOf, nameOf, viewOf } = page
  return formPage({
    path,
    right: 'manage connected apps',
    find: async (visit) => {
      const subject = await find(visit)
      if (subject === undefined) return undefined
      return { subject, apps: await assignableApps(visit.stores, visit.org, assigneeOf(subject)) }
    },
    fields: ({ apps }) => ({
      apps: choices({
        label: 'Connected Apps',
        help: 'Only apps that are installed in this org. For those that all users may self-authorize it makes no difference.',
        options: apps.map(({ app, isAdminApproved }) => ({
          value: app.id,
          label: app.label,
          hint: permittedUsers({ isAdminApproved }),
        })),
      }),
    }),
    start: ({ apps }) => ({ apps: apps.filter(({ isAssigned }) => isAssigned).map(({ app }) => app.id) }),
    show: (form, { subject }) => ({
      title: 'Assigned Connected Apps',
      kind: nameOf(subject),
      place,
      crumbs: [{ href: viewOf(subject), label: nameOf(subject) }],
      inside: <Card title="Assign">{form.field('apps')}</Card>,
    }),
    submit: 'Save',
    cancel: ({ subject }) => viewOf(subject),
    async act({ apps }, { subject }, { stores, org }) {
      const outcome = await assignApps(stores, org, assigneeOf(subject), apps)
      return outcome.ok ? done({ to: viewOf(subject), say: 'The assigned connected apps are saved.' }) : outcome
    },
  })
}
