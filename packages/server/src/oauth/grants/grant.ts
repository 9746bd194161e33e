import { z } from 'zod'
import type { ConnectedApp } from '../../connected-apps/connected-app.ts'
import type { Checklist } from '../../journal/checklist.ts'
import type { AssetTokenGrant } from '../../tokens/asset-token.ts'
import type { Authorization } from '../../tokens/authorization.ts'
import type { AuthenticatedClient } from '../client-authentication.ts'
import type { TokenRequest } from '../token-request.ts'

/** What a grant is given besides its parameters. */
export interface GrantContext {
  readonly request: TokenRequest
  readonly checks: Checklist
  /** The thumbprint of the key that the client has proved (RFC 9449), if it has. */
  readonly key: string | undefined
}

/** The steps that are a grant's own. The type says who has proved what before `authorize` runs. */
export type Grant<Params = unknown> = { readonly type: string; readonly params: z.ZodType<Params> } & (
  | {
      readonly client: 'authenticated'
      /** The app's setting that makes a consumer secret necessary, or `undefined` when none does. */
      secretRequiredBy(app: ConnectedApp): string | undefined
      authorize(params: Params, client: AuthenticatedClient, context: GrantContext): Promise<Authorization>
    }
  | { readonly client: 'in-assertion'; authorize(params: Params, context: GrantContext): Promise<Authorization> }
)

/** A grant whose parameters are parsed: what the token endpoint holds, whatever the parameters are. */
export interface OfferedGrant {
  readonly type: string
  readonly secretRequiredBy: ((app: ConnectedApp) => string | undefined) | undefined
  authorize(client: AuthenticatedClient | undefined, context: GrantContext): Promise<Authorization | AssetTokenGrant>
  /** Of flows that share a grant type, the one that this request is of. */
  chosenFor?(request: TokenRequest): Promise<OfferedGrant>
}

/** Ties a grant to its parameters, so that grants of different parameters fit into one table. */
export function offer<Params>(grant: Grant<Params>): OfferedGrant {
  const read = (request: TokenRequest) => grant.params.parse(Object.fromEntries(request.parameters))
  if (grant.client === 'in-assertion') {
    return {
      type: grant.type,
      secretRequiredBy: undefined,
      authorize: async (_client, context) => grant.authorize(read(context.request), context),
    }
  }
  return {
    type: grant.type,
    secretRequiredBy: grant.secretRequiredBy,
    async authorize(client, context) {
      if (client === undefined) throw new Error(`The grant ${grant.type} needs an authenticated client.`)
      return grant.authorize(read(context.request), client, context)
    },
  }
}

/** Parameters are text that may be missing: each grant says itself which refusal a missing one is. */
export const optionalText: z.ZodOptional<z.ZodString> = z.string().optional()
