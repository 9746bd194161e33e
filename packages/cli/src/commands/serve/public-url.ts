import { InvalidArgumentError } from '@commander-js/extra-typings'

/**
 * Reads the URL under which callers reach the server: its issuer, and the beginning of every URL it hands out.
 * @throws {InvalidArgumentError} when it cannot be one
 */
export function readPublicUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new InvalidArgumentError('Enter a URL such as https://login.acme.example.')
  }
  const isLoopback =
    url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(?:\.[0-9]+){3}$/.test(url.hostname)
  if (url.protocol === 'http:' && !isLoopback) {
    throw new InvalidArgumentError(
      'Passwords and tokens need https. What ends TLS in front of the server may speak http to it.',
    )
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('Enter scheme, host and port only, such as https://login.acme.example.')
  }
  return url.origin
}
