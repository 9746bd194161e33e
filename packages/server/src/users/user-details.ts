import { didYouMean } from '../closest-name.ts'
import { emailProblem, isEmail, lineProblem, requiredLineProblem, trimmed } from '../entered-text.ts'
import { done, type Outcome, type Problem } from '../problem.ts'
import { isTimeZone } from '../time-zone.ts'
import type { PermissionSetStore, ProfileStore } from './profile.ts'
import { canonicalUsername, type User, type UserStore } from './user.ts'

/** What an admin enters of a user. A field left out stays as it is, or gets its default; an empty text clears it. */
export interface EnteredUser {
  /** Like an e-mail address; unique over all orgs of the server. */
  readonly username?: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
  /** By default what stands before the `@` of the username. */
  readonly nickname?: string
  /** The name of a profile of the org. */
  readonly profile?: string
  /** Names of permission sets of the org: all that the user is to have. */
  readonly permissionSets?: readonly string[]
  readonly isActive?: boolean
  /** IANA name. */
  readonly timeZone?: string
  readonly locale?: string
  readonly language?: string
  readonly country?: string
  readonly mobilePhone?: string
  /** Unique in the org. */
  readonly federationId?: string
}

/** What checking a user's details looks things up in. */
export interface UserLookups {
  readonly users: Pick<UserStore, 'findByUsername' | 'findByFederationId'>
  readonly profiles: Pick<ProfileStore, 'findByName' | 'list'>
  readonly permissionSets: Pick<PermissionSetStore, 'findByName' | 'list'>
}

/** The user with what was entered put in, checked field by field. Nothing is written. */
export async function userWithDetails(
  { users, profiles, permissionSets }: UserLookups,
  user: User,
  entered: EnteredUser,
): Promise<Outcome<User>> {
  const problems: Problem[] = []
  const report = (field: keyof EnteredUser, message: string | undefined, item?: number) => {
    if (message !== undefined) problems.push({ field, message, ...(item === undefined ? {} : { item }) })
  }

  const username = entered.username === undefined ? user.username : canonicalUsername(entered.username)
  report('username', usernameProblem(username))
  const holder =
    username === user.username && entered.username === undefined ? undefined : await users.findByUsername(username)
  if (holder !== undefined && holder.id !== user.id)
    report('username', 'This username is taken; each is unique on a server.')

  const text = (field: 'firstName' | 'country' | 'mobilePhone' | 'federationId', most: number): string | undefined => {
    if (entered[field] === undefined) return user[field]
    const value = trimmed(entered[field])
    if (value !== undefined) report(field, lineProblem(value, most))
    return value
  }
  const required = (field: 'lastName' | 'nickname', most: number, whenEmpty: string): string => {
    const value = entered[field] === undefined ? user[field] : (trimmed(entered[field]) ?? whenEmpty)
    report(field, requiredLineProblem(trimmed(value), most))
    return value
  }
  const known = (
    field: 'timeZone' | 'locale' | 'language',
    isKnown: (value: string) => boolean,
    example: string,
  ): string => {
    const value = trimmed(entered[field]) ?? user[field]
    if (!isKnown(value)) report(field, `Enter a ${words[field]}, such as ${example}.`)
    return value
  }

  const federationId = text('federationId', 512)
  const federated =
    federationId === undefined || federationId === user.federationId
      ? undefined
      : await users.findByFederationId(user.orgId, federationId)
  if (federated !== undefined && federated.id !== user.id) {
    report('federationId', `${federated.username} has this Federation ID; each is unique in an org.`)
  }

  const email = entered.email === undefined ? user.email : (trimmed(entered.email) ?? '')
  report('email', emailProblem(trimmed(email)))
  const changed: User = {
    ...user,
    username,
    email,
    firstName: text('firstName', 40),
    lastName: required('lastName', 80, ''),
    nickname: required('nickname', 40, nicknameOf(username)),
    profileId: await profileId(),
    permissionSetIds: await permissionSetIds(),
    isActive: entered.isActive ?? user.isActive,
    timeZone: known('timeZone', isTimeZone, 'Europe/Paris'),
    locale: known('locale', isLocale, 'en_US'),
    language: known('language', isLocale, 'en_US'),
    country: text('country', 80),
    mobilePhone: text('mobilePhone', 40),
    federationId,
  }
  return problems.length > 0 ? { ok: false, problems } : done(changed)

  async function profileId(): Promise<string> {
    if (entered.profile === undefined && user.profileId !== '') return user.profileId
    const name = trimmed(entered.profile)
    if (name === undefined) {
      report('profile', 'Enter the name of a profile.')
      return ''
    }
    const profile = await profiles.findByName(user.orgId, name)
    if (profile !== undefined) return profile.id
    const names = (await profiles.list(user.orgId)).map((other) => other.name)
    report('profile', `This org has no profile “${name}”.${didYouMean(name, names)}`)
    return ''
  }

  async function permissionSetIds(): Promise<readonly string[]> {
    if (entered.permissionSets === undefined) return user.permissionSetIds
    const ids: string[] = []
    for (const [item, name] of entered.permissionSets.entries()) {
      const permissionSet = await permissionSets.findByName(user.orgId, name)
      if (permissionSet !== undefined) {
        if (!ids.includes(permissionSet.id)) ids.push(permissionSet.id)
        continue
      }
      const names = (await permissionSets.list(user.orgId)).map((other) => other.name)
      report('permissionSets', `This org has no permission set “${name}”.${didYouMean(name, names)}`, item)
    }
    return ids
  }
}

/** What stands before the `@` of a username, no longer than a nickname may be. */
export function nicknameOf(username: string): string {
  return username.slice(0, username.indexOf('@')).slice(0, 40)
}

const words = { timeZone: 'time zone', locale: 'locale', language: 'language' } as const

function usernameProblem(username: string): string | undefined {
  if (username === '') return 'Enter a username.'
  if (username.length > 80) return 'Use at most 80 characters.'
  return isEmail(username) ? undefined : 'A username looks like an e-mail address, such as ada@acme.example.'
}

function isLocale(name: string): boolean {
  return /^[a-z]{2,3}(?:_[A-Z][a-z]{3})?(?:_[A-Z]{2})?(?:_[A-Z]{2,8})?$/.test(name)
}
