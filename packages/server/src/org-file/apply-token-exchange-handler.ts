import type { Org } from '../orgs/org.ts'
import { type Outcome, refused } from '../problem.ts'
import { changeHandler, handlerWith, newHandler } from '../token-exchange/new-token-exchange-handler.ts'
import { type Applied, type ApplyNeeds, changedIf, isSame, was } from './applied.ts'
import type { TokenExchangeHandlerEntry } from './org-file.ts'

/** Makes a token exchange handler, or changes what differs of it. */
export async function applyTokenExchangeHandler(
  needs: ApplyNeeds,
  org: Org,
  entry: TokenExchangeHandlerEntry,
): Promise<Outcome<Applied>> {
  const { developerName, enablements, ...others } = entry
  const unclear = enablements?.findIndex(
    (one) => (one.connectedApp === undefined) === (one.externalClientApp === undefined),
  )
  if (unclear !== undefined && unclear >= 0) {
    const message = 'Name either a connected app (connectedApp) or an external client app (externalClientApp).'
    return refused({ field: 'enablements', item: unclear, message })
  }
  const entered = {
    ...others,
    ...(enablements === undefined ? {} : { enablements: enablements.map(inOneWord) }),
  }
  const handlers = await needs.tokenExchangeHandlers.list(org.id)
  const held = handlers.find((handler) => handler.developerName === developerName)
  if (held === undefined) return was('created', await newHandler(needs, org, { ...entered, developerName }))
  const checked = await handlerWith(needs, held, entered, needs.now())
  return changedIf(held, checked, isSame, () => changeHandler(needs, held, entered))
}

type Enablement = NonNullable<TokenExchangeHandlerEntry['enablements']>[number]

/** Acts call apps of either kind by the word for connected apps. */
function inOneWord({ connectedApp, externalClientApp, ...others }: Enablement) {
  return { ...others, connectedApp: connectedApp ?? externalClientApp ?? '' }
}
