import type { HandlerTools } from '../handlers/handler-tools.ts'

/** What a connected app handler is asked for (`Auth.InvocationContext`), as far as it happens here. */
export type InvocationContext =
  | 'ASSET_TOKEN'
  | 'OAUTH2_JWT_BEARER_TOKEN'
  | 'OAUTH2_SAML_ASSERTION'
  | 'OAUTH2_SAML_BEARER_ASSERTION'
  | 'OAUTH2_USERNAME_PASSWORD'
  | 'OAUTH2_USER_AGENT_TOKEN'
  | 'OAUTH2_WEB_SERVER'
  | 'OPENIDCONNECT'
  | 'REFRESH_TOKEN'
  | 'UNKNOWN'
  | 'USERID_ENDPOINT'

/**
 * What a custom connected app handler does (`Auth.ConnectedAppPlugin`). A module exports those functions that it overrides, or
 * has an object with them as its default export; what it leaves out is as without a handler. Ids are of 15 characters.
 */
export interface ConnectedAppPlugin {
  /**
   * Whether a user may use the app; asked only where *Admin approved users are pre-authorized*.
   * @param isAdminApproved what the assigned profiles and permission sets say
   */
  authorize?(
    userId: string,
    connectedAppId: string,
    isAdminApproved: boolean,
    context: InvocationContext,
    tools: HandlerTools,
  ): boolean | Promise<boolean>
  /** Told of each refresh; what it throws refuses the refresh. */
  refresh?(
    userId: string,
    connectedAppId: string,
    context: InvocationContext,
    tools: HandlerTools,
  ): void | Promise<void>
  /** The custom attributes that the app is told of a user, in place of those that its formulas come to. */
  customAttributes?(
    userId: string,
    connectedAppId: string,
    formulaDefinedAttributes: Readonly<Record<string, string>>,
    context: InvocationContext,
    tools: HandlerTools,
  ): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
}
