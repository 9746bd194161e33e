import { answer, type Call, type RestAnswer } from './call.ts'
import { within } from './collections.ts'
import { RestError } from './error.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from './json.ts'
import { readApiVersion } from './versions.ts'

/** Answers a call, whatever it asks for. @throws {RestError} */
export type Dispatch = (call: Call) => Promise<RestAnswer>

// Salesforce's: parts of a composite call, of a batch, and parts of one that may be queries.
const mostParts = 25
const mostQueries = 5

/** `POST /composite`: several calls in one transaction, later ones with what earlier ones answered. */
export async function composite(call: Call, dispatch: Dispatch): Promise<RestAnswer> {
  const body = await call.body()
  const list = isJsonObject(body) ? body['compositeRequest'] : undefined
  if (!isJsonObject(body) || !isJsonList(list)) throw malformed("The body has a list 'compositeRequest'")
  requireParts(list.length)
  const parts = list.map((part) => readPart(part))
  const ids = new Set(parts.map(({ referenceId }) => referenceId))
  if (ids.size < parts.length) throw malformed('Every referenceId is used once')
  const queries = parts.filter(({ url }) => /\/query(?:All)?\b/.test(url)).length
  if (queries > mostQueries) {
    throw new RestError({
      reason: 'too-many-parts',
      facts: { part: 'queries in a composite call', limit: mostQueries, found: queries },
    })
  }
  const isAllOrNone = body['allOrNone'] === true
  let acts: (() => Promise<unknown>)[] = []
  let answers: JsonObject[] = []
  const rolledBack = new Error('A part failed, and so do all.')
  try {
    await call.work(async (work) => {
      acts = []
      answers = []
      const known = new Map<string, Json>()
      let hasFailed = false
      for (const part of parts) {
        const one = await answerPart(part, known, {
          ...within(call, work),
          afterwards: async (act) => {
            acts.push(act)
          },
        })
        answers.push({ ...one, referenceId: part.referenceId })
        if (Number(one['httpStatusCode']) < 400) known.set(part.referenceId, one['body'] ?? null)
        else hasFailed = true
        if (hasFailed && isAllOrNone) throw rolledBack
      }
    })
  } catch (error) {
    if (error !== rolledBack) throw error
    const stopped = new RestError({ reason: 'composite-stopped', facts: {} })
    const failedPlace = answers.length - 1
    answers = parts.map((part, place) =>
      place === failedPlace && answers[place] !== undefined
        ? answers[place]
        : { body: [...stopped.body], httpHeaders: {}, httpStatusCode: stopped.status, referenceId: part.referenceId },
    )
    acts = []
  }
  for (const act of acts) await act()
  return answer('CompositeResults', { compositeResponse: answers }, 'compositeResponse')

  async function answerPart(part: Part, known: ReadonlyMap<string, Json>, inside: Call): Promise<JsonObject> {
    try {
      const { url, body } = filledIn(part, known)
      const found = await dispatch(partCall(inside, { ...part, url }, body))
      return { body: found.body ?? null, httpHeaders: wireHeaders(found.headers), httpStatusCode: found.status }
    } catch (error) {
      if (!(error instanceof RestError)) throw error
      return { body: [...error.body], httpHeaders: {}, httpStatusCode: error.status }
    }
  }
}

/** `POST /composite/batch`: several calls, each for itself. */
export async function batch(call: Call, dispatch: Dispatch): Promise<RestAnswer> {
  const body = await call.body()
  const list = isJsonObject(body) ? body['batchRequests'] : undefined
  if (!isJsonObject(body) || !isJsonList(list)) throw malformed("The body has a list 'batchRequests'")
  requireParts(list.length)
  const halts = body['haltOnError'] === true
  const results: JsonObject[] = []
  let hasErrors = false
  for (const one of list) {
    const part = isJsonObject(one) ? one : {}
    if (hasErrors && halts) {
      const message = 'Batch processing halted per user request'
      results.push({ statusCode: 412, result: [{ errorCode: 'BATCH_PROCESSING_HALTED', message }] })
      continue
    }
    try {
      const { method, url, richInput = null } = part
      if (typeof method !== 'string' || typeof url !== 'string') throw malformed("A part has a 'method' and a 'url'")
      const path = url.startsWith('/') ? url : `/services/data/${url}`
      const found = await dispatch(
        partCall(call, { method, url: path, referenceId: '', body: null, headers: {} }, richInput),
      )
      results.push({ statusCode: found.status, result: found.body ?? null })
    } catch (error) {
      if (!(error instanceof RestError)) throw error
      hasErrors = true
      results.push({ statusCode: error.status, result: [...error.body] })
    }
  }
  return answer('BatchResults', { hasErrors, results }, 'results')
}

interface Part {
  readonly method: string
  readonly url: string
  readonly referenceId: string
  readonly body: Json
  readonly headers: JsonObject
}

function malformed(problem: string): RestError {
  return new RestError({ reason: 'composite-refused', facts: { problem } })
}

function requireParts(found: number): void {
  if (found <= mostParts) return
  throw new RestError({
    reason: 'too-many-parts',
    facts: { part: 'parts of a composite call', limit: mostParts, found },
  })
}

function readPart(part: Json): Part {
  if (!isJsonObject(part)) throw malformed('A part of a composite call is an object')
  const { method, url, referenceId, body = null, httpHeaders } = part
  if (typeof method !== 'string' || typeof url !== 'string') throw malformed("A part has a 'method' and a 'url'")
  if (typeof referenceId !== 'string' || !/^[A-Za-z]\w{0,79}$/.test(referenceId)) {
    throw malformed("The 'referenceId' of a part begins with a letter, and has letters, digits and underscores")
  }
  return { method, url, referenceId, body, headers: isJsonObject(httpHeaders) ? httpHeaders : {} }
}

/** The call that a part is. @throws {RestError} 404 `NOT_FOUND` */
function partCall(call: Call, { method, url, headers }: Part, body: Json): Call {
  const [path = '', query = ''] = url.split('?', 2)
  const [root, services, data, version = '', ...segments] = path.split('/').map(decoded)
  const isData = root === '' && services === 'services' && data === 'data'
  const [first, second] = segments
  // No composite call within another one.
  if (!isData || (first === 'composite' && second !== 'sobjects' && second !== 'tree')) {
    throw new RestError({ reason: 'resource-unknown', facts: { found: path.slice(0, 128) } })
  }
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
  return {
    ...call,
    version: readApiVersion(version),
    method: method.toUpperCase(),
    segments: segments.filter((segment) => segment !== ''),
    query: new URLSearchParams(query),
    header: (name) => given.get(name),
    body: async () => body,
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function wireHeaders(headers: RestAnswer['headers'] = {}): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name === 'location' ? 'Location' : name, value]),
  )
}

/** Puts what earlier parts answered where a part refers to it, such as `@{newAccount.id}`. */
function filledIn(part: Part, known: ReadonlyMap<string, Json>): { readonly url: string; readonly body: Json } {
  let room = mostFilledIn
  const url = part.url.replace(references, (whole, path: string) =>
    encodeURIComponent(textAt(whole, path).toWellFormed()),
  )
  return { url, body: fill(part.body) }

  function fill(value: Json): Json {
    if (typeof value === 'string') {
      const only = /^@\{([^}]{1,200})\}$/.exec(value)?.[1]
      if (only !== undefined) return valueAt(value, only)
      return value.replace(references, textAt)
    }
    if (isJsonList(value)) return value.map(fill)
    if (!isJsonObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, member === undefined ? null : fill(member)]),
    )
  }

  function textAt(whole: string, path: string): string {
    const text = String(valueAt(whole, path))
    room -= text.length
    if (room < 0) throw malformed(`What a part refers to is more than ${mostFilledIn} characters`)
    return text
  }

  function valueAt(whole: string, path: string): Json {
    const [id = '', ...steps] = path.split(/\.|(?=\[)/)
    let value: Json | undefined = known.get(id)
    for (const step of steps) {
      const place = /^\[(\d{1,6})\]$/.exec(step)?.[1]
      if (place === undefined) value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
      else value = isJsonList(value) ? value[Number(place)] : undefined
    }
    if (value !== undefined) return value
    throw malformed(`Invalid reference specified. No value for ${path.slice(0, 80)} found in ${whole.slice(0, 80)}`)
  }
}

// Texts that refer to a long one a thousand times would be longer than the memory.
const mostFilledIn = 1_000_000
const references = /@\{([^}]{1,200})\}/g
