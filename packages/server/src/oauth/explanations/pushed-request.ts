import type { ReasonExplanations } from './explained-reason.ts'
import { quoted, spoken } from './wording.ts'

const pushAgain =
  'Push the request again (`POST /services/oauth2/par`), and send the browser on with the new `request_uri` at once.'

/** Authorize requests that apps push here by themselves. */
export const pushedRequestExplanations = {
  'push-required': {
    check: 'request-kept',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `${quoted(app)} to push its authorize request (RFC 9126), because this server requires it`,
      found: 'the parameters in the URL',
      whatToDo:
        'Post the parameters to `/services/oauth2/par`, with the credentials of the app, and send the browser to `/services/oauth2/authorize` with `client_id` and the `request_uri` that comes back. Most libraries do so when the metadata say `require_pushed_authorization_requests`. Whoever runs the server can switch it off: `sallyport serve --set pushedRequests=offered`.',
      whereInSetup: undefined,
    }),
  },
  'request-uri-pushed': {
    check: 'request-kept',
    facts: {},
    explain: () => ({
      expected: 'the parameters of an authorize request',
      found: 'a request_uri among them',
      whatToDo: 'Push the parameters themselves, without `request_uri` (RFC 9126 §2.1).',
      whereInSetup: undefined,
    }),
  },
  'request-uri-unknown': {
    check: 'request-kept',
    facts: {},
    explain: () => ({
      expected: 'the request_uri of a request that was pushed here',
      found: 'one that is not, or was long ago',
      whatToDo: `See that it is whole, percent-encoded once, and of this server. ${pushAgain}`,
      whereInSetup: undefined,
    }),
  },
  'request-uri-expired': {
    check: 'request-kept',
    facts: { pushed: 'text', now: 'text', lifetime: 'number' },
    explain: ({ pushed, now, lifetime }) => ({
      expected: `a pushed request that is still good: ${spoken(lifetime)}`,
      found: `one pushed at ${pushed}; now it is ${now}`,
      whatToDo: pushAgain,
      whereInSetup: undefined,
    }),
  },
  'request-uri-spent': {
    check: 'request-kept',
    facts: { pushed: 'text' },
    explain: ({ pushed }) => ({
      expected: 'a pushed request that has not been answered',
      found: `one pushed at ${pushed} whose app has been answered`,
      whatToDo: `A pushed request is good for one answer; going back in the browser, or a link opened twice, brings it again. ${pushAgain}`,
      whereInSetup: undefined,
    }),
  },
  'request-uri-of-another-app': {
    check: 'request-kept',
    facts: {},
    explain: () => ({
      expected: 'the client_id of the app that pushed the request',
      found: 'another',
      whatToDo: 'Send the same `client_id` in the URL as the app pushed the request with.',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>
