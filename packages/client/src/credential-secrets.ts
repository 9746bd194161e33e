/** Whose secret, or whose token: a credential, the principal in it, and the user where each has a sign-in of their own. */
export interface CredentialOwner {
  /** The developer name of the external credential, or of the legacy named credential. */
  readonly credential: string
  /** Nothing in a legacy named credential, which has but one. */
  readonly principal: string | undefined
  /** The user's Id, where the principal is per user. */
  readonly userId: string | undefined
}

/**
 * Where the secrets of credentials are: metadata holds none. By parameter name: `username` and `password` for passwords,
 * `clientId` and `clientSecret` for client credentials, one's own names for the protocol Custom.
 */
export interface CredentialSecrets {
  find(owner: CredentialOwner): Promise<Readonly<Record<string, string>> | undefined>
}

/** The text that tells two owners apart: `Name`, `Name-Principal` or `Name-Principal/005…`. */
export function ownerKey({ credential, principal, userId }: CredentialOwner): string {
  const name = principal === undefined ? credential : `${credential}-${principal}`
  return userId === undefined ? name : `${name}/${userId}`
}

/** Secrets that are there already, by {@link ownerKey}: names are compared without regard to case, Ids with it. */
export function secretsOf(byOwner: Readonly<Record<string, Readonly<Record<string, string>>>>): CredentialSecrets {
  const secrets = new Map(Object.entries(byOwner).map(([key, secret]) => [foldedKey(key), secret]))
  return { find: async (owner) => secrets.get(foldedKey(ownerKey(owner))) }
}

function foldedKey(key: string): string {
  const at = key.indexOf('/')
  return at < 0 ? key.toLowerCase() : key.slice(0, at).toLowerCase() + key.slice(at)
}
