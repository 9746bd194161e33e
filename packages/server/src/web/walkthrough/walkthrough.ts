import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import type { WalkthroughOffer } from '../../demo/walkthrough-offer.ts'
import type { JournalStore, KeptEntry } from '../../journal/journal.ts'
import type { Addresses } from '../../orgs/address.ts'
import type { OrgStore } from '../../orgs/org.ts'
import type { UserStore } from '../../users/user.ts'
import { jsonAnswer } from '../answer.ts'
import { missingAnswer } from '../endpoints/pages.ts'
import { queryParameter } from '../incoming.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { type Reply, wantsPage } from '../reply.ts'
import { type Handler, router } from '../router.ts'
import { asset } from '../setup/assets.ts'
import { walkthroughScript, walkthroughStylesheet } from '../setup/built-assets.ts'
import { toldWith } from '../setup/flow-log/entry-checklist.tsx'
import type { Answer, Visit } from '../visit.ts'
import { Checks } from './checks.tsx'
import { WalkthroughPage } from './page.tsx'
import {
  walkthroughCallbackPath,
  walkthroughChecksPath,
  walkthroughPath,
  walkthroughScriptPath,
  walkthroughStylesheetPath,
} from './places.ts'

interface Needs {
  /** What there is to choose from. */
  readonly offer: WalkthroughOffer
  readonly mainUrl: string
  readonly addresses: Addresses
  readonly orgs: Pick<OrgStore, 'list' | 'find'>
  readonly apps: Pick<ConnectedAppStore, 'find' | 'findByConsumerKey'>
  readonly users: Pick<UserStore, 'find'>
  readonly journal: Pick<JournalStore, 'find' | 'listOfServer'>
  readonly page: (answer: Answer) => Handler
  readonly missing: Handler
}

// So many orgs' own addresses are let into the policy of the page: it is one line of a header.
const mostOrgs = 50

/**
 * The walkthrough of `sallyport dev`: a page whose script asks this server as any client would. It is given no rights, and
 * the server keeps nothing of it.
 */
export function walkthrough(needs: Needs): Handler {
  const { offer, mainUrl, addresses, orgs, apps, users, journal, page, missing } = needs
  const pages = router(missing)
  pages.get(walkthroughPath, page(show))
  pages.get(walkthroughCallbackPath, page(show))
  pages.get(walkthroughChecksPath, page(checks))
  pages.get(walkthroughScriptPath, page(asset(walkthroughScript, 'text/javascript;charset=UTF-8')))
  pages.get(walkthroughStylesheetPath, page(asset(walkthroughStylesheet, 'text/css;charset=UTF-8')))
  return pages.answer

  async function show(visit: Visit): Promise<Reply> {
    const { request, site } = visit
    const isOurs = isAtHome(visit)
    // One address, so that what comes back by the callback URL is at the same origin.
    if (isOurs && site.base !== mainUrl) {
      return redirectTo(`${mainUrl}${request.path}${request.query === '' ? '' : `?${request.query}`}`, visit)
    }
    const list = (await orgs.list()).slice(0, mostOrgs)
    const orgUrls = [...new Set(list.map((org) => addresses.baseOf(org, site)))]
    // A name that somebody else made point here gets no keys to read (DNS rebinding).
    const shown = isOurs ? offer : { apps: [], users: [] }
    const element = WalkthroughPage({
      loginUrl: mainUrl,
      orgUrls,
      callbackUrl: mainUrl + walkthroughCallbackPath,
      offer: shown,
    })
    return pageAnswer(element, { script: 'setup', asks: orgUrls })
  }

  async function checks(visit: Visit): Promise<Reply> {
    const entry = isAtHome(visit) ? await entryFor(visit) : undefined
    if (entry === undefined) return missingAnswer(visit)
    const [org, app, user] = await Promise.all([
      entry.orgId === undefined ? undefined : orgs.find(entry.orgId),
      entry.appId === undefined ? undefined : apps.find(entry.appId),
      entry.userId === undefined ? undefined : users.find(entry.userId),
    ])
    const told = toldWith({ org: org?.name, app: app?.label, user: user?.username }, entry)
    return wantsPage(visit.request) ? pageAnswer(Checks({ told })) : jsonAnswer(told.diagnosis)
  }

  /** A request by its id; or, for answers that a browser carried past everybody, the last one of an app that it brought. */
  async function entryFor({ request }: Visit): Promise<KeptEntry | undefined> {
    const requestId = queryParameter(request, 'request')
    if (requestId !== undefined) return journal.find(requestId)
    const app = await apps.findByConsumerKey(queryParameter(request, 'client') ?? '')
    if (app === undefined) return undefined
    const latest = await Promise.all(
      ['authorize', 'consent'].map((endpoint) => journal.listOfServer({ appId: app.id, endpoint }, { limit: 1 })),
    )
    return latest.flat().sort((one, other) => other.id - one.id)[0]
  }
}

/** Whether a request names an address of this server as its host. */
function isAtHome({ request, site }: Visit): boolean {
  return request.header('host') === new URL(site.base).host
}
