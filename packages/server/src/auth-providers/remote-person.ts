/** Somebody as a provider tells of them. */
export interface RemotePerson {
  /** `sub`: what never changes. */
  readonly id: string
  readonly username: string | undefined
  readonly email: string | undefined
  /** Whether the provider says that it has verified the address; nothing else about it is believed. */
  readonly isEmailVerified: boolean
  readonly name: string | undefined
  readonly givenName: string | undefined
  readonly familyName: string | undefined
}

/** The person whom claims are about; `undefined` when they do not say who it is. */
export function readPerson(claims: Readonly<Record<string, unknown>>): RemotePerson | undefined {
  const id = textIn(claims, 'sub')
  if (id === undefined) return undefined
  return {
    id,
    username: textIn(claims, 'preferred_username'),
    email: textIn(claims, 'email'),
    isEmailVerified: claims['email_verified'] === true,
    name: textIn(claims, 'name'),
    givenName: textIn(claims, 'given_name'),
    familyName: textIn(claims, 'family_name'),
  }
}

function textIn(claims: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof value === 'string' && /^[^\p{C}]{1,255}$/u.test(value) ? value : undefined
}
