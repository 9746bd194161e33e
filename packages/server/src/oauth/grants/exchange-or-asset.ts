import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import type { FindAccessToken } from '../../tokens/bearer.ts'
import { exchangeGrantType, tokenTypes } from '../exchanged-token.ts'
import type { OfferedGrant } from './grant.ts'

interface Needs {
  readonly exchange: OfferedGrant
  readonly asset: OfferedGrant
  readonly findAccessToken: FindAccessToken
  readonly now: () => Date
  readonly apps: Pick<ConnectedAppStore, 'findByConsumerKey'>
}

/**
 * Two flows share a grant type. It is the asset token flow when an access token of this server is shown, or one without an app, and
 * no handler is named; unless the app that asks exchanges tokens and makes none for assets: then its handler is to say.
 */
export function exchangeOrAsset({ exchange, asset, apps, findAccessToken, now }: Needs): OfferedGrant {
  return {
    ...exchange,
    type: exchangeGrantType,
    async chosenFor({ parameters, basic }) {
      const isAccessToken = parameters.get('subject_token_type') === tokenTypes.accessToken
      if (!isAccessToken || parameters.has('token_handler')) return exchange
      const key = parameters.get('client_id') ?? (typeof basic === 'object' ? basic.clientId : undefined)
      if (key === undefined && !parameters.has('client_assertion')) return asset
      if (!(await isOwn(parameters.get('subject_token') ?? ''))) return exchange
      const app = key === undefined ? undefined : await apps.findByConsumerKey(key)
      return app?.isTokenExchangeEnabled === true && app.assetTokenConfig === undefined ? exchange : asset
    },
  }

  /** Whether a token looks like an opaque one of an org, or is one of ours. */
  async function isOwn(text: string): Promise<boolean> {
    return /^00D\w{12}!/.test(text) || (await findAccessToken(text, now())).state !== 'unknown'
  }
}
