import { putNamedCredential } from '../../../named-credentials/change-credential.ts'
import { isLegacy, type NamedCredential } from '../../../named-credentials/credential.ts'
import { namedCredentialEntered, namedCredentialFrom } from '../../../named-credentials/entered-credential.ts'
import { done } from '../../../problem.ts'
import { Card } from '../blocks.tsx'
import { check, choice, lines, text } from '../field.tsx'
import type { ShownForm } from '../form.tsx'
import { confirmPage, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { findNamedCredential, inFields, namedCredentialPath, namedCredentialsPath as path } from './find-credential.ts'

const right = 'manage the org'

type Needs = Pick<SetupNeeds, 'newId' | 'now'>

/** What may be done to a named credential: made, changed, deleted. */
export function editNamedCredential(needs: Needs): readonly SetupRoute[] {
  return [...newPage(needs), ...editPage(needs), ...remove]
}

/** Name of a new credential. */
export const nameField = () =>
  text({
    label: 'Name',
    isRequired: true,
    placeholder: 'Org_B',
    help: 'As code names it. It begins with a letter, has letters, digits and single underscores, and cannot be changed later.',
  })

async function fieldsOf({ stores, org }: SetupVisit) {
  const [external, certificates] = await Promise.all([
    stores.externalCredentials.list(org.id),
    stores.certificates.list(org.id),
  ])
  return {
    label: text({ label: 'Label', isRequired: true, help: 'What admins call it. At most 80 characters.' }),
    description: text({
      label: 'Description',
      help: 'What is called with it, and for what: whoever finds it in a year has only this.',
    }),
    url: text({ label: 'URL', type: 'url', isRequired: true, help: 'What stands before the path of every call.' }),
    externalCredential: choice({
      label: 'External Credential',
      options: external.map(({ name, settings }) => ({ value: name, label: settings.label })),
      help: 'How it signs in. Where none can be chosen, make an external credential first.',
    }),
    certificate: choice({
      label: 'Client Certificate',
      none: 'None',
      options: certificates.map(({ name, label }) => ({ value: name, label })),
      help: 'For servers that ask for one when the connection is made. It is not what signs JWTs.',
    }),
    isEnabled: check({ label: 'Enabled for Callouts', help: 'Without it, code that calls by this is refused.' }),
    generateAuthorizationHeader: check({
      label: 'Generate Authorization Header',
      help: 'Sends the token along. Without it, code writes the header of itself.',
    }),
    allowMergeFieldsInHeader: check({
      label: 'Allow Formulas in HTTP Header',
      help: 'Code may write {!$Credential.…} in headers.',
    }),
    allowMergeFieldsInBody: check({
      label: 'Allow Formulas in HTTP Body',
      help: 'Code may write {!$Credential.…} in bodies.',
    }),
    headers: lines({
      label: 'Custom Headers',
      placeholder: 'X-Tenant: 7',
      help: 'One a line: its name, a colon, its value.',
    }),
  }
}

type CredentialFields = Awaited<ReturnType<typeof fieldsOf>>

function Fields({ form }: { readonly form: ShownForm<CredentialFields> }) {
  return (
    <>
      {form.field('label')}
      {form.field('description')}
      {form.field('url')}
      {form.field('externalCredential')}
      {form.field('certificate')}
      {form.field('isEnabled')}
      {form.field('generateAuthorizationHeader')}
      {form.field('allowMergeFieldsInHeader')}
      {form.field('allowMergeFieldsInBody')}
      {form.field('headers')}
    </>
  )
}

function newPage(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${path}/new`,
    right,
    find: async () => ({}),
    fields: async (_, visit) => ({ ...(await fieldsOf(visit)), name: nameField() }),
    start: () => ({ isEnabled: true, generateAuthorizationHeader: true }),
    show: (form) => ({
      title: 'New Named Credential',
      place: path,
      inside: (
        <Card title="Named Credential">
          {form.field('name')}
          <Fields form={form} />
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: () => path,
    async act({ name, ...entered }, _, { stores, org }) {
      if ((await stores.namedCredentials.list(org.id)).some((held) => held.name === name)) {
        return { ok: false, problems: [{ field: 'name', message: `There is a named credential “${name}” already.` }] }
      }
      const settings = namedCredentialFrom(entered)
      const made = await putNamedCredential({ ...needs, ...stores }, org, { name, settings })
      if (!made.ok) return inFields(made, settings.namedCredentialParameters)
      return done({ to: namedCredentialPath(made.value), say: `The named credential “${name}” has been made.` })
    },
  })
}

async function findSecured(visit: SetupVisit): Promise<NamedCredential | undefined> {
  const found = await findNamedCredential(visit)
  return found === undefined || isLegacy(found.settings) ? undefined : found
}

function editPage(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${path}/:namedCredential/edit`,
    right,
    find: findSecured,
    fields: (_, visit) => fieldsOf(visit),
    start: ({ settings }) => namedCredentialEntered(settings),
    show: (form, held) => ({
      title: `Edit ${held.settings.label}`,
      place: path,
      crumbs: [{ href: namedCredentialPath(held), label: held.settings.label }],
      inside: (
        <Card title="Named Credential">
          <Fields form={form} />
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: namedCredentialPath,
    async act(entered, held, { stores, org }) {
      const { name } = held
      const settings = namedCredentialFrom(entered, held.settings)
      const changed = await putNamedCredential({ ...needs, ...stores }, org, { name, settings })
      if (!changed.ok) return inFields(changed, settings.namedCredentialParameters)
      return done({ to: namedCredentialPath(held), say: `The named credential “${name}” has been changed.` })
    },
  })
}

const remove = confirmPage<NamedCredential>({
  path: `${path}/:namedCredential/delete`,
  right,
  find: findNamedCredential,
  show: (held) => ({
    title: `Delete ${held.settings.label}?`,
    place: path,
    crumbs: [{ href: namedCredentialPath(held), label: held.settings.label }],
    consequences: (
      <p>
        Code that calls <code>{`callout:${held.name}`}</code> fails from then on.
      </p>
    ),
    button: 'Delete',
    isDestructive: true,
    cancel: namedCredentialPath(held),
  }),
  async act(held, { stores }) {
    await stores.namedCredentials.delete(held)
    return done({ to: path, say: `The named credential “${held.name}” has been deleted.` })
  },
})
