import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { mobileFileOf } from '../../src/connected-apps/mobile-file.ts'
import type { User } from '../../src/users/user.ts'
import { type Stop, signInOn, type TestBrowser, testBrowser } from '../flows/test-browser.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../flows/test-server.ts'

/** A server with somebody of every kind that Setup tells apart, each signed in at the login host. */
export interface SetupServer {
  readonly server: TestServer
  /** A System Administrator. */
  readonly admin: SignedIn
  /** A Standard User: nobody in Setup. */
  readonly standard: SignedIn
  /** A System Administrator of another org. */
  readonly stranger: SignedIn
  /** Signs somebody else in. */
  signIn(user: User): Promise<SignedIn>
}

/** Somebody with a browser in which they are signed in. */
export interface SignedIn {
  readonly user: User
  readonly browser: TestBrowser
}

/** Starts the server and signs everybody in. */
export async function startSetupServer(options: TestServerOptions = {}): Promise<SetupServer> {
  const server = await startTestServer(options)
  const { stores, otherOrg } = server
  const adminProfile = await server.profile('System Administrator')
  const strangerProfile = await stores.profiles.findByName(otherOrg.id, 'System Administrator')
  if (strangerProfile === undefined) throw new Error('The other org has no administrators.')
  const signIn = async (user: User): Promise<SignedIn> => {
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), user.username)
    return { user, browser }
  }
  return {
    server,
    signIn,
    admin: await signIn(await server.addUser('admin@target.example', { profileId: adminProfile.id })),
    standard: await signIn(await server.addUser('user@target.example')),
    stranger: await signIn(
      await server.addUser('admin@other.example', { orgId: otherOrg.id, profileId: strangerProfile.id }),
    ),
  }
}

/** The token of the form on a page, which it must bring to be taken. */
export function tokenOn(html: string, action: string): string {
  const form = html.split('<form').find((part) => part.includes(`action="${action}"`) && part.includes('csrf_token'))
  const token = /name="csrf_token" value="([^"]+)"/.exec(form ?? '')?.[1]
  if (token === undefined) throw new Error(`There is no form for ${action} on this page.`)
  return token
}

/** The text of the first row of a table that has these words in it. */
export function rowOf(html: string, words: string): string {
  const row = html.split('<tr').find((part) => part.includes('</tr>') && textOf(part).includes(words))
  if (row === undefined) throw new Error(`No row on this page has the words ${words}.`)
  return textOf(`<tr${row.slice(0, row.indexOf('</tr>'))}`)
}

/** What people read of a page, without its markup. */
export function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Opens a page and posts its form with these fields besides the token. */
export async function submitForm(
  { browser }: Pick<SignedIn, 'browser'>,
  path: string,
  fields: Record<string, string | readonly string[]> = {},
) {
  const page = await browser.open(path)
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
  )
  return browser.submit(path, [['csrf_token', tokenOn(page.html, path.replace(/\?.*/, ''))], ...pairs])
}

/** An app with everything that a page can show of one. */
export async function fullApp(
  server: TestServer,
  fullName = 'Everything',
  details: Partial<ConnectedApp> = {},
): Promise<ConnectedApp> {
  const contents = {
    binary: Buffer.from('504b0304', 'hex'),
    icon: Buffer.from('89504e470d0a1a0a', 'hex'),
  }
  const app = await server.addApp(fullName, {
    description: 'Shows all that an app can have.',
    contactPhone: '+33 1 23 45 67 89',
    infoUrl: 'https://app.example/about',
    logoUrl: 'https://app.example/logo.png',
    iconUrl: 'https://app.example/icon.png',
    startUrl: 'https://app.example/start',
    singleLogoutUrl: 'https://app.example/logout',
    ipRanges: [{ start: '192.0.2.0', end: '192.0.2.255', description: 'Office' }],
    mobile: {
      startUrl: 'https://app.example/mobile',
      pushServiceType: 'apple',
      hasFullContentPush: true,
      app: {
        devicePlatform: 'android',
        deviceType: 'phone',
        version: '1.0',
        minimumOsVersion: '14',
        applicationBundleIdentifier: 'example.app',
        applicationInstallUrl: 'https://app.example/install',
        privateApp: true,
        applicationBinaryFile: mobileFileOf('everything.apk', contents.binary),
        applicationIconFile: mobileFileOf('everything.png', contents.icon),
      },
    },
    canvas: {
      canvasUrl: 'https://app.example/canvas',
      accessMethod: 'Get',
      locations: ['Chatter'],
      options: ['HideShare'],
      samlInitiationMethod: 'None',
      lifecycleClass: 'Lifecycle',
    },
    saml: {
      entityUrl: 'https://app.example/saml',
      acsUrl: 'https://app.example/saml/acs',
      samlSubjectType: 'CustomAttr',
      samlSubjectCustomAttr: 'Email',
      samlNameIdFormat: 'EmailAddress',
      issuer: 'https://acme.example',
      samlSigningAlgoType: 'SHA1',
      certificate: undefined,
      encryptionCertificate: 'Of_The_App',
      encryptionType: 'AES_128',
      samlSloUrl: 'https://app.example/saml/logout',
      samlIdpSLOBindingEnum: 'PostBinding',
    },
    ...details,
  })
  const files = Object.values(contents).map((bytes) => ({ sha256: mobileFileOf('', bytes).sha256, bytes }))
  await server.stores.apps.update(app, files)
  return app
}

/** What stands in the form of a page, as a browser would send it: the ticked, the chosen and the typed. */
export function formOn(html: string, action: string): Map<string, readonly string[]> {
  const form = html
    .split('<form')
    .map((part) => part.split('</form>')[0] ?? '')
    .find((part) => part.includes(`action="${action}"`) && part.includes('csrf_token'))
  if (form === undefined) throw new Error(`There is no form for ${action} on this page.`)
  const sent = new Map<string, readonly string[]>()
  const add = (name: string | undefined, value: string) => {
    if (name !== undefined) sent.set(name, [...(sent.get(name) ?? []), asText(value)])
  }
  for (const match of form.matchAll(/<(input|textarea|select)\b([^>]*)>/g)) {
    const [all, tag, attributes = ''] = match
    const after = form.slice(match.index + all.length)
    const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1]
    const type = attribute('type')
    if (tag === 'textarea') add(attribute('name'), after.split('</textarea>')[0] ?? '')
    else if (tag === 'select') add(attribute('name'), chosen(after))
    else if (type !== 'checkbox' && type !== 'radio') add(attribute('name'), attribute('value') ?? '')
    else if (/\bchecked\b/.test(attributes)) add(attribute('name'), attribute('value') ?? 'on')
  }
  return sent
}

function chosen(html: string): string {
  const options = [...(html.split('</select>')[0] ?? '').matchAll(/<option value="([^"]*)"([^>]*)>/g)]
  return (options.find(([, , attributes = '']) => /\bselected\b/.test(attributes)) ?? options[0])?.[1] ?? ''
}

function asText(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** Sends the form of a page as it stands, but for these fields; an empty list leaves a field out. */
export function sendForm(
  { browser }: Pick<SignedIn, 'browser'>,
  page: Pick<Stop, 'html' | 'url'>,
  changes: Record<string, string | readonly string[]> = {},
): Promise<Stop> {
  const fields = formOn(page.html, page.url.pathname)
  for (const [name, value] of Object.entries(changes)) fields.set(name, typeof value === 'string' ? [value] : value)
  const pairs = [...fields].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]))
  return browser.submit(page.url.pathname, pairs)
}

/** Opens a page and posts its form with these fields and files; what is done is not followed on, and may be a file. */
export async function postFiles(
  server: TestServer,
  { browser }: Pick<SignedIn, 'browser'>,
  path: string,
  fields: readonly (readonly [name: string, value: string | Uint8Array | File])[],
): Promise<Response> {
  const form = new FormData()
  const page = await browser.open(path)
  form.append('csrf_token', tokenOn(page.html, path))
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value)
    else if (value instanceof File) form.append(name, value)
    else form.append(name, new Blob([new Uint8Array(value)]), 'a file.bin')
  }
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
  const headers = { accept: 'text/html', cookie }
  const answer = await server.request(path, { method: 'POST', body: form, headers })
  const location = answer.headers.get('location')
  // A form that is refused is shown by a page of its own.
  if (location?.includes('?form=') !== true) return answer
  const shown = await server.request(location, { headers })
  return new Response(await shown.arrayBuffer(), { status: shown.status, headers: answer.headers })
}

/** Sends the form of a page with files, as the admin's browser does, with these fields changed. */
export async function sendFiles(
  { server, admin }: Pick<SetupServer, 'server' | 'admin'>,
  path: string,
  files: Record<string, File>,
  changes: Record<string, string> = {},
) {
  const page = await admin.browser.open(path)
  const fields = new Map([
    ...formOn(page.html, path),
    ...Object.entries(changes).map(([name, value]) => [name, [value]] as const),
  ])
  fields.delete('csrf_token')
  const texts = [...fields].flatMap(([name, values]) => values.map((value) => [name, value] as const))
  const response = await postFiles(server, admin, path, [...texts, ...Object.entries(files)])
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}
