import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { Oauth2TokenExchangeHandler } from '../../src/token-exchange/handler.ts'
import type { TokenExchangeHandler } from '../../src/token-exchange/token-exchange-handler.ts'
import type { User } from '../../src/users/user.ts'
import type { TestServer } from './test-server.ts'

/** A handler that believes what it is told: a token `user:<username>` is good, and of that user. */
export const believing: Oauth2TokenExchangeHandler = {
  validateIncomingToken: (_app, _appType, token) => {
    const [, username, once] = /^user:([^#]*)(?:#(.*))?$/.exec(token) ?? []
    if (username === undefined) return { isValid: false, customErrorMessage: 'This is no "user" token.\n' }
    return {
      isValid: true,
      data: { username },
      ...(once !== undefined && { singleUse: { id: once, expiresAt: 4_102_444_800 } }),
    }
  },
  getUserForTokenSubject: (_network, { data }) =>
    typeof data === 'object' && data !== null && 'username' in data ? { Username: String(data.username) } : undefined,
}

/** Adds a handler to the org of the app, its default, for every kind of token. */
export async function addHandler(
  server: TestServer,
  app: ConnectedApp,
  executionUser: User,
  details: Partial<TokenExchangeHandler> = {},
): Promise<TokenExchangeHandler> {
  const handler: TokenExchangeHandler = {
    id: `1eM${String(handlersMade++).padStart(12, '0')}AAA`,
    orgId: server.org.id,
    developerName: 'Corporate',
    masterLabel: 'Corporate',
    description: '',
    tokenHandlerApex: 'Believing',
    tokenTypes: ['ACCESS_TOKEN', 'REFRESH_TOKEN', 'ID_TOKEN', 'SAML_2', 'JWT'],
    isEnabled: true,
    isUserCreationAllowed: false,
    isProtected: false,
    enablements: [{ appId: app.id, executionUserId: executionUser.id, isDefault: true }],
    createdAt: server.now(),
    modifiedAt: server.now(),
    ...details,
  }
  await server.stores.tokenExchangeHandlers.add(handler)
  return handler
}

let handlersMade = 1
