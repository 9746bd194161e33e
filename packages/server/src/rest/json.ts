/** What a JSON text holds. A member that is `undefined` is left out. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** Members by name. */
export type JsonObject = { readonly [name: string]: Json | undefined }

/** Whether a value that was read from JSON has members. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value that was read from JSON is a list. */
export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

// Far more than any call has. What goes through a value goes one call deeper with each level.
const deepest = 100
// Two hundred records with five hundred fields each. Parsing a million different names takes seconds, in which nobody else
// is answered.
const mostMembers = 100_000

/** What is wrong with a JSON text before it is parsed: it is too deep, or has too much in it; `undefined` when nothing is. */
export function boundsProblem(text: string): string | undefined {
  let depth = 0
  let members = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfText(text, at)
        break
      case openBracket:
      case openBrace:
        members++
        if (++depth > deepest) return 'The body has lists and objects too deep in one another'
        break
      case closeBracket:
      case closeBrace:
        depth--
        break
      case colon:
        members++
        break
    }
    if (members > mostMembers) return `The body has more than ${mostMembers} members`
  }
  return undefined
}

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Where the text that begins at a quote ends. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) return at
    if (code === backslash) at++
  }
  return json.length
}
