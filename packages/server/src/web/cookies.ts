/** The names and attributes of our cookies at one address. */
export interface Cookies {
  readonly session: string
  readonly browser: string
  /** What every `Set-Cookie` of ours ends with. */
  readonly attributes: string
}

/**
 * Over https the `__Host-` prefix ties a cookie to this very host. Plain http on loopback cannot have it, and there all
 * ports of a host share their cookies, so the port becomes part of the name.
 */
export function cookiesAt(base: string): Cookies {
  const url = new URL(base)
  const isSecure = url.protocol === 'https:'
  const prefix = isSecure ? '__Host-' : ''
  const suffix = url.port === '' ? '' : `-${url.port}`
  return {
    session: `${prefix}sid${suffix}`,
    browser: `${prefix}browser${suffix}`,
    attributes: `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`,
  }
}

/** The first cookie of this name in a `Cookie` header. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}
