/** What kind of OAuth login it was (`LoginSubType`); Salesforce has none for the bearer assertions. */
export type OauthLoginSubType =
  | 'OauthWebServer'
  | 'OauthUserAgent'
  | 'OauthUserAgentIdToken'
  | 'OauthUsernamePassword'
  | 'OauthRefreshToken'
  | 'OauthClientCredentials'
  | 'OauthTokenExchange'
  | 'OauthOtpLogin'
  | 'OauthHybridWebServer'
  | 'OauthHybridUserAgent'
  | 'OauthHybridRefreshToken'
  | 'OauthHybridTokenExchange'

/** One attempt to sign in, as Login History shows it. */
export interface LoginAttempt {
  readonly orgId: string
  readonly userId: string
  readonly at: Date
  readonly loginType: 'Application' | 'Oauth2' | 'OtherApi' | 'Saml' | 'Saml2' | 'ThirdPartySso'
  readonly loginSubType: string | undefined
  /** Salesforce's words: `Success`, `Invalid password`, `Failed: Signature Invalid` … */
  readonly status: string
  /** The connected app's name, `Browser`, or `N/A` where a program names none. */
  readonly application: string
  readonly sourceIp: string
  /** The host that was asked. */
  readonly loginUrl: string
  /** As the browser calls itself, cut short; `Unknown` for programs. */
  readonly browser: string
}

/** An attempt that is kept. */
export interface LoginHistoryEntry extends LoginAttempt {
  readonly id: number
}

/** Which attempts are wanted: all that is given must be so. */
export interface LoginFilter {
  readonly userId?: string | undefined
  readonly outcome?: 'success' | 'failed' | undefined
  /** The words of the status, whole. */
  readonly status?: string | undefined
  readonly loginType?: LoginAttempt['loginType'] | undefined
  /** Not before. */
  readonly from?: Date | undefined
  /** Before. */
  readonly to?: Date | undefined
}

/** How many attempts of a day were right and wrong. */
export interface LoginCount {
  /** The day's begin, in UTC. */
  readonly day: Date
  readonly succeeded: number
  readonly failed: number
}

/** Keeps login history: one row for each attempt, right or wrong. */
export interface LoginHistoryStore {
  add(attempt: LoginAttempt): Promise<void>
  /** The attempts in an org, newest first; those before a row, if one is given. */
  list(
    orgId: string,
    filter: LoginFilter,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<readonly LoginHistoryEntry[]>
  /** How many attempts there were in an org on each day, from that of `since` on, the oldest first; none for days without. */
  summary(orgId: string, since: Date): Promise<readonly LoginCount[]>
  /** Deletes at most `limit` rows from before; answers how many. */
  deleteBefore(before: Date, limit: number): Promise<number>
}

/** Every attempt that a filter lets through, newest first, read a page at a time. */
export async function* everyAttempt(
  { list }: Pick<LoginHistoryStore, 'list'>,
  orgId: string,
  filter: LoginFilter,
): AsyncGenerator<LoginHistoryEntry> {
  const limit = 1000
  let before: number | undefined
  for (;;) {
    const page = await list(orgId, filter, { before, limit })
    yield* page
    if (page.length < limit) return
    before = page.at(-1)?.id
  }
}

/** The types of login by the names that Login History shows them under. */
export const loginTypeLabels: Readonly<Record<LoginAttempt['loginType'], string>> = {
  Application: 'Application',
  Oauth2: 'Remote Access 2.0',
  OtherApi: 'Other Apex API',
  Saml: 'SAML Idp Initiated SSO',
  Saml2: 'SAML Sfdc Initiated SSO',
  ThirdPartySso: 'Third Party SSO',
}
