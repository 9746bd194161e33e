import { hash } from 'node:crypto'
import type { Reply } from '../reply.ts'
import type { Answer } from '../visit.ts'
import { setupScript, setupStylesheet } from './built-assets.ts'

/** Where the pages of Setup look for their stylesheet and their script. */
export const setupStylesheetPath = '/assets/setup.css'
export const setupScriptPath = '/assets/setup.js'

/** The stylesheet of Setup, which a browser keeps until it changes. */
export const setupStylesheetAnswer = asset(setupStylesheet, 'text/css;charset=UTF-8')

/** The script of Setup. Pages work without it: it adds copy buttons, file drop, the live tail and a quicker Quick Find. */
export const setupScriptAnswer = asset(setupScript, 'text/javascript;charset=UTF-8')

/** An answer with a text that a browser keeps until it changes. */
export function asset(text: string, type: string): Answer {
  const etag = `"${hash('sha256', text, 'base64url').slice(0, 27)}"`
  const headers = { etag, 'cache-control': 'public, max-age=300' }
  return async ({ request }): Promise<Reply> =>
    request.header('if-none-match') === etag
      ? { status: 304, headers, body: null }
      : { status: 200, headers: { ...headers, 'content-type': type }, body: text }
}
