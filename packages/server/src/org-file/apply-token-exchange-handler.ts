import type { Org } from '../orgs/org.ts'
import type { Outcome } from '../problem.ts'
import { changeHandler, handlerWith, newHandler } from '../token-exchange/new-token-exchange-handler.ts'
import { type Applied, type ApplyNeeds, changedIf, isSame, was } from './applied.ts'
import type { TokenExchangeHandlerEntry } from './org-file.ts'

/** Makes a token exchange handler, or changes what differs of it. */
export async function applyTokenExchangeHandler(
  needs: ApplyNeeds,
  org: Org,
  entry: TokenExchangeHandlerEntry,
): Promise<Outcome<Applied>> {
  const { developerName, ...entered } = entry
  const handlers = await needs.tokenExchangeHandlers.list(org.id)
  const held = handlers.find((handler) => handler.developerName === developerName)
  if (held === undefined) return was('created', await newHandler(needs, org, entry))
  const checked = await handlerWith(needs, held, entered, needs.now())
  return changedIf(held, checked, isSame, () => changeHandler(needs, held, entered))
}
