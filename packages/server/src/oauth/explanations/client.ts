import { secretInPlaceOfKey } from '../shown-consumer-key.ts'
import { clueOfConsumerKey } from './consumer-key-clue.ts'
import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting, command, consumerDetails } from './mending.ts'
import { listed, quoted } from './wording.ts'

/** Who the client is. */
export const clientExplanations = {
  'client-id-missing': {
    check: 'client-known',
    facts: {},
    explain: () => ({
      expected: 'client_id: the Consumer Key of an app',
      found: 'no client_id',
      whatToDo: `Send the Consumer Key of your app as \`client_id\`. ${command('app', 'list')} shows the apps of this server with their keys.`,
      whereInSetup: consumerDetails('your app'),
    }),
  },
  'client-unknown': {
    check: 'client-known',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'the Consumer Key of an app on this server',
      found: found === secretInPlaceOfKey ? found : quoted(found),
      whatToDo: `${clueOfConsumerKey(found)} ${command('app', 'list')} shows the apps of this server with their keys. At Salesforce a new app needs up to ten minutes, and a key from another org or sandbox is unknown until the app is there too.`,
      whereInSetup: consumerDetails('your app'),
    }),
  },
  'issuer-missing': {
    check: 'client-known',
    facts: {},
    explain: () => ({
      expected: 'the claim iss: the Consumer Key of the app',
      found: 'no iss',
      whatToDo: `Put the Consumer Key of your app into the claim \`iss\`. ${command('app', 'list')} shows it.`,
      whereInSetup: consumerDetails('your app'),
    }),
  },
  'client-secret-missing': {
    check: 'client-authenticated',
    facts: { app: 'text', setting: 'text' },
    explain: ({ app, setting }) => {
      const isOptional = setting.startsWith('Require Secret')
      const switchOff = appCommand(
        'update',
        app,
        setting.includes('Refresh') ? '--no-require-secret-for-refresh' : '--no-require-secret',
      )
      const whereNoSecretIsKept = `If the app cannot keep a secret (a browser or a phone), switch the setting off (${switchOff}) and use PKCE.`
      return {
        expected: isOptional
          ? `the Consumer Secret of ${quoted(app)}, which “${setting}” asks for`
          : `the Consumer Secret of ${quoted(app)}, which ${setting} always asks for`,
        found: 'no secret',
        whatToDo: `Send \`client_secret\` in the body, or key and secret as a Basic header. If it is lost, ${appCommand('rotate-secret', app)} makes a new one.${isOptional ? ` ${whereNoSecretIsKept}` : ''}`,
        whereInSetup: isOptional ? appSetting(app, setting) : consumerDetails(app),
      }
    },
  },
  'client-secret-wrong': {
    check: 'client-authenticated',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `the Consumer Secret of ${quoted(app)}`,
      found: 'another secret',
      whatToDo: `Copy the secret again, whole and without spaces, and see that it belongs to this app and not to one of the same name in another org. In a Basic header, percent-encode key and secret first. If it is lost, ${appCommand('rotate-secret', app)} makes a new one; the old one stays good until the rotation is finished.`,
      whereInSetup: consumerDetails(app),
    }),
  },
  'basic-header-malformed': {
    check: 'client-authenticated',
    facts: {},
    explain: () => ({
      expected: '`Authorization: Basic` with base64 of key, colon, secret',
      found: 'a Basic header that is not that',
      whatToDo:
        'Join Consumer Key and Consumer Secret with one colon, and encode the whole in base64 without line breaks: `printf %s "$KEY:$SECRET" | base64 -w0`. Or send both in the body.',
      whereInSetup: undefined,
    }),
  },
  'client-authenticated-twice': {
    check: 'client-authenticated',
    facts: { found: 'texts' },
    explain: ({ found }) => ({
      expected: 'one way to show who the client is',
      found: listed(found, 'and'),
      whatToDo:
        'Keep one and leave the others out (RFC 6749 §2.3). Many libraries have a setting for it, called “client authentication” or `token_endpoint_auth_method`.',
      whereInSetup: undefined,
    }),
  },
  'client-assertion-type-unknown': {
    check: 'client-authenticated',
    facts: { found: 'text', accepted: 'text' },
    explain: ({ found, accepted }) => ({
      expected: accepted,
      found: found === 'none' ? 'no client_assertion_type' : quoted(found),
      whatToDo: `Send \`client_assertion_type=${accepted}\` beside \`client_assertion\` (RFC 7523 §2.2).`,
      whereInSetup: undefined,
    }),
  },
  'client-assertion-mismatch': {
    check: 'client-authenticated',
    facts: { iss: 'text', sub: 'text', clientId: 'text' },
    explain: ({ iss, sub, clientId }) => ({
      expected: 'the same Consumer Key as iss, as sub and, if it is sent, as client_id',
      found: `iss ${quoted(iss)}, sub ${quoted(sub)}, client_id ${quoted(clientId)}`,
      whatToDo: sub.includes('@')
        ? 'Your `sub` is a username. A client assertion speaks for the app itself, so both `iss` and `sub` are its Consumer Key. To act for a user, use the JWT bearer flow: the same kind of JWT, sent as `assertion`.'
        : 'Put the Consumer Key of the app into both `iss` and `sub` (RFC 7523 §3), and send the same as `client_id` or leave that out.',
      whereInSetup: consumerDetails('your app'),
    }),
  },
  'client-assertion-replayed': {
    check: 'not-replayed',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: 'a client assertion with a new jti',
      found: `one that ${quoted(app)} has sent before`,
      whatToDo:
        'Sign a new client assertion for each request, with a new random `jti`. If you retry a request, sign again.',
      whereInSetup: undefined,
    }),
  },
  'client-assertion-unnumbered': {
    check: 'not-replayed',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `a jti in the client assertion of ${quoted(app)}`,
      found: 'none',
      whatToDo:
        'Add the claim `jti`, random and new for each request, so that a copied assertion buys nothing (OpenID Connect Core §9).',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>
