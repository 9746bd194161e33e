import type { FoundUser, HandlerTools, WantedUsers } from '../handlers/handler-tools.ts'
import type { Org } from '../orgs/org.ts'
import { canonicalUsername, type User, type UserStore } from './user.ts'

const mostFound = 10

/** The search that handlers are given: exact, and within their own org. */
export function userSearch(
  { users }: { readonly users: Pick<UserStore, 'findByUsername' | 'findByFederationId' | 'search'> },
  org: Pick<Org, 'id'>,
): HandlerTools['findUsers'] {
  return async (wanted) =>
    (await candidates(wanted))
      .filter((user) => fits(user, wanted))
      .slice(0, mostFound)
      .map(foundUser)

  async function candidates({ Username, FederationIdentifier, Email }: WantedUsers): Promise<readonly User[]> {
    if (Username !== undefined) return listOf(await users.findByUsername(canonicalUsername(Username)))
    if (FederationIdentifier) return listOf(await users.findByFederationId(org.id, FederationIdentifier))
    if (!Email) return []
    return users.search(org.id, { text: Email }, { sort: 'username', direction: 'asc', offset: 0, limit: 200 })
  }

  function fits(user: User, { FederationIdentifier, Email }: WantedUsers): boolean {
    return (
      user.orgId === org.id &&
      (Email === undefined || sameText(user.email, Email)) &&
      (FederationIdentifier === undefined || user.federationId === FederationIdentifier)
    )
  }
}

function foundUser(user: User): FoundUser {
  return {
    Id: user.id,
    Username: user.username,
    Email: user.email,
    ...(user.firstName === undefined ? {} : { FirstName: user.firstName }),
    LastName: user.lastName,
    ...(user.federationId === undefined ? {} : { FederationIdentifier: user.federationId }),
    IsActive: user.isActive,
  }
}

function listOf(user: User | undefined): readonly User[] {
  return user === undefined ? [] : [user]
}

function sameText(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
