/** Parameters by name; a repeated or unreadable one spoils the whole form. */
export type FormReading =
  | { readonly ok: true; readonly parameters: Map<string, string> }
  | { readonly ok: false; readonly problem: 'repeated' | 'malformed'; readonly parameter: string }

/**
 * Reads `application/x-www-form-urlencoded` text. Empty values count as absent and repeated names are refused
 * (RFC 6749 §3.1); bytes that are no UTF-8 are refused rather than replaced.
 */
export function readUrlencoded(text: string, into = new Map<string, string>()): FormReading {
  const seen = new Set<string>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1))
    if (name === undefined || value === undefined)
      return { ok: false, problem: 'malformed', parameter: name === undefined ? 'a name' : shown(name) }
    const refused = put(into, seen, name, value)
    if (refused !== undefined) return refused
  }
  return { ok: true, parameters: into }
}

/** Reads `multipart/form-data`, which the Salesforce CLI and Postman send. Files are no parameters and are refused. */
export async function readMultipart(
  body: Buffer,
  contentType: string,
  into = new Map<string, string>(),
): Promise<FormReading> {
  const seen = new Set<string>()
  let form: FormData
  try {
    form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
  } catch {
    // Whatever the parser says of junk, the caller is told that the body could not be read.
    return { ok: false, problem: 'malformed', parameter: 'the body' }
  }
  for (const [name, value] of form) {
    if (typeof value !== 'string') return { ok: false, problem: 'malformed', parameter: shown(name) }
    const refused = put(into, seen, name, value)
    if (refused !== undefined) return refused
  }
  return { ok: true, parameters: into }
}

function put(into: Map<string, string>, seen: Set<string>, name: string, value: string): FormReading | undefined {
  if (seen.has(name) || into.has(name)) return { ok: false, problem: 'repeated', parameter: shown(name) }
  seen.add(name)
  if (value !== '') into.set(name, value)
  return undefined
}

// A name is as long as its sender likes, and the journal keeps it.
function shown(name: string): string {
  return name.slice(0, 64)
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    // Not UTF-8, or not percent-encoding at all.
    return undefined
  }
}
