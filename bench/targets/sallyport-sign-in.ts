import { findSignInForm } from '../html-form.ts'

/** Who signs in where: the authorize URL to begin at, and the callback URL that ends it. */
export interface SignIn {
  readonly authorizeUrl: string
  readonly callbackUrl: string
  readonly username: string
  readonly password: string
}

const mostSteps = 8

/** Signs a user in through the pages, as a browser does, and gives the value of the `Cookie` header from then on.
 *  @throws {Error} when the pages lead anywhere else than to the app */
export async function signIn({ authorizeUrl, callbackUrl, username, password }: SignIn): Promise<string> {
  const cookies = new Map<string, string>()
  let url = authorizeUrl
  let form: URLSearchParams | undefined
  for (let step = 0; step < mostSteps; step += 1) {
    const response = await visit()
    const location = response.headers.get('location')
    if (location?.startsWith(callbackUrl)) {
      if (new URL(location).searchParams.has('code')) return cookieHeader()
      throw new Error(`${username} was sent back without a code: ${location}`)
    }
    const page = await response.text()
    const asked = location === null ? findSignInForm(page) : undefined
    if (location === null && (asked === undefined || form !== undefined)) throw new Error(strayed(url, response, page))
    form = asked && new URLSearchParams(asked.fields)
    for (const { name, type } of asked?.typed ?? []) form?.set(name, type === 'password' ? password : username)
    url = new URL(location ?? asked?.action ?? '', url).href
  }
  throw new Error(`${username} was sent from page to page ${mostSteps} times`)

  async function visit(): Promise<Response> {
    const headers = { accept: 'text/html', cookie: cookieHeader(), origin: new URL(url).origin }
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      headers,
      redirect: 'manual',
      ...(form === undefined ? {} : { body: form }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return response
  }

  function cookieHeader(): string {
    return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

function strayed(url: string, { status }: Response, page: string): string {
  return `expected to sign in at ${url}, got ${status} ${/<title>([^<]*)/.exec(page)?.[1] ?? page.slice(0, 120)}`
}
