/** What makes an entry of the list of allowed origins, in words. */
export const originRule =
  'Give the origin of a web app, such as https://app.example.com or https://*.example.com; plain http is for localhost only.'

/** Whether a text names an origin, or by a star all origins one label below a host (`CorsWhitelistOrigin`). */
export function isOriginPattern(text: string): boolean {
  if (text.length > 253 || !/^https?:\/\/(?:\*\.)?[a-z0-9.[\]:-]+$/.test(text)) return false
  const plain = text.replace('//*.', '//any.')
  if (!URL.canParse(plain)) return false
  const { origin, protocol, hostname } = new URL(plain)
  if (origin !== plain) return false
  // A star over a whole top-level domain would be everybody.
  if (text.includes('*') && hostname.split('.').length < 3) return false
  return protocol === 'https:' || (hostname === 'localhost' && !text.includes('*'))
}

/** Whether pages of an origin may ask an org. @param origin as the browser sends it */
export function allowsOrigin(patterns: readonly string[], origin: string): boolean {
  return patterns.some((pattern) => {
    if (!pattern.includes('*')) return pattern === origin
    const [scheme = '', domain = ''] = pattern.split('*')
    const label = origin.slice(scheme.length, origin.length - domain.length)
    return origin.startsWith(scheme) && origin.endsWith(domain) && /^[a-z0-9-]+$/.test(label)
  })
}
