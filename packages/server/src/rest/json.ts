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

/** Whether lists and objects stand within one another in a JSON text as deep as no call has them. */
export function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfText(text, at)
        break
      case openBracket:
      case openBrace:
        if (++depth > deepest) return true
        break
      case closeBracket:
      case closeBrace:
        depth--
        break
    }
  }
  return false
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** Where the text that begins at a quote ends. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) return at
    if (code === backslash) at++
  }
  return json.length
}
