/**
 * A path on this server out of a value that a request brought (`startURL`, `retURL`), or `undefined` when it could lead
 * elsewhere. It is parsed as a browser would and must come out the same and on the same origin.
 */
export function localPath(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 8192) return undefined
  // Browsers drop tabs and line ends and read backslashes as slashes before they parse; nothing honest has them.
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return undefined
  const origin = 'http://origin.invalid'
  const url = URL.parse(text, origin)
  if (url === null || url.origin !== origin) return undefined
  const path = `${url.pathname}${url.search}`
  return path.startsWith('//') ? undefined : path
}
