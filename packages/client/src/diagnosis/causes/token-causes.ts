import type { Sight } from '../sight.ts'
import { anyOf, at, type Cause, type Look, told, unless, type Verdict, verdict } from './cause.ts'
import { appPolicy, appSetting, oauthUsage, same } from './setting.ts'

const deadRefreshToken = told('invalid_grant', 'expired access/refresh token')
const deadSession = anyOf(told('INVALID_SESSION_ID', 'session expired or invalid'), told('sf:INVALID_SESSION_ID'))
const badToken = told('Bad_OAuth_Token')
/** Where the RFCs are followed, the challenge says a word and the body nothing. */
const challengedAs = (error: string): Cause['told'] =>
  at(['userinfo', 'identity'], (answer) => answer.error === error && answer.description === '')
const deadAccessToken = anyOf(deadSession, badToken, challengedAs('invalid_token'))
const tokenForm = /^00D\w{9,15}![\w.]+$/

/** What speaks for an access token that has ended: one that was sent, and has the form of one. */
const oneToken: Look = ({ request, accessTokens }) => {
  if (request === undefined) return 'maybe'
  const [token] = accessTokens
  return unless(accessTokens.length !== 1 || token === undefined || !(tokenForm.test(token) || isHidden(token)))
}

/** Somebody has put dots or stars where the token was. */
function isHidden(token: string): boolean {
  return /\$|\*{3}|•|\.\.\.|redacted|…/i.test(token)
}

function tokenBefore(sight: Sight, test: (one: Sight, token: string) => boolean): Verdict {
  const token = sight.value('refresh_token')
  return token !== undefined && sight.before.some((one) => test(one, token)) ? 'yes' : 'maybe'
}

const wasGranted = ({ answer }: Sight) => answer?.status === 200
const isRefresh = ({ has }: Sight) => has('refresh_token')

/** Refresh tokens and access tokens, and what they open. */
export const tokenCauses = {
  'refresh-token-missing': {
    told: told('invalid_request', 'refresh_token not provided'),
    meaning: 'There is no refresh_token in the request.',
    whatToDo: [
      'Send it as the form parameter refresh_token. If you were never given one: the app needs the scope refresh_token, you must ask for it, and JWT bearer and client credentials give none at all.',
    ],
    setting: appSetting('Selected OAuth Scopes'),
  },
  'hybrid-jwt-rotating': {
    told: at(['token'], told('invalid_grant', 'refresh token rotation is not supported with jwt-based access tokens')),
    meaning: 'A hybrid app gets JWTs as access tokens and rotates its refresh tokens: it can have either.',
    whatToDo: [
      'Switch the rotation off, or the JWTs; or ask without web views, by authorization_code or refresh_token.',
    ],
    setting: appSetting('Enable Refresh Token Rotation'),
    command: 'sallyport app update <name> --no-rotate-refresh-tokens',
  },
  'refresh-token-rotated-out': {
    told: deadRefreshToken,
    look: (sight) =>
      isRefresh(sight) === false
        ? 'no'
        : tokenBefore(
            sight,
            (one, token) =>
              wasGranted(one) &&
              one.value('refresh_token') === token &&
              one.answer?.members.has('refresh_token') === true,
          ),
    odds: 2,
    meaning: 'The refresh token had been replaced: the app rotates them, and each answer brings a new one.',
    whatToDo: [
      'Store the new token before you use the answer, in one place that all processes share, and let one worker at a time refresh.',
      'Whoever shows an old one ends the new one, too: let the user sign in once more.',
    ],
    setting: appSetting('Enable Refresh Token Rotation'),
    command: 'sallyport login web',
  },
  'refresh-token-revoked': {
    told: deadRefreshToken,
    look: (sight) =>
      isRefresh(sight) === false
        ? 'no'
        : tokenBefore(
            sight,
            (one, token) => one.endpoint === 'revoke' && wasGranted(one) && one.value('token') === token,
          ),
    odds: 4,
    meaning:
      'The refresh token was revoked: by the app, the user or an admin, or because all tokens of the user were ended.',
    whatToDo: ['Let the user sign in once more.'],
    setting: oauthUsage,
    command: 'sallyport app usage <name>',
  },
  'refresh-token-displaced': {
    told: deadRefreshToken,
    look: (sight) => unless(isRefresh(sight) === false),
    odds: 2,
    meaning:
      'The user has let the app in five times since: a user keeps five refresh tokens of an app, and one more ends the oldest.',
    whatToDo: [
      'Give each system that connects an app or a user of its own, or let them share one refresh token; then let the user sign in once more.',
    ],
    setting: oauthUsage,
    command: 'sallyport app usage <name>',
  },
  'refresh-token-expired': {
    told: deadRefreshToken,
    look: (sight) => unless(isRefresh(sight) === false),
    odds: 3,
    meaning: 'The refresh token has ended by the policy of the app.',
    whatToDo: ['Let the user sign in once more. “Refresh token is valid until revoked” lets tokens live.'],
    setting: appPolicy('Refresh Token Policy'),
    command: 'sallyport app update <name> --refresh-token-policy infinite',
  },
  'refresh-token-unknown': {
    told: deadRefreshToken,
    look: (sight) => unless(isRefresh(sight) === false),
    meaning: 'The server does not know this refresh token: it is not whole, or comes from another server or org.',
    whatToDo: [
      'See that it is the refresh token and not the access token, that nothing was cut off, and that the host is the one it came from.',
    ],
  },
  'refresh-token-of-another-app': {
    told: deadRefreshToken,
    look: (sight) => unless(isRefresh(sight) === false),
    meaning: 'The refresh token was made for another app than the one that shows it.',
    whatToDo: ['Send the client_id that the token was got with. An app that was made anew has another key.'],
  },
  'token-missing': {
    told: anyOf(
      told('Missing_OAuth_Token'),
      told('invalid_token', 'token not provided'),
      deadSession,
      // RFC 6750 §3.1: whoever shows no token at all is not told of an error.
      (_, { answer, endpoint }) =>
        answer?.status === 401 && answer.error === undefined && (endpoint === 'userinfo' || endpoint === 'identity'),
    ),
    look: ({ request, accessTokens, endpoint }) =>
      request === undefined || endpoint === 'revoke' || endpoint === 'introspect'
        ? 'maybe'
        : verdict(accessTokens.length === 0),
    meaning: 'There is no token in the request.',
    whatToDo: [
      'To call an API, send Authorization: Bearer <access token>; to revoke or introspect, the form parameter token.',
      'If you do send the header, a redirect to another host may have dropped it: ask at the instance_url.',
    ],
  },
  'token-twice': {
    told: anyOf(
      badToken,
      challengedAs('invalid_request'),
      told('INVALID_AUTH_HEADER'),
      told('invalid_request', 'more than one access token'),
    ),
    look: ({ request, accessTokens }) =>
      request === undefined ? 'maybe' : verdict(accessTokens.length > 1 || isInBothPlaces(request)),
    meaning: 'There is more than one access token in the request.',
    whatToDo: ['Send it once, as Authorization: Bearer <access token>.'],
  },
  'frontdoor-empty': {
    told: told('invalid_request', 'otp or sid not provided'),
    meaning: 'The frontdoor was opened without the part of its URL that opens it.',
    whatToDo: ['Open the frontdoor_uri whole: shells and chats cut it at & and ?.'],
  },
  'otp-spent': {
    told: told('invalid_otp'),
    odds: 3,
    meaning: 'The frontdoor URL was opened before: each is good for once.',
    whatToDo: [
      'Ask for another with /services/oauth2/singleaccess. Previews in chats and scanners of mails open links, too.',
    ],
    command: 'sf org open --url-only',
  },
  'otp-expired': {
    told: told('invalid_otp'),
    odds: 2,
    meaning: 'The frontdoor URL was opened too late: it is good for a minute.',
    whatToDo: ['Ask for another and open it at once.'],
    command: 'sf org open --url-only',
  },
  'otp-unknown': {
    told: told('invalid_otp'),
    meaning: 'The one-time password of the frontdoor URL is none of this server, or of long ago.',
    whatToDo: ['Open the URL at the host that gave it, and whole.'],
  },
  'path-not-local': {
    told: told('invalid_request', 'redirect_uri must be a path of the org'),
    meaning: 'A browser that is signed in was to be sent somewhere else than to a page of the org.',
    found: ({ value }) => value('redirect_uri'),
    whatToDo: ['Give the path alone, such as /lightning/setup/SetupOneHome/home.'],
  },
  'token-form-unknown': {
    told: told('unsupported_token_type', 'this token type is not supported'),
    meaning: 'What was to be revoked has the form of no access token, refresh token or DeleteToken.',
    whatToDo: [
      'Send the token as it was answered, percent-encoded once.',
      'An ID token cannot be revoked: it ends by its exp.',
    ],
  },
  'token-opens-no-page': {
    told: told('unsupported_token_type', 'this token opens no page'),
    meaning: 'The access token is a JWT, or bound to a key (DPoP): those open APIs and no pages.',
    whatToDo: ['Use an app with opaque access tokens to go on in a browser.'],
  },
  'token-in-query': {
    told: anyOf(
      challengedAs('invalid_request'),
      told('invalid_request', 'access tokens are not accepted in the query string'),
    ),
    look: ({ request }) => (request === undefined ? 'maybe' : verdict(isInQuery(request) && !isInBothPlaces(request))),
    meaning: 'The access token stands in the query string, and URLs end up in logs.',
    whatToDo: ['Send Authorization: Bearer <access token>, and revoke this token: it has been in a log now.'],
  },
  'authorization-malformed': {
    told: told('INVALID_AUTH_HEADER'),
    look: ({ request, accessTokens }) => (request === undefined ? 'maybe' : unless(accessTokens.length > 1)),
    meaning: 'The Authorization header is not Bearer, one space, and the token.',
    whatToDo: [
      'Write the header without quotes around the token; in a shell, put the header between single quotes, because of the ! in the token.',
    ],
  },
  'token-expired': {
    told: deadAccessToken,
    look: oneToken,
    odds: 4,
    meaning: 'The access token has ended: nobody used it for as long as the session timeout.',
    whatToDo: [
      'Ask for a new one, by the refresh token or by a new assertion, whenever an API answers 401, and repeat the call once.',
    ],
    setting: appPolicy('Session Policies > Timeout Value'),
  },
  'token-revoked': {
    told: deadAccessToken,
    look: oneToken,
    odds: 2,
    meaning:
      'The access token was revoked, or everything of its app, user or org was: by a block, a freeze, a deactivation, a new password, or a closed org.',
    whatToDo: ['Let the user sign in once more, or sign a new assertion.'],
    setting: oauthUsage,
    command: 'sallyport app usage <name>',
  },
  'token-unknown': {
    told: deadAccessToken,
    look: ({ request, accessTokens }) => {
      if (request === undefined) return 'maybe'
      const [token] = accessTokens
      if (accessTokens.length !== 1 || token === undefined) return 'no'
      return tokenForm.test(token) || isHidden(token) ? 'maybe' : 'yes'
    },
    meaning: 'The server does not know this access token: it is not whole, or is another kind of token.',
    whatToDo: [
      'It begins with the id of the org and a !, which shells like to change; a refresh token or an ID token opens nothing.',
    ],
  },
  'token-of-another-org': {
    told: deadAccessToken,
    look: oneToken,
    meaning: 'The access token is of another org than the one that was asked.',
    found: ({ host }) => host,
    whatToDo: ['Call the address that came with the token as instance_url.'],
    setting: same('Setup > My Domain > My Domain Details > Current My Domain URL'),
  },
  'session-locked-to-an-address': {
    told: deadSession,
    isRare: true,
    meaning: 'The org locks sessions to the address they began at, and the request came from another.',
    whatToDo: ['Ask for the token from where it is used, or switch the setting off.'],
    setting: same('Setup > Session Settings > Lock sessions to the IP address from which they originated'),
  },
  'scope-missing': {
    told: anyOf(
      told('INVALID_SESSION_ID', 'this session is not valid for use with the rest api'),
      challengedAs('insufficient_scope'),
      told('insufficient_scope'),
    ),
    look: oneToken,
    meaning:
      'The token lacks the scope that this needs: api for the REST API, web for pages, openid or id for who the user is.',
    whatToDo: ['Add the scope to the app, ask for it, and get a new token: those already made keep their scopes.'],
    setting: appSetting('Selected OAuth Scopes'),
    command: 'sallyport app update <name> --scope api refresh_token',
  },
  'api-limit-reached': {
    told: told('REQUEST_LIMIT_EXCEEDED'),
    meaning: 'The org has used up its API requests of the last 24 hours.',
    whatToDo: ['Wait, ask less often, or buy more.'],
    setting: same('Setup > System Overview > API Requests, Last 24 Hours'),
    command: 'sallyport call GET /services/data/v62.0/limits',
  },
  'store-of-the-cli-broken': {
    told: told('store-broken'),
    meaning:
      'The Salesforce CLI cannot open what it keeps of sign-ins: its key is gone, or another version or user wrote it. Nothing was sent.',
    whatToDo: [
      'Sign in again, with the same CLI, user and home folder that will use the sign-in.',
      'In CI, sign in in each run with a JWT or an SFDX auth URL, instead of carrying the folders .sf and .sfdx along.',
    ],
    command: 'sf org login jwt --help',
  },
} satisfies Readonly<Record<string, Cause>>

function isInQuery({ url }: NonNullable<Sight['request']>): boolean {
  return url !== undefined && ['access_token', 'oauth_token'].some((name) => url.searchParams.has(name))
}

function isInBothPlaces(request: NonNullable<Sight['request']>): boolean {
  const isInHeader = /^(?:Bearer|OAuth) /i.test(request.headers.get('authorization') ?? '')
  return isInHeader && request.fields.some(({ name }) => name === 'access_token' || name === 'oauth_token')
}
