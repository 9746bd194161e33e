import { type Cause, told } from './cause.ts'
import { appSetting, same } from './setting.ts'

const provider = same('Setup > Identity > Identity Provider')
const requests = appSetting('Web App Settings > Verify Request Signatures')

const settings = same('Setup > Identity > Single Sign-On Settings')

/** Single sign-on by SAML in browsers: the org as an identity provider, and as one who believes another. */
export const samlIdpCauses = {
  'sso-settings-unknown': {
    told: told('invalid_request', 'single sign-on settings not found'),
    meaning: 'The org at this address has no such single sign-on settings, or they have no login URL.',
    whatToDo: [
      'Begin at the own address of the org (My Domain), with the id or API name of the settings.',
      'Enter where the identity provider takes requests (Identity Provider Login URL).',
    ],
    setting: settings,
    command: 'sallyport sso-settings list',
  },
  'saml-response-unrequested': {
    told: told('invalid_grant', 'the saml response answers no request that is open'),
    meaning: 'The response answers a request that the org did not make, made long ago, or has had answered before.',
    whatToDo: [
      'Begin again from the sign-in page, or sign out once more. A provider that is begun at itself leaves InResponseTo out.',
    ],
  },
  'saml-session-ended': {
    told: told('invalid_grant', 'the session at the identity provider has ended'),
    meaning: 'The provider signed the person out before its assertion arrived: both name the same SessionIndex.',
    whatToDo: ['Sign in again.'],
  },
  'saml-jit-attribute-missing': {
    told: told('invalid_grant', 'user provisioning failed'),
    meaning: 'Users are made by signing in, and the assertion lacks an attribute without which none can be made.',
    whatToDo: ['Send User.Username, User.Email, User.LastName and User.ProfileId, by these very names.'],
    setting: settings,
  },
  'saml-jit-attribute-invalid': {
    told: told('invalid_grant', 'user provisioning failed'),
    meaning: 'Users are made, or changed, by signing in, and no user can have what an attribute of the assertion says.',
    whatToDo: [
      'See in the journal of the org which attribute it is: a profile that is not there, a username that is taken or is to change, a value that is none.',
    ],
    setting: settings,
  },
  'saml-jit-handler-failed': {
    told: told('invalid_grant', 'user provisioning failed'),
    meaning:
      'The org has a handler of its own say what users are like who sign in, and it failed, or said something with which no user can be made or changed.',
    whatToDo: [
      'See in the journal of the org what the handler did: it threw, took longer than five seconds, is not there, or answered a user who cannot be.',
      'Have it run as an active user who may manage users.',
    ],
    setting: settings,
  },
  'saml-logout-unproved': {
    told: told('invalid_request', 'the saml logout message was not accepted'),
    meaning:
      'The provider did not sign its message about signing out, or not with the key of the registered certificate.',
    whatToDo: [
      'Have the provider sign its logout messages with the key that it signs assertions with, by RSA-SHA256.',
      'Give the settings the certificate that the provider signs with now.',
    ],
    setting: settings,
    command: 'sallyport sso-settings list',
  },
  'saml-logout-misdirected': {
    told: told('invalid_request', 'the saml logout message was not accepted'),
    meaning: 'The message about signing out is made out to another address, or to none (Destination).',
    whatToDo: ['Enter the logout URL that the page of the settings shows at the provider, character by character.'],
    setting: settings,
  },
  'saml-logout-replayed': {
    told: told('invalid_request', 'the saml logout message was not accepted'),
    meaning: 'The same request to sign out was brought before.',
    whatToDo: ['Nothing, if a page was loaded again. A provider makes up a new ID for each request.'],
  },
  'saml-idp-off': {
    told: told('invalid_request', 'identity provider not enabled'),
    meaning: 'The org at this address is no identity provider, or it is the login host of all orgs.',
    whatToDo: [
      'Send the request to the address that the metadata of the org names (/.well-known/samlidp.xml at its My Domain).',
      'Choose a certificate in Setup and enable the identity provider.',
    ],
    setting: provider,
    command: 'sallyport identity-provider show',
  },
  'saml-request-malformed': {
    told: told('invalid_request', 'the saml request could not be read'),
    meaning: 'What came is no SAML 2.0 message in the encoding of its binding, or was not made here.',
    whatToDo: [
      'By redirect: deflate it without a header, then base64, then percent-encode. By post: base64 alone.',
      'Take out what no request needs: a document type, comments, CDATA.',
    ],
  },
  'saml-app-unknown': {
    told: told('invalid_request', 'service provider not found'),
    meaning: 'The org has no app with SAML enabled that calls itself so.',
    whatToDo: [
      'Write the Issuer of the request into the Entity Id of the connected app, character by character.',
      'Begin at the IdP-Initiated Login URL that the page of the app shows.',
    ],
    setting: appSetting('Web App Settings > Entity Id'),
    command: 'sallyport identity-provider show',
  },
  'saml-request-unsigned': {
    told: told('invalid_request', 'the saml request must be signed'),
    meaning: 'The app has registered a certificate, so its requests have to be signed; those to sign out always.',
    whatToDo: ['Have the app sign its requests, or take its certificate away if it cannot.'],
    setting: requests,
  },
  'saml-request-signature-wrong': {
    told: told('invalid_request', 'the signature of the saml request is invalid'),
    meaning: 'The request was signed by another key, with an algorithm that is not taken, or changed since.',
    whatToDo: [
      'Register the certificate of the key that the app signs with, and sign with RSA-SHA256.',
      'By redirect, let nothing on the way encode the address anew: the signature is over it as it was written.',
    ],
    setting: requests,
    command: 'sallyport keystore check sp.key sp.crt',
  },
  'saml-request-unfit': {
    told: told('invalid_request', 'the saml request does not match the settings of the service provider'),
    meaning: 'The request wants its answer at another address, in another way, or names another destination.',
    whatToDo: [
      'Register the address that the app takes responses at (AssertionConsumerServiceURL) as its ACS URL.',
      'Ask for HTTP-POST, and write the address that the request is sent to as Destination.',
    ],
    setting: appSetting('Web App Settings > ACS URL'),
  },
  'saml-request-expired': {
    told: told('invalid_request', 'the saml request has expired'),
    meaning: 'The request was begun too long ago.',
    whatToDo: ['Begin again where it was begun; set the clock of the machine that made it if that is refused as well.'],
    command: 'date -u',
  },
  'saml-app-not-assigned': {
    told: told('OAUTH_APP_ACCESS_DENIED', 'you do not have access to this service provider'),
    meaning: 'Neither the profile of the user nor any of their permission sets is assigned to the app.',
    whatToDo: ['Assign the profile, or give the user a permission set that is assigned. Nobody can let themselves in.'],
    setting: same('Setup > App Manager > the app > Manage > Manage Profiles'),
  },
  'saml-subject-unset': {
    told: told('access_denied', 'the user has no subject for this service provider'),
    meaning: 'The user lacks what the app knows people by, such as a Federation ID.',
    whatToDo: ['Fill it in for the user, or choose another Subject Type for the app.'],
    setting: appSetting('Web App Settings > Subject Type'),
  },
  'saml-idp-certificate-unusable': {
    told: told('access_denied', 'the certificate of the identity provider cannot be used'),
    meaning: 'The certificate that the org signs with, or encrypts for the app with, is gone, expired, or of no use.',
    whatToDo: ['Choose another certificate, and give the metadata to each app anew.'],
    setting: provider,
    command: 'sallyport identity-provider show',
  },
  'saml-logout-mismatch': {
    told: told('invalid_request', 'the saml message is not about this session'),
    meaning: 'The app wants another session ended than the one that is open here, or answers another message.',
    whatToDo: ['The app has to send back NameID and SessionIndex as it was given them. Sign out here.'],
  },
} satisfies Readonly<Record<string, Cause>>
