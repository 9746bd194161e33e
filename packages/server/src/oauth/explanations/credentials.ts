import type { ReasonExplanations } from './explained-reason.ts'
import { networkAccess, userCommand } from './mending.ts'
import { quoted } from './wording.ts'

/** Names and passwords that a program sends. */
export const credentialsExplanations = {
  'credentials-missing': {
    check: 'credentials',
    facts: { parameter: 'text' },
    explain: ({ parameter }) => ({
      expected: 'username and password',
      found: `no ${parameter}`,
      whatToDo: `Send \`${parameter}\` in the body of the request, as a form (\`application/x-www-form-urlencoded\`).`,
      whereInSetup: undefined,
    }),
  },
  'security-token-missing': {
    check: 'security-token',
    facts: { user: 'text', address: 'text', hasToken: 'text' },
    explain: ({ user, address, hasToken }) => ({
      expected: `the security token of ${quoted(user)} right behind the password, because ${address} is no trusted address`,
      found: 'the password alone, which is right',
      whatToDo: `${
        hasToken === 'yes' ? 'Send password and token as one text, with nothing between' : 'Make the user a token'
      } (${userCommand('reset-security-token', user)} makes a new one), or trust the address.`,
      whereInSetup: networkAccess,
    }),
  },
  'security-token-wrong': {
    check: 'security-token',
    facts: { user: 'text', address: 'text', hasToken: 'text' },
    explain: ({ user, address, hasToken }) => ({
      expected: `the security token of ${quoted(user)} right behind the password, because ${address} is no trusted address`,
      found:
        hasToken === 'yes'
          ? 'the right password with another token behind it'
          : 'the right password with a token, and the user has none',
      whatToDo: `Make a new token and send that one: ${userCommand('reset-security-token', user)}. A new password ends the token before it, and so does a new token.`,
      whereInSetup: networkAccess,
    }),
  },
} satisfies Partial<ReasonExplanations>
