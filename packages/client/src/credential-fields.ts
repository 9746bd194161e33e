import type { CredentialOwner, CredentialSecrets } from './credential-secrets.ts'
import { ownerKey } from './credential-secrets.ts'
import { base64, type FormulaFields } from './formula.ts'
import { NamedCredentialError } from './named-credential-error.ts'

/** Who calls: for principals that each user signs in for, and for formulas. */
export interface CallingUser {
  /** 18 characters, `005…`; whatever tells users apart elsewhere. */
  readonly id: string
  /** What `$User.…` is in formulas, besides `$User.Id`. */
  readonly fields?: Readonly<Record<string, string>> | undefined
}

/** What the fields of one callout are read from. */
export interface FieldSources {
  readonly owner: CredentialOwner | undefined
  readonly credential: string
  readonly user: CallingUser | undefined
  readonly secrets: CredentialSecrets
  /** How the credential signs in. */
  readonly method: 'Basic' | 'Bearer' | undefined
  /** The token of this attempt, where there is one. */
  token(): Promise<string | undefined>
}

/** The secrets of an owner. @throws {NamedCredentialError} `secret-missing`, with the names that are missing */
export async function requiredSecrets<Name extends string>(
  { owner, secrets, credential }: Pick<FieldSources, 'owner' | 'secrets' | 'credential'>,
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>>
export async function requiredSecrets(
  { owner, secrets, credential }: Pick<FieldSources, 'owner' | 'secrets' | 'credential'>,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const found = owner === undefined ? undefined : await secrets.find(owner)
  const missing = names.filter((name) => found?.[name] === undefined)
  if (found !== undefined && missing.length === 0) return found
  const whose = owner === undefined ? credential : ownerKey(owner)
  throw new NamedCredentialError(
    'secret-missing',
    `The secrets of ${whose} lack ${missing.join(' and ')}. Metadata holds none: give them to namedCredentials({ secrets }).`,
    credential,
  )
}

/** The fields that merge fields and formulas may name: `$Credential.…` and `$User.…`. */
export function credentialFields(sources: FieldSources): FormulaFields {
  const { credential, user, method } = sources
  const secret = async (name: string) => (await requiredSecrets(sources, [name]))[name]
  const unknown = (name: string) =>
    new NamedCredentialError(
      'merge-field-unknown',
      `There is no field ${name}. There are $Credential.Username, .Password, .OAuthToken, .OAuthConsumerKey, .AuthorizationMethod, ` +
        '.AuthorizationHeaderValue, $Credential.<external credential>.<parameter>, and $User.…',
      credential,
    )
  const empty = (name: string) =>
    new NamedCredentialError('merge-field-empty', `The field ${name} has no value with this credential.`, credential)

  return {
    async find(name) {
      const [root = '', ...path] = name.split('.')
      const value = /^\$user$/i.test(root)
        ? userField(path, user, name)
        : /^\$credential$/i.test(root)
          ? await credentialField(path, name)
          : undefined
      if (value === undefined) throw unknown(name)
      if (value === '') throw empty(name)
      return value
    },
  }

  async function credentialField(path: readonly string[], name: string): Promise<string | undefined> {
    const [first = '', second, ...more] = path
    if (second !== undefined) {
      const isOurs = first.toLowerCase() === sources.owner?.credential.toLowerCase() && more.length === 0
      return isOurs ? secret(second) : undefined
    }
    switch (first.toLowerCase()) {
      case 'username':
        return secret('username')
      case 'password':
        return secret('password')
      case 'oauthconsumerkey':
        return secret('clientId')
      case 'oauthtoken':
        return (await sources.token()) ?? ''
      case 'authorizationmethod':
        return method ?? ''
      case 'authorizationheadervalue':
        if (method !== 'Basic') return (await sources.token()) ?? ''
        return base64(`${await secret('username')}:${await secret('password')}`)
      default:
        throw unknown(name)
    }
  }
}

function userField(
  [field = '', ...more]: readonly string[],
  user: CallingUser | undefined,
  name: string,
): string | undefined {
  if (user === undefined) {
    throw new NamedCredentialError('user-missing', `The field ${name} needs a user: call as one, with as({ id: … }).`)
  }
  if (more.length > 0) return undefined
  if (field.toLowerCase() === 'id') return user.id
  const found = Object.entries(user.fields ?? {}).find(([known]) => known.toLowerCase() === field.toLowerCase())
  return found?.[1]
}
