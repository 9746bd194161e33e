import type { Context } from 'hono'

/** An answer as a value, before it is HTTP. */
export interface Reply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** `Set-Cookie` values. */
  readonly cookies?: readonly string[]
  readonly body: string | null
}

/** Turns a reply into the platform's response, with what every answer carries. */
export function respond(
  { status, headers, cookies = [], body }: Reply,
  common: Readonly<Record<string, string>>,
): Response {
  const all = { 'x-content-type-options': 'nosniff', ...headers, ...common }
  // Plain headers go out as they are; only several cookies need the slower form.
  if (cookies.length === 0) return new Response(body, { status, headers: all })
  const withCookies = new Headers(all)
  for (const cookie of cookies) withCookies.append('set-cookie', cookie)
  return new Response(body, { status, headers: withCookies })
}

/** Whether the caller is a browser that shows pages. */
export function wantsPage(c: Context): boolean {
  return c.req.header('accept')?.includes('text/html') === true
}
