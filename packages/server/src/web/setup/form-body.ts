import { pipeline } from 'node:stream/promises'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { fileSize } from '../../file-size.ts'
import { inTurns } from '../../in-turns.ts'
import { OAuthError } from '../../oauth/error.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { Incoming } from '../incoming.ts'

/** Most bytes of one text of a form of Setup: many certificates, or the metadata of an identity provider. */
export const largestText = 262_144
/** Most characters of all texts of a form together. */
export const largestForm = 524_288

/** Most bytes of a form that are read so that it can come back; few of them are kept. */
const mostRead = { withFiles: 268_435_456, withoutFiles: 16_777_216 }
/** Most characters of texts that are kept while a form is read. */
const mostKept = 4 * largestForm
const mostParts = 10_000
/** Most characters of the name of a text or a file: more than any form here, or any disk, has. */
const longestName = 1000
/** Most bytes of what stands before each text or file; where there are more, a name is too long, or no browser wrote them. */
const mostHeader = 4 * longestName

/** A file that came with a form. */
export interface SentFile {
  readonly name: string
  readonly bytes: Buffer
}

/** What a form sent: for each name its texts in order, and its file where one was chosen. */
export interface SentForm {
  readonly texts: ReadonlyMap<string, readonly string[]>
  readonly files: ReadonlyMap<string, SentFile>
  /** What to say of names under which too much was sent: such a text is cut off, and such a file is not here at all. */
  readonly tooLarge: ReadonlyMap<string, string>
}

/** What is said of a text or a file that is too large. @param most bytes that it may have */
export function tooLargeMessage(what: 'text' | 'file', most: number): string {
  return `This ${what} has more than ${fileSize(most)}.`
}

// Forms with files hold them in memory while they are read: a few at a time.
const turns = inTurns(8)

/**
 * Reads a form of Setup, with files or without. Line ends come out as one `\n`. What is too large in it is read to its end
 * all the same, so that the rest is known.
 * @param largestFiles bytes of the file that may be sent under each name
 * @throws {OAuthError} when it is larger than anything that is read, or no form at all
 */
export async function readSentForm(
  request: Incoming,
  largestFiles: ReadonlyMap<string, number> = new Map(),
): Promise<SentForm> {
  const type = request.header('content-type') ?? ''
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i.test(type)) {
    throw refusal({ reason: 'body-not-form', facts: { found: type.slice(0, 128) } })
  }
  const read = () => parsed(request, type, largestFiles)
  return largestFiles.size === 0 ? read() : turns.take(read)
}

async function parsed(request: Incoming, type: string, largestFiles: ReadonlyMap<string, number>): Promise<SentForm> {
  try {
    const parser = new Busboy({
      headers: { 'content-type': type },
      limits: { fieldSize: largestText, parts: mostParts, headerSize: mostHeader },
      // A name with its folder is refused beside the field.
      preservePath: true,
      isPartAFile: (_name, _type, fileName) => fileName !== undefined,
    })
    const { texts, tooLong } = textsOf(parser)
    const { files, tooLarge } = filesOf(parser, largestFiles)
    const parts = partsOf(parser)
    const most = largestFiles.size === 0 ? mostRead.withoutFiles : mostRead.withFiles
    await pipeline(bounded(request, most, parts), parser)
    checkParts(parts)
    shorten(texts, tooLong)
    return { texts, files, tooLarge: new Map([...tooLarge, ...tooLong]) }
  } catch (error) {
    // Whatever the parser says of junk, the caller is told that the body could not be read.
    throw error instanceof OAuthError ? error : malformed('it cannot be read as a form')
  }
}

async function* bounded(request: Incoming, most: number, parts: Parts): AsyncGenerator<Uint8Array> {
  const tooLarge = () => refusal({ reason: 'body-too-large', facts: { limit: most } })
  if (Number(request.header('content-length') ?? 0) > most) throw tooLarge()
  const pieces = request.chunks()[Symbol.asyncIterator]()
  const next = () =>
    pieces.next().catch(() => {
      throw malformed('it is not all there')
    })
  let length = 0
  for (let piece = await next(); piece.done !== true; piece = await next()) {
    length += piece.value.byteLength
    if (length > most) throw tooLarge()
    yield piece.value
    checkParts(parts)
  }
}

interface Parts {
  /** What is wrong with their number or their names; the rest is not read then. */
  problem: string | undefined
}

function partsOf(parser: BusboyInstance): Parts {
  const parts: Parts = { problem: undefined }
  const tooMany = `it has more than ${mostParts} parts`
  let texts = 0
  parser.on('partsLimit', () => {
    parts.problem ??= tooMany
  })
  // The parser counts parts of `multipart/form-data` alone.
  parser.on('field', (name) => {
    texts += 1
    if (texts > mostParts) parts.problem ??= tooMany
    checkLength(name)
  })
  parser.on('file', (name, _, fileName) => {
    checkLength(name)
    checkLength(fileName)
  })
  return parts

  function checkLength(name: string | undefined): void {
    if ((name ?? '').length > longestName) parts.problem ??= `a name in it has more than ${longestName} characters`
  }
}

function checkParts({ problem }: Parts): void {
  if (problem !== undefined) throw malformed(problem)
}

function textsOf(parser: BusboyInstance) {
  const texts = new Map<string, string[]>()
  const tooLong = new Map<string, string>()
  let kept = 0
  parser.on('field', (sentName, value, _, isCutOff) => {
    const name = unquoted(sentName)
    const isLeftOut = kept >= mostKept && value !== ''
    const text = isLeftOut ? '' : value.replaceAll(/\r\n?/g, '\n')
    kept += text.length
    const sent = texts.get(name)
    if (sent === undefined) texts.set(name, [text])
    else sent.push(text)
    if (isLeftOut) tooLong.set(name, tooMuchTogether)
    else if (isCutOff) tooLong.set(name, `${tooLargeMessage('text', largestText)} ${cutOff}`)
  })
  return { texts, tooLong }
}

function filesOf(parser: BusboyInstance, largestFiles: ReadonlyMap<string, number>) {
  const files = new Map<string, SentFile>()
  const tooLarge = new Map<string, string>()
  parser.on('file', (sentName, stream, fileName) => {
    const name = unquoted(sentName)
    const most = largestFiles.get(name)
    const chunks: Buffer[] = []
    let length = 0
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (most !== undefined && length <= most) chunks.push(chunk)
      else chunks.length = 0
    })
    stream.on('end', () => {
      // Browsers send an unnamed, empty file where none was chosen.
      if (length === 0) return
      if (most !== undefined && length > most) tooLarge.set(name, tooLargeMessage('file', most))
      else files.set(name, { name: unquoted(fileName), bytes: Buffer.concat(chunks) })
    })
    // The parser itself says the same.
    stream.on('error', () => {})
  })
  return { files, tooLarge }
}

/** Cuts off the longest texts where all of them together are too long. */
function shorten(texts: ReadonlyMap<string, string[]>, tooLong: Map<string, string>): void {
  const all = [...texts].flatMap(([name, sent]) => sent.map((text, place) => ({ name, sent, text, place })))
  let excess = all.reduce((sum, { text }) => sum + text.length, 0) - largestForm
  for (const { name, sent, text, place } of all.toSorted((one, other) => other.text.length - one.text.length)) {
    if (excess <= 0) return
    const length = Math.max(0, text.length - excess)
    excess -= text.length - length
    sent[place] = text.slice(0, length)
    tooLong.set(name, tooMuchTogether)
  }
}

const cutOff = 'Only its beginning is here: shorten it.'
const tooMuchTogether = `All that was entered has more than ${fileSize(largestForm)} together. ${cutOff}`

// Browsers write the quotation marks of a name so (HTML, multipart/form-data).
function unquoted(name: string | undefined): string {
  return (name ?? '').replaceAll('%22', '"')
}

function malformed(problem: string) {
  return refusal({ reason: 'body-malformed', facts: { problem } })
}
