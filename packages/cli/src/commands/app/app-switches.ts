import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { EnteredApp } from '@sallyport/server'

/** A setting of an app that is on or off, and the option that says so. */
interface Switch {
  readonly setting:
    | 'isSecretRequiredForRefreshToken'
    | 'isPkceRequired'
    | 'isIntrospectAllTokens'
    | 'isRefreshTokenRotationEnabled'
    | 'isDeviceFlowEnabled'
    | 'isClientCredentialEnabled'
    | 'isNamedUserJwtEnabled'
    | 'isUserAgentEnabled'
    | 'isUsernamePasswordEnabled'
    | 'isCodeCredentialEnabled'
    | 'isCodeCredentialPostOnly'
    | 'isTokenExchangeEnabled'
    | 'isSecretRequiredForTokenExchange'
  readonly option: string
  readonly help: string
}

// A table rather than one more chain of calls: the types of such a chain are worked out only so deep.
const switches: readonly Switch[] = [
  {
    setting: 'isSecretRequiredForRefreshToken',
    option: 'require-secret-for-refresh',
    help: 'the refresh token flow needs the consumer secret',
  },
  { setting: 'isPkceRequired', option: 'require-pkce', help: 'the web server flow needs a PKCE challenge' },
  { setting: 'isIntrospectAllTokens', option: 'introspect-all-tokens', help: 'it may ask about tokens of other apps' },
  {
    setting: 'isRefreshTokenRotationEnabled',
    option: 'rotate-refresh-tokens',
    help: 'every refresh gives a new refresh token and ends the old one',
  },
  {
    setting: 'isDeviceFlowEnabled',
    option: 'device-flow',
    help: 'it may be signed in to where there is no browser, by a code typed elsewhere',
  },
  {
    setting: 'isClientCredentialEnabled',
    option: 'client-credentials',
    help: 'it may get tokens with its consumer secret alone, for the user of --run-as',
  },
  {
    setting: 'isNamedUserJwtEnabled',
    option: 'jwt-access-tokens',
    help: 'its access tokens are JWTs that others can verify',
  },
  {
    setting: 'isUserAgentEnabled',
    option: 'user-agent',
    help: 'it may get tokens in the address of a page (response_type=token)',
  },
  {
    setting: 'isUsernamePasswordEnabled',
    option: 'username-password',
    help: "it may send a user's name and password itself (grant_type=password)",
  },
  {
    setting: 'isCodeCredentialEnabled',
    option: 'code-credentials',
    help: "it may get codes for a user's name and password (headless login)",
  },
  {
    setting: 'isCodeCredentialPostOnly',
    option: 'code-credentials-post-only',
    help: 'headless login takes credentials in the body alone',
  },
  {
    setting: 'isTokenExchangeEnabled',
    option: 'token-exchange',
    help: 'it may exchange tokens of other issuers; the org must allow it, too',
  },
  {
    setting: 'isSecretRequiredForTokenExchange',
    option: 'require-secret-for-exchange',
    help: 'the token exchange flow needs the consumer secret',
  },
]

/** Gives a command an option and its opposite for each setting that is on or off. */
export function addSwitches(command: CommandUnknownOpts): void {
  for (const { option, help } of switches) command.option(`--${option}`, help).option(`--no-${option}`)
}

/** The settings that were switched. @param options as commander read them */
export function enteredSwitches(options: Readonly<Record<string, unknown>>): EnteredApp {
  const given = switches.flatMap(({ setting, option }) => {
    const value = options[option.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())]
    return typeof value === 'boolean' ? [[setting, value] as const] : []
  })
  return Object.fromEntries(given)
}
