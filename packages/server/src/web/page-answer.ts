import { hash } from 'node:crypto'
import type { HtmlEscapedString } from 'hono/utils/html'
import { stylesheet } from './pages/built-stylesheet.ts'
import { renderPage } from './pages/page.tsx'
import type { Reply } from './reply.ts'
import type { Answer, Visit } from './visit.ts'

type PageElement = HtmlEscapedString | Promise<HtmlEscapedString>

/** What a page needs besides its markup. */
export interface PageHeaders {
  readonly status?: number
  /**
   * Whether a form of it may end at an app. Browsers hold `form-action` against every redirect after a form, those of
   * the app too, and only the app knows where it sends people next.
   */
  readonly leadsToApp?: boolean
  readonly cookies?: readonly string[]
  /** `self-posting` runs one script of ours; `setup` may also ask this server for more. */
  readonly script?: 'none' | 'self-posting' | 'setup'
  /** Further addresses that a script of it may ask: those of orgs. */
  readonly asks?: readonly string[]
  /** Origins that it may show pictures of: those of apps. */
  readonly images?: readonly string[] | undefined
  /** Addresses that it may show in frames: those of apps. */
  readonly frames?: readonly string[]
  /** Seconds, and where the page goes on to then by itself. */
  readonly goesOn?: { readonly after: number; readonly to: string } | undefined
}

const scriptPolicies = {
  none: [],
  'self-posting': ["script-src 'self'"],
  setup: ["script-src 'self'"],
} as const

/** A page: never stored, never framed, with nothing running in it that is not ours. */
export function pageAnswer(
  element: PageElement,
  {
    status = 200,
    leadsToApp = false,
    cookies = [],
    script = 'none',
    asks = [],
    images = [],
    frames = [],
    goesOn,
  }: PageHeaders = {},
): Reply {
  const headers = {
    'content-type': 'text/html;charset=UTF-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      ["img-src 'self' data:", ...new Set(images)].join(' '),
      ...scriptPolicies[script],
      ...(frames.length > 0 ? [['frame-src', ...frames].join(' ')] : []),
      ...(script === 'setup' ? [["connect-src 'self'", ...asks].join(' ')] : []),
      ...(leadsToApp ? [] : ["form-action 'self'"]),
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    ...(goesOn === undefined ? {} : { refresh: `${goesOn.after};url=${goesOn.to}` }),
  }
  return { status, headers, cookies, body: renderPage(element) }
}

/** Sends the browser on. 303 after a form, so that no credentials are posted again (RFC 9700 §4.12). */
export function redirectTo(url: string, { request }: Pick<Visit, 'request'>, cookies: readonly string[] = []): Reply {
  const headers = { location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return { status: request.method === 'POST' ? 303 : 302, headers, cookies, body: null }
}

const stylesheetTag = `"${hash('sha256', stylesheet, 'base64url').slice(0, 27)}"`
// Posts the only form of its page. It is a file because no page of ours runs inline script.
const submitScript = 'document.forms[0]?.requestSubmit()\n'

/** The stylesheet, which a browser keeps until it changes. */
export const stylesheetAnswer: Answer = async ({ request }) => {
  const headers = { etag: stylesheetTag, 'cache-control': 'public, max-age=300' }
  if (request.header('if-none-match') === stylesheetTag) return { status: 304, headers, body: null }
  return { status: 200, headers: { ...headers, 'content-type': 'text/css;charset=UTF-8' }, body: stylesheet }
}

/** The script of the page that posts itself (Form Post Response Mode). */
export const submitScriptAnswer: Answer = async () => ({
  status: 200,
  headers: { 'content-type': 'text/javascript;charset=UTF-8', 'cache-control': 'public, max-age=300' },
  body: submitScript,
})
