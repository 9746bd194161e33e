import type { Checklist } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { LoginHistoryStore, OauthLoginSubType } from '../sessions/login-history.ts'
import type { IsWorthARow } from './login-rate.ts'
import { loginStatusOf, type Refusal } from './refusal.ts'

/** Where an app tried to get in for somebody. */
export interface LoginPlace {
  readonly site: Site
  readonly sourceIp: string
  readonly userAgent: string
}

/** Notes in Login History that an app was refused, if that is about a user who is known. */
export type NoteFailedLogin = (
  refusal: Refusal,
  place: LoginPlace,
  checks: Checklist,
  loginSubType: OauthLoginSubType | undefined,
) => Promise<void>

interface Needs {
  readonly loginHistory: Pick<LoginHistoryStore, 'add'>
  /** The label of an app. */
  readonly labelOf: (appId: string) => Promise<string>
  readonly isWorthARow: IsWorthARow
  readonly now: () => Date
}

/** The notes of {@link NoteFailedLogin}, in Salesforce's words for the reason. */
export function failedLogins({ loginHistory, labelOf, isWorthARow, now }: Needs): NoteFailedLogin {
  return async ({ reason }, { site, sourceIp, userAgent }, { orgId, userId, appId }, loginSubType) => {
    const status = loginStatusOf(reason)
    const at = now()
    if (status === undefined || orgId === undefined || userId === undefined) return
    if (!isWorthARow(reason, userId, at)) return
    await loginHistory.add({
      orgId,
      userId,
      at,
      loginType: 'Oauth2',
      loginSubType,
      status,
      application: appId === undefined ? 'Unknown' : await labelOf(appId),
      sourceIp,
      loginUrl: site.base,
      browser: userAgent,
    })
  }
}
