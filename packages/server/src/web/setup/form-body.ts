import { refusal } from '../../oauth/refusal.ts'
import type { Incoming } from '../incoming.ts'

/** Most bytes of a form of Setup: a key store with all its chains, or many certificates. */
export const largestForm = 524_288

/** A file that came with a form. */
export interface SentFile {
  readonly name: string
  readonly bytes: Buffer
}

/** What a form sent: for each name its texts in order, and its file where one was chosen. */
export interface SentForm {
  readonly texts: ReadonlyMap<string, readonly string[]>
  readonly files: ReadonlyMap<string, SentFile>
}

/**
 * Reads a form of Setup, with files or without. Line ends come out as one `\n`.
 * @param largest bytes of the whole
 * @throws {OAuthError} when it is too large, or no form at all
 */
export async function readSentForm(request: Incoming, largest = largestForm): Promise<SentForm> {
  const type = request.header('content-type') ?? ''
  const body = await request.body(largest)
  if (body === 'too-large') throw refusal({ reason: 'body-too-large', facts: { limit: largest } })
  if (body === 'cut-off') throw malformed('it is not all there')
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i.test(type)) {
    throw refusal({ reason: 'body-not-form', facts: { found: type.slice(0, 128) } })
  }
  const texts = new Map<string, string[]>()
  const files = new Map<string, SentFile>()
  for (const [name, value] of await formData(body, type)) {
    if (typeof value !== 'string') {
      // Browsers send an unnamed, empty file where none was chosen.
      if (value.size > 0) files.set(name, { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) })
      continue
    }
    const text = value.replaceAll(/\r\n?/g, '\n')
    const sent = texts.get(name)
    if (sent === undefined) texts.set(name, [text])
    else sent.push(text)
  }
  return { texts, files }
}

async function formData(body: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  } catch {
    // Whatever the parser says of junk, the caller is told that the body could not be read.
    throw malformed('it cannot be read as a form')
  }
}

function malformed(problem: string) {
  return refusal({ reason: 'body-malformed', facts: { problem } })
}
