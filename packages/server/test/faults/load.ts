import { randomInt } from 'node:crypto'
import { authorizeUrl, decideOn, type Stop, type TestBrowser } from '../flows/test-browser.ts'
import { type Answer, callbackUrl } from '../flows/test-server.ts'
import type { KillableServer } from './killable-server.ts'

/** What the load speaks to: one server, or any of several. */
export type Answering = Pick<KillableServer, 'base' | 'request' | 'post'>

/** A refresh token as it is now, and those that rotations replaced. */
export interface Chain {
  readonly consumerKey: string
  refreshToken: string
  readonly replaced: string[]
  /** Every access token that came from it. */
  readonly accessTokens: string[]
}

/** A code and the app it is for. */
export interface Code {
  readonly consumerKey: string
  readonly code: string
}

/** A person's browser and an app. */
export interface Meeting {
  readonly browser: TestBrowser
  readonly consumerKey: string
}

/**
 * What the server has answered, and so must never forget. Whatever a request is about is taken out before it is sent
 * and put back with the answer: what nobody answered is not in here, but for {@link Ledger.unanswered}.
 */
export interface Ledger {
  /** Access tokens that came from an assertion, and live. */
  readonly single: Set<string>
  /** Refresh tokens that live, with the access tokens that do. */
  readonly chains: Set<Chain>
  /** Access tokens that live although what became of their refresh token was not answered. */
  readonly orphans: Set<string>
  /** Access tokens that were revoked, alone or with their refresh token. */
  readonly ended: Set<string>
  /** Refresh tokens that were revoked. */
  readonly endedChains: Set<Chain>
  readonly freshCodes: Set<Code>
  readonly usedCodes: Set<Code>
  /** Who allowed what, and who has yet to be asked. */
  readonly allowed: Set<Meeting>
  readonly unasked: Set<Meeting>
  /** What was sent and never answered: it may have happened or not, but not twice. */
  readonly unanswered: { readonly codes: Set<Code>; readonly chains: Set<Chain> }
}

/** A ledger with nothing in it but people who have not met the apps yet; each is asked in one ledger only. */
export function emptyLedger(unasked: Set<Meeting>): Ledger {
  return {
    single: new Set(),
    chains: new Set(),
    orphans: new Set(),
    ended: new Set(),
    endedChains: new Set(),
    freshCodes: new Set(),
    usedCodes: new Set(),
    allowed: new Set(),
    unasked,
    unanswered: { codes: new Set(), chains: new Set() },
  }
}

/** What the load needs to know of the org. */
export interface Org {
  readonly secretOf: (consumerKey: string) => string
  /** An assertion that is good for an access token. */
  readonly assertion: () => string
}

/** The deeds of the load, one request each but for those of browsers. Each rejects when it is not answered. */
export function deeds(server: Answering, ledger: Ledger, { secretOf, assertion }: Org) {
  const { single, chains, orphans, ended, endedChains, freshCodes, usedCodes, allowed, unasked, unanswered } = ledger
  const token = (form: Record<string, string>) => server.post('/services/oauth2/token', form)
  const revocation = (text: string) => server.post('/services/oauth2/revoke', { token: text })

  return { tradeAssertion, revokeAccessToken, allow, authorize, exchange, refresh, revokeRefreshToken }

  async function tradeAssertion(): Promise<void> {
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion() }
    single.add(granted(await token(grant)).access_token)
  }

  async function revokeAccessToken(): Promise<void> {
    const text = taken(single)
    if (text === undefined) return
    granted(await revocation(text))
    ended.add(text)
  }

  async function allow(): Promise<void> {
    const meeting = taken(unasked)
    if (meeting === undefined) return
    const { browser, consumerKey } = meeting
    const consent = reached(await browser.open(authorizeUrl(consumerKey)))
    const code = codeIn(reached(await decideOn(browser, consent, 'allow')).url)
    allowed.add(meeting)
    freshCodes.add({ consumerKey, code })
  }

  /** What was allowed before is not asked again: the browser comes straight back. */
  async function authorize(meeting = anyOf(allowed)): Promise<void> {
    if (meeting === undefined) return
    const { browser, consumerKey } = meeting
    const { url } = reached(await browser.open(authorizeUrl(consumerKey)))
    freshCodes.add({ consumerKey, code: codeIn(url) })
  }

  async function exchange(which = anyOf(freshCodes)): Promise<void> {
    if (which === undefined) return
    freshCodes.delete(which)
    unanswered.codes.add(which)
    const { consumerKey, code } = which
    const credentials = { client_id: consumerKey, client_secret: secretOf(consumerKey) }
    const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentials }
    const { access_token, refresh_token } = granted(await token(form))
    unanswered.codes.delete(which)
    usedCodes.add(which)
    chains.add({ consumerKey, refreshToken: refresh_token, replaced: [], accessTokens: [access_token] })
  }

  async function refresh(which = anyOf(chains)): Promise<void> {
    if (which === undefined) return
    const { consumerKey, refreshToken } = which
    setAside(which)
    unanswered.chains.add(which)
    const credentials = { client_id: consumerKey, client_secret: secretOf(consumerKey) }
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, ...credentials }
    const { access_token, refresh_token } = granted(await token(form))
    unanswered.chains.delete(which)
    for (const text of which.accessTokens) orphans.delete(text)
    which.replaced.push(refreshToken)
    which.refreshToken = refresh_token
    which.accessTokens.push(access_token)
    chains.add(which)
  }

  async function revokeRefreshToken(): Promise<void> {
    const which = taken(chains)
    if (which === undefined) return
    granted(await revocation(which.refreshToken))
    endedChains.add(which)
    for (const text of which.accessTokens) ended.add(text)
  }

  /** A refresh that nobody answers ends no access token. */
  function setAside(chain: Chain): void {
    chains.delete(chain)
    for (const text of chain.accessTokens) orphans.add(text)
  }
}

/** Does what it likes, again and again, until the server is dead; then answers how many deeds were done. */
export async function loadUntilDeath(server: Answering, ledger: Ledger, org: Org): Promise<number> {
  const deed = anyDeed(server, ledger, org)
  for (let done = 0; ; done++) {
    if (!(await isAnswered(deed))) return done
  }
}

/** Does what it likes, again and again, as long as it is to; a caller who gets no answer goes on with something else. */
export async function loadWhile(isGoing: () => boolean, server: Answering, ledger: Ledger, org: Org): Promise<Held> {
  const deed = anyDeed(server, ledger, org)
  const held = { answered: 0, unanswered: 0 }
  while (isGoing()) held[(await isAnswered(deed)) ? 'answered' : 'unanswered']++
  return held
}

/** What a load came to. */
export interface Held {
  readonly answered: number
  readonly unanswered: number
}

function anyDeed(server: Answering, ledger: Ledger, org: Org): () => Promise<void> {
  const { tradeAssertion, authorize, allow, exchange, refresh, revokeAccessToken, revokeRefreshToken } = deeds(
    server,
    ledger,
    org,
  )
  const all = [
    tradeAssertion,
    tradeAssertion,
    () => authorize(),
    allow,
    () => exchange(),
    () => exchange(),
    () => refresh(),
    () => refresh(),
    revokeAccessToken,
    revokeRefreshToken,
  ]
  return async () => all[randomInt(all.length)]?.()
}

async function isAnswered(deed: () => Promise<void>): Promise<boolean> {
  try {
    await deed()
    return true
  } catch (error) {
    if (!isDeath(error)) throw error
    return false
  }
}

/** A request came to nothing that anybody knows of: 503. */
class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

/** Whether a request was not answered because nobody was there any more. */
function isDeath(error: unknown): boolean {
  if (error instanceof Unanswered) return true
  return error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message)
}

function reached(stop: Stop): Stop {
  if (stop.status === 503) throw new Unanswered()
  return stop
}

function granted({ status, body, text }: Answer) {
  if (status === 503) throw new Unanswered()
  if (status !== 200) throw new Error(`The server answered ${status} ${text}`)
  return body
}

function codeIn(url: URL): string {
  const code = url.searchParams.get('code')
  if (code === null) throw new Error(`There is no code in ${url}`)
  return code
}

function anyOf<T>(set: ReadonlySet<T>): T | undefined {
  return set.size === 0 ? undefined : [...set][randomInt(set.size)]
}

function taken<T>(set: Set<T>): T | undefined {
  const one = anyOf(set)
  if (one !== undefined) set.delete(one)
  return one
}
