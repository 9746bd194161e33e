import { NamedCredentialError } from './named-credential-error.ts'

/** An endpoint of the form `callout:Name/path?query`, taken apart. Nothing of it is trusted yet. */
export interface CalloutEndpoint {
  /** The developer name, with the namespace of a packaged credential (`ns__Name`), as it was written. */
  readonly credential: string
  /** What follows the name: empty, or beginning with `/` or `?`. */
  readonly rest: string
}

/** Whether an endpoint asks for a named credential: Salesforce reads the scheme in capitals, too. */
export function isCallout(endpoint: string): boolean {
  return /^callout:/i.test(endpoint)
}

/** Takes `callout:Name/path?query` apart.
 *  @throws {NamedCredentialError} `endpoint-malformed` */
export function parseCallout(endpoint: string): CalloutEndpoint {
  const found = /^callout:([a-z][a-z0-9_]*)((?:[/?].*)?)$/is.exec(endpoint)
  const [, credential, rest] = found ?? []
  if (credential === undefined || rest === undefined) {
    throw new NamedCredentialError(
      'endpoint-malformed',
      'An endpoint of a named credential is callout:Name, callout:Name/path or callout:Name/path?query, where Name is ' +
        'the developer name: letters, digits and underscores only. No host, port or user may stand in it.',
    )
  }
  return { credential, rest }
}

/**
 * The URL that a callout goes to: the credential's own with the rest appended, joined by exactly one `/`. Host, port and
 * path prefix are always the credential's, because its token goes there.
 * @param base what {@link readCredentialUrl} gave
 * @throws {NamedCredentialError} `endpoint-leaves-credential`
 */
export function calloutUrl(base: URL, { credential, rest }: CalloutEndpoint): URL {
  const [path, query] = splitQuery(rest)
  const problem = problemOf(path, query)
  if (problem !== undefined) throw leaving(credential, problem)
  const prefix = base.pathname.replace(/\/$/, '')
  const url = new URL(base)
  url.pathname = path === '' ? base.pathname : `${prefix}${path}`
  url.search = query
  // The rules above say what may be written; this says what may be sent, whatever the rules have overlooked.
  const staysInside = path === '' ? url.pathname === base.pathname : url.pathname.startsWith(`${prefix}/`)
  if (url.origin !== base.origin || url.username !== '' || url.password !== '' || url.hash !== '' || !staysInside) {
    throw leaving(credential, 'it leads to another place')
  }
  return url
}

/**
 * The URL of a credential or of its token endpoint: `https`, or `http` to this very machine, with neither user, query nor
 * fragment.
 * @param what what the URL is, as the message names it
 * @throws {NamedCredentialError} `definition-invalid`
 */
export function readCredentialUrl(text: string, what: string, credential: string): URL {
  const invalid = (problem: string) =>
    new NamedCredentialError('definition-invalid', `${what} of ${credential} ${problem}`, credential)
  if (!URL.canParse(text) || hasControls(text)) {
    throw invalid('is no URL. Give an absolute one, such as https://orgb.my.salesforce.com.')
  }
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isThisMachine(url.hostname))) {
    throw invalid(
      'must begin with https://: over anything else a token can be read on its way. Only localhost may do with http.',
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('holds a user or a password. Leave them out of the URL: the protocol Password is made for them.')
  }
  if (text.includes('?') || text.includes('#')) {
    throw invalid('has a query or a fragment. Write the query behind callout:Name/path instead.')
  }
  return url
}

function splitQuery(rest: string): readonly [string, string] {
  const at = rest.indexOf('?')
  return at < 0 ? [rest, ''] : [rest.slice(0, at), rest.slice(at)]
}

function problemOf(path: string, query: string): string | undefined {
  if (hasControls(path) || hasControls(query)) return 'it has a control character, such as a line break'
  if (path.includes('#') || query.includes('#')) return 'it has a fragment. Write # as %23 if it belongs to the path'
  if (path.startsWith('//')) return 'its path begins with //, which names another host. Begin it with one /'
  if (/^\/[a-z][a-z0-9+.-]*:\/\//i.test(path)) return 'its path is an absolute URL. Give only what follows the host'
  if (path.includes('@')) return 'its path has an @, which can end a user name. Write it as %40'
  if (path.includes('\\')) return 'its path has a backslash, which is read as /. Use /'
  const decoded = fullyDecoded(path)
  if (decoded === undefined) return 'its path is percent-encoded wrongly, or more than three times over'
  if (hasControls(decoded)) return 'its path has an encoded control character'
  if (decoded.includes('\\')) return 'its path has an encoded backslash. Use /'
  if (decoded.startsWith('//')) return 'its path begins with an encoded /, which can name another host'
  // Some servers cut a parameter off (`..;a=b`) before they look at the dots.
  const hasDots = decoded.split('/').some((segment) => /^\.{1,2}(?:;|$)/.test(segment))
  return hasDots ? 'its path has a segment . or .., which can lead out of it. Write the path it comes to' : undefined
}

/** The path as a server sees it that decodes once too often; nothing if it has no end, or cannot be decoded. */
function fullyDecoded(path: string): string | undefined {
  let decoded = path
  for (let round = 0; round < 4; round++) {
    const next = decodedOnce(decoded)
    if (next === decoded) return decoded
    if (next === undefined) return undefined
    decoded = next
  }
  return undefined
}

function decodedOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // A % with nothing to decode behind it is text: nobody decodes it any further.
    return /%[0-9a-f]{2}/i.test(text) ? undefined : text
  }
}

function hasControls(text: string): boolean {
  return Array.from(text).some((character) => character < ' ' || character === '\u007f')
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host)
}

function leaving(credential: string, problem: string): NamedCredentialError {
  return new NamedCredentialError(
    'endpoint-leaves-credential',
    `The endpoint callout:${credential}… may leave the host or path of ${credential}: ${problem}.`,
    credential,
  )
}
