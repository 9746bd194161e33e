/** What the page says that there is to choose from. */
export interface Offer {
  /** The login host. */
  readonly loginUrl: string
  /** Where else requests may go: the addresses of the orgs. */
  readonly orgUrls: readonly string[]
  readonly callbackUrl: string
  readonly apps: readonly OfferedApp[]
  readonly users: readonly { readonly username: string; readonly note: string }[]
}

/** An app to walk with. */
export interface OfferedApp {
  readonly label: string
  readonly consumerKey: string
  readonly consumerSecret: string
  readonly callbackUrls: readonly string[]
  /** PEM, where it signs. */
  readonly privateKey: string
  readonly username: string
  readonly outsider: string
}

/** Reads what the page brought along. @throws {Error} when it is none of ours, which must not happen */
export function readOffer(text: string): Offer {
  const members = membersOf(JSON.parse(text))
  return {
    loginUrl: textIn(members, 'loginUrl'),
    orgUrls: textsIn(members, 'orgUrls'),
    callbackUrl: textIn(members, 'callbackUrl'),
    apps: listIn(members, 'apps').map((app) => ({
      label: textIn(app, 'label'),
      consumerKey: textIn(app, 'consumerKey'),
      consumerSecret: textIn(app, 'consumerSecret'),
      callbackUrls: textsIn(app, 'callbackUrls'),
      privateKey: textIn(app, 'privateKey'),
      username: textIn(app, 'username'),
      outsider: textIn(app, 'outsider'),
    })),
    users: listIn(members, 'users').map((user) => ({ username: textIn(user, 'username'), note: textIn(user, 'note') })),
  }
}

/** The members of what is an object; of anything else none. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** A member that is a text; empty when it is none. */
export function textIn(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = members[name]
  return typeof value === 'string' ? value : ''
}

function listIn(
  members: Readonly<Record<string, unknown>>,
  name: string,
): readonly Readonly<Record<string, unknown>>[] {
  const value = members[name]
  return Array.isArray(value) ? value.map(membersOf) : []
}

function textsIn(members: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = members[name]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
