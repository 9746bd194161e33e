import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '../packages/cli/src/free-port.ts'

/** A `sallyport dev` that runs in an empty folder of its own. */
export interface RunningDev {
  /** Where it was started: `.sallyport` is in it. */
  readonly folder: string
  /** The line of JSON that it printed when it was ready. */
  readonly ready: Ready
  /** Plays the person: signs in as the demo's user, allows, and answers the code that the browser would carry back. */
  approve(authorizeUrl: string): Promise<string>
  /** The same, and answers the address at which the app is called back. */
  approveAt(authorizeUrl: string): Promise<string>
  /** The same for a device: opens its page, types its code, and allows it. */
  connect(pageWithCode: string): Promise<void>
  stop(): Promise<void>
}

/** What the line of JSON says, as far as tests look at it. */
export interface Ready {
  readonly url: string
  readonly users: readonly { readonly username: string; readonly password: string }[]
}

const program = fileURLToPath(new URL('../packages/cli/bin/sallyport.js', import.meta.url))

/** Starts `sallyport dev`, with more options where they are given, and waits until it says that it is ready. */
export async function startDev(...options: readonly string[]): Promise<RunningDev> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-dev-'))
  // The login host, and the two orgs of the demo after it.
  const port = String(await freePort(['127.0.0.1', '::1'], 2))
  const child = spawn(process.execPath, [program, 'dev', '--json', '--port', port, ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const line = await Promise.race([firstLine(child.stdout), ended.then(() => undefined)])
  if (line === undefined) throw new Error('`sallyport dev` ended before it was ready.')
  const ready: Ready = JSON.parse(line)
  return {
    folder,
    ready,
    approve: async (authorizeUrl) =>
      new URL(await approve(authorizeUrl, ready)).searchParams.get('code') ?? 'the app got no code',
    approveAt: (authorizeUrl) => approve(authorizeUrl, ready),
    connect: (pageWithCode) => connect(pageWithCode, ready),
    async stop() {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line
  throw new Error('`sallyport dev` printed nothing.')
}

async function approve(authorizeUrl: string, ready: Ready): Promise<string> {
  return (await walk(authorizeUrl, ready, (page) => page.isOfApp)).url
}

async function connect(pageWithCode: string, ready: Ready): Promise<void> {
  await walk(pageWithCode, ready, (page) => page.html.includes('Device connected'))
}

interface Page {
  readonly url: string
  readonly html: string
  /** Where an app is called back: nobody looks there. */
  readonly isOfApp: boolean
}

/** Fills in one form after another until a page is the last. */
async function walk(start: string, { users }: Ready, isLast: (page: Page) => boolean): Promise<Page> {
  const cookies = new Map<string, string>()
  let page = await visit(start)
  for (let step = 0; step < 5; step++) {
    if (isLast(page)) return page
    const isSignIn = page.html.includes('name="pw"')
    const isTyping = page.html.includes('name="user_code"')
    const fields = new Map(
      [...page.html.matchAll(isTyping ? /<input[^>]*>/g : /<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
        attribute(input, 'name'),
        attribute(input, 'value'),
      ]),
    )
    const user = users.find(({ username }) => username.includes('admin') && username.includes('target')) ?? users[0]
    if (isSignIn) fields.set('username', user?.username ?? '').set('pw', user?.password ?? '')
    else if (!isTyping) fields.set('decision', 'allow')
    page = await visit(
      new URL(isSignIn ? '/' : new URL(page.url).pathname, page.url).href,
      new URLSearchParams([...fields]),
    )
  }
  if (isLast(page)) return page
  throw new Error(`The person got stuck at ${page.url}.`)

  async function visit(url: string, form?: URLSearchParams): Promise<Page> {
    const headers = { accept: 'text/html', cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }
    const response = await fetch(url, {
      redirect: 'manual',
      headers,
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) return { url, html: await response.text(), isOfApp: false }
    const next = new URL(location, url)
    const isOfApp = next.searchParams.has('code') || /[#&](?:access_token|error)=/.test(next.hash)
    return isOfApp ? { url: next.href, html: '', isOfApp } : visit(next.href)
  }
}

function attribute(input: string, name: string): string {
  return (new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
