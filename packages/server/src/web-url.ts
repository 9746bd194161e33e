/** A URL as it was written, taken apart without changing a character of it. */
export interface WrittenUrl {
  /** In lower case, without the colon. */
  readonly scheme: string
  /** What stands between `//` and the path; `undefined` when there is no `//`. */
  readonly authority: string | undefined
  readonly path: string
  /** Without its `?`; `undefined` when there is none. */
  readonly query: string | undefined
  /** Without its `#`; `undefined` when there is none. */
  readonly fragment: string | undefined
}

/** What taking a URL apart came to: the URL, or in words why it is none that may be stored. */
export type UrlReading =
  | { readonly ok: true; readonly url: WrittenUrl }
  | { readonly ok: false; readonly message: string }

/** Takes a URL apart (RFC 3986 appendix B), and refuses what two programs might read in two ways. */
export function readWrittenUrl(text: string): UrlReading {
  if (text === '') return wrong('Enter a URL.')
  if (/[\p{Cc}\p{Z}]/u.test(text)) return wrong('A URL has no blanks and no control characters.')
  if (text.includes('\\')) return wrong('A URL has no backslashes; browsers take them for slashes.')
  const odd = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/u.exec(text)?.[0]
  if (odd !== undefined) return wrong(`A URL cannot have the character “${odd}” as it is; write it percent-encoded.`)
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return wrong('A percent sign in a URL is followed by two hexadecimal digits.')
  if (/%(?:[01][0-9A-Fa-f]|7[Ff])/.test(text)) return wrong('A URL has no control characters, encoded ones neither.')
  const [, scheme, , authority, path, , query, , fragment] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(\/\/([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?$/.exec(text) ?? []
  if (scheme === undefined || path === undefined) return wrong('A URL begins with its scheme, such as https://.')
  if (authority === undefined && !path.startsWith('/')) {
    return wrong('A URL has its scheme, a colon and a slash at its beginning, such as https:// or com.example.app:/.')
  }
  return { ok: true, url: { scheme: scheme.toLowerCase(), authority, path, query, fragment } }
}

/** What is wrong with the host of an `https` or `http` URL, or `undefined`. Plain `http` is for this machine only. */
export function hostProblem({ scheme, authority }: WrittenUrl): string | undefined {
  if (authority === undefined || authority === '') return `After ${scheme}:// comes the name of a host.`
  if (authority.includes('@')) return 'A URL that is stored names no user and no password.'
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(authority) ?? []
  if (host === undefined || host === '' || Number(port ?? 0) > 65_535) return `“${authority}” is no host with a port.`
  if (host.includes('*')) return 'URLs are compared character by character, so a wildcard stands for nothing.'
  const parsed = URL.parse(`${scheme}://${host}/`)
  if (parsed === null) return `“${host}” is no host.`
  // 127.1, 0x7f000001 and %31%32%37… are what a browser makes 127.0.0.1 of; only the plain form is unmistakable.
  if (parsed.hostname !== host.toLowerCase()) return `Write the host as it is: ${parsed.hostname}.`
  if (scheme === 'http' && !['localhost', '127.0.0.1', '[::1]'].includes(host.toLowerCase())) {
    return 'Plain http is for localhost, 127.0.0.1 and [::1] only. Use https.'
  }
  return undefined
}

/** What is wrong with the address of a page or picture that people are sent to, or `undefined`: `https`, or `http` to this machine. */
export function pageUrlProblem(text: string): string | undefined {
  if (text.length > 2000) return 'Use at most 2000 characters.'
  const reading = readWrittenUrl(text)
  if (!reading.ok) return reading.message
  if (reading.url.scheme !== 'https' && reading.url.scheme !== 'http') return 'Use https.'
  return hostProblem(reading.url)
}

function wrong(message: string): UrlReading {
  return { ok: false, message }
}
