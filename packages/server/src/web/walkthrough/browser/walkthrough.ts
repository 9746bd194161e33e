import { flows } from '../flow-steps.ts'
import { isBreakName } from './breaks.ts'
import { readOffer } from './offer.ts'
import { readLink } from './share.ts'
import { view } from './view.ts'
import { breakIt, breaksOf, chooseApp, newWalk, takeUp } from './walk.ts'

const keptUnder = 'sallyport-walkthrough'

/** Begins: with what a link says, or with what the sign-in brought back, or at the start. */
async function begin(place: HTMLElement): Promise<void> {
  const offer = readOffer(place.dataset['offer'] ?? '{}')
  const brought = new URLSearchParams(location.search)
  const kept = sessionStorage.getItem(keptUnder)
  sessionStorage.removeItem(keptUnder)
  const hasComeBack = location.pathname.endsWith('/callback') && (brought.has('code') || brought.has('error'))
  const shared = hasComeBack ? undefined : readLink(location.hash.slice(1))
  const walk = await newWalk(offer, shared?.flow ?? 'web-server')
  // The code belongs to the app, and into no history of the browser.
  if (location.pathname.endsWith('/callback')) history.replaceState(undefined, '', '/walkthrough')
  if (hasComeBack && kept !== null) await takeUp(walk, kept, brought)
  if (shared !== undefined) {
    if (shared.consumerKey !== '') chooseApp(walk, shared.consumerKey)
    walk.choices = { ...walk.choices, username: shared.username }
    walk.header = shared.header
    walk.claims = shared.claims
    for (const step of flows[shared.flow].steps) {
      const text = shared.edits[step]
      if (text !== undefined) walk.edits.set(step, text)
    }
  }
  document.documentElement.classList.add('is-walking')
  const strangerCame = hasComeBack && kept === null
  const shown = view(place, walk, {
    keep: (text) => sessionStorage.setItem(keptUnder, text),
    note: strangerCame
      ? 'Somebody came back here with an answer, but no walk had begun in this tab. Begin one here.'
      : '',
  })
  const broken = breaksOf(walk).find(({ name }) => isBreakName(shared?.broken) && name === shared.broken)
  if (broken !== undefined) await shown.busy(() => breakIt(walk, broken))
  const goal = hasComeBack && kept !== null ? 'token' : shared?.step
  if (goal !== undefined) shown.goTo(goal)
}

const place = document.getElementById('walkthrough')
if (place !== null) await begin(place)
