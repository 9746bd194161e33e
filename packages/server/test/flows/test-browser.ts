import { callbackUrl, password, type TestServer } from './test-server.ts'

/** A browser without a window: keeps cookies, follows redirects on the server, fills in forms. */
export interface TestBrowser {
  /** Asks for a URL and follows redirects until a page, or a redirect that leaves the server. */
  open(url: string): Promise<Stop>
  /** Posts a form and follows on. Pairs may name a field several times. */
  submit(path: string, form: Record<string, string> | [string, string][]): Promise<Stop>
  readonly cookies: Map<string, string>
}

/** Where the browser came to rest: a page, or the URL of another site that it was sent to. */
export interface Stop {
  readonly url: URL
  readonly status: number
  readonly html: string
  /** Of the page; where a form was refused, which a page of its own then says, those of the refusal. */
  readonly headers: Headers
  /** Whether the browser was sent away from the server. */
  readonly hasLeft: boolean
}

/** The hidden and visible fields of the first form on a page that has a field of this name. */
export function fieldsOf(html: string, having: string): Record<string, string> {
  for (const [form] of html.matchAll(/<form[\s\S]*?<\/form>/g)) {
    const fields = [...form.matchAll(/<input[^>]*>/g)].map(([input]) => {
      const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1]
      return [attribute('name') ?? '', withoutEntities(attribute('value') ?? '')] as const
    })
    const names = new Set([
      ...fields.map(([name]) => name),
      ...[...form.matchAll(/<button[^>]*\bname="([^"]*)"/g)].map(([, name]) => name),
    ])
    if (names.has(having)) return Object.fromEntries(fields.filter(([name]) => name !== ''))
  }
  throw new Error(`There is no form with a field ${having} on this page.`)
}

function withoutEntities(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** A browser that has never been here. */
export function testBrowser(server: Pick<TestServer, 'base' | 'request'>, from?: string): TestBrowser {
  const cookies = new Map<string, string>()
  return {
    cookies,
    open: (url) => go(new URL(url, server.base), {}),
    submit: (path, form) =>
      go(new URL(path, server.base), {
        method: 'POST',
        body: new URLSearchParams(Array.isArray(form) ? [...form] : form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
  }

  async function go(url: URL, init: RequestInit, posted?: Headers): Promise<Stop> {
    const headers = new Headers(init.headers)
    headers.set('accept', 'text/html')
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '))
    const response = await server.request(url.href, { ...init, headers }, from)
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const name = pair.slice(0, pair.indexOf('='))
      if (attributes.includes('Max-Age=0')) cookies.delete(name)
      else cookies.set(name, pair.slice(name.length + 1))
    }
    const location = response.headers.get('location')
    if (location === null) {
      const { status } = response
      const isOfForm = status >= 400 && !response.headers.has('x-sallyport-cause')
      const answered = isOfForm ? (posted ?? response.headers) : response.headers
      return { url, status, html: await response.text(), headers: answered, hasLeft: false }
    }
    const next = new URL(location, url)
    if (next.hostname !== url.hostname)
      return { url: next, status: response.status, html: '', headers: response.headers, hasLeft: true }
    return go(next, {}, init.method === 'POST' ? response.headers : undefined)
  }
}

/** The authorize URL of an app. */
export function authorizeUrl(consumerKey: string, parameters: Record<string, string> = {}): string {
  const query = { response_type: 'code', client_id: consumerKey, redirect_uri: callbackUrl, ...parameters }
  return `/services/oauth2/authorize?${new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))}`
}

/** A browser with which somebody has signed in, at the login host unless given another address. */
export async function signedInBrowser(
  server: Pick<TestServer, 'base' | 'request'>,
  username: string,
  at = server.base,
): Promise<TestBrowser> {
  const browser = testBrowser(server)
  await signInOn(browser, await browser.open(`${at}/`), username)
  return browser
}

/** Signs in on the page where the browser is. */
export function signInOn(browser: TestBrowser, page: Stop, username: string, secret = password): Promise<Stop> {
  return browser.submit(`${page.url.origin}/`, {
    ...fieldsOf(page.html, 'pw'),
    username,
    pw: secret,
  })
}

/** The page that says why a form was refused, with the headers of the refusal; any other answer as it is. */
export async function refusalShown(server: Pick<TestServer, 'request'>, answer: Response, cookie: string) {
  const refused = answer.headers.getSetCookie().find((line) => /^[^=]*-refused=[^;]/.test(line))
  if (refused === undefined) return answer
  const headers = { accept: 'text/html', cookie: [cookie, refused.split(';')[0]].join('; ') }
  const page = await server.request(answer.headers.get('location') ?? '', { headers })
  return new Response(await page.arrayBuffer(), { status: page.status, headers: answer.headers })
}

/** Presses Allow or Deny on the page where the browser is. */
export function decideOn(browser: TestBrowser, page: Stop, decision: 'allow' | 'deny'): Promise<Stop> {
  return browser.submit(page.url.origin + page.url.pathname, { ...fieldsOf(page.html, 'decision'), decision })
}

/** Goes the whole way: signs in if asked, allows if asked, and answers the URL at which the app is called back. */
export async function authorizeAs(
  server: TestServer,
  username: string,
  consumerKey: string,
  parameters: Record<string, string> = {},
  browser = testBrowser(server),
): Promise<URL> {
  let stop = await browser.open(authorizeUrl(consumerKey, parameters))
  if (!stop.hasLeft && stop.html.includes('name="pw"')) stop = await signInOn(browser, stop, username)
  if (!stop.hasLeft && stop.html.includes('oaapprove')) stop = await decideOn(browser, stop, 'allow')
  if (!stop.hasLeft)
    throw new Error(`The browser got stuck at ${stop.url} with status ${stop.status}:\n${stop.html.slice(0, 2000)}`)
  return stop.url
}
