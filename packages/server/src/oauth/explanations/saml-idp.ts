import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, command, userCommand } from './mending.ts'
import { closestUrl } from './url-difference.ts'
import { counted, listed, quoted } from './wording.ts'

const provider = 'Setup > Identity > Identity Provider'
const samlSetting = (app: string, field: string) => `Setup > App Manager > ${app} > Edit > Web App Settings > ${field}`

/** The org as an identity provider: what apps ask of it by SAML. */
export const samlIdpExplanations = {
  'saml-idp-off': {
    check: 'idp',
    facts: { org: 'text' },
    explain: ({ org }) => ({
      expected: 'an org that is an identity provider, at its own address (My Domain)',
      found: org === '' ? 'the login host of all orgs' : `${quoted(org)}, which is none`,
      whatToDo:
        org === ''
          ? 'Ask at the own address of the org, as its metadata names it: at the login host nobody knows whose users are meant.'
          : `Choose a certificate and switch it on: ${command('identity-provider', 'enable', '--org', org, '--certificate', '<name>')}.`,
      whereInSetup: provider,
    }),
  },
  'saml-request-malformed': {
    check: 'saml-request',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected:
        'a SAML 2.0 request: as base64 in a posted form, or deflated and then as base64 in an address (SAML 2.0 Bindings §3.4, §3.5)',
      found: `one that cannot be read: ${problem}`,
      whatToDo: malformedClue(problem),
      whereInSetup: undefined,
    }),
  },
  'saml-app-unknown': {
    check: 'saml-app',
    facts: { found: 'text', org: 'text', known: 'texts' },
    explain: ({ found, org, known }) => ({
      expected:
        known.length === 0
          ? `an app of ${quoted(org)} with SAML enabled, of which there is none`
          : `the Entity Id, id or API name of an app of ${quoted(org)} with SAML enabled: ${listed(known, 'or')}`,
      found: found === 'none' ? 'none' : quoted(found),
      whatToDo: appClue(found, known),
      whereInSetup: 'Setup > App Manager > the app > Edit > Web App Settings > Entity Id',
    }),
  },
  'saml-request-unsigned': {
    check: 'saml-request-signed',
    facts: { app: 'text', isRegistered: 'text' },
    explain: ({ app, isRegistered }) => ({
      expected: `a request that ${quoted(app)} signed with the key of the certificate that it has registered`,
      found: isRegistered === 'yes' ? 'one without a signature' : 'an app without a certificate',
      whatToDo:
        isRegistered === 'yes'
          ? `Have the app sign its requests. By redirect the signature goes along as \`SigAlg\` and \`Signature\`; posted, it stands in the request. If the app cannot sign, take its certificate away: ${appCommand('saml', app, '--request-certificate-file', '')}; then requests are taken unsigned.`
          : `Whoever signs people out has to show who asks: register the certificate of the app (${appCommand('saml', app, '--request-certificate-file', 'sp.crt')}), and have it sign.`,
      whereInSetup: samlSetting(app, 'Verify Request Signatures'),
    }),
  },
  'saml-request-signature-wrong': {
    check: 'saml-request-signed',
    facts: { app: 'text', problem: 'text', certificate: 'text', fingerprint: 'text' },
    explain: ({ app, problem, certificate, fingerprint }) => ({
      expected: `a signature by the key of the certificate ${quoted(certificate)} of ${quoted(app)}, SHA-256 fingerprint ${fingerprint}`,
      found: `one that does not count: ${problem}`,
      whatToDo:
        'See whether the app signs with this key, by RSA-SHA256: `openssl x509 -in sp.crt -noout -fingerprint -sha256` must print the fingerprint above. By redirect the signature is over `SAMLRequest`, `RelayState` and `SigAlg` exactly as they stand in the address; nothing on the way may encode them anew.',
      whereInSetup: samlSetting(app, 'Verify Request Signatures'),
    }),
  },
  'saml-request-unfit': {
    check: 'saml-request-fit',
    facts: { app: 'text', attribute: 'text', found: 'text', expected: 'text' },
    explain: ({ app, attribute, found, expected }) => ({
      expected: `${attribute} ${expected}, or none`,
      found: `${attribute} ${found}`,
      whatToDo: unfitClue(app, attribute, found, expected),
      whereInSetup: samlSetting(app, 'ACS URL'),
    }),
  },
  'saml-request-expired': {
    check: 'saml-request-fresh',
    facts: { begun: 'text', now: 'text', lifetime: 'number' },
    explain: ({ begun, now, lifetime }) => ({
      expected: `a request that was begun in the ${counted(lifetime, 'second')} before ${now}, the time here`,
      found: `one of ${begun}`,
      whatToDo:
        'Begin again where it was begun. If that is refused as well, set the clock of the machine that made the request.',
      whereInSetup: undefined,
    }),
  },
  'saml-app-not-assigned': {
    check: 'approved',
    facts: { app: 'text', user: 'text', profile: 'text' },
    explain: ({ app, user, profile }) => ({
      expected: `the profile or a permission set of ${quoted(user)} assigned to the app ${quoted(app)}`,
      found: `neither the profile ${quoted(profile)} nor any of the user's permission sets is`,
      whatToDo: `Give the user a permission set that is assigned (${userCommand('assign', user, '--permission-set', '<name>')}), or assign the profile, beside those assigned before (${appCommand('update', app, '--profile', profile)}). Into an app by SAML nobody lets themselves, whatever its Permitted Users are.`,
      whereInSetup: `Setup > App Manager > ${app} > Manage > Manage Profiles (or Manage Permission Sets)`,
    }),
  },
  'saml-subject-unset': {
    check: 'saml-name',
    facts: { app: 'text', user: 'text', subject: 'text' },
    explain: ({ app, user, subject }) => ({
      expected: `that ${quoted(user)} has what ${quoted(app)} knows people by: ${subject}`,
      found: 'nothing there',
      whatToDo:
        subject === 'FederationId'
          ? 'Write what the app calls the user into their Federation ID, or let the app know people by their usernames (Subject Type).'
          : 'Fill the field of the user, or let the app know people by something that everybody has (Subject Type).',
      whereInSetup: `Setup > Users > Users > ${user} > Edit; or ${samlSetting(app, 'Subject Type')}`,
    }),
  },
  'saml-idp-certificate-unusable': {
    check: 'saml-key',
    facts: { org: 'text', certificate: 'text', problem: 'text' },
    explain: ({ org, certificate, problem }) => ({
      expected: `a certificate of ${quoted(org)} that is valid now, with its RSA key where the org signs`,
      found: `${quoted(certificate)}: ${problem}`,
      whatToDo: `Make a new one (${command('certificate', 'create', '<name>', '--org', org)}), choose it (${command('identity-provider', 'enable', '--org', org, '--certificate', '<name>')}), and give the metadata of the org to each app anew.`,
      whereInSetup: provider,
    }),
  },
  'saml-logout-mismatch': {
    check: 'saml-logout',
    facts: { app: 'text', problem: 'text' },
    explain: ({ app, problem }) => ({
      expected: `a message of ${quoted(app)} about the session that is open in this browser`,
      found: problem,
      whatToDo:
        'Sign out here: Setup, or the front page, has the button. The app has to send back NameID and SessionIndex of the assertion that it was given, unchanged.',
      whereInSetup: samlSetting(app, 'Single Logout URL'),
    }),
  },
} satisfies Partial<ReasonExplanations>

function malformedClue(problem: string): string {
  if (problem.includes('deflated')) {
    return 'In an address the request is deflated first, without the header of zlib (raw), and then base64. A posted one is base64 alone.'
  }
  if (problem.includes('base64')) return 'Encode it as base64, and then percent-encode `+`, `/` and `=` in an address.'
  if (problem.includes('not made here')) return 'Begin again in the app; do not bookmark pages on the way.'
  if (/document type|comment|CDATA|instruction|entity/.test(problem)) {
    return 'Take it out. No request needs it, and parsers differ in what they make of it.'
  }
  return 'Let a SAML library make the request, and send what it gives you unchanged.'
}

function appClue(found: string, known: readonly string[]): string {
  const closest = closestUrl(found, known)
  return closest?.isClose === true
    ? `Close to ${closest.url}; what differs is ${closest.differences.join('; ')}. They are compared character by character.`
    : 'Write what the app calls itself (Issuer of its requests, entityID of its metadata) into the Entity Id of the connected app; or begin with the IdP-Initiated Login URL that the page of the app shows.'
}

function unfitClue(app: string, attribute: string, found: string, expected: string): string {
  switch (attribute) {
    case 'AssertionConsumerServiceURL': {
      const closest = closestUrl(found, [expected])
      const close = closest?.isClose === true ? ` What differs is ${closest.differences.join('; ')}.` : ''
      return `Responses go to the registered address alone.${close} Register the right one (${appCommand('saml', app, '--acs-url', found)}), or leave it out of the request.`
    }
    case 'ProtocolBinding':
      return 'Responses are posted; ask for that, or for nothing.'
    default:
      return 'Send the request to an address that the metadata of the org names, and write that very address as Destination.'
  }
}
