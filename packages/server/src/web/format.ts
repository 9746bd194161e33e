/** How an answer is written. */
export type Format = 'json' | 'xml' | 'urlencoded'

/** What every format can write: the value of a JSON text. A member that is `undefined` is left out. */
export type Value = string | number | boolean | null | readonly Value[] | Members

type Members = { readonly [name: string]: Value | undefined }

/** What an endpoint answers: members by name, or a list. */
export type Document = Members | readonly Value[]

const formatNames = new Map<string, Format>([
  ['json', 'json'],
  ['jsonp', 'json'],
  ['xml', 'xml'],
  ['urlencoded', 'urlencoded'],
])

const mediaTypes = new Map<string, Format>([
  ['application/json', 'json'],
  ['application/xml', 'xml'],
  ['text/xml', 'xml'],
  ['application/x-www-form-urlencoded', 'urlencoded'],
  ['application/*', 'json'],
  ['*/*', 'json'],
])

/**
 * The format a caller wants: by the `format` parameter; else by `Accept`, highest quality first and from left to right
 * (RFC 9110 §12.5.1); else JSON. Neither can make a request fail.
 * @param offered what the endpoint can write; JSON goes always
 */
export function chooseFormat(
  format: string | undefined,
  accept: string | undefined,
  offered: readonly Format[],
): Format {
  const named = formatNames.get(format?.toLowerCase() ?? '')
  if (named !== undefined && offered.includes(named)) return named
  let best: { readonly format: Format; readonly quality: number } = { format: 'json', quality: 0 }
  for (const range of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const acceptable = mediaTypes.get(type)
    if (acceptable === undefined || !offered.includes(acceptable)) continue
    const quality = readQuality(parameters)
    if (quality > best.quality) best = { format: acceptable, quality }
  }
  return best.format
}

function readQuality(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  if (weight === undefined) return 1
  // What is no weight of RFC 9110 §12.4.2 is not wanted.
  return /^q=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight.slice(2)) : 0
}

/** Whether and around which function an answer is wrapped (JSONP). */
export type CallbackReading = { readonly ok: true; readonly callback: string | undefined } | { readonly ok: false }

/**
 * Reads the `callback` parameter. Only a plain name can be a function: anything else would be somebody's script in our
 * answer. With `format=jsonp` it has to be there.
 */
export function readCallback(callback: string | undefined, format: string | undefined): CallbackReading {
  if (callback === undefined) return format?.toLowerCase() === 'jsonp' ? { ok: false } : { ok: true, callback }
  return /^[\w$.]{1,64}$/.test(callback) ? { ok: true, callback } : { ok: false }
}

/** Whether a `PrettyPrint` or `X-PrettyPrint` header asks for lines and indentation. */
export function readPrettyPrint(header: string | undefined): boolean {
  return header === '1' || header?.toLowerCase() === 'true'
}

/** How a document becomes a body. */
export interface BodyStyle {
  readonly format: Format
  /** The element around the document in XML. */
  readonly root: string
  /** The element around each member, when the document is an array. */
  readonly item?: string
  readonly isPretty?: boolean
  /** A name that {@link readCallback} let pass; only JSON is wrapped. */
  readonly callback?: string | undefined
}

/** An answer's text and what to call it. */
export interface Body {
  readonly contentType: string
  readonly text: string
}

/** Writes a document in a format. */
export function writeBody(document: Document, style: BodyStyle): Body {
  if (style.format === 'xml') return { contentType: 'application/xml;charset=UTF-8', text: xml(document, style) }
  if (style.format === 'urlencoded') {
    return { contentType: 'application/x-www-form-urlencoded;charset=UTF-8', text: urlencoded(document) }
  }
  const json = JSON.stringify(document, null, style.isPretty === true ? 2 : undefined)
  if (style.callback === undefined) return { contentType: 'application/json;charset=UTF-8', text: json }
  return { contentType: 'application/javascript;charset=UTF-8', text: `${style.callback}(${json});` }
}

const nilNamespace = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

// Salesforce's shape: a list is its element once per member, and nothing is an element that says so.
function xml(document: Document, { root, item = root, isPretty = false }: BodyStyle): string {
  let hasNil = false
  const content = contentOf(document, 1)
  return `<?xml version="1.0" encoding="UTF-8"?>${isPretty ? '\n' : ''}<${root}${hasNil ? nilNamespace : ''}>${content}</${root}>`

  function contentOf(value: Exclude<Value, null>, depth: number): string {
    if (typeof value !== 'object') return escapeXml(String(value))
    const members: readonly [string, Value | undefined][] = isList(value) ? [[item, value]] : Object.entries(value)
    const elements = members.flatMap(([name, member]) => elementsOf(elementName(name), member, depth))
    if (!isPretty || elements.length === 0) return elements.join('')
    return `${elements.map((element) => `\n${'  '.repeat(depth)}${element}`).join('')}\n${'  '.repeat(depth - 1)}`
  }

  function elementsOf(name: string, value: Value | undefined, depth: number): readonly string[] {
    if (value === undefined) return []
    if (value === null) {
      hasNil = true
      return [`<${name} xsi:nil="true"/>`]
    }
    if (isList(value)) return value.flatMap((member) => elementsOf(name, member, depth))
    return [`<${name}>${contentOf(value, depth + 1)}</${name}>`]
  }
}

// Array.isArray does not narrow readonly arrays.
function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** A name as XML allows it (without prefixes): what it does not is an underscore. */
function elementName(name: string): string {
  const allowed = name.replace(/[^\w.-]/gu, '_')
  return /^[A-Za-z_]/.test(allowed) ? allowed : `_${allowed}`
}

const escapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  ['\r', '&#13;'],
])

/** Text as content of an XML element or attribute. What XML 1.0 §2.2 cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"'\r]/g, (character) => escapes.get(character) ?? character)
    .replace(/[^\t\n\r\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
}

// A form is flat: members of members have dotted names, those of lists the same name again.
function urlencoded(document: Document): string {
  const form = new URLSearchParams()
  add('', document)
  return form.toString()

  function add(name: string, value: Value | undefined): void {
    if (value === undefined) return
    if (value === null) form.append(name, '')
    else if (typeof value !== 'object') form.append(name, String(value))
    else if (isList(value)) for (const member of value) add(name, member)
    else for (const [key, member] of Object.entries(value)) add(name === '' ? key : `${name}.${key}`, member)
  }
}
