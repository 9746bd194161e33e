import type { Sight } from '../sight.ts'
import { anyOf, at, type Cause, type Look, told, unless, type Verdict, verdict } from './cause.ts'

const form =
  'Send the parameters in the body as a form (Content-Type: application/x-www-form-urlencoded): `curl -d name=value`, in JavaScript `body: new URLSearchParams({ … })`.'

const invalidRequestUri = told('invalid_request_uri')

/** A look at the push that a request_uri came out of, where that was seen. */
function pushedBefore(test: (pushed: Sight, now: Sight) => Verdict): Look {
  return (sight) => {
    const pushed = sight.before.findLast((one) => one.endpoint === 'par')
    return pushed === undefined ? 'maybe' : test(pushed, sight)
  }
}

/** How the request is written. */
export const requestCauses = {
  'method-not-post': {
    told: told('invalid_request', 'must use http post'),
    meaning: 'The endpoint takes POST alone.',
    found: ({ request }) => request?.method,
    whatToDo: [
      'Send the request with POST.',
      'If you did, a redirect on the way (http to https, a slash) has made it a GET: ask for the final URL at once.',
    ],
    command: 'curl -sS -o /dev/null -w "%{http_code} %{redirect_url}\\n" "$TOKEN_URL"',
  },
  'https-required': {
    told: anyOf(told('invalid_request', 'https required'), told('HTTPS_Required')),
    meaning: 'The request came by plain http, or a proxy on the way says so.',
    found: ({ request }) => request?.url?.origin,
    whatToDo: [
      'Use an https URL from the start, and renew what the request showed.',
      'If you did, the proxy before the server says otherwise: have it send X-Forwarded-Proto: https.',
    ],
  },
  'method-not-get': {
    told: told('invalid_request', 'must use http get'),
    meaning: 'The authorize URL is for browsers: it takes GET, and forms that are posted.',
    found: ({ request }) => request?.method,
    whatToDo: ['Send the browser to the URL instead of asking by a program.'],
  },
  'body-not-form': {
    told: told('unsupported_grant_type', 'grant type not supported'),
    look: ({ request }) =>
      verdict(request === undefined ? undefined : request.bodyKind === 'json' || request.bodyKind === 'other'),
    meaning: 'The body is no form, so no grant_type was found in it.',
    found: ({ request }) => request?.headers.get('content-type'),
    whatToDo: [form],
    command: 'curl -sS "$TOKEN_URL" --data-urlencode grant_type=… --data-urlencode client_id=…',
  },
  'body-too-large': {
    told: told('invalid_request', 'request too large'),
    meaning: 'The body is larger than any request of the protocol.',
    whatToDo: ['Send only the parameters of this request: a few hundred bytes, with an assertion a few thousand.'],
  },
  'body-malformed': {
    told: told('invalid_request', 'malformed request body'),
    meaning: 'The body is no UTF-8, or was cut off on the way.',
    whatToDo: ['Let a library write the form, in UTF-8, and send it whole.'],
  },
  'parameter-repeated': {
    told: told('invalid_request', 'duplicate parameter'),
    meaning: 'A parameter is there more than once, with different values or in both the URL and the body.',
    found: ({ request }) => {
      const names = request?.fields.map(({ name }) => name) ?? []
      const twice = names.find((name, index) => names.indexOf(name) !== index)
      return twice === undefined ? undefined : `${twice}, more than once`
    },
    whatToDo: ['Send each parameter once. If your library adds it by itself, take yours out.'],
  },
  'parameter-malformed': {
    told: told('invalid_request', 'malformed parameter'),
    meaning: 'A value is no percent-encoded UTF-8.',
    found: ({ request }) => request?.fields.find(({ isMalformed }) => isMalformed)?.name,
    whatToDo: [
      'Encode each value once: `encodeURIComponent` in JavaScript, `--data-urlencode` with curl. A lone % is %25.',
    ],
  },
  'secret-type-unsupported': {
    told: told('invalid_request', 'secret type not supported'),
    meaning: 'The request has a secret_type, of a draft before OAuth 2.0: access tokens have no secret of their own.',
    found: ({ value }) => value('secret_type'),
    whatToDo: ['Leave secret_type out.'],
  },
  'credentials-in-query': {
    told: told('invalid_request', 'credentials are not accepted in the query string'),
    meaning: 'A secret stands in the URL, and URLs end up in logs.',
    whatToDo: ['Move it into the body of the POST, and renew it if it lives long: it has been in a log now.'],
  },
  'grant-type-unknown': {
    told: told('unsupported_grant_type', 'grant type not supported'),
    look: ({ request, grant }) =>
      request === undefined
        ? 'maybe'
        : request.bodyKind === 'json' || request.bodyKind === 'other'
          ? 'no'
          : verdict(grant === undefined || !knownGrants.has(grant) ? true : undefined),
    meaning: 'There is no grant_type, or none that this server offers.',
    found: ({ grant, request }) => (request === undefined ? undefined : (grant ?? 'no grant_type')),
    whatToDo: [
      'Write it letter by letter, such as urn:ietf:params:oauth:grant-type:jwt-bearer; encoded twice it is another word.',
      form,
      'At Salesforce, ask at https://login.salesforce.com, https://test.salesforce.com or your My Domain, and at none of the old instance URLs.',
    ],
  },
  'http-instead-of-https': {
    told: anyOf(
      told('invalid_request', 'https required'),
      told('unsupported_grant_type'),
      told('invalid_request', 'must use http post'),
    ),
    look: ({ request }) =>
      request?.url?.protocol === 'http:' && /(?:salesforce|force)\.com$/.test(request.url.hostname) ? 'yes' : 'no',
    meaning: 'The request went to http://, and the redirect to https:// lost its body.',
    found: ({ request }) => request?.url?.origin,
    whatToDo: ['Write https:// in the login URL.'],
  },
  'response-type-unknown': {
    told: told('unsupported_response_type'),
    meaning: 'The authorize URL asks for a kind of answer that is not offered.',
    found: ({ request, value }) => (request === undefined ? undefined : (value('response_type') ?? 'no response_type')),
    whatToDo: ['Ask with response_type=code (web server flow): a token in a URL is a token in a log.'],
  },
  'branding-malformed': {
    told: told('invalid_expid'),
    meaning: 'The authorize URL asks for a branding (expid) that can be that of no site.',
    found: ({ value }) => value('expid'),
    whatToDo: ['Leave expid out, in the parameters and behind /authorize, or see that nothing else got into it.'],
  },
  'branding-unknown': {
    told: told('unsupported_expid'),
    meaning: 'The authorize URL asks for the branding of a site (expid) that is not there.',
    found: ({ value }) => value('expid'),
    whatToDo: ['Leave expid out, in the parameters and behind /authorize, or take that of a site of this host.'],
  },
  'response-mode-unknown': {
    told: told('invalid_request', 'response mode not supported'),
    meaning: 'The authorize URL asks for an answer in a way that is not offered.',
    found: ({ value }) => value('response_mode'),
    whatToDo: ['Leave response_mode out, or send query, fragment or form_post.'],
  },
  'request-object-unsupported': {
    told: told('request_not_supported'),
    meaning: 'The authorize URL has a request object, which this server does not read.',
    whatToDo: ['Send the parameters one by one, without request.'],
  },
  'request-uri-unsupported': {
    told: told('request_uri_not_supported'),
    meaning: 'The authorize URL refers to a request elsewhere, and this server fetches none.',
    whatToDo: ['Send the parameters one by one, without request_uri.'],
  },
  'push-required': {
    told: told('invalid_request', 'pushed authorization request required'),
    meaning: 'This server takes authorize requests only if the app has pushed them (RFC 9126).',
    whatToDo: ['Let the library push the request: it finds pushed_authorization_request_endpoint in the metadata.'],
  },
  'request-uri-pushed': {
    told: told('invalid_request', 'request_uri cannot be pushed'),
    meaning: 'The pushed request has a request_uri itself.',
    whatToDo: ['Push the parameters, without request_uri.'],
  },
  'request-uri-of-another-app': {
    told: invalidRequestUri,
    look: pushedBefore((pushed, { value }) => verdict(pushed.value('client_id') !== value('client_id'))),
    meaning: 'Another app pushed the request than the client_id of the URL says.',
    whatToDo: ['Send the client_id with which the request was pushed.'],
  },
  'request-uri-spent': {
    told: invalidRequestUri,
    odds: 3,
    meaning: 'The app of this request_uri has been answered before.',
    whatToDo: ['Push the request again. The Back button of a browser, or a link opened twice, brings the old one.'],
  },
  'request-uri-expired': {
    told: invalidRequestUri,
    odds: 2,
    meaning: 'The request_uri is too old: a browser has to come with it within a minute.',
    whatToDo: ['Push the request when the person clicks, not before, and send the browser on at once.'],
  },
  'request-uri-unknown': {
    told: invalidRequestUri,
    meaning: 'The server does not know this request_uri: it is not whole, or of another server.',
    whatToDo: ['Send it as it came back from the push, percent-encoded once.'],
  },
  'prompt-contradictory': {
    told: told('invalid_request', 'prompt none cannot be combined'),
    meaning: 'prompt=none asks for no page, and another word of it asks for one.',
    found: ({ value }) => value('prompt'),
    whatToDo: ['Send either (OpenID Connect Core §3.1.2.1).'],
  },
  'prompt-unknown': {
    told: told('invalid_request', 'prompt not supported'),
    meaning: 'prompt has a word that is not known.',
    found: ({ value }) => value('prompt'),
    whatToDo: ['Choose among login, consent, select_account and none, or leave prompt out.'],
  },
  'fault-of-the-server': {
    told: at(
      ['authorize', 'token', 'revoke', 'introspect', 'userinfo', 'identity', 'api', 'soap', 'elsewhere'],
      anyOf(
        told('server_error'),
        told('service_unavailable'),
        told('system_down'),
        told('unknown_error'),
        told('SERVER_UNAVAILABLE'),
      ),
    ),
    look: ({ endpoint }) => unless(endpoint === 'sign-in'),
    meaning: 'The server had a fault of its own, or is being maintained.',
    whatToDo: ['Try again later, and look at https://status.salesforce.com for your instance.'],
  },
} satisfies Readonly<Record<string, Cause>>

const knownGrants: ReadonlySet<string> = new Set([
  'authorization_code',
  'client_credentials',
  'device',
  'hybrid_auth_code',
  'hybrid_refresh',
  'password',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:hybrid-token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
])
