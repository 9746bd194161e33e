import type { ReasonExplanations } from './explained-reason.ts'
import { command } from './mending.ts'
import { closestUrl } from './url-difference.ts'
import { listed, quoted } from './wording.ts'

const ssoSettings = 'Setup > Identity > Single Sign-On Settings'

/** The SAML assertion flow: an identity provider vouches for a user. */
export const singleSignOnExplanations = {
  'saml-profile-unknown': {
    check: 'grant-type',
    facts: { found: 'text', accepted: 'text' },
    explain: ({ found, accepted }) => ({
      expected: `assertion_type=${accepted}`,
      found: found === 'none' ? 'no assertion_type' : quoted(found),
      whatToDo: `Send \`assertion_type=${accepted}\` beside \`grant_type=assertion\`: no other profile is known. An app that signs for itself sends \`grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer\` instead, without an assertion_type.`,
      whereInSetup: undefined,
    }),
  },
  'sso-org-unknown': {
    check: 'sso-settings',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'the org by its id as so, or the own address of the org',
      found: found === 'none' ? 'no so, at the login host' : `so=${found}`,
      whatToDo:
        'Post to the OAuth 2.0 Token Endpoint that the page of the settings shows: it ends in `?so=` and the id of the org. At the own address of an org no other org can be named.',
      whereInSetup: ssoSettings,
    }),
  },
  'sso-settings-missing': {
    check: 'sso-settings',
    facts: { org: 'text' },
    explain: ({ org }) => ({
      expected: `single sign-on settings of ${quoted(org)}`,
      found: 'none',
      whatToDo: `Tell the org which identity provider to believe: ${command('sso-settings', 'create', '<name>', '--org', org, '--issuer', 'https://idp.example', '--entity-id', 'https://acme.example', '--certificate-file', 'idp.crt')}.`,
      whereInSetup: ssoSettings,
    }),
  },
  'sso-settings-unknown': {
    check: 'sso-settings',
    facts: { found: 'text', org: 'text' },
    explain: ({ found, org }) => ({
      expected: 'the id or the API name of single sign-on settings with a login URL, at the own address of their org',
      found: org === '' ? `${quoted(found)}, at the login host` : quoted(found),
      whatToDo:
        org === ''
          ? 'Begin at the own address of the org: at the login host nobody knows whose identity provider is meant. A provider that encrypts posts to the Login URL on the page of the settings, which ends in `?sc=` and their id.'
          : `See which settings the org has (${command('sso-settings', 'list', '--org', org)}), and give them the login URL of the provider (${command('sso-settings', 'update', '<name>', '--login-url', 'https://idp.example/sso')}).`,
      whereInSetup: `${ssoSettings} > the settings > Identity Provider Login URL`,
    }),
  },
  'saml-response-unrequested': {
    check: 'not-replayed',
    facts: { settings: 'text', problem: 'text' },
    explain: ({ settings, problem }) => ({
      expected: `an answer to a request that the org has made to ${quoted(settings)} in the last hour, the first one; who begins at the provider may bring a sign-in that answers none`,
      found: `an InResponseTo of which ${problem}`,
      whatToDo:
        'Begin again: at the button of the sign-in page, or by signing out once more. A provider that is begun at itself leaves InResponseTo out; it must not make one up.',
      whereInSetup: undefined,
    }),
  },
  'saml-issuer-unknown': {
    check: 'saml-issuer',
    facts: { found: 'text', known: 'texts' },
    explain: ({ found, known }) => ({
      expected: `the Issuer ${listed(known, 'or')}`,
      found: quoted(found),
      whatToDo: issuerClue(found, known),
      whereInSetup: `${ssoSettings} > the settings > Issuer`,
    }),
  },
  'saml-status-not-success': {
    check: 'saml-status',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'a Response with the status urn:oasis:names:tc:SAML:2.0:status:Success',
      found: found === '' ? 'none' : quoted(found),
      whatToDo: 'The identity provider has refused the sign-in. Why is in its log, not here.',
      whereInSetup: undefined,
    }),
  },
  'saml-certificate-invalid': {
    check: 'saml-certificate',
    facts: { settings: 'text', from: 'text', until: 'text', now: 'text' },
    explain: ({ settings, from, until, now }) => ({
      expected: `a certificate of ${quoted(settings)} that is valid now, ${now}`,
      found: `one that is valid from ${from} until ${until}`,
      whatToDo: `Get the current certificate of the identity provider, and give it to the settings: ${command('sso-settings', 'update', '<name>', '--certificate-file', 'idp.crt')}.`,
      whereInSetup: `${ssoSettings} > the settings > Identity Provider Certificate`,
    }),
  },
  'saml-logout-unproved': {
    check: 'saml-request-signed',
    facts: { settings: 'text', problem: 'text', certificate: 'text', fingerprint: 'text' },
    explain: ({ settings, problem, certificate, fingerprint }) => ({
      expected: `a signature by the key of the certificate ${quoted(certificate)} of ${quoted(settings)}, SHA-256 fingerprint ${fingerprint}`,
      found: `none that counts: ${problem}`,
      whatToDo: `Have the provider sign its logout messages, requests and responses alike, with the key that it signs assertions with, by RSA-SHA256. If it has a new key, give its certificate to the settings: ${command('sso-settings', 'update', '<name>', '--certificate-file', 'idp.crt')}. By redirect the signature is over \`SAMLRequest\` or \`SAMLResponse\`, \`RelayState\` and \`SigAlg\` exactly as they stand in the address; nothing on the way may encode them anew.`,
      whereInSetup: `${ssoSettings} > the settings > Identity Provider Certificate`,
    }),
  },
  'saml-logout-misdirected': {
    check: 'saml-request-fit',
    facts: { settings: 'text', found: 'text', accepted: 'texts' },
    explain: ({ settings, found, accepted }) => ({
      expected: `the Destination ${listed(accepted, 'or')}`,
      found: found === 'none' ? 'none' : quoted(found),
      whatToDo: `Enter the logout URL that the page of the settings shows at ${quoted(settings)}, character by character. A message that is signed says where it goes: without that, one for another service provider could be brought here.`,
      whereInSetup: ssoSettings,
    }),
  },
  'saml-logout-replayed': {
    check: 'not-replayed',
    facts: { settings: 'text' },
    explain: ({ settings }) => ({
      expected: `a logout request with an ID that ${quoted(settings)} has not used before`,
      found: 'one that was brought here before',
      whatToDo:
        'Nothing, if a page was loaded again: the sessions are over. A provider makes up a new ID for each request.',
      whereInSetup: undefined,
    }),
  },
  'sso-user-unknown': {
    check: 'user-known',
    facts: { found: 'text', mapping: 'text', org: 'text' },
    explain: ({ found, mapping, org }) => ({
      expected: `a user of ${quoted(org)} with this ${mappingWords[mapping] ?? mapping}`,
      found: quoted(found),
      whatToDo:
        mapping === 'FederationId'
          ? 'Write it into the Federation ID of the user, capitals and all. Users are made by signing in only where the settings say so (User Provisioning Enabled), and of people at browsers.'
          : 'See what the identity provider sends, and whether the settings read it as what it is: Username, Federation ID or User ID. Users are made by signing in only where the settings say so (User Provisioning Enabled), by their Federation ID.',
      whereInSetup: 'Setup > Users > Users > Federation ID',
    }),
  },
  'saml-jit-attribute-missing': {
    check: 'user-provisioned',
    facts: { settings: 'text', missing: 'texts' },
    explain: ({ settings, missing }) => ({
      expected:
        'the attributes User.Username, User.Email, User.LastName and User.ProfileId, of a user who is to be made',
      found: `none, or an empty one, for ${listed(missing, 'and')}`,
      whatToDo: `Have the provider of ${quoted(settings)} send each as an Attribute with this very Name, capitals and all. If the user is there already, write what the provider calls them into their Federation ID: then nothing of it is needed.`,
      whereInSetup: `${ssoSettings} > the settings > User Provisioning Enabled`,
    }),
  },
  'saml-jit-attribute-invalid': {
    check: 'user-provisioned',
    facts: { settings: 'text', attribute: 'text', found: 'text', problem: 'text', details: 'text' },
    explain: ({ settings, attribute, found, problem, details }) => ({
      expected: `a value of ${attribute} that the user can have`,
      found: `${found === '' ? 'an empty one' : quoted(found)}: ${problem}`,
      whatToDo: `${provisioningClue(details)} The attributes are those that the provider of ${quoted(settings)} sends; at Salesforce this is ${details}.`,
      whereInSetup: `${ssoSettings} > the settings > User Provisioning Enabled`,
    }),
  },
  'saml-session-ended': {
    check: 'not-replayed',
    facts: { settings: 'text' },
    explain: ({ settings }) => ({
      expected: 'an assertion of a session that goes on at the identity provider',
      found: `one of a session (SessionIndex) whose end ${quoted(settings)} has told before (LogoutRequest)`,
      whatToDo: 'Sign in again: what the provider says of a session that it begins now is taken.',
      whereInSetup: undefined,
    }),
  },
  'saml-jit-handler-failed': {
    check: 'user-provisioned',
    facts: { settings: 'text', handler: 'text', problem: 'text' },
    explain: ({ settings, handler, problem }) => ({
      expected: `a user, of the custom just-in-time handler ${quoted(handler)} of ${quoted(settings)}`,
      found: problem,
      whatToDo: `Mend ${handler} in the folder of handlers: createUser answers a user as Salesforce's fields have them, updateUser what changes of one, within five seconds. It runs as an active user who may manage users. What it prints is in the server's log.`,
      whereInSetup: `${ssoSettings} > the settings > SAML JIT Handler, Execute Handler As`,
    }),
  },
} satisfies Partial<ReasonExplanations>

function provisioningClue(details: string): string {
  switch (details) {
    case 'MISMATCH_FEDERATION_ID':
      return 'Send what says who the user is as User.FederationIdentifier, or leave that out.'
    case 'PROFILE_NAME_LOOKUP_ERROR':
      return 'Send the id of a profile of the org, or its name, character by character.'
    case 'UNSUPPORTED_VERSION':
      return 'Send 1.0, or leave it out.'
    case 'USER_NAME_CHANGE_NOT_ALLOWED':
      return 'Send the username that the user has, or leave it out; an admin can change it in Setup. If this is another person, somebody else has their Federation ID.'
    default:
      return 'Send another value, or leave the attribute out where the user has one already.'
  }
}

const mappingWords: Readonly<Record<string, string>> = {
  Username: 'username',
  FederationId: 'Federation ID',
  UserId: 'User ID',
}

function issuerClue(found: string, known: readonly string[]): string {
  const closest = closestUrl(found, known)
  return closest?.isClose === true
    ? `Close to ${closest.url}; what differs is ${closest.differences.join('; ')}. Issuers are compared character by character: write one of the two as the other.`
    : 'Copy the Issuer out of the assertion into the settings, character by character. If it is another identity provider, make settings for it.'
}
