import { type Cause, told } from './cause.ts'
import { appSetting } from './setting.ts'

const dynamic = appSetting('Initial Access Token for Dynamic Client Registration')

/** Why an app could not register itself, or look after its registration. */
export const registrationCauses = {
  'initial-token-unknown': {
    told: told('invalid_token', 'invalid initial access token'),
    meaning: 'The token is no initial access token of an app of this org.',
    whatToDo: [
      'Generate one on the page of the app, and send it as Authorization: Bearer.',
      'An access token of a user is none. Generating another one, or deleting it, ends the one before.',
    ],
    setting: dynamic,
    command: 'sallyport app initial-access-token <name>',
  },
  'registration-malformed': {
    told: told('registration_error'),
    meaning: 'The body is no JSON.',
    whatToDo: ['Send a JSON object, with Content-Type: application/json: a form is not read here.'],
  },
  'registration-refused': {
    told: told('failed_registration'),
    meaning: 'Something that the app says of itself is not as an app can have it.',
    whatToDo: [
      'redirect_uris must be there: https, or http at localhost.',
      'Ask for no scope that the app does not have whose token you show, and for no grant type but those of the web server flow.',
    ],
  },
  'registration-limit': {
    told: told('exceeded_registration_limit'),
    meaning: 'As many apps have registered themselves under this one as may.',
    whatToDo: ['Delete those that nobody uses, or register under another app.'],
    setting: dynamic,
    command: 'sallyport app list',
  },
  'registration-token-unknown': {
    told: told('invalid_token', 'invalid registration access token'),
    meaning: 'The token is not the one that this app was told when it registered.',
    whatToDo: [
      'Send the registration_access_token to the registration_client_uri that came with it.',
      'If they are lost, register anew, and delete the old app.',
    ],
  },
} as const satisfies Readonly<Record<string, Cause>>
