/**
 * A scope of an org's own making (`OauthCustomScope`): what it opens stands elsewhere, with whoever accepts the token. An
 * app may ask for it that has it among its scopes; so is it assigned.
 */
export interface CustomScope {
  /** 18 characters. */
  readonly id: string
  readonly orgId: string
  /** As on the wire: the `developerName`. */
  readonly name: string
  readonly label: string
  /** What people read of it where they allow access. */
  readonly description: string
  /** Whether discovery names it. */
  readonly isPublic: boolean
  /** *Protected Component*: kept for packages; here it changes nothing. */
  readonly isProtected: boolean
}

/** Keeps custom scopes. */
export interface CustomScopeStore {
  add(scope: CustomScope): Promise<void>
  update(scope: CustomScope): Promise<void>
  /** Deletes it, and takes it off every app of its org. Tokens that have it keep the word. */
  delete(scope: CustomScope): Promise<void>
  /** Those of an org, by name. */
  list(orgId: string): Promise<readonly CustomScope[]>
}

/** The names of the scopes that an org has made; none for what is built into the server. */
export async function customScopeNames(
  { customScopes }: { readonly customScopes: Pick<CustomScopeStore, 'list'> },
  orgId: string | undefined,
): Promise<readonly string[]> {
  return orgId === undefined ? [] : (await customScopes.list(orgId)).map(({ name }) => name)
}
