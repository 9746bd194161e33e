import { quoted } from './wording.ts'

/** The one of several URLs that a text comes closest to, and what tells them apart. */
export interface ClosestUrl {
  readonly url: string
  /** Sentences without a full stop, the most telling first. */
  readonly differences: readonly string[]
  /** Whether one was likely meant for the other: no other host, and no other path. */
  readonly isClose: boolean
}

/** The closest of `candidates`, or `undefined` when there are none. */
export function closestUrl(found: string, candidates: readonly string[]): ClosestUrl | undefined {
  let closest: (ClosestUrl & { readonly weight: number }) | undefined
  for (const url of candidates) {
    const differences = differencesOf(found, url)
    const apart = differences.reduce((sum, one) => sum + one.weight, 0)
    const weight = apart - sharedStart(found, url) / 10_000
    if (closest === undefined || weight < closest.weight) {
      closest = { url, differences: differences.map(({ text }) => text), isClose: apart < 8, weight }
    }
  }
  return closest
}

interface Difference {
  readonly text: string
  /** How far apart it sets two URLs: a slash little, a host much. */
  readonly weight: number
}

/** Compares two URLs part by part, as text: what a browser would take for the same is still told apart. */
function differencesOf(found: string, other: string): readonly Difference[] {
  if (found === other) return []
  if (found.trim() === other.trim()) return [{ text: 'one has a space or a line break around it', weight: 1 }]
  if (decoded(found) === other) return [{ text: 'yours is percent-encoded once too often', weight: 1 }]
  if (decoded(other) === found) return [{ text: 'the other is percent-encoded and yours is not', weight: 1 }]
  const [mine, theirs] = [partsOf(found), partsOf(other)]
  const differences = [
    ...schemeDifference(mine.scheme, theirs.scheme),
    ...hostDifference(mine.host, theirs.host),
    ...portDifference(mine.port, theirs.port),
    ...pathDifference(mine.path, theirs.path),
    ...restDifference('query string', '?', mine.query, theirs.query),
    ...restDifference('fragment', '#', mine.fragment, theirs.fragment),
  ]
  return differences.length > 0 ? differences : [{ text: `the other is ${quoted(other)}`, weight: 16 }]
}

function schemeDifference(mine: string, theirs: string): readonly Difference[] {
  if (mine === theirs) return []
  if (mine.toLowerCase() === theirs.toLowerCase()) return [inCase('scheme', mine, theirs)]
  const isHttp = ['http', 'https'].includes(mine) && ['http', 'https'].includes(theirs)
  return [{ text: `the scheme: yours is ${quoted(mine)}, the other is ${quoted(theirs)}`, weight: isHttp ? 2 : 16 }]
}

function hostDifference(mine: string, theirs: string): readonly Difference[] {
  if (mine === theirs) return []
  if (mine.toLowerCase() === theirs.toLowerCase()) return [inCase('host', mine, theirs)]
  const text = `the host: yours is ${quoted(mine)}, the other is ${quoted(theirs)}`
  if (isLoopback(mine) && isLoopback(theirs)) {
    return [{ text: `${text}, which is the same machine and yet another text`, weight: 2 }]
  }
  return [{ text, weight: `www.${mine}` === theirs || mine === `www.${theirs}` ? 2 : 16 }]
}

function portDifference(mine: string, theirs: string): readonly Difference[] {
  if (mine === theirs) return []
  const shown = (port: string) => (port === '' ? 'has none' : `is ${quoted(port)}`)
  return [{ text: `the port: yours ${shown(mine)}, the other ${shown(theirs)}`, weight: 2 }]
}

function pathDifference(mine: string, theirs: string): readonly Difference[] {
  if (mine === theirs) return []
  if (mine === `${theirs}/`) return [{ text: 'yours ends in a slash, the other does not', weight: 1 }]
  if (`${mine}/` === theirs) return [{ text: 'the other ends in a slash, yours does not', weight: 1 }]
  if (mine.toLowerCase() === theirs.toLowerCase()) return [inCase('path', mine, theirs)]
  const text = `the path: yours is ${quoted(mine)}, the other is ${quoted(theirs)}`
  if (decoded(mine) === decoded(theirs)) return [{ text: `${text}, which are encoded differently`, weight: 1 }]
  if (mine.replaceAll(/\/+/g, '/') === theirs.replaceAll(/\/+/g, '/')) {
    return [{ text: `${text}: one has two slashes in a row`, weight: 1 }]
  }
  return [{ text, weight: 8 }]
}

function restDifference(part: string, mark: string, mine: string, theirs: string): readonly Difference[] {
  if (mine === theirs) return []
  const shown = (text: string) => (text === '' ? 'has none' : `is ${quoted(mark + text)}`)
  return [{ text: `the ${part}: yours ${shown(mine)}, the other ${shown(theirs)}`, weight: 3 }]
}

function inCase(part: string, mine: string, theirs: string): Difference {
  return { text: `capital letters in the ${part}: yours is ${quoted(mine)}, the other is ${quoted(theirs)}`, weight: 1 }
}

/** The parts of a URI as text (RFC 3986 appendix B); the `URL` class would make equal what is not. */
function partsOf(url: string) {
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] =
    /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/.exec(url) ?? []
  const [, host = authority, port = ''] = /^(.*?)(?::([0-9]*))?$/.exec(authority) ?? []
  return { scheme, host, port, path, query, fragment }
}

function isLoopback(host: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(host)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign: not encoded.
    return text
  }
}

function sharedStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1
  return length
}
