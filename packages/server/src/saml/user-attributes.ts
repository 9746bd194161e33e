import { trimmed } from '../entered-text.ts'
import { canonicalUsername, type User } from '../users/user.ts'
import type { EnteredUser } from '../users/user-details.ts'
import { SamlError, shown } from './saml-error.ts'
import type { SsoAssertion } from './sso-assertion.ts'

/** The attributes of an assertion that say what a user is like, by the fields of Salesforce's `User`. Others are not read. */
const fields = {
  'User.Username': 'username',
  'User.FederationIdentifier': 'federationId',
  'User.ProfileId': 'profile',
  'User.LastName': 'lastName',
  'User.FirstName': 'firstName',
  'User.Email': 'email',
  'User.CommunityNickname': 'nickname',
  'User.TimeZoneSidKey': 'timeZone',
  'User.LocaleSidKey': 'locale',
  'User.LanguageLocaleKey': 'language',
  'User.Country': 'country',
  'User.MobilePhone': 'mobilePhone',
  'User.IsActive': 'isActive',
} as const satisfies Readonly<Record<string, keyof EnteredUser>>

type FieldName = keyof typeof fields

const fieldNames: readonly FieldName[] = Object.keys(fields).filter(isFieldName)
const neededToMake: readonly FieldName[] = ['User.Username', 'User.Email', 'User.LastName', 'User.ProfileId']
const versionNames = ['User.ProvisionVersion', 'ProvisionVersion'] as const

/** What an assertion says a user is to be like, before anything is looked up. */
export type GivenUser = Omit<EnteredUser, 'permissionSets'>

/** Details of Salesforce's errors of just-in-time provisioning. */
type ErrorDetails =
  | 'MISMATCH_FEDERATION_ID'
  | 'PROFILE_NAME_LOOKUP_ERROR'
  | 'UNSUPPORTED_VERSION'
  | 'USER_CREATION_API_ERROR'
  | 'USER_NAME_CHANGE_NOT_ALLOWED'

/**
 * What an assertion says the user is to be like who is signed in by it.
 * @param user as they are; `undefined` for somebody who is to be made, of whom more has to be said
 * @throws {SamlError} `saml-jit-attribute-missing`, `saml-jit-attribute-invalid`
 */
export function givenUser(
  { assertion: { attributes }, config, identity }: SsoAssertion,
  user: User | undefined,
): GivenUser {
  const refuse = (attribute: string, found: string, problem: string, details: ErrorDetails) =>
    unusable(config.label, { attribute, found, problem, details })
  const onlyValue = (name: string): string | undefined => {
    const values = attributes.get(name)
    if (values === undefined) return undefined
    if (values.length > 1) throw refuse(name, values.join(', '), 'It has several values.', 'USER_CREATION_API_ERROR')
    return values[0] ?? ''
  }
  for (const name of versionNames) {
    const version = onlyValue(name)
    if (version === undefined || version === '1.0') continue
    throw refuse(name, version, 'There is 1.0 and no other.', 'UNSUPPORTED_VERSION')
  }
  const found = new Map(
    fieldNames.flatMap((name) => {
      const value = onlyValue(name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
  const missing = user === undefined ? neededToMake.filter((name) => trimmed(found.get(name)) === undefined) : []
  if (missing.length > 0) {
    throw new SamlError({ reason: 'saml-jit-attribute-missing', facts: { settings: config.label, missing } })
  }
  const federationId = found.get('User.FederationIdentifier')
  if (federationId !== undefined && federationId !== identity) {
    const problem = 'It differs from what the assertion says who the user is.'
    throw refuse('User.FederationIdentifier', federationId, problem, 'MISMATCH_FEDERATION_ID')
  }
  const username = found.get('User.Username')
  if (user !== undefined && username !== undefined && canonicalUsername(username) !== user.username) {
    const problem = `The user is ${user.username}, and no sign-in changes a username.`
    throw refuse('User.Username', username, problem, 'USER_NAME_CHANGE_NOT_ALLOWED')
  }
  const active = found.get('User.IsActive')
  const isActive = active === undefined ? undefined : flags.get(active.toLowerCase())
  if (active !== undefined && isActive === undefined) {
    throw refuse('User.IsActive', active, 'It is neither true nor false.', 'USER_CREATION_API_ERROR')
  }
  const texts = [...found]
    .filter(([name]) => !handled.includes(name))
    .map(([name, value]) => [fields[name], value] as const)
  return { ...Object.fromEntries(texts), ...(isActive === undefined ? {} : { isActive }) }
}

const handled: readonly FieldName[] = ['User.IsActive', 'User.FederationIdentifier']
const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/** What a user is to be like by the names of Salesforce's `User`, as attributes say it. */
export function attributesOfUser(user: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(user).map(([name, value]) => [`${prefix}${name}`, [value]]))
}

/** The name that an attribute has as a field of Salesforce's `User`. */
export function userFieldOf(attribute: string): string {
  return attribute.startsWith(prefix) ? attribute.slice(prefix.length) : attribute
}

const prefix = 'User.'

/** The attribute that a field of a user comes from; the one of the Federation ID for what says who the user is. */
export function attributeOfField(field: string): string {
  return fieldNames.find((name) => fields[name] === field) ?? field
}

/** An attribute with which no user can be made or changed. */
export function unusable(
  settings: string,
  {
    found,
    ...about
  }: { readonly attribute: string; readonly found: string; readonly problem: string; readonly details: ErrorDetails },
): SamlError {
  return new SamlError({ reason: 'saml-jit-attribute-invalid', facts: { settings, found: shown(found), ...about } })
}

function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(fields, name)
}
