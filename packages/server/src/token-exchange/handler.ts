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

/** A user as a handler finds them. */
export interface FoundUser {
  readonly Id: string
  readonly Username: string
  readonly Email: string
  readonly FirstName?: string
  readonly LastName: string
  readonly FederationIdentifier?: string
  readonly IsActive: boolean
}

/** What users are found by: all that is given must fit. */
export interface WantedUsers {
  readonly Username?: string
  readonly Email?: string
  /** Capitals count. */
  readonly FederationIdentifier?: string
}

/** How a JWT of an outside issuer is judged; what is not given is not accepted. */
export interface JwtRules {
  /** `iss`, letter by letter. */
  readonly issuer: string
  /** At least one of these must be in `aud`. */
  readonly audience: string | readonly string[]
  /** `RS256` alone unless given. Those that need a shared secret, and `none`, are never taken. */
  readonly algorithms?: readonly string[]
  /** Where the issuer's keys are; by its discovery document unless given. */
  readonly jwksUri?: string
  /** What the header must say as `typ`. */
  readonly typ?: string
  /** Claims that must be there, besides `iss`, `aud`, `sub` and `exp`. */
  readonly requiredClaims?: readonly string[]
  /** Seconds since `iat` at most; any unless given. */
  readonly maxTokenAge?: number
  /** Seconds that the clocks may differ: 60 unless given. */
  readonly clockTolerance?: number
}

/** What a JWT says that was verified. */
export type VerifiedJwt =
  | { readonly isValid: true; readonly claims: Readonly<Record<string, unknown>> & { readonly sub: string } }
  | { readonly isValid: false; readonly problem: string }

/** What handlers are given to work with. */
export interface HandlerTools {
  /** Verifies a JWT of an outside issuer by its published keys. It answers what is wrong, and throws only for wrong rules. */
  verifyJwt(token: string, rules: JwtRules): Promise<VerifiedJwt>
  /** Users of the org, at most ten, that have exactly this username or e-mail address. */
  findUsers(wanted: WantedUsers): Promise<readonly FoundUser[]>
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
