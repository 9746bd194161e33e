/** The platform's `fetch`, or one of a test. */
export type FetchDocument = typeof fetch

const largest = 262_144

/**
 * Asks another server for a small document. Redirects are not followed, for they could lead into another network, and what is
 * longer than 256 KiB is not read to its end.
 * @throws when there is no such answer in time
 */
export async function fetchSmall(
  fetchDocument: FetchDocument,
  url: string,
  init: Omit<RequestInit, 'redirect'> & { readonly signal: AbortSignal },
): Promise<Response> {
  const response = await fetchDocument(url, { ...init, redirect: 'error' })
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > largest) throw new Error(`The answer is longer than ${largest} bytes.`)
    parts.push(part)
  }
  return new Response(Buffer.concat(parts), { status: response.status })
}
