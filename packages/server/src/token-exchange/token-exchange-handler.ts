import type { IncomingTokenType } from './handler.ts'

/** That an app may use a handler, and as whom the handler acts. */
export interface HandlerEnablement {
  readonly appId: string
  /** `apexExecutionUser`: whoever the handler makes is made by them, and only if they may. */
  readonly executionUserId: string
  /** Whether it is the one that goes for the app when a request names none. */
  readonly isDefault: boolean
}

/** A token exchange handler of an org (metadata type `OauthTokenExchangeHandler`). */
export interface TokenExchangeHandler {
  /** 18 characters, `1eM…`. */
  readonly id: string
  readonly orgId: string
  /** API name, unique in its org. */
  readonly developerName: string
  readonly masterLabel: string
  readonly description: string
  /** The name of what it does: at Salesforce an Apex class, here a module. Requests name a handler by it (`token_handler`). */
  readonly tokenHandlerApex: string
  readonly tokenTypes: readonly IncomingTokenType[]
  readonly isEnabled: boolean
  readonly isUserCreationAllowed: boolean
  readonly isProtected: boolean
  readonly enablements: readonly HandlerEnablement[]
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** Keeps the handlers of orgs. */
export interface TokenExchangeHandlerStore {
  add(handler: TokenExchangeHandler): Promise<void>
  /** The handlers of an org, by name. */
  list(orgId: string): Promise<readonly TokenExchangeHandler[]>
  /** Replaces everything but id, org, name and creation. */
  update(handler: TokenExchangeHandler): Promise<void>
  delete(handler: TokenExchangeHandler): Promise<void>
}

/** The handler that goes for an app: the one named, or the app's default; or why there is none. */
export type HandlerChoice =
  | { readonly ok: true; readonly handler: TokenExchangeHandler; readonly enablement: HandlerEnablement }
  | { readonly ok: false; readonly problem: 'unknown' | 'disabled' | 'not-for-app' | 'no-default' }

/** Chooses among the handlers of an org. What a request names is compared with names, and leads nowhere else. */
export function chooseHandler(
  handlers: readonly TokenExchangeHandler[],
  appId: string,
  named: string | undefined,
): HandlerChoice {
  const wanted = named === undefined ? handlers : handlers.filter((handler) => handler.tokenHandlerApex === named)
  if (named !== undefined && wanted.length === 0) return { ok: false, problem: 'unknown' }
  const ofApp = wanted.flatMap((handler) => {
    const enablement = handler.enablements.find((one) => one.appId === appId && (named !== undefined || one.isDefault))
    return enablement === undefined ? [] : [{ handler, enablement }]
  })
  const found = ofApp.find(({ handler }) => handler.isEnabled)
  if (found !== undefined) return { ok: true, ...found }
  if (ofApp.length > 0) return { ok: false, problem: 'disabled' }
  return { ok: false, problem: named === undefined ? 'no-default' : 'not-for-app' }
}
