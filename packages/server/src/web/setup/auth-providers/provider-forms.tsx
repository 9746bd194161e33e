import type { AuthProvider, UserMatching } from '../../../auth-providers/auth-provider.ts'
import { changeAuthProvider, newAuthProvider } from '../../../auth-providers/new-auth-provider.ts'
import { trimmed } from '../../../entered-text.ts'
import { done } from '../../../problem.ts'
import { Card } from '../blocks.tsx'
import { check, password, radios, text } from '../field.tsx'
import type { ShownForm } from '../form.tsx'
import { confirmPage, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { authProvidersPath, findLink, findProvider, providerPath } from './find-provider.ts'

const matchings: readonly { readonly value: UserMatching; readonly label: string; readonly hint: string }[] = [
  {
    value: 'LinkedOnly',
    label: 'Linked users alone',
    hint: 'Who is signed in with a password links their account once, with the Existing User Linking URL.',
  },
  {
    value: 'FederationId',
    label: 'By Federation ID',
    hint: 'The sub of the provider is the Federation ID of the user.',
  },
  {
    value: 'Username',
    label: 'By username',
    hint: 'The preferred_username of the provider is the username. Whoever can choose it there is that user here.',
  },
  {
    value: 'Email',
    label: 'By verified e-mail address',
    hint: 'The provider says email_verified, and one active user alone has the address.',
  },
]

const fields = {
  friendlyName: text({ label: 'Name', isRequired: true, help: 'What people see on the button.' }),
  consumerKey: text({
    label: 'Consumer Key',
    isRequired: true,
    help: 'The client_id that this org has at the provider.',
  }),
  consumerSecret: password({
    label: 'Consumer Secret',
    isRequired: false,
    autocomplete: 'new-password',
    help: 'The secret of that client. It is kept encrypted and never shown again. A client without one needs PKCE.',
  }),
  idTokenIssuer: text({
    label: 'Token Issuer',
    type: 'url',
    help: 'The issuer as the discovery document of the provider says it. With it ID tokens are asked for and verified by the keys that it publishes; without, the User Info Endpoint alone says who somebody is.',
  }),
  authorizeUrl: text({
    label: 'Authorize Endpoint URL',
    type: 'url',
    isRequired: true,
    help: 'Where people are sent to sign in at the provider: authorization_endpoint of its discovery document. With another one they get no further than an error page there.',
  }),
  tokenUrl: text({
    label: 'Token Endpoint URL',
    type: 'url',
    isRequired: true,
    help: 'Where this server changes what they come back with into tokens: token_endpoint of that document. If it does not answer, nobody gets in by this provider.',
  }),
  userInfoUrl: text({
    label: 'User Info Endpoint URL',
    type: 'url',
    help: 'Needed for what the ID token does not say, such as e-mail addresses at many providers.',
  }),
  defaultScopes: text({ label: 'Default Scopes', help: 'With one space between them; openid when left empty.' }),
  sendClientCredentialsInHeader: check({
    label: 'Send client credentials in header',
    help: 'Key and secret go in an Authorization header and not in the body.',
  }),
  isPkceEnabled: check({
    label: 'Use Proof Key for Code Exchange (PKCE) Extension',
    help: 'A stolen code is worth nothing then. Switch it off only for a provider that refuses it.',
  }),
  userMatching: radios({
    label: 'User Matching',
    options: matchings,
    help: 'What happens when somebody comes whose account there belongs to nobody here yet.',
  }),
  requireMfa: check({
    label: 'Use Salesforce MFA for this SSO provider',
    help: 'Users with multi-factor authentication verify their identity here, too. Otherwise the provider is trusted with that.',
  }),
}

const newFields = {
  ...fields,
  developerName: text({
    label: 'URL Suffix',
    isRequired: true,
    help: 'The end of its addresses here, and what apps send as sso_provider: letters, digits and single underscores. It cannot be changed later.',
  }),
}

const editFields = {
  ...fields,
  consumerSecret: password({
    label: 'Consumer Secret',
    isRequired: false,
    autocomplete: 'new-password',
    help: 'A new secret of that client; left empty, the one that is kept stays.',
  }),
  hasNoSecret: check({ label: 'The client has no secret', help: 'Forgets the secret that is kept.' }),
}

/** The forms that make, change and delete providers, and end links. */
export function providerForms(
  needs: Pick<SetupNeeds, 'newId' | 'now' | 'seal' | 'providerRules'>,
): readonly SetupRoute[] {
  return [...newProvider(needs), ...editProvider(needs), ...deleteProvider, ...unlink]
}

function newProvider({ providerRules: rules, ...needs }: Parameters<typeof providerForms>[0]): readonly SetupRoute[] {
  return formPage({
    path: `${authProvidersPath}/new`,
    right: 'manage the org',
    find: async () => ({}),
    fields: () => newFields,
    start: () => ({ userMatching: 'LinkedOnly', isPkceEnabled: true, defaultScopes: 'openid' }),
    show: (form) => ({
      title: 'New Auth. Provider',
      lead: 'From then on people sign in to this org with the accounts that they have there. Users are not made by signing in.',
      place: authProvidersPath,
      inside: (
        <>
          <Card title="Provider">
            {form.field('friendlyName')}
            {form.field('developerName')}
            {form.field('consumerKey')}
            {form.field('consumerSecret')}
          </Card>
          <Rest form={form} />
        </>
      ),
    }),
    submit: 'Save',
    cancel: () => authProvidersPath,
    async act(values, _, { stores, org }) {
      const outcome = await newAuthProvider({ ...stores, ...needs, rules }, org, values)
      if (!outcome.ok) return outcome
      const { friendlyName } = outcome.value
      return done({ to: providerPath(outcome.value), say: `${friendlyName} is on the sign-in page from now on.` })
    },
  })
}

function editProvider({ providerRules: rules, ...needs }: Parameters<typeof providerForms>[0]): readonly SetupRoute[] {
  return formPage({
    path: `${authProvidersPath}/:provider/edit`,
    right: 'manage the org',
    find: findProvider,
    fields: () => editFields,
    start: ({ userInfoUrl = '', idTokenIssuer = '', ...provider }) => ({ ...provider, userInfoUrl, idTokenIssuer }),
    show: (form, provider) => ({
      title: `Edit ${provider.friendlyName}`,
      place: authProvidersPath,
      crumbs: [crumb(provider)],
      inside: (
        <>
          <Card title="Provider">
            {form.field('friendlyName')}
            {form.field('consumerKey')}
            {form.field('consumerSecret')}
            {form.field('hasNoSecret')}
          </Card>
          <Rest form={form} />
        </>
      ),
    }),
    submit: 'Save',
    cancel: providerPath,
    async act({ hasNoSecret, consumerSecret, ...values }, provider, { stores }) {
      // The field is empty each time that the form is shown.
      const entered = hasNoSecret ? '' : trimmed(consumerSecret)
      const secret = entered === undefined ? {} : { consumerSecret: entered }
      const outcome = await changeAuthProvider({ ...stores, ...needs, rules }, provider, { ...values, ...secret })
      if (!outcome.ok) return outcome
      return done({ to: providerPath(provider), say: `${outcome.value.friendlyName} is saved.` })
    },
  })
}

const deleteProvider: readonly SetupRoute[] = confirmPage({
  path: `${authProvidersPath}/:provider/delete`,
  right: 'manage the org',
  find: findProvider,
  show: (provider) => ({
    title: `Delete ${provider.friendlyName}`,
    place: authProvidersPath,
    crumbs: [crumb(provider)],
    consequences: (
      <>
        <p>Nobody signs in with it from then on, and apps that send its name as sso_provider are refused.</p>
        <p>Which users are linked there is forgotten. Sessions that are open stay open.</p>
      </>
    ),
    button: 'Delete',
    isDestructive: true,
    cancel: providerPath(provider),
  }),
  async act(provider, { stores }) {
    await stores.authProviders.delete(provider.id)
    return done({ to: authProvidersPath, say: `${provider.friendlyName} is gone.` })
  },
})

const unlink: readonly SetupRoute[] = confirmPage({
  path: `${authProvidersPath}/:provider/unlink/:link`,
  right: 'manage the org',
  find: findLink,
  async show({ provider, link }, { stores }) {
    const user = await stores.users.find(link.userId)
    return {
      title: 'Unlink account',
      place: authProvidersPath,
      crumbs: [crumb(provider)],
      consequences: (
        <p>
          The account <code>{link.remoteId}</code> at {provider.friendlyName} is no longer that of{' '}
          <strong>{user?.username}</strong>. Where the provider finds users by itself, it may find one again.
        </p>
      ),
      button: 'Unlink',
      isDestructive: true,
      cancel: providerPath(provider),
    }
  },
  async act({ provider, link }, { stores }) {
    await stores.accountLinks.delete(link)
    return done({ to: providerPath(provider), say: 'The account is unlinked.' })
  },
})

function Rest({ form }: { readonly form: Pick<ShownForm<typeof fields>, 'field'> }) {
  return (
    <>
      <Card title="Where it is">
        {form.field('idTokenIssuer')}
        {form.field('authorizeUrl')}
        {form.field('tokenUrl')}
        {form.field('userInfoUrl')}
        {form.field('defaultScopes')}
        {form.field('sendClientCredentialsInHeader')}
        {form.field('isPkceEnabled')}
      </Card>
      <Card title="Whom it lets in">
        {form.field('userMatching')}
        {form.field('requireMfa')}
      </Card>
    </>
  )
}

function crumb(provider: AuthProvider) {
  return { href: providerPath(provider), label: provider.friendlyName }
}
