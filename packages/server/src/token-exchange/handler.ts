import type { HandlerTools } from '../handlers/handler-tools.ts'

/** The kinds of token that can be exchanged, as Apex calls them (`Auth.OAuth2TokenExchangeType`). */
export const incomingTokenTypes = ['ACCESS_TOKEN', 'REFRESH_TOKEN', 'ID_TOKEN', 'SAML_2', 'JWT'] as const

/** One of {@link incomingTokenTypes}. */
export type IncomingTokenType = (typeof incomingTokenTypes)[number]

/** `Auth.IntegratingAppType`: a connected app, or an external client app. */
export type IntegratingAppType = 'CA' | 'ECA'

/** `Auth.UserData`: what the outside issuer says of somebody. */
export interface UserData {
  readonly identifier?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly fullName?: string
  readonly email?: string
  readonly username?: string
  readonly locale?: string
  readonly provider?: string
  readonly attributeMap?: Readonly<Record<string, string>>
}

/** `Auth.TokenValidationResult`: whether a token is good, and what it says. */
export interface TokenValidationResult {
  readonly isValid: boolean
  /** Whatever `getUserForTokenSubject` is to know; JSON. */
  readonly data?: unknown
  readonly userData?: UserData
  /** Told to the caller when the token is not good: one line, nothing secret. */
  readonly customErrorMessage?: string
  /**
   * Takes the token once only: who shows it again is refused.
   * @property id what names this one token, such as its `jti` with its issuer
   * @property expiresAt seconds since 1970, until when it is remembered
   */
  readonly singleUse?: { readonly id: string; readonly expiresAt: number }
}

/** A user of the org: one who is there, by `Id` or `Username`; or one to be made, with what users need. */
export interface HandlerUser {
  readonly Id?: string
  readonly Username?: string
  readonly Email?: string
  readonly FirstName?: string
  readonly LastName?: string
  /** The name of a profile. */
  readonly Profile?: string
  readonly Alias?: string
  readonly TimeZoneSidKey?: string
  readonly LocaleSidKey?: string
  readonly LanguageLocaleKey?: string
  readonly Country?: string
  readonly MobilePhone?: string
  /** What the issuer calls them; unique in the org. */
  readonly FederationIdentifier?: string
}

/**
 * What a token exchange handler does (`Auth.Oauth2TokenExchangeHandler`): it says whether a token from outside is good, and
 * whose it is. A module exports the two functions, or has an object with them as its default export.
 */
export interface Oauth2TokenExchangeHandler {
  validateIncomingToken(
    appDeveloperName: string,
    appType: IntegratingAppType,
    incomingToken: string,
    incomingTokenType: IncomingTokenType,
    tools: HandlerTools,
  ): TokenValidationResult | Promise<TokenValidationResult>
  /**
   * @param networkId the id of a site; `undefined` at an org's own address
   * @param canCreateUser whether a user who is not there may be answered, to be made
   */
  getUserForTokenSubject(
    networkId: string | undefined,
    result: TokenValidationResult,
    canCreateUser: boolean,
    appDeveloperName: string,
    appType: IntegratingAppType,
    tools: HandlerTools,
  ): HandlerUser | undefined | Promise<HandlerUser | undefined>
}
