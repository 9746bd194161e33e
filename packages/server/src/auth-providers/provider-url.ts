/** Whether providers may stand on this very machine without TLS. */
export interface ProviderRules {
  readonly acceptsPlainProviders: boolean
}

const most = 1024

/** What is wrong with the address of an endpoint of a provider, or `undefined`. */
export function providerUrlProblem(text: string, { acceptsPlainProviders }: ProviderRules): string | undefined {
  if (text.length > most) return `Use at most ${most} characters.`
  const url = URL.parse(text)
  if (url === null || /[\s\p{C}]/u.test(text)) return 'Enter a whole address, such as https://idp.example/authorize.'
  if (url.username !== '' || url.password !== '' || text.includes('#')) {
    return 'An address has neither a user name nor a fragment.'
  }
  if (url.protocol === 'https:') return undefined
  if (acceptsPlainProviders && url.protocol === 'http:' && isLoopback(url.hostname)) return undefined
  return acceptsPlainProviders ? 'Use https; http is for this very machine alone.' : 'Use https.'
}

function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname) || hostname.endsWith('.localhost')
}
