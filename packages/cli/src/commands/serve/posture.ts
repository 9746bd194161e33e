import { InvalidArgumentError } from '@commander-js/extra-typings'
import { type Posture, salesforcePosture, strictPosture } from '@sallyport/server'
import { readWhole } from '../../options.ts'

/** The postures there are, by name. */
export const postures = { strict: strictPosture, salesforce: salesforcePosture } as const

/** How one field of the posture is set from the command line. */
interface Switch<Value> {
  readonly help: string
  readonly read: (text: string) => Value
}

const switches: { readonly [Name in keyof Posture]-?: Switch<Posture[Name]> } = {
  acceptsSalesforceHosts: yesNo('https://login.salesforce.com (or test) is an audience of an org, by its type'),
  acceptsPlainProviders: yesNo('auth. providers on this very machine may do without TLS'),
  pushedRequests: choice('whether apps can, or must, push their authorize requests (RFC 9126)', [
    'off',
    'offered',
    'required',
  ]),
  offersUserAgentFlow: yesNo('tokens in the address of a page, where app and org allow it (RFC 9700 §2.1.2)'),
  offersPasswordFlow: yesNo('apps may send passwords of users, where app and org allow it (RFC 9700 §2.4)'),
  offersSoapLogin: yesNo('programs may sign in by SOAP login(), where the org allows it'),
  offersHeadlessLogin: yesNo('apps may sign users in on forms of their own, where app and org allow it'),
  acceptsDpop: yesNo('apps can have their tokens bound to a key of theirs (DPoP, RFC 9449)'),
  dpopNeedsNonce: yesNo('a DPoP proof must hold a nonce of this server (RFC 9449 §8)'),
  codeLifetime: number('seconds in which an authorization code can be exchanged', 1, 3600),
  clockSkew: number('seconds that the clock of a signer may be off', 0, 600),
  longestLifetime: numberOrNone('seconds that the exp of an assertion may lie ahead, or none', 1, 86_400),
  acceptsExpiredCertificates: yesNo('an expired certificate still verifies assertions'),
  samlClockSkew: number('seconds that the clock of whoever signs SAML assertions may be off', 0, 600),
  longestSamlLifetime: number('seconds that the end of an app’s SAML assertion may lie ahead', 1, 86_400),
  encryptsSamlByGcm: yesNo('SAML assertions are encrypted with AES-GCM and not with AES-CBC'),
  decryptsSamlByCbc: yesNo('SAML assertions that were encrypted with AES-CBC are taken as well as with AES-GCM'),
  acceptsSha1: yesNo('SAML assertions may be signed with SHA-1'),
  methodMayBeAbsent: yesNo('a PKCE challenge without a method is taken for S256'),
  longestVerifier: number('most characters of a PKCE verifier', 128, 1024),
  publicAppsNeedPkce: yesNo('apps without a secret must send a PKCE challenge (RFC 9700 §2.1.1)'),
  returnsEarlyRefusals: yesNo('what is wrong with an authorize request goes back to its app (RFC 6749 §4.1.2.1)'),
  refusesRequestObjects: yesNo('authorize requests with request or request_uri are refused, not read without them'),
  refusesTwoMethods: yesNo('a client that authenticates in two ways at once is refused (RFC 6749 §2.3)'),
  clientAssertionsNameIssuer: yesNo('client assertions name the issuer as their one audience, and have a jti'),
  rotatesForPublicApps: yesNo('apps without a secret always rotate their refresh tokens'),
  refusesCredentialsInQuery: yesNo('client_secret, assertion and the like in the query string are refused'),
  refusesTokenInQuery: yesNo('access tokens in the query string, or in two places, are refused'),
  refusesStrangeTokens: yesNo(
    'the revoke endpoint refuses what has the form of no token (RFC 7009 §2.2: it is revoked)',
  ),
  usesRfcStatuses: yesNo('401 and 405 as the RFCs say, where Salesforce answers 400 and 403'),
  registersKeys: yesNo('apps may register themselves with a key in place of a secret (RFC 7591, private_key_jwt)'),
  registrationLimit: number('how many apps may register themselves under one', 0, 100_000),
  answersExpiresIn: yesNo('token answers say expires_in'),
  answersIssuer: yesNo('authorization answers say iss (RFC 9207)'),
  updatedAtIsNumber: yesNo('updated_at of userinfo is a number (OpenID Connect Core §5.1)'),
  devicesShowSecret: yesNo('the device flow asks for the secret wherever the web server flow does (RFC 8628 §3.1)'),
  answersDevicesInFull: yesNo('device answers say expires_in and verification_uri_complete (RFC 8628 §3.2)'),
  allowsOtherOrigins: yesNo('pages of any origin may ask for tokens and use them (CORS)'),
}

const names = Object.keys(switches)

/** Changes one field of a posture. */
export type Setting = (posture: Posture) => Posture

/** Reads `name=value`. @throws {InvalidArgumentError} when there is no such field, or it does not take the value */
export function readSetting(text: string): Setting {
  const [name = '', value] = text.split(/=(.*)/s)
  if (!isField(name) || value === undefined) {
    throw new InvalidArgumentError(`Enter <name>=<value>, with one of these names: ${names.join(', ')}.`)
  }
  const found = switches[name].read(value)
  return (posture) => ({ ...posture, [name]: found })
}

/** What `--set` can set, for the help. */
export function settingsHelp(): string {
  const width = Math.max(...names.map((name) => name.length))
  const lines = names.filter(isField).flatMap((name) => {
    const { strict, salesforce } = postures
    const values = `strict: ${shown(strict[name])}, salesforce: ${shown(salesforce[name])}`
    return [`  ${name.padEnd(width)}  ${switches[name].help}`, `  ${' '.repeat(width)}  (${values})`]
  })
  return ['', 'What --set can set, and what the postures set it to:', ...lines].join('\n')
}

function isField(name: string): name is keyof Posture {
  return Object.hasOwn(switches, name)
}

function shown(value: boolean | number | string | undefined): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return value === undefined ? 'none' : String(value)
}

function yesNo(help: string): Switch<boolean> {
  return {
    help,
    read(text) {
      if (['yes', 'true', 'on'].includes(text)) return true
      if (['no', 'false', 'off'].includes(text)) return false
      throw new InvalidArgumentError('Enter yes or no after the =.')
    },
  }
}

function choice<Value extends string>(help: string, values: readonly Value[]): Switch<Value> {
  return {
    help: `${help}: ${values.join(', ')}`,
    read(text) {
      const found = values.find((one) => one === text)
      if (found === undefined) throw new InvalidArgumentError(`Enter one of these after the =: ${values.join(', ')}.`)
      return found
    },
  }
}

function number(help: string, least: number, most: number): Switch<number> {
  return { help, read: (text) => readWhole(text, least, most) }
}

function numberOrNone(help: string, least: number, most: number): Switch<number | undefined> {
  return { help, read: (text) => (text === 'none' ? undefined : readWhole(text, least, most)) }
}
