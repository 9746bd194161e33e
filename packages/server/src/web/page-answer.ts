import { hash } from 'node:crypto'
import type { Context } from 'hono'
import type { HtmlEscapedString } from 'hono/utils/html'
import { renderPage } from './pages/page.tsx'
import { stylesheet } from './pages/stylesheet.ts'
import type { Env, Visit } from './visit.ts'

type PageElement = HtmlEscapedString | Promise<HtmlEscapedString>

/** What a page needs besides its markup. */
export interface PageHeaders {
  readonly status?: number
  /** Where its forms may lead, besides here: browsers apply `form-action` to the redirects after a form, too. */
  readonly formTargets?: readonly string[]
  readonly cookies?: readonly string[]
  /** The script of the page, by path: only the page that posts itself has one. */
  readonly hasScript?: boolean
}

/** A page: never stored, never framed, with nothing running in it that is not ours. */
export function pageAnswer(
  element: PageElement,
  { status = 200, formTargets = [], cookies = [], hasScript = false }: PageHeaders = {},
): Response {
  const headers = new Headers({
    'content-type': 'text/html;charset=UTF-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self' data:",
      ...(hasScript ? ["script-src 'self'"] : []),
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
  })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(renderPage(element), { status, headers })
}

/** Sends the browser on. 303 after a form, so that no credentials are posted again (RFC 9700 §4.12). */
export function redirectTo(url: string, { c }: Pick<Visit, 'c'>, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: c.req.method === 'POST' ? 303 : 302, headers })
}

/** What `form-action` must allow so that a form may end at this URL. */
export function formTargetOf(url: string): string {
  const parsed = new URL(url)
  return parsed.origin === 'null' ? parsed.protocol : parsed.origin
}

const stylesheetTag = `"${hash('sha256', stylesheet, 'base64url').slice(0, 27)}"`
// Posts the only form of its page. It is a file because no page of ours runs inline script.
const submitScript = 'document.forms[0]?.requestSubmit()\n'

/** The stylesheet, which a browser keeps until it changes. */
export function stylesheetAnswer(c: Context<Env>): Response {
  const headers = { etag: stylesheetTag, 'cache-control': 'public, max-age=300', 'x-content-type-options': 'nosniff' }
  if (c.req.header('if-none-match') === stylesheetTag) return new Response(null, { status: 304, headers })
  return new Response(stylesheet, { headers: { ...headers, 'content-type': 'text/css;charset=UTF-8' } })
}

/** The script of the page that posts itself (Form Post Response Mode). */
export function submitScriptAnswer(): Response {
  const headers = {
    'content-type': 'text/javascript;charset=UTF-8',
    'cache-control': 'public, max-age=300',
    'x-content-type-options': 'nosniff',
  }
  return new Response(submitScript, { headers })
}
