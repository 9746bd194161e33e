import { type Cause, told } from './cause.ts'
import { same } from './setting.ts'

const providers = same('Setup > Identity > Auth. Providers')
const provider = same('Setup > Identity > Auth. Providers > the provider')

/** Sign-in through an outside provider. */
export const authProviderCauses = {
  'provider-unknown': {
    told: told('invalid_request', 'auth provider not found'),
    meaning: 'The org at this address has no auth. provider of this name.',
    whatToDo: [
      'Write the URL suffix of the provider as it is in Setup, capitals and all; sso_provider is the same name.',
      'Begin at the own address of the org (My Domain): at the login host nobody knows whose provider is meant.',
    ],
    setting: providers,
    command: 'sallyport auth-provider list',
  },
  'provider-state-wrong': {
    told: told('invalid_request', 'this sign-in is out of date'),
    meaning: 'The sign-in was not begun in this browser, was begun too long ago, or has come back before.',
    whatToDo: [
      'Begin again from the sign-in page; it has to come back within ten minutes, and once.',
      'Go there and back in one browser and with one name of the host: localhost and 127.0.0.1 are two.',
    ],
  },
  'provider-refused': {
    told: told('access_denied', 'the auth provider refused'),
    meaning: 'The provider came back with an error in place of a code.',
    whatToDo: [
      'See in its log why. It has to know the callback URL letter by letter, and let this client ask for these scopes.',
    ],
    setting: same('Setup > Identity > Auth. Providers > the provider > Callback URL'),
  },
  'provider-answer-unusable': {
    told: told('access_denied', 'the auth provider gave no usable answer'),
    meaning: 'What the provider answered to this server cannot be used; the Flow Log says what it was.',
    whatToDo: [
      'See that Consumer Key, Consumer Secret, Token Issuer and the addresses are those of the provider.',
      'Try it with the Test-Only Initialization URL, which signs nobody in.',
    ],
    setting: provider,
  },
  'provider-user-unknown': {
    told: told('access_denied', 'no user here belongs to this account'),
    meaning: 'The provider has signed somebody in, and no user of the org is linked with them or fits them.',
    whatToDo: [
      'Sign in with the password once and open the Existing User Linking URL.',
      'Or change how the provider finds users: by Federation ID, username or verified e-mail address.',
    ],
    setting: same('Setup > Identity > Auth. Providers > the provider > User Matching'),
  },
  'account-linked-elsewhere': {
    told: told('access_denied', 'the account belongs to another user'),
    meaning: 'The account at the provider is linked with another user of the org.',
    whatToDo: ['Sign in at the provider with the right account, or have an admin end the other link.'],
    setting: same('Setup > Identity > Auth. Providers > the provider > Linked users'),
  },
} satisfies Readonly<Record<string, Cause>>
