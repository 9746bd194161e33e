import {
  type Choices,
  claimsOf,
  type Found,
  filled,
  missingIn,
  nothingFound,
  templateOf,
  type Values,
} from '../flow.ts'
import { flows, type StepName, stepWords } from '../flow-steps.ts'
import { type HttpReading, type HttpRequest, parametersOf, readHttp } from '../http-text.ts'
import { ask, askToAuthorize, cameBack, type Result, stopped } from './asking.ts'
import { type Break, breaks, brokenClaims, brokenTemplate } from './breaks.ts'
import { challengeOf, randomText, readPrivateKey, signJwt, strangerKey } from './jwt.ts'
import { membersOf, type Offer, textIn } from './offer.ts'

/** Where one is on the way through a flow. It is all in this page; the server keeps nothing of it. */
export interface Walk {
  readonly offer: Offer
  choices: Choices
  /** PEM. */
  privateKey: string
  /** Somebody who may not use the app. */
  outsider: string
  found: Found
  isCodeSpent: boolean
  /** Requests that were changed, as templates. */
  readonly edits: Map<StepName, string>
  /** Of the JWT, where they were changed. */
  header: string | undefined
  claims: string | undefined
  /** From when on the JWT is good: shown is what was signed. */
  signedAt: Date
  readonly results: Map<StepName, Result>
  broken: Break | undefined
  isBusy: boolean
}

/** The header that a JWT has unless it is changed. */
export const plainHeader = '{\n  "alg": "RS256"\n}'

/** A walk at its start, with the first app that is offered for the flow. */
export async function newWalk(offer: Offer, flow: Choices['flow']): Promise<Walk> {
  const walk: Walk = {
    offer,
    choices: { flow, consumerKey: '', consumerSecret: '', callbackUrl: offer.callbackUrl, username: '' },
    privateKey: '',
    outsider: '',
    found: nothingFound,
    isCodeSpent: false,
    edits: new Map(),
    header: undefined,
    claims: undefined,
    signedAt: new Date(),
    results: new Map(),
    broken: undefined,
    isBusy: false,
  }
  const [first] = appsFor(offer, flow)
  if (first !== undefined) chooseApp(walk, first.consumerKey)
  await beginAgain(walk)
  return walk
}

/** The apps with which one can go through a flow. */
export function appsFor({ apps, callbackUrl }: Offer, flow: Choices['flow']): Offer['apps'] {
  return apps.filter(({ privateKey, callbackUrls }) =>
    flow === 'jwt-bearer' ? privateKey !== '' : callbackUrls.includes(callbackUrl),
  )
}

/** Takes an app with what is known of it; of one that is not offered, only the key. */
export function chooseApp(walk: Walk, consumerKey: string): void {
  const app = walk.offer.apps.find((one) => one.consumerKey === consumerKey)
  walk.choices = {
    ...walk.choices,
    consumerKey,
    consumerSecret: app?.consumerSecret ?? '',
    username: app?.username ?? walk.choices.username,
  }
  walk.privateKey = app?.privateKey ?? ''
  walk.outsider = app?.outsider ?? ''
}

/** Forgets what the steps brought, and makes up state and PKCE anew. */
export async function beginAgain(walk: Walk): Promise<void> {
  walk.results.clear()
  walk.found = nothingFound
  await freshRequest(walk)
}

/** Everything that stands in requests. */
export function valuesOf({ found, choices }: Walk): Values {
  return { ...found, client_secret: choices.consumerSecret }
}

/** The template of a step as it stands now. */
export function templateIn(walk: Walk, step: StepName): string {
  return walk.edits.get(step) ?? templateOf(step, walk.choices, walk.offer.loginUrl)
}

/** The text of a step as it would be sent now. */
export function shownText(walk: Walk, step: StepName): string {
  return filled(templateIn(walk, step), valuesOf(walk))
}

/** The claims in the editor. */
export function claimsIn(walk: Walk): string {
  return walk.claims ?? claimsOf(walk.choices, walk.offer.loginUrl, walk.signedAt)
}

/** Reads a step as it stands. */
export function readingOf(walk: Walk, step: StepName): HttpReading {
  return readHttp(shownText(walk, step), walk.offer.loginUrl)
}

/** Signs the JWT of the editor. */
export async function sign(walk: Walk): Promise<Result> {
  walk.signedAt = new Date()
  const isForeign = walk.broken?.name === 'foreign-key'
  const reading = isForeign ? { ok: true as const, key: await strangerKey() } : await readPrivateKey(walk.privateKey)
  if (!reading.ok) return stopped('Not signed', reading.problem)
  const assertion = await signJwt(walk.header ?? plainHeader, claimsIn(walk), reading.key)
  walk.found = { ...walk.found, assertion }
  return { ...stopped('Signed with RS256'), outcome: 'done' }
}

/** Does a step, and keeps what came of it. */
export async function doStep(walk: Walk, step: StepName): Promise<Result> {
  const result = step === 'assertion' ? await sign(walk) : await send(walk, step)
  walk.results.set(step, result)
  // What comes later rests on these; the others only use what there is.
  if (step === 'authorize' || step === 'assertion' || step === 'token') {
    for (const later of laterThan(walk, step)) walk.results.delete(later)
  }
  return result
}

/** Breaks a step on purpose, and sends it. */
export async function breakIt(walk: Walk, broken: Break): Promise<void> {
  forgetEdits(walk)
  walk.broken = broken
  const { name, step } = broken
  if (broken.flow === 'jwt-bearer') {
    walk.claims = brokenClaims(name, claimsIn(walk), walk.outsider, new Date())
    if ((await doStep(walk, 'assertion')).outcome === 'done') await doStep(walk, 'token')
    return
  }
  if (step === 'token' && !(await hasFreshCode(walk, name === 'replayed-code'))) return
  if (name === 'replayed-code' && !walk.isCodeSpent) await doStep(walk, 'token')
  walk.edits.set(step, brokenTemplate(name, templateIn(walk, step)))
  await doStep(walk, step)
}

/** Puts back what was broken, and sends it as it ought to be. */
export async function mend(walk: Walk): Promise<void> {
  const { step = 'token', flow } = walk.broken ?? {}
  forgetEdits(walk)
  if (flow === 'jwt-bearer') {
    if ((await doStep(walk, 'assertion')).outcome === 'done') await doStep(walk, 'token')
    return
  }
  if (step === 'token' && !(await hasFreshCode(walk, false))) return
  await doStep(walk, step)
}

/** Undoes every change. */
export function forgetEdits(walk: Walk): void {
  walk.edits.clear()
  walk.header = undefined
  walk.claims = undefined
  walk.broken = undefined
}

/** The ways in which the flow can be broken. */
export function breaksOf({ choices }: Walk): readonly Break[] {
  return breaks.filter(({ flow }) => flow === choices.flow)
}

/** What has to outlast the way to the sign-in page and back. */
export function writeKept({ choices, found, edits, outsider }: Walk): string {
  const { state, code_verifier, code_challenge } = found
  return JSON.stringify({
    ...choices,
    outsider,
    state,
    code_verifier,
    code_challenge,
    edits: Object.fromEntries(edits),
  })
}

/** Takes up again what was kept, with what the callback was given. */
export async function takeUp(walk: Walk, text: string, brought: URLSearchParams): Promise<void> {
  const kept = membersOf(readJson(text))
  walk.choices = {
    flow: 'web-server',
    consumerKey: textIn(kept, 'consumerKey'),
    consumerSecret: textIn(kept, 'consumerSecret'),
    callbackUrl: textIn(kept, 'callbackUrl'),
    username: textIn(kept, 'username'),
  }
  walk.outsider = textIn(kept, 'outsider')
  const edits = membersOf(kept['edits'])
  for (const step of flows['web-server'].steps)
    if (textIn(edits, step) !== '') walk.edits.set(step, textIn(edits, step))
  walk.found = {
    ...nothingFound,
    state: textIn(kept, 'state'),
    code_verifier: textIn(kept, 'code_verifier'),
    code_challenge: textIn(kept, 'code_challenge'),
  }
  walk.results.set('authorize', takeCode(walk, brought, await cameBack(brought, walk.choices.consumerKey, [])))
}

async function send(walk: Walk, step: StepName): Promise<Result> {
  if (step === 'authorize' && walk.isCodeSpent) await freshRequest(walk)
  const missing = missingIn(templateIn(walk, step), valuesOf(walk))
  const reading = readingOf(walk, step)
  if (!reading.ok) return stopped('Cannot be sent', reading.problem)
  const { request } = reading
  const notes = [...reading.notes, ...missing.map((name) => `There is no ${name} yet: an earlier step brings it.`)]
  const { origin } = new URL(request.url)
  if (![walk.offer.loginUrl, ...walk.offer.orgUrls].includes(origin)) {
    return stopped('Not sent', `This page sends only to this server and its orgs, and not to ${origin}.`)
  }
  if (step === 'authorize' && request.method === 'GET') {
    const { result, brought } = await askToAuthorize(request, walk.offer.callbackUrl, notes)
    return brought === undefined ? result : takeCode(walk, brought, result)
  }
  const result = await ask(request, notes)
  take(walk, request, result)
  return result
}

/** The code of a callback, if it belongs to what was asked. */
function takeCode(walk: Walk, brought: URLSearchParams, result: Result): Result {
  const code = brought.get('code')
  if (brought.get('state') !== walk.found.state) {
    return {
      ...result,
      outcome: 'refused',
      notes: [...result.notes, 'The state is not the one that was sent, so an app must not go on with this answer.'],
    }
  }
  if (code !== null) {
    walk.found = { ...walk.found, code }
    walk.isCodeSpent = false
  }
  return result
}

/** What an answer brought for later steps. */
function take(walk: Walk, request: HttpRequest, { outcome, members }: Result): void {
  const isToken = parametersOf(request).some(([name]) => name === 'code')
  // Whatever is wrong with a code, it is spoilt; only who does not prove to be the app has not touched it.
  if (isToken && textIn(members, 'error') !== 'invalid_client') walk.isCodeSpent = true
  if (outcome !== 'done') return
  const of = (name: keyof Found) => textIn(members, name) || walk.found[name]
  walk.found = {
    ...walk.found,
    access_token: of('access_token'),
    refresh_token: of('refresh_token'),
    instance_url: of('instance_url'),
  }
}

/** Has a code that can be shown: asks for one where there is none, which works without a page once the app is allowed. */
async function hasFreshCode(walk: Walk, maySpent: boolean): Promise<boolean> {
  if (walk.found.code !== '' && (maySpent || !walk.isCodeSpent)) return true
  const { outcome } = await doStep(walk, 'authorize')
  if (outcome === 'done' && walk.found.code !== '') return true
  walk.results.set(
    'token',
    stopped('No code yet', `A code is needed first: go through “${stepWords('web-server', 'authorize').title}”.`),
  )
  return false
}

async function freshRequest(walk: Walk): Promise<void> {
  const code_verifier = randomText(48)
  walk.found = {
    ...walk.found,
    state: randomText(12),
    code_verifier,
    code_challenge: await challengeOf(code_verifier),
    code: '',
  }
  walk.isCodeSpent = false
}

function laterThan({ choices }: Walk, step: StepName): readonly StepName[] {
  const { steps } = flows[choices.flow]
  return steps.slice(steps.indexOf(step) + 1)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
