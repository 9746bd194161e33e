import type { Child } from 'hono/jsx'
import type { HtmlEscapedString } from 'hono/utils/html'
import { stylesheetPath } from './stylesheet.ts'

/** How much room a page may take, by the `display` parameter of the authorize request (OpenID Connect Core §3.1.2.1).
 *  Salesforce's older `mobile` is `touch` here. */
export type Display = 'page' | 'popup' | 'touch'

/** What the frame needs of the page inside it. */
export interface PageProps {
  /** The document's title, without our name. */
  readonly title: string
  readonly display?: Display | undefined
  /** `wide` for pages that are read rather than filled in. */
  readonly width?: 'narrow' | 'wide'
  readonly children: Child
}

// A colour of its own, because a tab's background follows neither scheme of the page.
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><path d="M4 46V22a20 20 0 0 1 40 0v24z" fill="#14573f"/>' +
    '<path d="M15 8v24M24 4v30M33 8v24M8 15h32M8 24h32" stroke="#f4f7f2" stroke-width="3"/></svg>',
)}`

/** The frame of every page: head, skip link, the doorway that holds the page's own content, and the footer. */
export function Page({ title, display = 'page', width = 'narrow', children }: PageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · Sallyport`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <Icon />
        <link rel="stylesheet" href={stylesheetPath} />
      </head>
      <body class={`${display} ${width}`}>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <div class="doorway">
          <Mark />
          <main id="main" tabindex={-1}>
            {children}
          </main>
        </div>
        <footer>
          <p>Not affiliated with Salesforce</p>
        </footer>
      </body>
    </html>
  )
}

/** The document that is sent for a page. Pages have no parts that must be awaited.
 *  @throws {Error} when one does */
export function renderPage(page: HtmlEscapedString | Promise<HtmlEscapedString>): string {
  return `<!doctype html>${renderPart(page)}`
}

/** The markup of a part of a page, for a page that takes it in by script. It has no parts that must be awaited.
 *  @throws {Error} when one does */
export function renderPart(part: HtmlEscapedString | Promise<HtmlEscapedString>): string {
  const markup: unknown = part.toString()
  if (part instanceof Promise || typeof markup !== 'string') throw new Error('A page may not contain a promise')
  return markup
}

/** What a tab shows of us. */
export function Icon() {
  return <link rel="icon" href={icon} />
}

/** Our mark, a portcullis in its gate. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 48 48" aria-hidden="true">
      <path d="M8 45V22a16 16 0 0 1 32 0v23" />
      <path d="M16 9v24M24 6v27M32 9v24M9 17h30M8 26h32" />
      <path d="M3 45h42" />
    </svg>
  )
}
