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
