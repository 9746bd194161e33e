import type { MobilePolicy } from '../connected-apps/connected-app.ts'
import type { CustomClaims } from '../connected-apps/custom-claims.ts'
import { covers, type Scope } from '../connected-apps/scope.ts'
import { id15, keyPrefixes, readRecordId } from '../record-id.ts'
import { standardUtcOffset } from '../time-zone.ts'
import { identityUrl, type Photos, photosOf, wireInstant } from '../users/identity.ts'
import { displayName, type User, type UserStore } from '../users/user.ts'

/** Where an org is reached: the login host, and its own address, which is the same when it has none. No slash at the end. */
export interface OrgAddresses {
  readonly loginBase: string
  readonly orgBase: string
}

/** Why the identity service does not answer, in the words that are its whole body. */
export type IdentityRefusal =
  | 'HTTPS_Required'
  | 'Missing_OAuth_Token'
  | 'Bad_OAuth_Token'
  | 'Wrong_Org'
  | 'Bad_Id'
  | 'Inactive'
  | 'No_Access'
  | 'Invalid_Version'
  | 'Invalid_Callback'

/** The status of an answer that refuses; clients take 403 with `Bad_OAuth_Token` as the sign to refresh. */
export function statusOfIdentityRefusal(refusal: IdentityRefusal): 403 | 404 | 406 {
  switch (refusal) {
    case 'Bad_Id':
    case 'Inactive':
    case 'No_Access':
      return 404
    case 'Invalid_Version':
    case 'Invalid_Callback':
      return 406
    default:
      return 403
  }
}

/** Whom an identity URL names; both ids of 18 characters. */
export interface IdentityName {
  readonly orgId: string
  readonly userId: string
}

/** Reads a path `/id/<org>/<user>` with ids of 15 or 18 characters; `undefined` when it names nobody. */
export function readIdentityPath(path: string): IdentityName | undefined {
  const parts = /^\/id\/([^/]*)\/([^/]*)\/?$/.exec(path)
  const orgId = readRecordId(parts?.[1] ?? '')
  const userId = readRecordId(parts?.[2] ?? '')
  if (!orgId?.startsWith(keyPrefixes.organization) || !userId?.startsWith(keyPrefixes.user)) return undefined
  return { orgId, userId }
}

/** Who asks the identity service, and whether their profile or a permission set gives *API Enabled*. */
export interface IdentityCaller {
  readonly orgId: string
  readonly userId: string
  readonly scopes: readonly Scope[]
  readonly isApiEnabled: boolean
}

/** The user an identity URL names, or why their identity is not shown. */
export type IdentityFinding =
  | { readonly ok: true; readonly user: User; readonly isAsserted: boolean }
  | { readonly ok: false; readonly refusal: IdentityRefusal }

/**
 * Finds the user that an identity URL names, if the caller may see them: themselves with any token, another user of the
 * same org only with `api` or `full` and *API Enabled*. Who may not see others does not learn which others there are.
 */
export async function findIdentity(
  asked: IdentityName | undefined,
  caller: IdentityCaller,
  users: Pick<UserStore, 'find'>,
): Promise<IdentityFinding> {
  if (asked === undefined) return { ok: false, refusal: 'Bad_Id' }
  if (asked.orgId !== caller.orgId) return { ok: false, refusal: 'Wrong_Org' }
  const isAsserted = asked.userId === caller.userId
  const maySeeOthers = covers(caller.scopes, 'api') && caller.isApiEnabled
  if (!isAsserted && !maySeeOthers) return { ok: false, refusal: 'No_Access' }
  const user = await users.find(asked.userId)
  if (user === undefined || user.orgId !== asked.orgId) return { ok: false, refusal: 'Bad_Id' }
  return user.isActive ? { ok: true, user, isAsserted } : { ok: false, refusal: 'Inactive' }
}

/** The places of an org where a user may go on, by name. */
export type UserUrls = {
  readonly enterprise?: string
  readonly metadata?: string
  readonly partner?: string
  readonly rest?: string
  readonly sobjects?: string
  readonly search?: string
  readonly query?: string
  readonly recent?: string
  readonly tooling_soap?: string
  readonly tooling_rest?: string
  readonly profile: string
  readonly feeds?: string
  readonly groups?: string
  readonly users?: string
  readonly feed_items?: string
  readonly feed_elements?: string
  readonly custom_domain?: string
}

/**
 * The `urls` of a user as far as the scopes reach: `api` opens SOAP and REST, `chatter_api` (which `api` includes) the
 * feeds. `custom_domain` is there when the org has an address of its own.
 * @param version to put into them, such as `67.0`; `undefined` leaves the placeholder `{version}` for the caller to fill
 */
export function userUrls(
  user: Pick<User, 'id' | 'orgId'>,
  { loginBase, orgBase }: OrgAddresses,
  scopes: readonly Scope[],
  version: string | undefined,
): UserUrls {
  const number = version ?? '{version}'
  const soap = (kind: string) => `${orgBase}/services/Soap/${kind}/${number}/${id15(user.orgId)}`
  const rest = `${orgBase}/services/data/v${number}/`
  const hasApi = covers(scopes, 'api')
  return {
    ...(hasApi && {
      enterprise: soap('c'),
      metadata: soap('m'),
      partner: soap('u'),
      rest,
      sobjects: `${rest}sobjects/`,
      search: `${rest}search/`,
      query: `${rest}query/`,
      recent: `${rest}recent/`,
      tooling_soap: soap('T'),
      tooling_rest: `${rest}tooling/`,
    }),
    profile: `${orgBase}/${user.id}`,
    ...((hasApi || covers(scopes, 'chatter_api')) && {
      feeds: `${rest}chatter/feeds`,
      groups: `${rest}chatter/groups`,
      users: `${rest}chatter/users`,
      feed_items: `${rest}chatter/feed-items`,
      feed_elements: `${rest}chatter/feed-elements`,
    }),
    ...(orgBase !== loginBase && { custom_domain: orgBase }),
  }
}

/** What the identity service answers. */
export type IdentityDocument = CustomClaims & {
  readonly id: string
  readonly asserted_user: boolean
  readonly user_id: string
  readonly organization_id: string
  readonly username: string
  readonly nick_name: string
  readonly display_name: string
  readonly email: string
  readonly email_verified: boolean
  readonly first_name: string | null
  readonly last_name: string
  readonly timezone: string
  readonly photos: Photos
  readonly addr_street: null
  readonly addr_city: null
  readonly addr_state: null
  readonly addr_country: string | null
  readonly addr_zip: null
  readonly mobile_phone: string | null
  readonly mobile_phone_verified: boolean
  readonly is_lightning_login_user: boolean
  readonly status: { readonly created_date: null; readonly body: null }
  readonly urls: UserUrls
  readonly active: boolean
  readonly user_type: 'STANDARD'
  readonly language: string
  readonly locale: string
  readonly utcOffset: number
  readonly last_modified_date: string
  readonly is_app_installed?: true
  readonly mobile_policy?: WireMobilePolicy
  readonly push_service_type?: string
}

/** *PIN protect*, as mobile apps read it. */
export type WireMobilePolicy = { readonly screen_lock: number; readonly pin_length: number }

/** The member that says it; none where nothing is asked. */
export function wireMobilePolicy(policy: MobilePolicy | undefined): { readonly mobile_policy?: WireMobilePolicy } {
  return policy === undefined ? {} : { mobile_policy: { screen_lock: policy.screenLock, pin_length: policy.pinLength } }
}

/** What an identity document is made from. */
export interface IdentityRequest {
  readonly user: User
  readonly addresses: OrgAddresses
  /** The base under which the document was asked for: its `id` is the URL that was queried. */
  readonly identityBase: string
  /** The scopes of the caller's token. */
  readonly scopes: readonly Scope[]
  /** Whether the token is this user's own. */
  readonly isAsserted: boolean
  readonly isAppInstalled: boolean
  /** What the app is to ask of its user on a mobile device. */
  readonly mobilePolicy: MobilePolicy | undefined
  readonly pushServiceType: string | undefined
  readonly customClaims: CustomClaims
  readonly version: string | undefined
  readonly now: Date
}

/** The document behind an identity URL (Salesforce Help, Identity URLs). As XML its root element is `user`. */
export function identityDocument(request: IdentityRequest): IdentityDocument {
  const { user, addresses, scopes, version, now } = request
  return {
    id: identityUrl(request.identityBase, user),
    asserted_user: request.isAsserted,
    user_id: user.id,
    organization_id: user.orgId,
    username: user.username,
    nick_name: user.nickname,
    display_name: displayName(user),
    email: user.email,
    email_verified: true,
    first_name: user.firstName ?? null,
    last_name: user.lastName,
    timezone: user.timeZone,
    photos: photosOf(addresses.orgBase),
    addr_street: null,
    addr_city: null,
    addr_state: null,
    addr_country: user.country ?? null,
    addr_zip: null,
    mobile_phone: user.mobilePhone ?? null,
    mobile_phone_verified: false,
    is_lightning_login_user: false,
    status: { created_date: null, body: null },
    urls: userUrls(user, addresses, scopes, version),
    active: user.isActive,
    user_type: 'STANDARD',
    language: user.language,
    locale: user.locale,
    utcOffset: standardUtcOffset(user.timeZone, now),
    last_modified_date: wireInstant(user.modifiedAt),
    ...(request.isAppInstalled && { is_app_installed: true }),
    ...wireMobilePolicy(request.mobilePolicy),
    ...(request.pushServiceType !== undefined && { push_service_type: request.pushServiceType }),
    ...request.customClaims,
  }
}

/** What a `version` parameter asks to put into the `urls`. */
export type VersionReading = { readonly ok: true; readonly version: string | undefined } | { readonly ok: false }

/**
 * Reads the `version` parameter of an identity URL: a SOAP API version (`29.0` or `29`), `latest`, or none.
 * @param latest the newest version there is, such as `67.0`
 */
export function readIdentityVersion(version: string | undefined, latest: string): VersionReading {
  if (version === undefined || version === '') return { ok: true, version: undefined }
  if (version === 'latest') return { ok: true, version: latest }
  const number = /^([1-9][0-9]{0,2})(?:\.0)?$/.exec(version)?.[1]
  return number === undefined ? { ok: false } : { ok: true, version: `${number}.0` }
}
