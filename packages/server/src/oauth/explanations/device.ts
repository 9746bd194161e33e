import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting } from './mending.ts'
import { counted, quoted, spoken } from './wording.ts'

/** The device flow. */
export const deviceExplanations = {
  'device-flow-off': {
    check: 'flow',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `“Enable for Device Flow” on ${quoted(app)}`,
      found: 'it is off',
      whatToDo: `Switch it on: ${appCommand('update', app, '--device-flow')}. Do so only for an app that runs where there is no browser: whoever is sent a code by somebody else can be talked into typing it.`,
      whereInSetup: appSetting(app, 'Enable for Device Flow'),
    }),
  },
  'device-code-missing': {
    check: 'device-code-known',
    facts: { parameter: 'text' },
    explain: ({ parameter }) => ({
      expected: `${parameter}: the device_code that the first request was answered with`,
      found: `no ${parameter}`,
      whatToDo:
        'Send it as `code` with `grant_type=device`, as Salesforce has it, or as `device_code` with the grant type of RFC 8628.',
      whereInSetup: undefined,
    }),
  },
  'device-code-unknown': {
    check: 'device-code-known',
    facts: {},
    explain: () => ({
      expected: 'a device code that this server has made',
      found: 'one that it has not, or that is long past',
      whatToDo:
        'See that it is whole, with the two `=` at its end, and is the device_code and not the user_code. It is good for ten minutes; after that ask for a new pair of codes.',
      whereInSetup: undefined,
    }),
  },
  'device-code-of-another-app': {
    check: 'device-code-known',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: 'the app that the device code was made for',
      found: `the app ${quoted(app)}`,
      whatToDo: 'Ask with the `client_id` of the first request: a device code is of one app alone.',
      whereInSetup: undefined,
    }),
  },
  'device-code-expired': {
    check: 'device-code-fresh',
    facts: { issued: 'text', now: 'text', lifetime: 'number' },
    explain: ({ issued, now, lifetime }) => ({
      expected: `a device code that is at most ${spoken(lifetime)} old`,
      found: `one of ${issued}, and now it is ${now}`,
      whatToDo: 'Ask for a new pair of codes and show the new one: nobody answered for the old one in time.',
      whereInSetup: undefined,
    }),
  },
  'device-code-spent': {
    check: 'device-code-known',
    facts: { issued: 'text' },
    explain: ({ issued }) => ({
      expected: 'a device code that has not been used',
      found: `one of ${issued} that has been, or whose approval was taken back before it was`,
      whatToDo:
        'Each device code buys tokens once. Let one part of the program ask, keep what it is answered, and use the refresh token from then on.',
      whereInSetup: undefined,
    }),
  },
  'authorization-pending': {
    check: 'answered',
    facts: { app: 'text', until: 'text', interval: 'number' },
    explain: ({ app, until, interval }) => ({
      expected: `somebody who has allowed ${quoted(app)} on the page of the device's code`,
      found: 'nobody who has answered yet',
      whatToDo: `This is no mistake: ask again in ${counted(interval, 'second')}, until ${until} at most. The person opens the verification_uri, types the user_code, signs in and allows it.`,
      whereInSetup: undefined,
    }),
  },
  'polled-too-fast': {
    check: 'pace',
    facts: { app: 'text', interval: 'number' },
    explain: ({ app, interval }) => ({
      expected: `${quoted(app)} to wait as long as \`interval\` says before it asks again`,
      found: 'a question that came too early',
      whatToDo: `Wait ${counted(interval, 'second')} from now on: each question that comes too early makes it five seconds more (RFC 8628 §3.5). See that one part of the program asks, and not several at once.`,
      whereInSetup: undefined,
    }),
  },
  'user-code-unknown': {
    check: 'user-code',
    facts: {},
    explain: () => ({
      expected: 'the code that a device shows now',
      found: 'one that no device has, or that is past or answered already',
      whatToDo:
        'Type it once more; small and capital letters are the same. Codes have no vowels and no 0, 1, 2, 5, 6 or 8. After ten minutes the device has to be started again.',
      whereInSetup: undefined,
    }),
  },
  'user-code-tried-too-often': {
    check: 'user-code',
    facts: { by: 'text', most: 'number', window: 'number' },
    explain: ({ by, most, window }) => ({
      expected: `at most ${counted(most, 'wrong code')} in ${spoken(window)} from one ${by}`,
      found: 'more',
      whatToDo: `Wait ${spoken(window)}, and type the code of a device of your own. If nobody typed so many, somebody is guessing: see who signed in from there.`,
      whereInSetup: 'Setup > Login History',
    }),
  },
} satisfies Partial<ReasonExplanations>
