import { changeConnectedApp } from '../../../connected-apps/change-connected-app.ts'
import { done, refused } from '../../../problem.ts'
import { Details } from '../blocks.tsx'
import { formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { appFieldsOf, appStart, asFormProblems, certificateToSee, enteredApp } from './app-form.tsx'
import { type AppKind, appCrumb, appPath } from './app-kind.ts'
import { AppSections } from './app-sections.tsx'
import { findOwnApp } from './find-app.ts'

/** *Edit* of an app: its settings, which only the org that made it may change. */
export function editApp(kind: AppKind, { now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${kind.path}/:app/edit`,
    right: 'manage connected apps',
    find: findOwnApp(kind),
    fields: (_app, { stores, org }) => appFieldsOf(kind, stores, org),
    start: appStart,
    show: (form, app, { at }) => ({
      title: `Edit ${app.label}`,
      lead: 'What is saved here holds from the next request on. At Salesforce it can take ten minutes.',
      place: kind.path,
      crumbs: [appCrumb(app)],
      inside: (
        <AppSections
          form={form}
          app={app}
          apiName={<Details rows={[['API Name', <code>{app.fullName}</code>]]} />}
          at={at}
        />
      ),
    }),
    submit: 'Save',
    cancel: appPath,
    async act(values, app, { stores, at }) {
      const first = certificateToSee(values, at, app)
      if (first !== undefined) return first
      const changed = await changeConnectedApp({ ...stores, now }, app, enteredApp(values, app))
      if (!changed.ok) return refused(...asFormProblems(changed.problems))
      return done(
        { to: appPath(app), say: `The ${kind.noun} “${changed.value.label}” has been changed.` },
        changed.warnings,
      )
    },
  })
}
