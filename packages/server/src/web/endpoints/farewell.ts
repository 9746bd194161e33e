import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import type { Afterwards, SamlLogout } from '../../oauth/saml-logout.ts'
import { logoutCalls } from '../../oidc/front-channel-logout.ts'
import type { ListedSession } from '../../sessions/session.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { SignedOutPage } from '../pages/signed-out.tsx'
import type { Reply } from '../reply.ts'
import type { Visit } from '../visit.ts'

/** What telling apps that sessions are over needs. */
export interface FarewellNeeds {
  readonly apps: Pick<ConnectedAppStore, 'find' | 'findPolicies'>
  readonly samlLogout: Pick<SamlLogout, 'begin'>
}

interface Parting extends Afterwards {
  /** Where it was to go on to, as somebody asked who posted a form of ours; `undefined` where nobody posted one. */
  readonly askedOnForm?: { readonly next: string | undefined } | undefined
  /** The consumer key of the app that wanted it, which is not told. */
  readonly askedBy?: string | undefined
  readonly cookies: readonly string[]
}

// Long enough for the frames to have asked, short enough for a person who waits.
const callsTake = 3
// As many frames as a page bears.
const mostCalls = 50

/**
 * The browser's way from sessions that are over: by the page that calls the apps that were opened from them, then one after the
 * other to those that are told by SAML, and on to `next`.
 */
export async function farewell(
  { apps, samlLogout }: FarewellNeeds,
  visit: Visit,
  ended: readonly ListedSession[],
  { next: wanted, ifPartial, askedOnForm, askedBy, cookies }: Parting,
): Promise<Reply> {
  const next = (await samlLogout.begin(ended, visit.site, { next: wanted, ifPartial })) ?? wanted
  const called = await Promise.all(ended.map((session) => logoutCalls({ apps }, session, visit.site.base, askedBy)))
  const calls = called.flat().slice(0, mostCalls)
  // Browsers hold the policy of a page against every redirect after its form: where others come in between, a page goes on by itself.
  const needsPage = calls.length > 0 || (askedOnForm !== undefined && askedOnForm.next !== next)
  if (next !== undefined && !needsPage) return redirectTo(next, visit, cookies)
  return pageAnswer(SignedOutPage({ signInUrl: '/', calls, next }), {
    cookies,
    frames: [...new Set(calls.map(({ url }) => new URL(url).origin))],
    goesOn: next === undefined ? undefined : { after: calls.length === 0 ? 0 : callsTake, to: next },
  })
}
