import type { ReasonExplanations } from './explained-reason.ts'
import { quoted, spoken } from './wording.ts'

const askAgain = 'Ask for another with `/services/oauth2/singleaccess` and open it at once, once.'

/** From an access token to a browser. */
export const frontdoorExplanations = {
  'frontdoor-empty': {
    check: 'otp',
    facts: {},
    explain: () => ({
      expected: 'otp, or sid with an access token',
      found: 'neither',
      whatToDo:
        'Open the `frontdoor_uri` as `/services/oauth2/singleaccess` answers it, whole: shells and chats cut at `&` and `?`.',
      whereInSetup: undefined,
    }),
  },
  'otp-unknown': {
    check: 'otp',
    facts: {},
    explain: () => ({
      expected: 'a one-time password (otp) of this server',
      found: 'one that was never given, or long ago',
      whatToDo: askAgain,
      whereInSetup: undefined,
    }),
  },
  'otp-spent': {
    check: 'otp',
    facts: { issued: 'text' },
    explain: ({ issued }) => ({
      expected: 'a one-time password that nobody has used',
      found: `one of ${issued} that was used already`,
      whatToDo: `${askAgain} A preview in a chat or a scanner of mails may have opened it before the person did.`,
      whereInSetup: undefined,
    }),
  },
  'otp-expired': {
    check: 'otp',
    facts: { issued: 'text', now: 'text', lifetime: 'number' },
    explain: ({ issued, now, lifetime }) => ({
      expected: `a one-time password that is opened within ${spoken(lifetime)}`,
      found: `one of ${issued}; now it is ${now}`,
      whatToDo: askAgain,
      whereInSetup: undefined,
    }),
  },
  'path-not-local': {
    check: 'otp',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'a path of the org, such as /setup, for redirect_uri',
      found: quoted(found),
      whatToDo: 'Give the path alone, or leave `redirect_uri` out: a browser that is signed in is sent nowhere else.',
      whereInSetup: undefined,
    }),
  },
  'token-form-unknown': {
    check: 'token',
    facts: {},
    explain: () => ({
      expected: 'an access token, a refresh token, or the DeleteToken of an OauthToken',
      found: 'a text that has the form of none of them',
      whatToDo:
        'Send the token as it was answered, percent-encoded once: access tokens begin with 00D and have a `!`, refresh tokens begin with 5Aep861. An ID token cannot be revoked: it ends by its `exp`.',
      whereInSetup: undefined,
    }),
  },
  'token-opens-no-page': {
    check: 'token',
    facts: { kind: 'text' },
    explain: ({ kind }) => ({
      expected: 'an access token that is a session',
      found:
        kind === 'jwt' ? 'a JWT, which opens REST APIs alone' : 'a token that is worth nothing without its key (DPoP)',
      whatToDo: 'Use an app with opaque access tokens to go on in a browser.',
      whereInSetup: 'Setup > App Manager',
    }),
  },
} satisfies Partial<ReasonExplanations>
