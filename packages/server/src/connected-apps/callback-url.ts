import type { Problem } from '../problem.ts'
import { hostProblem, readWrittenUrl, type WrittenUrl } from '../web-url.ts'

// What a browser runs, shows or sends elsewhere by itself; none of them is an app waiting for its answer.
const schemesOfNoApp = new Set([
  'about',
  'blob',
  'chrome',
  'content',
  'data',
  'file',
  'filesystem',
  'ftp',
  'intent',
  'jar',
  'javascript',
  'mailto',
  'resource',
  'sms',
  'tel',
  'urn',
  'vbscript',
  'view-source',
  'ws',
  'wss',
])

// What an authorization response may add; with one already in the URL the app would read either the one or the other.
const responseParameters = new Set([
  'access_token',
  'code',
  'error',
  'error_description',
  'error_uri',
  'expires_in',
  'id_token',
  'iss',
  'refresh_token',
  'response',
  'scope',
  'session_state',
  'sfdc_community_id',
  'sfdc_community_url',
  'state',
  'token_type',
])

/**
 * Why a URL may not be registered as a callback, in words, or `undefined` when it may: `https`; `http` on this machine;
 * or an app's own scheme, with a dot (RFC 8252 §7.1) or, as Salesforce allows, without (`myapp://cb`).
 */
export function callbackUrlProblem(text: string): string | undefined {
  const reading = readWrittenUrl(text)
  if (!reading.ok) return reading.message
  const { url } = reading
  if (schemesOfNoApp.has(url.scheme)) return `${url.scheme}: leads to no app. Use https, or a scheme of the app's own.`
  const isWeb = url.scheme === 'https' || url.scheme === 'http'
  const problem = isWeb ? hostProblem(url) : privateUseProblem(text, url)
  return problem ?? fragmentProblem(url) ?? pathProblem(url.path) ?? queryProblem(url.query ?? '')
}

/** Everything that is wrong with a list of callback URLs; field `callbackUrls`. */
export function callbackUrlProblems(urls: readonly string[]): readonly Problem[] {
  const field = 'callbackUrls'
  const problems: Problem[] = []
  if (urls.length === 0) problems.push({ field, message: 'Enter at least one callback URL.' })
  if (urls.join('\n').length > 2000) {
    return [{ field, message: 'Use at most 2000 characters for all callback URLs together.' }]
  }
  for (const [item, url] of urls.entries()) {
    const message = urls.indexOf(url) < item ? 'This callback URL is there already.' : callbackUrlProblem(url)
    if (message !== undefined) problems.push({ field, item, message })
  }
  return problems
}

/** Callback URLs as a text area or metadata has them: one on each line. */
export function readCallbackUrls(text: string): readonly string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function privateUseProblem(text: string, { authority }: WrittenUrl): string | undefined {
  if (authority?.includes('@')) return 'A URL that is stored names no user and no password.'
  return URL.canParse(text) ? undefined : 'Browsers cannot read this URL.'
}

function fragmentProblem({ fragment }: WrittenUrl): string | undefined {
  return fragment === undefined
    ? undefined
    : 'A callback URL has no fragment (#…), because answers may need that place.'
}

function pathProblem(path: string): string | undefined {
  if (/%(?:2[EeFf]|5[Cc])/.test(path)) return 'The path of a callback URL has no encoded dots or slashes.'
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return 'The path of a callback URL has no segments “.” or “..”.'
  }
  return undefined
}

function queryProblem(query: string): string | undefined {
  for (const name of new URLSearchParams(query).keys()) {
    if (responseParameters.has(name.toLowerCase())) {
      return `A callback URL has no parameter “${name}” of its own, because the answer brings one.`
    }
  }
  return undefined
}
