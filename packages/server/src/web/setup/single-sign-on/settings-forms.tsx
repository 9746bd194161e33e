import type { OrgCertificate } from '../../../certificates/certificate.ts'
import { done, refused } from '../../../problem.ts'
import { unusableForSaml } from '../../../saml/identity-provider.ts'
import { changeSamlSsoConfig, newSamlSsoConfig } from '../../../saml/new-sso-config.ts'
import { readProviderMetadata } from '../../../saml/provider-metadata.ts'
import {
  type IdentityLocation,
  type IdentityMapping,
  requestSignatureMethods,
  type SamlSsoConfig,
} from '../../../saml/sso-config.ts'
import { Card } from '../blocks.tsx'
import { area, check, choice, radios, text } from '../field.tsx'
import type { ShownForm } from '../form.tsx'
import { confirmPage, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { executionUserOf, findSettings, settingsPath, singleSignOnPath } from './find-settings.ts'

const mappings: readonly { readonly value: IdentityMapping; readonly label: string; readonly hint: string }[] = [
  { value: 'Username', label: 'Assertion contains the user’s username', hint: 'Such as ada@acme.example.' },
  {
    value: 'FederationId',
    label: 'Assertion contains the Federation ID from the User object',
    hint: 'What the identity provider calls the user; capitals count.',
  },
  { value: 'UserId', label: 'Assertion contains the User ID from the User object', hint: '005…, 15 or 18 characters.' },
]

const locations: readonly { readonly value: IdentityLocation; readonly label: string }[] = [
  { value: 'SubjectNameId', label: 'Identity is in the NameIdentifier element of the Subject statement' },
  { value: 'Attribute', label: 'Identity is in an Attribute element' },
]

/** How a message reaches the provider. */
const ways = (byRedirect: string, byPost: string) => [
  { value: byRedirect, label: 'HTTP Redirect' },
  { value: byPost, label: 'HTTP POST' },
]

/** How the provider is asked, and what is decrypted. @param certificates of the org: those with an RSA key here can sign and decrypt */
function requestFields(certificates: readonly OrgCertificate[]) {
  const options = certificates
    .filter((one) => unusableForSaml(one) === undefined)
    .map(({ name, label }) => ({ value: name, label: label === name ? name : `${label} (${name})` }))
  return {
    decryptionCertificate: choice({
      label: 'Assertion Decryption Certificate',
      none: 'Assertion not encrypted',
      options,
      help: 'The certificate of this org that the provider encrypts assertions for; give it to the provider. Its responses then go to a Login URL of these settings, which the page of the settings shows. Assertions that are not encrypted are taken as before.',
    }),
    loginUrl: text({
      label: 'Identity Provider Login URL',
      type: 'url',
      help: 'Where the provider takes requests (SingleSignOnService of its metadata). With it the sign-in page of the org has a button. Without it people begin at the provider alone.',
    }),
    redirectBinding: radios({
      label: 'Service Provider Initiated Request Binding',
      options: ways('redirect', 'post'),
      help: 'How a request reaches the provider: in an address, or in a form.',
    }),
    requestSigningCertId: choice({
      label: 'Request Signing Certificate',
      none: 'None: requests are not signed',
      options,
      help: 'The certificate of this org whose key signs requests; give it to the provider.',
    }),
    requestSignatureMethod: choice({
      label: 'Request Signature Method',
      options: requestSignatureMethods.map((value) => ({ value, label: value })),
      help: 'RSA-SHA1 can be forged: choose it only for a provider that knows nothing newer.',
    }),
  }
}

const logoutFields = {
  singleLogoutUrl: text({
    label: 'Identity Provider Single Logout URL',
    type: 'url',
    help: 'Where the provider takes messages about signing out (SingleLogoutService of its metadata). With it, whoever signs out here is signed out there, and it gets an answer when it signs people out here.',
  }),
  singleLogoutBinding: radios({
    label: 'Single Logout Request Binding',
    options: ways('RedirectBinding', 'PostBinding'),
    help: 'How such a message reaches the provider: in an address, or in a form.',
  }),
  logoutUrl: text({
    label: 'Custom Logout URL',
    type: 'url',
    help: 'Where people land who came by this provider and have signed out; without it, on the page that says so.',
  }),
}

const fields = {
  name: text({ label: 'Name', isRequired: true, help: 'What people see.' }),
  issuer: text({
    label: 'Issuer',
    isRequired: true,
    help: 'What the identity provider calls itself, as its assertions and its metadata say it, character by character.',
  }),
  samlEntityId: text({
    label: 'Entity ID',
    isRequired: true,
    help: 'What this org is called there: the Audience of the assertions. The My Domain URL is a good one.',
  }),
  validationCert: area({
    label: 'Identity Provider Certificate',
    rows: 8,
    isRequired: true,
    accepts: '.crt,.pem,.cer',
    help: 'PEM, beginning with -----BEGIN CERTIFICATE-----. Nothing but this verifies its signatures; a certificate within an assertion is not looked at.',
  }),
  identityMapping: radios({
    label: 'SAML Identity Type',
    options: mappings,
    help: 'What the assertion says of a user, so that they are found here. If it says something else, nobody is found, and the assertion is refused.',
  }),
  identityLocation: radios({
    label: 'SAML Identity Location',
    options: locations,
    help: 'Where in the assertion that stands. It is looked for nowhere else.',
  }),
  attributeName: text({
    label: 'Attribute Name',
    help: 'The attribute that says who the user is, where it is in one.',
  }),
  userProvisioning: check({
    label: 'User Provisioning Enabled',
    help: 'Whoever signs in at a browser and is unknown is made a user of the attributes User.Username, User.Email, User.LastName and User.ProfileId; whoever is known is brought up to date. Needs the Federation ID as identity type. The provider then decides who is a user here and with which profile, an administrator’s among them.',
  }),
  samlJitHandlerId: text({
    label: 'SAML JIT Handler',
    placeholder: 'NewHires',
    help: 'User Provisioning Type: without it Standard, by the attributes above. With it, code of this org says what users are like: the name of its file in the folder handlers, without .ts, .mjs or .js; at Salesforce an Apex class that implements Auth.SamlJitHandler. If it fails, nobody is signed in.',
  }),
  executionUserId: text({
    label: 'Execute Handler As',
    placeholder: 'admin@acme.example',
    help: 'The username as whom that code runs, and whose changes Setup Audit Trail tells: an active user who may manage users.',
  }),
  ...requestFields([]),
  ...logoutFields,
}

/** The same, with the certificates that the org can sign and decrypt with. */
async function fieldsOf({ stores, org }: Pick<SetupVisit, 'stores' | 'org'>): Promise<typeof fields> {
  return { ...fields, ...requestFields(await stores.certificates.list(org.id)) }
}

const newFields = {
  ...fields,
  fullName: text({
    label: 'API Name',
    isRequired: true,
    help: 'What programs call the settings by: letters, digits and single underscores, beginning with a letter. It cannot be changed later.',
  }),
}

/** The forms that make, change and delete settings. */
export function settingsForms(needs: Pick<SetupNeeds, 'addresses' | 'newId' | 'now'>): readonly SetupRoute[] {
  return [...newSettings(needs), ...newFromMetadata(needs), ...editSettings(needs), ...deleteSettings]
}

function newSettings(needs: Pick<SetupNeeds, 'newId' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${singleSignOnPath}/new`,
    right: 'manage the org',
    find: async () => ({}),
    fields: async (_, visit) => ({ ...newFields, ...(await fieldsOf(visit)) }),
    start: () => ({
      identityMapping: 'Username',
      identityLocation: 'SubjectNameId',
      redirectBinding: 'redirect',
      requestSignatureMethod: 'RSA-SHA256',
      singleLogoutBinding: 'RedirectBinding',
    }),
    show: (form) => ({
      title: 'New SAML Single Sign-On Settings',
      lead: 'From then on the org believes this identity provider about its users.',
      place: singleSignOnPath,
      inside: (
        <>
          <Card title="Identity provider">
            {form.field('name')}
            {form.field('fullName')}
            {form.field('issuer')}
            {form.field('samlEntityId')}
            {form.field('validationCert')}
            {form.field('decryptionCertificate')}
          </Card>
          <Identity form={form} />
          <Requests form={form} />
          <Logout form={form} />
        </>
      ),
    }),
    submit: 'Save',
    cancel: () => singleSignOnPath,
    async act(values, _, { stores, org }) {
      const outcome = await newSamlSsoConfig({ ...stores, ...needs }, org, { ...values, ...entered(values) })
      if (!outcome.ok) return outcome
      const { label } = outcome.value
      return done({ to: settingsPath(outcome.value), say: `${label} is believed from now on.` }, outcome.warnings)
    },
  })
}

const metadataFields = {
  metadata: area({
    label: 'Metadata',
    rows: 12,
    isRequired: true,
    accepts: '.xml',
    help: 'The XML that the identity provider gives: an EntityDescriptor with an IDPSSODescriptor. Its issuer, certificate and addresses are taken from it. With script, a file may be dropped here. A signature of it is not looked at: take it from where you trust it.',
  }),
  name: fields.name,
  fullName: newFields.fullName,
  samlEntityId: fields.samlEntityId,
  identityMapping: fields.identityMapping,
}

/** *New from Metadata File*: what the provider says of itself need not be typed. */
function newFromMetadata(needs: Pick<SetupNeeds, 'addresses' | 'newId' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${singleSignOnPath}/new-from-metadata`,
    right: 'manage the org',
    find: async () => ({}),
    fields: () => metadataFields,
    start: (_, { org, site }) => ({ identityMapping: 'Username', samlEntityId: needs.addresses.baseOf(org, site) }),
    show: (form) => ({
      title: 'New SAML Single Sign-On Settings from Metadata File',
      lead: 'From then on the org believes this identity provider about its users. What else there is to set can be edited afterwards.',
      place: singleSignOnPath,
      inside: (
        <>
          <Card title="Identity provider">
            {form.field('metadata')}
            {form.field('name')}
            {form.field('fullName')}
            {form.field('samlEntityId')}
          </Card>
          <Card title="How it names users">{form.field('identityMapping')}</Card>
        </>
      ),
    }),
    submit: 'Save',
    cancel: () => singleSignOnPath,
    async act({ metadata, ...values }, _, { stores, org }) {
      const said = await readProviderMetadata(metadata, needs.now())
      if (!said.ok) return said
      const needed = { issuer: '', validationCert: '' }
      const outcome = await newSamlSsoConfig({ ...stores, ...needs }, org, { ...needed, ...said.value, ...values })
      if (outcome.ok) {
        const { label } = outcome.value
        return done({ to: settingsPath(outcome.value), say: `${label} is believed from now on.` }, outcome.warnings)
      }
      // What is wrong with what was read is said beside where it came from.
      const isAsked = (field: string) => Object.hasOwn(metadataFields, field)
      return refused(...outcome.problems.map((one) => (isAsked(one.field) ? one : { ...one, field: 'metadata' })))
    },
  })
}

function editSettings({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${singleSignOnPath}/:settings/edit`,
    right: 'manage the org',
    find: findSettings,
    fields: (_, visit) => fieldsOf(visit),
    start: async (config, { stores }) => ({
      name: config.label,
      issuer: config.issuer,
      samlEntityId: config.samlEntityId,
      validationCert: config.validationCert.pem,
      identityMapping: config.identityMapping,
      identityLocation: config.identityLocation,
      attributeName: config.attributeName ?? '',
      userProvisioning: config.userProvisioning,
      samlJitHandlerId: config.samlJitHandlerId ?? '',
      executionUserId: (await executionUserOf(stores, config))?.username ?? '',
      loginUrl: config.loginUrl ?? '',
      redirectBinding: config.redirectBinding ? 'redirect' : 'post',
      requestSigningCertId: config.requestSigningCertId ?? '',
      requestSignatureMethod: config.requestSignatureMethod,
      decryptionCertificate: config.decryptionCertificate ?? '',
      singleLogoutUrl: config.singleLogoutUrl ?? '',
      singleLogoutBinding: config.singleLogoutBinding,
      logoutUrl: config.logoutUrl ?? '',
    }),
    show: (form, config) => ({
      title: `Edit ${config.label}`,
      place: singleSignOnPath,
      crumbs: [crumb(config)],
      inside: (
        <>
          <Card title="Identity provider">
            {form.field('name')}
            {form.field('issuer')}
            {form.field('samlEntityId')}
            {form.field('validationCert')}
            {form.field('decryptionCertificate')}
          </Card>
          <Identity form={form} />
          <Requests form={form} />
          <Logout form={form} />
        </>
      ),
    }),
    submit: 'Save',
    cancel: settingsPath,
    async act(values, config, { stores }) {
      const outcome = await changeSamlSsoConfig({ ...stores, now }, config, { ...values, ...entered(values) })
      if (!outcome.ok) return outcome
      return done({ to: settingsPath(config), say: `${outcome.value.label} is saved.` }, outcome.warnings)
    },
  })
}

const deleteSettings: readonly SetupRoute[] = confirmPage({
  path: `${singleSignOnPath}/:settings/delete`,
  right: 'manage the org',
  find: findSettings,
  show: (config) => ({
    title: `Delete ${config.label}`,
    place: singleSignOnPath,
    crumbs: [crumb(config)],
    consequences: (
      <>
        <p>
          The org believes <code>{config.issuer}</code> no more: its assertions are refused from then on.
        </p>
        <p>Sessions that are open stay open, until they end or are ended in Session Management.</p>
      </>
    ),
    button: 'Delete',
    isDestructive: true,
    cancel: settingsPath(config),
  }),
  async act(config, { stores }) {
    await stores.samlSsoConfigs.delete(config.id)
    return done({ to: singleSignOnPath, say: `${config.label} is believed no more.` })
  },
})

function Identity({ form }: { readonly form: Pick<ShownForm<typeof fields>, 'field'> }) {
  return (
    <Card title="How it names users">
      {form.field('identityMapping')}
      {form.field('identityLocation')}
      {form.field('attributeName')}
      {form.field('userProvisioning')}
      {form.field('samlJitHandlerId')}
      {form.field('executionUserId')}
    </Card>
  )
}

function Requests({ form }: { readonly form: Pick<ShownForm<typeof fields>, 'field'> }) {
  return (
    <Card title="How it is asked">
      {form.field('loginUrl')}
      {form.field('redirectBinding')}
      {form.field('requestSigningCertId')}
      {form.field('requestSignatureMethod')}
    </Card>
  )
}

function Logout({ form }: { readonly form: Pick<ShownForm<typeof fields>, 'field'> }) {
  return (
    <Card title="How people sign out">
      {form.field('singleLogoutUrl')}
      {form.field('singleLogoutBinding')}
      {form.field('logoutUrl')}
    </Card>
  )
}

function entered({ redirectBinding }: { readonly redirectBinding: string }) {
  return { redirectBinding: redirectBinding !== 'post' }
}

function crumb(config: SamlSsoConfig) {
  return { href: settingsPath(config), label: config.label }
}
