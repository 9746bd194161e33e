import type { ApprovalStore } from '../connected-apps/approval.ts'
import type { ConnectedApp, ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { requestedScopes, type Scope } from '../connected-apps/scope.ts'
import { aboutApp, type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import { hashSecret } from '../secret.ts'
import { type DeviceCode, type DeviceCodeStore, readUserCode } from '../tokens/device-code.ts'
import type { OAuthError } from './error.ts'
import { refusal } from './refusal.ts'
import type { Browser, SignedIn, WhoIsThere } from './signed-in.ts'
import type { UserOfApp } from './user-of-app.ts'

/** What a person is asked about a device. */
export interface DeviceQuestion {
  readonly signedIn: SignedIn
  readonly app: ConnectedApp
  readonly scopes: readonly Scope[]
  /** As a device shows it. */
  readonly userCode: string
}

/** What comes after a person has typed a user code. */
export type DeviceStep =
  | { readonly go: 'sign-in' }
  /** The code is not right, or nobody may type one now. */
  | { readonly go: 'type-again'; readonly refused: OAuthError }
  | { readonly go: 'ask'; readonly question: DeviceQuestion }

/** The person's side of the device flow: from the code that a device shows to yes or no. */
export interface DeviceConsent {
  /** Whether anybody is there who could answer. */
  isSignedIn(browser: Browser, site: Site): Promise<boolean>
  /** What to ask. @throws {OAuthError} when this person may not use the app, or nobody may in this way */
  ask(typed: string, browser: Browser, site: Site, checks: Checklist): Promise<DeviceStep>
  /** The answer. Of two answers at once the first counts, and the second is about a code that is none any more. */
  answer(
    typed: string,
    isAllowed: boolean,
    browser: Browser,
    site: Site,
    checks: Checklist,
  ): Promise<Exclude<DeviceStep, { go: 'ask' }> | { readonly go: 'done' }>
}

interface Needs {
  readonly deviceCodes: Pick<DeviceCodeStore, 'findByUserCode' | 'answer'>
  readonly apps: Pick<ConnectedAppStore, 'find'>
  readonly approvals: Pick<ApprovalStore, 'allow'>
  readonly whoIsThere: WhoIsThere
  /** That of the device flow, for which an app has to be installed. */
  readonly userOfApp: UserOfApp
  readonly now: () => Date
}

// Wrong codes in so many seconds. One of 78 thousand million is not guessed in ten tries; an office may share an address.
const window = 600
const mostByUser = 10
const mostByAddress = 50

/**
 * The consent of the device flow. It is asked for each device anew, whatever was allowed before: who is signed in may have
 * been sent here by somebody else's device (RFC 8628 §5.4). Codes are looked up only for people who are signed in, so that
 * guessing has a name.
 */
export function deviceConsent(needs: Needs): DeviceConsent {
  const { deviceCodes, apps, approvals, whoIsThere, userOfApp, now } = needs
  return {
    async isSignedIn({ session }, site) {
      return (await whoIsThere(session, site)) !== undefined
    },

    async ask(typed, browser, site, checks) {
      const step = await lookUp(typed, browser, site, checks)
      if (step.go !== 'found') return step
      const { signedIn, app, code, userCode } = step
      await checkUse(app, signedIn, browser, site, checks)
      pass(checks, 'scope', { scopes: code.scopes })
      return { go: 'ask', question: { signedIn, app, scopes: code.scopes, userCode } }
    },

    async answer(typed, isAllowed, browser, site, checks) {
      const step = await lookUp(typed, browser, site, checks)
      if (step.go !== 'found') return step
      const { signedIn, app, code } = step
      const { session, org, user } = signedIn
      if (isAllowed) await checkUse(app, signedIn, browser, site, checks)
      const answer = { orgId: org.id, userId: user.id, authTime: session.authTime, isAllowed }
      if (isAllowed) {
        await approvals.allow({ orgId: org.id, userId: user.id, appId: app.id, scopes: code.scopes }, now())
      }
      if (!(await deviceCodes.answer(code.id, answer, now()))) return typeAgain()
      if (isAllowed) pass(checks, 'approved', { by: 'the user', scopes: code.scopes })
      return { go: 'done' }
    },
  }

  async function lookUp(typed: string, browser: Browser, site: Site, checks: Checklist): Promise<Found | Missed> {
    const signedIn = await whoIsThere(browser.session, site)
    if (signedIn === undefined) return { go: 'sign-in' }
    const { org, user } = signedIn
    checks.orgId = org.id
    checks.userId = user.id
    pass(checks, 'signed-in', { user: user.username })
    const userCode = readUserCode(typed)
    // What no device can show is a slip of the hand and guesses nothing.
    if (userCode === undefined) return typeAgain()
    const byUser = { by: `user ${user.id}`, most: mostByUser }
    const limits = [byUser, { by: `address ${browser.sourceIp}`, most: mostByAddress }]
    const finding = await deviceCodes.findByUserCode(hashSecret(userCode), { limits, window }, now())
    if (finding.state === 'too-many-tries') {
      const facts =
        finding.by === byUser.by
          ? ({ by: 'user', most: mostByUser, window } as const)
          : ({ by: 'address', most: mostByAddress, window } as const)
      return { go: 'type-again', refused: refusal({ reason: 'user-code-tried-too-often', facts }) }
    }
    const app = finding.state === 'pending' ? await apps.find(finding.code.appId) : undefined
    // An app may be deleted, or lose the flow or a scope, while a person types.
    if (finding.state !== 'pending' || app === undefined) return typeAgain()
    aboutApp(checks, app)
    pass(checks, 'user-code')
    if (!app.isDeviceFlowEnabled) throw refusal({ reason: 'device-flow-off', facts: { app: app.label } })
    pass(checks, 'flow')
    const asked = requestedScopes(finding.code.scopes.join(' '), app.scopes)
    if (!asked.ok) {
      const facts = { app: app.label, found: asked.notOfApp, allowed: app.scopes, by: 'app' } as const
      throw refusal({ reason: 'scope-not-allowed', facts })
    }
    return { go: 'found', signedIn, app, code: finding.code, userCode }
  }

  async function checkUse(
    app: ConnectedApp,
    { user }: SignedIn,
    { sourceIp }: Browser,
    site: Site,
    checks: Checklist,
  ): Promise<void> {
    const request = { site, sourceIp }
    const { policies } = await userOfApp({ userId: user.id, app, request, checks, relaxesAddress: false })
    if (policies.requiresHighAssurance) throw refusal({ reason: 'high-assurance-required', facts: { app: app.label } })
  }
}

type Missed = Exclude<DeviceStep, { go: 'ask' }>

interface Found {
  readonly go: 'found'
  readonly signedIn: SignedIn
  readonly app: ConnectedApp
  readonly code: DeviceCode
  readonly userCode: string
}

function typeAgain(): Missed {
  return { go: 'type-again', refused: refusal({ reason: 'user-code-unknown', facts: {} }) }
}
