import { InputError } from './input-error.ts'
/** Where people sign in: `production` and `sandbox` for Salesforce's own hosts, or a URL (a My Domain, or Sallyport). */
export type LoginHost = 'production' | 'sandbox' | (string & Record<never, never>)

const production = 'https://login.salesforce.com'
const sandbox = 'https://test.salesforce.com'

/**
 * The base URL of a login host, without a slash at its end.
 * @throws {InputError} for what is no URL, or neither https nor this very machine
 */
export function loginUrl(host: LoginHost): URL {
  const text = host === 'production' ? production : host === 'sandbox' ? sandbox : host
  if (!URL.canParse(text)) {
    throw new InputError('A login host is production, sandbox, or a URL such as https://acme.my.salesforce.com.')
  }
  const url = new URL(text)
  const isHere =
    url.hostname === 'localhost' || url.hostname.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere)) {
    throw new InputError('A login host is asked by https; only localhost may do with http.')
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new InputError('A login host is a plain URL: without user, query and fragment.')
  }
  // Experience Cloud sites have their endpoints below a path.
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
}

/** An endpoint of a login host, such as `/services/oauth2/token`. */
export function endpointOf(login: URL, path: string): URL {
  return new URL(`${login.origin}${login.pathname.replace(/\/$/, '')}${path}`)
}

/**
 * The audience that an assertion for a host is to have: Salesforce's login host for its kind of org, because most apps take
 * that at a My Domain, too; elsewhere the host itself. (An External Client App may want its My Domain: give it then.)
 */
export function audienceFor(login: URL): string {
  const { hostname, origin } = login
  if (hostname === 'login.salesforce.com' || hostname === 'test.salesforce.com') return origin
  if (!/\.my\.(?:salesforce|salesforce-sites)\.(?:com|mil)$|\.salesforce\.com$/.test(hostname)) return origin
  const isSandbox = /\.(?:sandbox|scratch)\.my\.|--[a-z0-9]+\.(?:my|cs\d+)\.|^cs\d+\./.test(hostname)
  return isSandbox ? sandbox : production
}
