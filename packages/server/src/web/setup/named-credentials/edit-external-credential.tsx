import type { Child } from 'hono/jsx'
import { deleteExternalCredential, putExternalCredential } from '../../../named-credentials/change-credential.ts'
import { protocolVariants } from '../../../named-credentials/check-credential.ts'
import { authenticationProtocols, type ExternalCredential } from '../../../named-credentials/credential.ts'
import { externalCredentialEntered, externalCredentialFrom } from '../../../named-credentials/entered-credential.ts'
import { done } from '../../../problem.ts'
import { Card } from '../blocks.tsx'
import { choice, lines, text } from '../field.tsx'
import type { ShownForm } from '../form.tsx'
import { confirmPage, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { nameField } from './edit-named-credential.tsx'
import { externalCredentialPath, findExternalCredential, inFields, namedCredentialsPath } from './find-credential.ts'

const path = `${namedCredentialsPath}/external`
const right = 'manage the org'

type Needs = Pick<SetupNeeds, 'newId' | 'now'>

/** What may be done to an external credential: made, changed, deleted. */
export function editExternalCredential(needs: Needs): readonly SetupRoute[] {
  return [...newPage(needs), ...editPage(needs), ...remove]
}

const protocolLabels: Readonly<Record<string, string>> = {
  Oauth: 'OAuth 2.0',
  Jwt: 'JWT',
  JwtExchange: 'JWT Token Exchange',
  NoAuthentication: 'No Authentication',
}
const variantLabels: Readonly<Record<string, string>> = {
  JwtBearer: 'JWT Bearer Flow',
  ClientCredentialsClientSecret: 'Client Credentials with Client Secret Flow',
  ClientCredentialsClientSecretBasic: 'Client Credentials with Client Secret Flow (secret in the header)',
  ClientCredentialsJwtAssertion: 'Client Credentials with JWT Assertion Flow',
  AuthorizationCode: 'Browser Flow',
}

async function fieldsOf({ stores, org }: SetupVisit) {
  const certificates = await stores.certificates.list(org.id)
  return {
    label: text({ label: 'Label', isRequired: true, help: 'What admins call it. At most 80 characters.' }),
    description: text({
      label: 'Description',
      help: 'Which system it signs in to, and who answers for that: whoever finds it in a year has only this.',
    }),
    authenticationProtocol: choice({
      label: 'Authentication Protocol',
      help: 'How it proves who is calling. What the protocol needs of the fields below, it needs filled in; the others are not looked at.',
      options: authenticationProtocols.map((value) => ({ value, label: protocolLabels[value] ?? value })),
    }),
    variant: choice({
      label: 'Authentication Flow Type',
      none: 'None',
      options: protocolVariants.map((value) => ({ value, label: variantLabels[value] ?? value })),
      help: 'Of OAuth 2.0 only.',
    }),
    tokenUrl: text({
      label: 'Token Endpoint URL',
      type: 'url',
      help: 'Where JWTs and client credentials are exchanged.',
    }),
    scope: text({
      label: 'Scope',
      placeholder: 'api refresh_token',
      help: 'What is asked for, with one space between; some servers give nothing without. Empty leaves it to the other side.',
    }),
    signingCertificate: choice({
      label: 'Signing Certificate',
      none: 'None',
      options: certificates.map(({ name, label }) => ({ value: name, label })),
      help: 'Its private key signs the JWTs.',
    }),
    issuer: text({ label: 'Issuer (iss)', help: 'The consumer key, where the other side is Salesforce.' }),
    subject: text({
      label: 'Subject (sub)',
      help: 'The username, where the other side is Salesforce; a formula for per-user principals.',
    }),
    audience: text({
      label: 'Audience (aud)',
      help: 'Whom it is made out to. Once there is an issuer, a subject or an audience, all three are needed.',
    }),
    namedPrincipals: lines({ label: 'Named Principals', help: 'One a line: identities that everybody uses alike.' }),
    perUserPrincipals: lines({ label: 'Per User Principals', help: 'One a line: each user signs in of themselves.' }),
    headers: lines({ label: 'Custom Headers', help: 'One a line: its name, a colon, its value.' }),
    statusCodes: lines({
      label: 'Additional Status Codes for Token Refresh',
      placeholder: '403',
      help: 'One a line: answers besides 401 that lead to a new token, from 400 to 499 or from 600 to 999.',
    }),
  }
}

type CredentialFields = Awaited<ReturnType<typeof fieldsOf>>

function Cards({ form, name }: { readonly form: ShownForm<CredentialFields>; readonly name?: Child }) {
  return (
    <>
      <Card title="External Credential">
        {name}
        {form.field('label')}
        {form.field('description')}
        {form.field('authenticationProtocol')}
        {form.field('variant')}
        {form.field('tokenUrl')}
        {form.field('scope')}
      </Card>
      <Card title="JWT Claims">
        {form.field('signingCertificate')}
        {form.field('issuer')}
        {form.field('subject')}
        {form.field('audience')}
      </Card>
      <Card title="Principals">
        {form.field('namedPrincipals')}
        {form.field('perUserPrincipals')}
      </Card>
      <Card title="Requests">
        {form.field('headers')}
        {form.field('statusCodes')}
      </Card>
    </>
  )
}

function newPage(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${path}/new`,
    right,
    find: async () => ({}),
    fields: async (_, visit) => ({ ...(await fieldsOf(visit)), name: nameField() }),
    show: (form) => ({
      title: 'New External Credential',
      place: namedCredentialsPath,
      inside: <Cards form={form} name={form.field('name')} />,
    }),
    submit: 'Save',
    cancel: () => namedCredentialsPath,
    async act({ name, ...entered }, _, { stores, org }) {
      if ((await stores.externalCredentials.list(org.id)).some((held) => held.name === name)) {
        return {
          ok: false,
          problems: [{ field: 'name', message: `There is an external credential “${name}” already.` }],
        }
      }
      const settings = externalCredentialFrom(entered)
      const made = await putExternalCredential({ ...needs, ...stores }, org, { name, settings })
      if (!made.ok) return inFields(made, settings.externalCredentialParameters)
      return done({ to: externalCredentialPath(made.value), say: `The external credential “${name}” has been made.` })
    },
  })
}

function editPage(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${path}/:externalCredential/edit`,
    right,
    find: findExternalCredential,
    fields: (_, visit) => fieldsOf(visit),
    start: ({ settings }) => externalCredentialEntered(settings),
    show: (form, held) => ({
      title: `Edit ${held.settings.label}`,
      place: namedCredentialsPath,
      crumbs: [{ href: externalCredentialPath(held), label: held.settings.label }],
      inside: <Cards form={form} />,
    }),
    submit: 'Save',
    cancel: externalCredentialPath,
    async act(entered, held, { stores, org }) {
      const { name } = held
      const settings = externalCredentialFrom(entered, held.settings)
      const changed = await putExternalCredential({ ...needs, ...stores }, org, { name, settings })
      if (!changed.ok) return inFields(changed, settings.externalCredentialParameters)
      return done({ to: externalCredentialPath(held), say: `The external credential “${name}” has been changed.` })
    },
  })
}

const remove = confirmPage<ExternalCredential>({
  path: `${path}/:externalCredential/delete`,
  right,
  find: findExternalCredential,
  show: (held) => ({
    title: `Delete ${held.settings.label}?`,
    place: namedCredentialsPath,
    crumbs: [{ href: externalCredentialPath(held), label: held.settings.label }],
    consequences: (
      <p>Its settings and principals are gone for good. It is refused while a named credential signs in by it.</p>
    ),
    button: 'Delete',
    isDestructive: true,
    cancel: externalCredentialPath(held),
  }),
  async act(held, { stores }) {
    const deleted = await deleteExternalCredential(stores, held)
    if (!deleted.ok) return deleted
    return done({ to: namedCredentialsPath, say: `The external credential “${held.name}” has been deleted.` })
  },
})
