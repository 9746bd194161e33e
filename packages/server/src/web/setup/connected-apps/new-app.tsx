import { newConnectedApp } from '../../../connected-apps/new-connected-app.ts'
import { done, refused } from '../../../problem.ts'
import { formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import {
  appFieldsOf,
  asFormProblems,
  certificateToSee,
  enteredApiName,
  enteredApp,
  newAppFields,
  newAppStart,
} from './app-form.tsx'
import { AppSections } from './app-sections.tsx'
import { appPath, appsPath } from './find-app.ts'

/** *New Connected App*. */
export function newApp({ seal, newId, now }: Pick<SetupNeeds, 'seal' | 'newId' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${appsPath}/new`,
    right: 'manage connected apps',
    find: async ({ org }) => org,
    fields: async (org, { stores }) => ({ ...newAppFields, ...(await appFieldsOf(stores, org)) }),
    start: () => newAppStart,
    show: (form, _org, { at }) => ({
      title: 'New Connected App',
      lead: 'A program that may ask this org for tokens: what it is called, how it proves who it is, and the most it may ask for.',
      place: appsPath,
      inside: <AppSections form={form} apiName={form.field('fullName')} at={at} />,
    }),
    submit: 'Save',
    cancel: () => appsPath,
    async act(values, org, { stores, at }) {
      const first = certificateToSee(values, at)
      if (first !== undefined) return first
      const { fullName, ...settings } = values
      const entered = { ...enteredApp(settings), fullName: enteredApiName(values) }
      const made = await newConnectedApp({ ...stores, seal, newId, now }, org, entered)
      if (!made.ok) return refused(...asFormProblems(made.problems))
      const { app } = made.value
      const next = app.isClientCredentialEnabled
        ? 'Name the Run As user in Edit Policies: the client credentials flow is refused until then.'
        : 'Its consumer key is below; the secret is under Manage Consumer Details.'
      return done({ to: appPath(app), say: `The connected app “${app.label}” has been made. ${next}` }, made.warnings)
    },
  })
}
