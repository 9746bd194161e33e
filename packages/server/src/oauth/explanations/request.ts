import type { ReasonExplanations } from './explained-reason.ts'
import { listed, quoted } from './wording.ts'

const form = '`Content-Type: application/x-www-form-urlencoded`'

/** How the request is written. */
export const requestExplanations = {
  'method-not-post': {
    check: 'request',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'a POST request',
      found: `a ${found} request`,
      whatToDo: `Send the request with POST, and its parameters in the body with ${form}. If you did send POST, a redirect on the way (http to https, a missing slash) has made it a ${found}: ask for the final URL at once.`,
      whereInSetup: undefined,
    }),
  },
  'https-required': {
    check: 'request',
    facts: { address: 'text' },
    explain: ({ address }) => ({
      expected: `a request by https, to ${address}`,
      found: 'one by plain http, as the proxy says that it came through (X-Forwarded-Proto)',
      whatToDo: `Ask ${address}, and renew what the request showed: everything on the way could read it. If your callers do use https, have the proxy that they reach say so: \`X-Forwarded-Proto: https\`.`,
      whereInSetup: undefined,
    }),
  },
  'method-not-get': {
    check: 'request',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'a GET request, or a form that is posted',
      found: `a ${found} request`,
      whatToDo: 'Send the browser to the authorize URL, or post its parameters there as a form.',
      whereInSetup: undefined,
    }),
  },
  'body-not-form': {
    check: 'request',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: `a form: ${form}`,
      found: `a body of the type ${quoted(found)}`,
      whatToDo: /json/i.test(found)
        ? `You sent JSON, and this endpoint reads forms only (RFC 6749 §4.1.3). Send the same names and values as a form: in JavaScript \`body: new URLSearchParams({ … })\`, with curl \`-d name=value\` for each.`
        : `Send the parameters as a form, with ${form} (RFC 6749 §4.1.3).`,
      whereInSetup: undefined,
    }),
  },
  'body-too-large': {
    check: 'request',
    facts: { limit: 'number' },
    explain: ({ limit }) => ({
      expected: `a body of at most ${limit} bytes`,
      found: 'a larger one',
      whatToDo:
        'Send only the parameters of this request. A token request has a few hundred bytes, with an assertion a few thousand.',
      whereInSetup: undefined,
    }),
  },
  'body-malformed': {
    check: 'request',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'a form in UTF-8',
      found: `a body that cannot be read: ${problem}`,
      whatToDo:
        'Let a library write the form (`URLSearchParams` in JavaScript, `--data-urlencode` with curl), in UTF-8.',
      whereInSetup: undefined,
    }),
  },
  'parameter-repeated': {
    check: 'request',
    facts: { parameter: 'text' },
    explain: ({ parameter }) => ({
      expected: `the parameter ${quoted(parameter)} once`,
      found: 'more than once, with different values or in both the URL and the body',
      whatToDo: `Send ${quoted(parameter)} once (RFC 6749 §3.2). If your library adds it by itself, take yours out.`,
      whereInSetup: undefined,
    }),
  },
  'parameter-malformed': {
    check: 'request',
    facts: { parameter: 'text', problem: 'text' },
    explain: ({ parameter, problem }) => ({
      expected: `a value of ${quoted(parameter)} that can be read`,
      found: `a value that cannot: ${problem}`,
      whatToDo:
        'Encode each value once, as UTF-8 and then percent-encoded: `encodeURIComponent` in JavaScript, `--data-urlencode` with curl. A lone `%` must be written `%25`.',
      whereInSetup: undefined,
    }),
  },
  'secret-type-unsupported': {
    check: 'request',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'no secret_type: every access token is a bearer token, which has no secret of its own',
      found: quoted(found),
      whatToDo:
        'Leave `secret_type` out. Drafts before OAuth 2.0 had it for tokens that sign each request; where the server offers it, DPoP has taken their place.',
      whereInSetup: undefined,
    }),
  },
  'credentials-in-query': {
    check: 'request',
    facts: { parameter: 'text' },
    explain: ({ parameter }) => ({
      expected: `${quoted(parameter)} in the body`,
      found: `${quoted(parameter)} in the query string`,
      whatToDo: `Move ${quoted(parameter)} from the URL into the body of the POST (RFC 6749 §2.3.1): URLs end up in logs. It has been in one now, so renew it if it lives long.`,
      whereInSetup: undefined,
    }),
  },
  'grant-type-unknown': {
    check: 'grant-type',
    facts: { found: 'text', offered: 'texts' },
    explain: ({ found, offered }) => ({
      expected: listed(offered),
      found: found === 'none' ? 'no grant_type' : quoted(found),
      whatToDo: `${grantTypeClue(found)} Send \`grant_type\` in the body of the POST, as a form (${form}), letter by letter as listed.`,
      whereInSetup: undefined,
    }),
  },
  'response-type-unknown': {
    check: 'response-type',
    facts: { found: 'text', offered: 'texts' },
    explain: ({ found, offered }) => ({
      expected: listed(offered),
      found: found === 'none' ? 'no response_type' : quoted(found),
      whatToDo: /token/.test(found)
        ? 'Ask with `response_type=code` (web server flow) and exchange the code for the token: a token in a URL is a token in a log (RFC 9700 §2.1.2).'
        : 'Ask with `response_type=code` (web server flow).',
      whereInSetup: undefined,
    }),
  },
  'branding-malformed': {
    check: 'branding',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'an expid of letters, digits, - and _, at most 64 of them; or none at all',
      found: found === '' ? 'an empty one' : quoted(found),
      whatToDo:
        'Look whether something else got into it, such as a part of the address that is not encoded. Better leave it out: it chooses the look of an Experience Cloud site, and there are no sites here.',
      whereInSetup: undefined,
    }),
  },
  'branding-unknown': {
    check: 'branding',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'no expid, and nothing behind /services/oauth2/authorize',
      found: quoted(found),
      whatToDo: 'Leave it out: it chooses the look of an Experience Cloud site, and there are no sites here.',
      whereInSetup: undefined,
    }),
  },
  'response-mode-unknown': {
    check: 'response-mode',
    facts: { found: 'text', offered: 'texts' },
    explain: ({ found, offered }) => ({
      expected: listed(offered),
      found: quoted(found),
      whatToDo:
        'Leave `response_mode` out, and the answer comes in the query string of your callback URL; or choose one that is listed.',
      whereInSetup: undefined,
    }),
  },
  'prompt-unknown': {
    check: 'prompt',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'login, consent, select_account, none, or several of them with spaces between',
      found: quoted(found),
      whatToDo: 'Choose among the words listed, or leave `prompt` out: people are then asked only for what is missing.',
      whereInSetup: undefined,
    }),
  },
  'request-object-unsupported': {
    check: 'request',
    facts: {},
    explain: () => ({
      expected: 'the parameters of the request one by one',
      found: 'a request object (request)',
      whatToDo: 'Send the parameters in the query string or the form, without `request` (OpenID Connect Core §6.1).',
      whereInSetup: undefined,
    }),
  },
  'request-uri-unsupported': {
    check: 'request',
    facts: {},
    explain: () => ({
      expected: 'the parameters of the request one by one',
      found: 'a reference to them (request_uri)',
      whatToDo:
        'Send the parameters in the query string or the form, without `request_uri`: nothing is fetched from elsewhere (OpenID Connect Core §6.2).',
      whereInSetup: undefined,
    }),
  },
  'prompt-contradictory': {
    check: 'prompt',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'none alone, or other words without none',
      found: quoted(found),
      whatToDo:
        '`none` asks for an answer without any page, the other words ask for one. Send either (OpenID Connect Core §3.1.2.1).',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>

function grantTypeClue(found: string): string {
  if (found === 'none') return 'No grant_type arrived: it may stand in the URL or in JSON, or be spelled differently.'
  if (found === 'password')
    return 'Username and password are not taken here: use the web server flow for people, JWT bearer for servers.'
  if (/jwt-bearer/.test(found)) {
    return 'For the JWT bearer flow it is the whole name `urn:ietf:params:oauth:grant-type:jwt-bearer`, and `client-assertion-type` is another thing.'
  }
  if (/%3a|%2f/i.test(found)) return 'Yours is percent-encoded twice.'
  return 'This server does not offer that one.'
}
