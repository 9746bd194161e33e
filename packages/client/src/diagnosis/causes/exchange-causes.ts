import type { Sight } from '../sight.ts'
import { anyOf, type Cause, type Look, told } from './cause.ts'
import { appPolicy, appSetting, same } from './setting.ts'

const exchanges = (grant: string | undefined) =>
  grant !== undefined && /^urn:ietf:params:oauth:grant-type:(?:hybrid-)?token-exchange$/.test(grant)
const isExchange: Look = ({ grant }) => (exchanges(grant) ? 'yes' : grant === undefined ? 'maybe' : 'no')
const mayBeExchange: Look = ({ grant }) => (grant === undefined || exchanges(grant) ? 'maybe' : 'no')
const hasActor: Look = ({ has }) => (has('actor_token') === true ? 'yes' : 'no')
const handlers = same('Setup > Identity > Token Exchange Handlers')
const handlerFailed = told('invalid_grant', 'token handler validation failed')

/** What other rules say to an exchange; whatever else there is are words of the handler. */
const wordsOfRules =
  /^(?:user hasn't approved|expired|the token was used|authentication failure|ip restricted|invalid|asset signing|token handler|request not supported)/i

function inHandlersWords(answer: { readonly error: string; readonly description: string }, { grant }: Sight): boolean {
  return answer.error === 'invalid_grant' && exchanges(grant) && !wordsOfRules.test(answer.description)
}

/** Token exchange and asset tokens. */
export const exchangeCauses = {
  'token-exchange-off': {
    told: told('oauth_flow_disabled', 'token exchange flow not enabled'),
    look: () => 'yes',
    meaning: '“Enable Token Exchange Flow” is off for this app, or the admins of the org have not allowed it.',
    whatToDo: ['It must be on twice: in the settings of the app, and in its policies in the org.'],
    setting: appPolicy('Enable Token Exchange Flow'),
    command: 'sallyport app update <name> --token-exchange --allow-token-exchange',
  },
  'subject-token-missing': {
    told: told('invalid_request', 'subject_token not provided'),
    meaning: 'There is no subject_token in the request: nothing to exchange.',
    whatToDo: ['Send the token of the other issuer as subject_token, and its kind as subject_token_type.'],
  },
  'token-type-unknown': {
    told: told('invalid_request', 'token type not supported'),
    meaning: 'A type of token in the request is not one that is taken, or not one that the handler takes.',
    found: ({ value }) => value('subject_token_type'),
    whatToDo: [
      'subject_token_type is urn:ietf:params:oauth:token-type: and one of access_token, refresh_token, id_token, saml2, jwt.',
      'Switch the type on in the handler. An actor_token is a jwt.',
    ],
    setting: handlers,
    command: 'sallyport token-exchange-handler update <name> --token-type id_token',
  },
  'actor-token-unexpected': {
    told: told('invalid_request', 'actor_token not supported'),
    meaning: 'Only the asset token flow takes an actor_token.',
    whatToDo: ['Leave actor_token and actor_token_type out.'],
  },
  'target-unknown': {
    told: told('invalid_target'),
    meaning: 'The token was wanted for a service that is not this org.',
    found: ({ value }) => value('audience') ?? value('resource'),
    whatToDo: ['Leave audience and resource out: the token is for the org that gives it.'],
  },
  'token-handler-missing': {
    told: told('invalid_request', 'token handler not found'),
    meaning: 'No token exchange handler goes for this app: none is named or its default, or it is off.',
    found: ({ value }) => value('token_handler'),
    whatToDo: [
      'Name the handler in token_handler by its Apex class (here: its module), or make one the default of the app.',
    ],
    setting: handlers,
    command: 'sallyport token-exchange-handler list',
  },
  'token-handler-broken': {
    told: handlerFailed,
    odds: 2,
    meaning: 'The code of the token exchange handler failed: it threw, took too long, or answered something else.',
    whatToDo: [
      'Look into the log of the org: Salesforce writes the error into the debug log, Sallyport into the Flow Log.',
    ],
    setting: handlers,
    command: 'sallyport journal --reason token-handler-broken',
  },
  'token-refused': {
    told: anyOf(handlerFailed, inHandlersWords),
    look: ({ answer }) => (answer?.description?.toLowerCase().startsWith('token handler') === true ? 'maybe' : 'yes'),
    odds: 2,
    meaning: 'The token exchange handler does not take the token; other words than the usual are its own.',
    whatToDo: ['Ask the issuer for a new token, for the audience and with the claims that the handler expects.'],
    setting: handlers,
  },
  'user-not-made': {
    told: handlerFailed,
    odds: 2,
    meaning: 'The handler wanted to make a user, and that is not possible: a field is missing, or it may not.',
    whatToDo: ['See what the handler answers of a new user, and that its execution user may manage users.'],
    setting: handlers,
  },
  'exchange-user-unknown': {
    told: told('invalid_grant', "user hasn't approved this consumer"),
    look: mayBeExchange,
    odds: 2,
    meaning: 'The token exchange handler found no user of this org for the token.',
    whatToDo: [
      'Compare what the token says of its subject with the usernames of the org.',
      'Or let the handler make users.',
    ],
    setting: handlers,
    command: 'sallyport user list',
  },
  'subject-token-replayed': {
    told: told('invalid_grant', 'the token was used before'),
    meaning: 'The handler takes each token once, and this one was exchanged before.',
    whatToDo: ['Ask the issuer for a new token; better still, keep the access token that the first exchange gave.'],
  },
  'asset-tokens-off': {
    told: told('oauth_flow_disabled', 'asset token flow not enabled'),
    look: () => 'yes',
    meaning: 'Asset tokens are off for the app of this access token.',
    whatToDo: [
      'Switch them on, with a certificate and an audience.',
      'To exchange a token of another org instead, name a handler in token_handler.',
    ],
    setting: appSetting('Enable Asset Tokens'),
    command: 'sallyport app update <name> --asset-certificate <name> --asset-audience <url>',
  },
  'subject-token-dead': {
    told: told('invalid_grant', 'expired access/refresh token'),
    look: isExchange,
    meaning: 'The access token in subject_token has ended, or was never one of this org.',
    whatToDo: ['Get a new access token and send it whole, with the “!” in it.'],
  },
  'asset-certificate-unusable': {
    told: told('invalid_grant', 'asset signing certificate not usable'),
    meaning: 'The certificate that asset tokens are signed with is gone, has expired, or has no private key here.',
    whatToDo: ['Make a new certificate in the org of the app, and choose it in the settings of the app.'],
    setting: same('Setup > Certificate and Key Management'),
    command: 'sallyport app update <name> --asset-certificate <name>',
  },
  'actor-token-malformed': {
    told: told('invalid_grant', 'invalid actor token'),
    meaning: 'The token of the device cannot be read, or lacks did or cnf.jwk.',
    whatToDo: ['Make it a JWT with did and cnf.jwk, signed with that key by RS256 or ES256, for this org alone.'],
  },
  'actor-token-signature-wrong': {
    told: told('invalid_grant', 'invalid actor token'),
    meaning: 'The token of the device is not signed with the key that it names in cnf.jwk.',
    whatToDo: ['Sign with the private half of cnf.jwk. A signature by ES256 has 64 bytes, and is not DER.'],
  },
  'actor-token-not-valid-now': {
    told: told('invalid_grant', 'expired actor token'),
    meaning: 'The token of the device has expired, or begins later: its clock may be wrong.',
    whatToDo: ['Set the clock of the device, and write times in seconds since 1970.'],
  },
  'actor-token-replayed': {
    told: told('bad_jti_claim'),
    look: hasActor,
    meaning: 'The token of the device, or another of it with its jti, was used before.',
    whatToDo: ['Let the device sign a new token for each request, with a new random jti.'],
  },
} satisfies Readonly<Record<string, Cause>>
