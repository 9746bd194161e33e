import { setTimeout } from 'node:timers/promises'
import { authorizeUrl, decideOn, type Stop } from '../flows/test-browser.ts'
import { type Answer, callbackUrl } from '../flows/test-server.ts'
import { anyOf, type FaultOrg, type Meeting, people } from './fault-org.ts'
import { type History, newHistory, type Outcome, type Request } from './history.ts'
import { anyNode, type Node } from './killable-server.ts'

/** Something that a server gave: what it is for, and what ends with it. */
export interface Thing {
  readonly kind: 'access token' | 'refresh token' | 'code'
  readonly text: string
  readonly org: FaultOrg
  /** The app that it was given to. */
  readonly consumerKey: string
  /** Ends together. */
  readonly family: string
}

/** What callers have, and have not used up. */
export interface Stock {
  /** Everything that was ever given, by its key in the history. */
  readonly given: Map<string, Thing>
  /** Access tokens of assertions. */
  readonly single: Set<Thing>
  readonly codes: Set<Thing>
  readonly refreshTokens: Set<Thing>
  /** Who allowed what, and who has yet to be asked. */
  readonly allowed: Set<Meeting>
  readonly unasked: Set<Meeting>
}

/** A run: who is asked by whom, and what came of it. */
export interface Run {
  /** The nodes that callers know of. */
  readonly nodes: readonly Node[]
  readonly orgs: readonly FaultOrg[]
  readonly stock: Stock
  readonly history: History
}

/** A run that is about to begin, on nodes of a database that has these orgs: their people sign in. */
export async function newRun(nodes: readonly Node[], orgs: readonly FaultOrg[]): Promise<Run> {
  const unasked = await people(anyNode(nodes), orgs)
  const stock: Stock = {
    given: new Map(),
    single: new Set(),
    codes: new Set(),
    refreshTokens: new Set(),
    allowed: new Set(),
    unasked,
  }
  return { nodes, orgs, stock, history: newHistory() }
}

/** What a thing is called in the history. */
export function keyOf({ kind, text }: Pick<Thing, 'kind' | 'text'>): string {
  return `${kind} ${text}`
}

/** What an assertion is called there: by its signature, which differs with its `jti`. */
export function keyOfAssertion(assertion: string): string {
  return `assertion ${assertion.slice(-32)}`
}

/** What an approval is called there. */
export function approvalOf({ username, consumerKey }: Meeting): string {
  return `approval of ${consumerKey} by ${username}`
}

let made = 0

/** What callers do: one request each, but for those of browsers. Each rejects when it is not answered. */
export function deeds({ orgs, stock, history }: Run) {
  return { tradeAssertion, exchange, refresh, revoke, check, trespass, allow, authorize }

  /** @param assertion sent before, when it is sent again */
  async function tradeAssertion(node: Node, org = anyOf(orgs), assertion = org.assertion()): Promise<void> {
    // Unlike a code, an assertion that comes twice ends nothing that it had bought.
    const key = keyOfAssertion(assertion)
    const family = `bought by ${key}`
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
    const { body } = await history.record(about(node, 'spend', key, { family: key, org }), async () => {
      const answer = await token(node, grant)
      return { ...answer, gave: gave(answer, [{ kind: 'access token', org, consumerKey: '', family }]) }
    })
    const thing = stock.given.get(`access token ${body.access_token}`)
    if (thing !== undefined) stock.single.add(thing)
  }

  async function exchange(node: Node, code: Thing): Promise<void> {
    stock.codes.delete(code)
    await spend(node, code, { grant_type: 'authorization_code', code: code.text, redirect_uri: callbackUrl })
  }

  async function refresh(node: Node, refreshToken: Thing): Promise<void> {
    stock.refreshTokens.delete(refreshToken)
    await spend(node, refreshToken, { grant_type: 'refresh_token', refresh_token: refreshToken.text })
  }

  async function spend(node: Node, thing: Thing, form: Record<string, string>): Promise<void> {
    const { org, consumerKey, family } = thing
    const app = { client_id: consumerKey, client_secret: org.secretOf(consumerKey) }
    const { body } = await history.record(about(node, 'spend', keyOf(thing), thing), async () => {
      const answer = await token(node, { ...form, ...app })
      const common = { org, consumerKey, family }
      const kinds = [{ kind: 'access token', ...common } as const, { kind: 'refresh token', ...common } as const]
      return { ...answer, gave: gave(answer, kinds) }
    })
    const next = stock.given.get(`refresh token ${body.refresh_token}`)
    if (next !== undefined) stock.refreshTokens.add(next)
  }

  async function revoke(node: Node, thing: Thing): Promise<void> {
    stock.single.delete(thing)
    stock.refreshTokens.delete(thing)
    await history.record(about(node, 'revoke', keyOf(thing), thing), async () =>
      outcomeOf(await node.post('/services/oauth2/revoke', { token: thing.text })),
    )
  }

  async function check(node: Node, thing: Thing): Promise<void> {
    await history.record(about(node, 'check', keyOf(thing), thing), async () => {
      const answer = await node.get('/services/oauth2/userinfo', thing.text)
      return { ...outcomeOf(answer), sawOrg: answer.body?.organization_id }
    })
  }

  /** Asks with a token of one org for a user of another. */
  async function trespass(node: Node, thing: Thing): Promise<void> {
    const other = anyOf(orgs.filter((org) => org !== thing.org))
    const request = about(node, 'issue', `what ${keyOf(thing)} may not see`, thing)
    await history.record(request, async () => {
      const answer = await node.get(`/id/${other.id}/${anyOf(other.userIds)}`, thing.text)
      return { ...outcomeOf(answer), sawOrg: answer.status === 200 ? other.id : undefined }
    })
  }

  async function allow(meeting: Meeting): Promise<void> {
    stock.unasked.delete(meeting)
    const key = approvalOf(meeting)
    await browse('issue', meeting, async (browser) => {
      const consent = reached(await browser.open(authorizeUrl(meeting.consumerKey)))
      const stop = reached(await decideOn(browser, consent, 'allow'))
      return [key, ...code(meeting, stop)]
    })
    stock.allowed.add(meeting)
  }

  /** What was allowed before is not asked again: the browser comes straight back. */
  async function authorize(meeting: Meeting): Promise<void> {
    meeting.seen += 1
    await browse('check', meeting, async (browser) =>
      code(meeting, reached(await browser.open(authorizeUrl(meeting.consumerKey)))),
    )
  }

  function browse(act: 'issue' | 'check', meeting: Meeting, walk: (browser: Meeting['browser']) => Promise<string[]>) {
    const key = approvalOf(meeting)
    const request = { node: 'any', act, key, family: key, org: meeting.org.id }
    return history.record(request, async () => {
      const keys = await walk(meeting.browser)
      return { outcome: keys.length === 0 ? 'refused' : 'done', gave: keys } as const
    })
  }

  function code({ org, consumerKey }: Meeting, { url, hasLeft }: Stop): string[] {
    const text = hasLeft ? url.searchParams.get('code') : null
    if (text === null) return []
    made += 1
    const thing: Thing = { kind: 'code', text, org, consumerKey, family: `family ${made}` }
    stock.given.set(keyOf(thing), thing)
    stock.codes.add(thing)
    return [keyOf(thing)]
  }

  function gave({ outcome, body }: Outcome & Pick<Answer, 'body'>, things: Omit<Thing, 'text'>[]): string[] {
    if (outcome !== 'done') return []
    return things.map((thing) => {
      const text = thing.kind === 'access token' ? body.access_token : body.refresh_token
      stock.given.set(keyOf({ ...thing, text }), { ...thing, text })
      return keyOf({ ...thing, text })
    })
  }
}

function about(node: Node, act: Request['act'], key: string, { family, org }: Pick<Thing, 'family' | 'org'>) {
  return { node: node.name, act, key, family, org: org.id }
}

async function token(node: Node, form: Record<string, string>) {
  const answer = await node.post('/services/oauth2/token', form)
  return { ...answer, ...outcomeOf(answer) }
}

/** A request came to nothing that anybody knows of: 503. */
class Unanswered extends Error {
  override readonly name = 'Unanswered'
  constructor() {
    super('The server answered 503.')
  }
}

function outcomeOf({ status, text }: Answer): Outcome {
  if (status === 503) throw new Unanswered()
  if (status >= 500) throw new Error(`The server answered ${status} ${text}`)
  return { outcome: status === 200 ? 'done' : 'refused' }
}

function reached(stop: Stop): Stop {
  if (stop.status === 503) throw new Unanswered()
  if (stop.status >= 500) throw new Error(`The server answered ${stop.status} ${stop.html}`)
  return stop
}

/** Whether a request was not answered because nobody was there, or nobody who could. */
function isLoss(error: unknown): boolean {
  return (
    error instanceof Unanswered ||
    (error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message))
  )
}

// Milliseconds that a caller waits who got no answer, and between looks at how many there have been.
const pause = 100
const look = 10

/** Callers who do what they like as long as they are to; who gets no answer asks another node for the same. */
export async function load(run: Run, callers: number, isGoing: () => boolean): Promise<void> {
  const { tradeAssertion, exchange, refresh, revoke, check, trespass, allow, authorize } = deeds(run)
  const { stock, orgs } = run
  const accessTokens = () => [...stock.given.values()].filter(({ kind }) => kind === 'access token')
  const trade = () => {
    const org = anyOf(orgs)
    const assertion = org.assertion()
    return insist((node) => tradeAssertion(node, org, assertion))
  }
  const withOne = (things: () => Iterable<Thing>, deed: (node: Node, thing: Thing) => Promise<void>) => () => {
    const thing = anyOrNone(things())
    return thing === undefined ? trade() : insist((node) => deed(node, thing))
  }
  const all = [
    trade,
    trade,
    withOne(() => stock.codes, exchange),
    withOne(() => stock.codes, exchange),
    withOne(() => stock.refreshTokens, refresh),
    withOne(() => stock.refreshTokens, refresh),
    withOne(() => stock.refreshTokens, revoke),
    withOne(() => stock.single, revoke),
    withOne(accessTokens, check),
    withOne(accessTokens, check),
    withOne(accessTokens, trespass),
    () => meet(stock.unasked, allow),
    () => meet(seldomSeen(stock.allowed), authorize),
  ]
  await Promise.all(Array.from({ length: callers }, caller))

  async function caller(): Promise<void> {
    while (isGoing()) await anyOf(all)()
  }

  /** Sends the same to one node after the other, until one of them answers. */
  async function insist(deed: (node: Node) => Promise<void>): Promise<void> {
    let node: Node | undefined
    do {
      const others = run.nodes.filter((other) => other !== node)
      node = anyOf(others.length === 0 ? run.nodes : others)
      if (await isAnswered(deed(node))) return
    } while (isGoing())
  }

  async function meet(among: Iterable<Meeting>, deed: (meeting: Meeting) => Promise<void>): Promise<void> {
    const meeting = anyOrNone(among)
    if (meeting !== undefined) await isAnswered(deed(meeting))
  }
}

// Of the refresh tokens of a user for an app the oldest of more than five ends, as at Salesforce: one comes of the consent, and one
// may come of the questions afterwards.
const mostCodes = 3

function seldomSeen(meetings: Iterable<Meeting>): Meeting[] {
  return [...meetings].filter(({ seen }) => seen < mostCodes)
}

/** Whether a deed was answered. @throws what is more than that nobody did */
export async function isAnswered(deed: Promise<void>): Promise<boolean> {
  try {
    await deed
    return true
  } catch (error) {
    if (!isLoss(error)) throw error
    await setTimeout(pause)
    return false
  }
}

function anyOrNone<T>(all: Iterable<T>): T | undefined {
  const list = [...all]
  return list.length === 0 ? undefined : anyOf(list)
}

/** Resolves when so many more requests of a run have been answered. */
export async function answers({ history }: Pick<Run, 'history'>, more: number): Promise<void> {
  const goal = history.answered + more
  while (history.answered < goal) await setTimeout(look)
}
