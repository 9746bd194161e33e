import { Buffer } from 'node:buffer'
import { type SeenRequest, seenRequest } from './exchange.ts'
import type { FormField } from './form-fields.ts'

/** A command of curl, read, with the options of it that are not known. */
export interface ReadCurl {
  readonly request: SeenRequest
  readonly unknownOptions: readonly string[]
}

const longestCommand = 200_000

// What takes a word of its own and says nothing of the request.
const passedOver =
  /^(?:-o|--output|-w|--write-out|-c|--cookie-jar|-m|--max-time|--connect-timeout|--retry|--retry-delay|-x|--proxy|--cacert|--cert|--key|-E|-K|--config|-D|--dump-header|--resolve|--limit-rate|-T|--upload-file|-Y|-y|-r|--range|-t|--tls-max|--ciphers|--interface|--noproxy|--stderr|--trace|--trace-ascii)$/
const flags =
  /^(?:-[sSvikLfgIN#0123456]+|--(?:silent|show-error|verbose|include|insecure|location|fail|fail-with-body|compressed|globoff|head|no-buffer|http\d(?:\.\d)?|tlsv1(?:\.\d)?|progress-bar|no-progress-meter|ssl-reqd|post30[123]|location-trusted|raw|ipv4|ipv6|anyauth|basic))$/

/** Reads a command of curl; `undefined` for a text that is none. The command is not run, and nothing in it is looked up. */
export function readCurl(command: string): ReadCurl | undefined {
  const words = shellWords(command.slice(0, longestCommand))
  const start = words.findIndex((word) => /(?:^|\/)curl(?:\.exe)?$/.test(word))
  if (start < 0) return undefined
  let method: string | undefined
  let url: string | undefined
  let inQuery = false
  let isJson = false
  const headers: (readonly [string, string])[] = []
  const data: string[] = []
  const parts: FormField[] = []
  const unknownOptions: string[] = []
  const end = words.findIndex((word, index) => index > start && word.startsWith(operator))
  const queue = words.slice(start + 1, end < 0 ? undefined : end)
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [option, attached] = splitOption(word)
    const value = () => attached ?? queue.shift() ?? ''
    switch (option) {
      case undefined:
        url ??= word
        break
      case '--url':
        url = value()
        break
      case '-X':
      case '--request':
        method = value()
        break
      case '-H':
      case '--header': {
        const [, name, text] = /^\s*([\w-]+)\s*:\s*([\s\S]*)$/.exec(value()) ?? []
        if (name !== undefined && text !== undefined) headers.push([name, text.trim()])
        break
      }
      case '-d':
      case '--data':
      case '--data-raw':
      case '--data-ascii':
      case '--data-binary':
        data.push(value())
        break
      case '--data-urlencode':
        data.push(urlEncoded(value()))
        break
      case '--json':
        isJson = true
        data.push(value())
        break
      case '-F':
      case '--form':
      case '--form-string': {
        const field = value()
        const equals = field.indexOf('=')
        parts.push({ name: field.slice(0, Math.max(0, equals)), value: field.slice(equals + 1), isMalformed: false })
        break
      }
      case '-G':
      case '--get':
        inQuery = true
        break
      case '-u':
      case '--user':
        headers.push(['authorization', `Basic ${Buffer.from(value()).toString('base64')}`])
        break
      case '-b':
      case '--cookie':
        headers.push(['cookie', value()])
        break
      case '-A':
      case '--user-agent':
        headers.push(['user-agent', value()])
        break
      case '-e':
      case '--referer':
        headers.push(['referer', value()])
        break
      case '--oauth2-bearer':
        headers.push(['authorization', `Bearer ${value()}`])
        break
      default:
        if (passedOver.test(option)) value()
        else if (!flags.test(word)) unknownOptions.push(/^--?[a-zA-Z][\w-]{0,30}$/.test(option) ? option : 'an option')
    }
  }
  const body = data.join('&')
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type')
  const type =
    parts.length > 0 ? 'multipart/form-data' : isJson ? 'application/json' : 'application/x-www-form-urlencoded'
  const hasBody = !inQuery && (body !== '' || parts.length > 0)
  const address = url === undefined ? '' : /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`
  const request = seenRequest({
    method: method ?? (hasBody ? 'POST' : 'GET'),
    url: inQuery && body !== '' ? `${address}${address.includes('?') ? '&' : '?'}${body}` : address,
    headers: hasType || !hasBody ? headers : [...headers, ['content-type', type] as const],
    body: hasBody && parts.length === 0 ? body : undefined,
    bodyFields: parts.length > 0 ? parts : undefined,
  })
  return { request, unknownOptions: [...new Set(unknownOptions)] }
}

/** `--data=x` and `-dx` are an option with its value. */
function splitOption(word: string): readonly [option: string | undefined, attached: string | undefined] {
  if (!word.startsWith('-') || word === '-') return [undefined, undefined]
  const [, long, value] = /^(--[\w-]+)=([\s\S]*)$/.exec(word) ?? []
  if (long !== undefined) return [long, value]
  const [, short, rest] = /^(-[XHdFub])([\s\S]+)$/.exec(word) ?? []
  return short === undefined ? [word, undefined] : [short, rest]
}

function urlEncoded(field: string): string {
  const equals = field.indexOf('=')
  if (equals < 0) return encodeURIComponent(field.toWellFormed())
  return `${field.slice(0, equals + (equals === 0 ? 1 : 0)).replace(/^=$/, '')}${equals === 0 ? '' : '='}${encodeURIComponent(field.slice(equals + 1).toWellFormed())}`
}

// Marks what ends a command: no word of one can begin with it.
const operator = '\0'

/** Splits a command into words as a shell does: quotes, backslashes, `$'…'`. Variables stay as they are. */
export function shellWords(command: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let position = 0
  while (position < command.length) {
    const letter = command[position] ?? ''
    if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
      position += 1
    } else if (letter === "'" || (letter === '$' && command[position + 1] === "'")) {
      const isAnsi = letter === '$'
      const begin = position + (isAnsi ? 2 : 1)
      const end = closing(command, begin, "'", isAnsi)
      const text = command.slice(begin, end)
      word = (word ?? '') + (isAnsi ? text.replaceAll(/\\n/g, '\n').replaceAll(/\\([\s\S])/g, '$1') : text)
      position = end + 1
    } else if (letter === '"') {
      const end = closing(command, position + 1, '"', true)
      word =
        (word ?? '') +
        command.slice(position + 1, end).replaceAll(/\\(["\\$`\n])/g, (_, one: string) => (one === '\n' ? '' : one))
      position = end + 1
    } else if (letter === '$' && command[position + 1] === '(') {
      const end = closing(command, position + 2, ')', true)
      word = (word ?? '') + command.slice(position, end + 1)
      position = end + 1
    } else if (/[|;&<>()]/.test(letter)) {
      if (word !== undefined) words.push(word)
      words.push(operator + letter)
      word = undefined
      position += 1
    } else if (letter === '\\') {
      const next = command[position + 1] ?? ''
      if (next !== '\n' && next !== '\r') word = (word ?? '') + next
      position += next === '\r' && command[position + 2] === '\n' ? 3 : 2
    } else {
      word = (word ?? '') + letter
      position += 1
    }
  }
  return word === undefined ? words : [...words, word]
}

/** Where a quotation ends; at the end of the text when it does not. */
function closing(text: string, from: number, quote: string, hasEscapes: boolean): number {
  for (let position = from; position < text.length; position++) {
    if (hasEscapes && text[position] === '\\') position += 1
    else if (text[position] === quote) return position
  }
  return text.length
}
