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
