// What both flows share: asking, showing what was asked and answered, and using the token. No packages, Node.js 18 or newer.
import { readFileSync } from 'node:fs'

/** What `sallyport dev` wrote beside this file: the demo's addresses, apps and keys. */
export const settings = JSON.parse(readFileSync(new URL('./settings.json', import.meta.url), 'utf8'))

// Whoever reads no further, as `head` does, has seen enough.
process.stdout.on('error', () => process.exit())

/** Prints a line, or an empty one. */
export function say(line = '') {
  process.stdout.write(`${line}\n`)
}

/** Prints names and values below each other. @param {Record<string, unknown>} values */
export function show(values) {
  const width = Math.max(...Object.keys(values).map((name) => name.length))
  for (const [name, value] of Object.entries(values)) say(`   ${name.padEnd(width)}  ${value}`)
}

/**
 * Posts a form to the token endpoint and answers what comes back; ends the program when it is refused.
 * @param {string} url
 * @param {Record<string, string>} form
 */
export async function askForToken(url, form) {
  const { body } = await send(url, { method: 'POST', body: new URLSearchParams(form) })
  show(body)
  return body
}

/**
 * Reads the list views of the accounts with an access token: the newest API version first, then its list views.
 * @param {string} instanceUrl
 * @param {string} accessToken
 */
export async function showListViews(instanceUrl, accessToken) {
  const versions = await send(`${instanceUrl}/services/data/`)
  const newest = versions.body.at(-1)
  const url = `${instanceUrl}${newest.url}/sobjects/Account/listviews`
  say(`   GET ${url}`)
  say('   Authorization: Bearer <the access token>')
  const { status, body } = await send(url, { headers: { authorization: `Bearer ${accessToken}` } })
  say(`   ${status}`)
  for (const { label, developerName } of body.listviews) say(`   · ${label} (${developerName})`)
}

/**
 * @param {string} url
 * @param {RequestInit} [request]
 */
async function send(url, request) {
  let response
  try {
    response = await fetch(url, request)
  } catch (error) {
    const { cause } = /** @type {Error} */ (error)
    fail(
      `No answer from ${url}: ${cause instanceof Error ? cause.message : error}`,
      'Is `sallyport dev` still running?',
    )
  }
  const text = await response.text()
  const body = readJson(text)
  if (response.ok && body !== undefined) return { status: response.status, body }

  // Salesforce says little on the wire. What it was is in a header of `sallyport dev`, and in its journal.
  const problem = Array.isArray(body) ? body[0] : body
  say(`   ${response.status} ${problem?.error ?? problem?.errorCode ?? text}`)
  say(`   ${problem?.error_description ?? problem?.message ?? ''}`)
  say()
  const cause = response.headers.get('x-sallyport-cause')
  if (cause !== null) say(`Why: ${cause}`)
  const requestId = response.headers.get('x-request-id')
  fail(`The whole story: ${settings.sallyport} diagnose ${requestId}`)
}

/**
 * Ends the program.
 * @param {string[]} lines
 * @returns {never}
 */
export function fail(...lines) {
  for (const line of lines) say(line)
  process.exit(1)
}

/** @param {string} text */
function readJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    // Not everything that answers at a wrong address answers JSON.
    return undefined
  }
}
