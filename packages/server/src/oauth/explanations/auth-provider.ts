import type { ReasonExplanations } from './explained-reason.ts'
import { command } from './mending.ts'
import { listed, quoted } from './wording.ts'

const providers = 'Setup > Identity > Auth. Providers'

/** Sign-in through an outside provider. */
export const authProviderExplanations = {
  'provider-unknown': {
    check: 'provider',
    facts: { found: 'text', org: 'text', known: 'texts' },
    explain: ({ found, org, known }) => ({
      expected:
        org === ''
          ? 'the own address (My Domain) of an org, and the URL suffix of one of its auth. providers'
          : known.length === 0
            ? `an auth. provider of ${quoted(org)}, of which there is none`
            : `one of the auth. providers of ${quoted(org)}: ${listed(known, 'or')}`,
      found: org === '' ? `${quoted(found)}, at the login host` : quoted(found),
      whatToDo:
        org === ''
          ? 'Begin at the own address of the org: at the login host nobody knows whose provider is meant.'
          : `Write the URL suffix of the provider as it is in Setup, capitals and all; \`sso_provider\` of an authorize request is the same name, or the API name of single sign-on settings with a login URL. A provider is made so: ${command('auth-provider', 'create', '<name>', '--org', org, '--issuer', 'https://idp.example', '--consumer-key', '<client id>', '--authorize-url', 'https://idp.example/authorize', '--token-url', 'https://idp.example/token')}.`,
      whereInSetup: providers,
    }),
  },
  'provider-state-wrong': {
    check: 'provider-state',
    facts: { provider: 'text', problem: 'text' },
    explain: ({ provider, problem }) => ({
      expected:
        'the state of a sign-in that was begun in this browser in the last ten minutes, and has not come back yet',
      found: problem,
      whatToDo: `Begin again, at the button of ${quoted(provider)} on the sign-in page. Go there and back in one browser, and with one name of the host: cookies of localhost are not those of 127.0.0.1.`,
      whereInSetup: undefined,
    }),
  },
  'provider-refused': {
    check: 'provider-answer',
    facts: { provider: 'text', error: 'text', description: 'text' },
    explain: ({ provider, error, description }) => ({
      expected: `a code of ${quoted(provider)}`,
      found: description === '' ? `error=${error}` : `error=${error}, ${quoted(description)}`,
      whatToDo:
        'The provider has refused; these are its words. See that it knows the callback URL that Setup shows for it, letter by letter, and lets this client ask for the default scopes.',
      whereInSetup: `${providers} > the provider > Callback URL`,
    }),
  },
  'provider-answer-unusable': {
    check: 'provider-identity',
    facts: { provider: 'text', step: 'text', problem: 'text' },
    explain: ({ provider, step, problem }) => ({
      expected: expectedAt[step] ?? `a usable answer of ${quoted(provider)}`,
      found: problem,
      whatToDo: `${mendingOf[step] ?? 'See what the provider answers.'} The Test-Only Initialization URL of ${quoted(provider)} asks the same and signs nobody in.`,
      whereInSetup: `${providers} > the provider`,
    }),
  },
  'provider-user-unknown': {
    check: 'user-known',
    facts: { provider: 'text', found: 'text', matching: 'text', org: 'text' },
    explain: ({ provider, found, matching, org }) => ({
      expected: `a user of ${quoted(org)} who ${matchingWords[matching] ?? `fits ${matching}`}`,
      found,
      whatToDo: `Sign in with the password once and link the account with the Existing User Linking URL of ${quoted(provider)}${matching === 'LinkedOnly' ? ', or let the provider find users another way (User Matching)' : ', or see that the user here has what the provider sends'}. Users are not made by signing in.`,
      whereInSetup: `${providers} > the provider > User Matching`,
    }),
  },
  'account-linked-elsewhere': {
    check: 'account-linked',
    facts: { provider: 'text', user: 'text' },
    explain: ({ provider, user }) => ({
      expected: `an account at ${quoted(provider)} that nobody or ${user} is linked with`,
      found: 'one that another user of the org is linked with',
      whatToDo: 'Sign in at the provider with the right account, or have an admin end the other link.',
      whereInSetup: `${providers} > the provider > Linked users`,
    }),
  },
} satisfies Partial<ReasonExplanations>

const expectedAt: Readonly<Record<string, string>> = {
  iss: 'an answer of the Token Issuer (iss)',
  code: 'a code',
  token: 'an access token from the Token Endpoint URL',
  id_token: 'an ID token of the Token Issuer, for this client and this sign-in',
  userinfo: 'claims about the same person from the User Info Endpoint URL',
}

const mendingOf: Readonly<Record<string, string>> = {
  iss: 'Write the issuer of the provider into Token Issuer as its discovery document says it; if it is there already, this answer came from somebody else.',
  code: 'The provider came back with neither a code nor an error; see that the authorize address is its authorization endpoint.',
  token:
    'See that Consumer Key, Consumer Secret and the Token Endpoint URL are those of the provider, and whether it wants key and secret in a header or in the body.',
  id_token:
    'See that Token Issuer is the issuer of the provider, letter by letter, and that its discovery document and keys can be read from this server.',
  userinfo: 'See that the User Info Endpoint URL is the one of this provider.',
}

const matchingWords: Readonly<Record<string, string>> = {
  LinkedOnly: 'is linked with this account',
  FederationId: 'is linked with this account, or has its sub as Federation ID',
  Username: 'is linked with this account, or has its preferred_username as username',
  Email: 'is linked with this account, or alone has its verified e-mail address',
}
