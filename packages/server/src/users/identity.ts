import { displayName, type User } from './user.ts'

/**
 * The URL that names a user to apps: `id` in token answers, `sub` in ID tokens, userinfo and introspection.
 * @param base of the host that speaks for the user, without a slash at its end
 */
export function identityUrl(base: string, user: Pick<User, 'id' | 'orgId'>): string {
  return `${base}/id/${user.orgId}/${user.id}`
}

/** The pictures of a user, under the address of the org. */
export type Photos = { readonly picture: string; readonly thumbnail: string }

/** Where a user's pictures are. */
export function photosOf(orgBase: string): Photos {
  return { picture: `${orgBase}/profilephoto/005/F`, thumbnail: `${orgBase}/profilephoto/005/T` }
}

/** What OpenID Connect Core §5.1 calls standard claims, as far as Salesforce has them; what is not known is left out. */
export type StandardClaims = {
  readonly preferred_username: string
  readonly nickname: string
  readonly name: string
  readonly email: string
  readonly email_verified: boolean
  readonly given_name?: string
  readonly family_name: string
  readonly zoneinfo: string
  readonly profile: string
  readonly picture: string
  readonly address: { readonly country?: string }
  readonly phone_number?: string
  readonly phone_number_verified?: boolean
  readonly locale: string
}

/** The standard claims about a user. An e-mail address counts as verified: an admin wrote it. */
export function standardClaims(user: User, orgBase: string): StandardClaims {
  return {
    preferred_username: user.username,
    nickname: user.nickname,
    name: displayName(user),
    email: user.email,
    email_verified: true,
    ...(user.firstName === undefined ? {} : { given_name: user.firstName }),
    family_name: user.lastName,
    zoneinfo: user.timeZone,
    profile: `${orgBase}/${user.id}`,
    picture: photosOf(orgBase).picture,
    address: user.country === undefined ? {} : { country: user.country },
    ...(user.mobilePhone === undefined ? {} : { phone_number: user.mobilePhone, phone_number_verified: false }),
    locale: user.locale,
  }
}

/** An instant as identity documents write it: UTC, whole seconds, `2026-02-11T09:14:52Z`. */
export function wireInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`
}
