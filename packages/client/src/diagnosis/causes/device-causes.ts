import { anyOf, type Cause, told, unless } from './cause.ts'
import { appSetting } from './setting.ts'

const unknownCode = told('invalid_grant', 'invalid device code')

/** The device flow. */
export const deviceCauses = {
  'device-flow-off': {
    told: told('oauth_flow_disabled', 'device flow not enabled'),
    odds: 2,
    meaning: '“Enable for Device Flow” is off for this app.',
    whatToDo: [
      'Switch it on, if the app runs where there is no browser; the app must be installed in the org, too: since September 2025 no other may use this flow.',
    ],
    setting: appSetting('Enable for Device Flow'),
    command: 'sallyport app update <name> --device-flow',
  },
  'device-code-missing': {
    told: told('invalid_request', 'device code not provided'),
    meaning: 'There is no device code in the request.',
    whatToDo: ['Send the device_code that you were given: as code with grant_type=device, as Salesforce has it.'],
  },
  'device-code-unknown': {
    told: unknownCode,
    look: ({ request, value }) => {
      const code = value('code') ?? value('device_code')
      return request === undefined || code === undefined ? 'maybe' : unless(code.endsWith('=='))
    },
    odds: 2,
    meaning: 'The device code is cut, decoded wrongly, from another server, or long past.',
    whatToDo: ['Send device_code as you got it, with both = at its end, and not the user_code that people type.'],
  },
  'device-code-of-another-app': {
    told: unknownCode,
    meaning: 'The device code was made for another app.',
    whatToDo: ['Ask with the client_id of the first request.'],
  },
  'device-code-expired': {
    told: anyOf(told('invalid_grant', 'expired device code'), told('expired_token')),
    odds: 2,
    meaning: 'Nobody allowed the device within ten minutes.',
    whatToDo: ['Ask for a new pair of codes, show the new one, and stop asking with the old one.'],
  },
  'device-code-spent': {
    told: told('invalid_grant', 'expired device code'),
    meaning: 'The device code was used before, or what it was allowed by has been taken back.',
    whatToDo: ['Let one part of the program ask, keep what it is answered, and refresh from then on.'],
  },
  'authorization-pending': {
    told: told('authorization_pending'),
    meaning: 'Nobody has allowed the device yet. This is no mistake.',
    whatToDo: ['Ask again after as many seconds as interval said, for ten minutes at most.'],
  },
  'polled-too-fast': {
    told: told('slow_down'),
    meaning: 'The device asks more often than it was told to.',
    whatToDo: [
      'Wait five seconds more between two questions from now on (RFC 8628 §3.5); let one part of the program ask, not several.',
    ],
  },
  'user-code-unknown': {
    told: (_, { answer }) => answer?.page === 'user-code-refused' && answer.status === 400,
    meaning: 'No device is waiting with the code that was typed.',
    whatToDo: ['Type the code that the device shows now. After ten minutes it needs a new one.'],
  },
  'user-code-tried-too-often': {
    told: (_, { answer }) => answer?.page === 'user-code-refused' && answer.status === 429,
    meaning: 'Too many wrong codes were typed by one person, or from one address.',
    whatToDo: ['Wait ten minutes. If nobody typed so many, somebody is guessing codes.'],
  },
} as const satisfies Readonly<Record<string, Cause>>
