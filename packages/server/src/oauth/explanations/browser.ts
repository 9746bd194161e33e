import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appPolicy, appSetting, command, profileSetting, userCommand, userSetting } from './mending.ts'
import { counted, listed, quoted } from './wording.ts'

/** What happens in a browser: signing in, allowing an app, and which scopes it may ask for. */
export const browserExplanations = {
  'scope-not-allowed': {
    check: 'scope',
    facts: { app: 'text', found: 'texts', allowed: 'texts', by: 'text' },
    explain: ({ app, found, allowed, by }) => {
      const wanted = listed(found, 'and')
      if (by === 'refresh-token') {
        return {
          expected: `scopes out of those that came with the refresh token: ${listed(allowed, 'and')}`,
          found: wanted,
          whatToDo: `A refresh can ask for fewer scopes, never for more (RFC 6749 §6). Leave \`scope\` out, or let the user sign in once more and ask for ${wanted} then.`,
          whereInSetup: undefined,
        }
      }
      if (by === 'approval' && found.length > 0) {
        return {
          expected: `scopes out of those that the user approved before: ${listed(allowed, 'and')}`,
          found: wanted,
          whatToDo: `This flow asks nobody, so it gives no more than was approved. Leave \`scope\` out, or let the user sign in to ${quoted(app)} once and approve ${wanted}, with refresh_token.`,
          whereInSetup: undefined,
        }
      }
      const whereInSetup = appSetting(app, 'Selected OAuth Scopes')
      const [first, ...others] = found
      if (first === undefined) {
        return {
          expected: `a scope besides refresh_token on the app ${quoted(app)}`,
          found: 'none',
          whatToDo: `Add one to the app: ${appCommand('update', app, '--scope', ...allowed, 'api')}.`,
          whereInSetup,
        }
      }
      const it = others.length > 0 ? 'them' : 'it'
      return {
        expected: `scopes out of those of the app ${quoted(app)}: ${listed(allowed, 'and')}`,
        found: wanted,
        whatToDo: `${scopeClue(first)} Add ${it} to the app (${appCommand('update', app, '--scope', ...allowed, ...found)}), or leave ${it} out of \`scope\`. With no \`scope\` at all you get all of the app's.`,
        whereInSetup,
      }
    },
  },
  'login-required': {
    check: 'signed-in',
    facts: { prompt: 'text' },
    explain: ({ prompt }) => ({
      expected: `somebody signed in already, because of prompt=${prompt}`,
      found: 'nobody, or a sign-in that is too old (max_age) or of another user (id_token_hint)',
      whatToDo:
        'Ask again without `prompt=none`, in a window that the user sees. A hidden frame may also lack the cookie, if the browser keeps it from other sites.',
      whereInSetup: undefined,
    }),
  },
  'consent-required': {
    check: 'approved',
    facts: { prompt: 'text' },
    explain: ({ prompt }) => ({
      expected: `the app allowed already, because of prompt=${prompt}`,
      found: 'the user has not allowed it, or not all of these scopes',
      whatToDo:
        'Ask again without `prompt=none`, so that the user can click Allow. Or pre-authorize the app for the user.',
      whereInSetup: appPolicy('your app', 'Edit Policies > Permitted Users'),
    }),
  },
  'immediate-impossible': {
    check: 'silent',
    facts: { because: 'text' },
    explain: ({ because }) => ({
      expected: 'an answer without any page, because of immediate=true',
      found: because,
      whatToDo: 'Ask again without `immediate=true`, in a window that the user sees.',
      whereInSetup: appPolicy('your app', 'Edit Policies > Permitted Users'),
    }),
  },
  'username-unknown': {
    check: 'user-known',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'the username of a user who can sign in at this address',
      found: quoted(found),
      whatToDo: `See that it is the username, which need not be the e-mail address, and that the user is of this org: at an org's own address only its own users are known. ${command('user', 'list')} shows all.`,
      whereInSetup: 'Setup > Users > Users > Username',
    }),
  },
  'password-wrong': {
    check: 'password',
    facts: { user: 'text', failures: 'number' },
    explain: ({ user, failures }) => ({
      expected: `the password of ${quoted(user)}`,
      found: `another one; ${counted(failures, 'wrong attempt')} in a row`,
      whatToDo: `Try again, or set a new one: ${userCommand('set-password', user)}. Too many wrong attempts lock the user out; ${userCommand('unlock', user)} lets them in again.`,
      whereInSetup: userSetting(user, 'Reset Password'),
    }),
  },
  'password-busy': {
    check: 'password',
    facts: {},
    explain: () => ({
      expected: 'room to check a password',
      found: 'too many sign-ins at the same time',
      whatToDo:
        'Wait a second and try again. Passwords are slow to check on purpose. A load test should sign in once and use the tokens.',
      whereInSetup: undefined,
    }),
  },
  'form-forged': {
    check: 'form',
    facts: { form: 'text' },
    explain: ({ form }) => ({
      expected: `the form “${form}” as this server gave it to this browser`,
      found: 'a form that is out of date, or comes from elsewhere',
      whatToDo:
        'Load the page again and fill it in once more, with cookies allowed and at one and the same host name: localhost and 127.0.0.1 are two. A program that signs in has to send back the cookie and the hidden fields of the page.',
      whereInSetup: undefined,
    }),
  },
  'setup-permission-missing': {
    check: 'permission',
    facts: { user: 'text', profile: 'text', needed: 'texts' },
    explain: ({ user, profile, needed }) => ({
      expected: `${quoted(user)} to have ${listed(needed, 'and')}`,
      found: `neither the profile ${quoted(profile)} nor a permission set of the user gives it`,
      whatToDo: `Assign a permission set that has it (${userCommand('assign', user, '<name>')}), or sign in as somebody who may.`,
      whereInSetup: profileSetting(profile, 'System Permissions'),
    }),
  },
  'form-field-unknown': {
    check: 'form',
    facts: { form: 'text', field: 'text' },
    explain: ({ form, field }) => ({
      expected: `the fields of the form at ${form}, each of them once`,
      found: `a field ${quoted(field)}`,
      whatToDo:
        'Send the form as the page has it. A program should change settings by the API, or by the commands of `sallyport`.',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>

function scopeClue(scope: string): string {
  if (scope.includes(',')) return 'Scopes are separated by spaces, not by commas.'
  if (/^[A-Z]/.test(scope))
    return `${quoted(scope)} is the name in metadata files; in a request it is written small, such as \`api\` or \`refresh_token\`.`
  return `The app may not ask for ${quoted(scope)}.`
}
