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
  | 'SAML_ASSERTION'
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
  /**
   * The response that signs somebody in to the app by SAML, before it is signed, as it is to be instead. What is answered must
   * be a `Response` with the same sender, recipients, IDs and times; who somebody is, and what is said of them, may change.
   * @param authSession what is known of the session, by the names of Apex (`UsersId`, `Username`, `SourceIp` …)
   * @param samlResponse XML, as text
   */
  modifySAMLResponse?(
    authSession: Readonly<Record<string, string>>,
    connectedAppId: string,
    samlResponse: string,
    tools: HandlerTools,
  ): string | Promise<string>
}
