import { canonicalUsername, type User, type UserStore } from '../users/user.ts'
import type { AccountLinkStore, AuthProvider } from './auth-provider.ts'
import type { RemotePerson } from './remote-person.ts'

interface Needs {
  readonly accountLinks: Pick<AccountLinkStore, 'find' | 'add'>
  readonly users: Pick<UserStore, 'find' | 'findByUsername' | 'findByFederationId' | 'search'>
  readonly now: () => Date
}

// Far more users than share an address; were there more, no one could be meant.
const mostAlike = 50

/** Finds the user whom a person at a provider is. Who is found for the first time is linked, and stays who they are. */
export function userOfPerson({ accountLinks, users, now }: Needs) {
  return async (provider: AuthProvider, person: RemotePerson): Promise<User | undefined> => {
    const { id: providerId, orgId } = provider
    const linked = await accountLinks.find(providerId, person.id)
    if (linked !== undefined) return userWithin(orgId, await users.find(linked.userId))
    const matched = userWithin(orgId, await match(provider, person))
    if (matched === undefined) return undefined
    const link = { orgId, providerId, remoteId: person.id, userId: matched.id, createdAt: now() }
    const { userId } = await accountLinks.add(link)
    return userId === matched.id ? matched : userWithin(orgId, await users.find(userId))
  }

  async function match({ orgId, userMatching }: AuthProvider, person: RemotePerson): Promise<User | undefined> {
    const { id, username, email, isEmailVerified } = person
    switch (userMatching) {
      case 'LinkedOnly':
        return undefined
      case 'FederationId':
        return users.findByFederationId(orgId, id)
      case 'Username':
        return username === undefined ? undefined : users.findByUsername(canonicalUsername(username))
      case 'Email': {
        // Whoever can have any address written into their account there would otherwise be anybody here.
        if (email === undefined || !isEmailVerified) return undefined
        const page = { sort: 'username', direction: 'asc', offset: 0, limit: mostAlike } as const
        const found = await users.search(orgId, { text: email, isActive: true }, page)
        const same = found.filter((user) => user.email.toLowerCase() === email.toLowerCase())
        return same.length === 1 && found.length < mostAlike ? same[0] : undefined
      }
    }
  }
}

function userWithin(orgId: string, user: User | undefined): User | undefined {
  return user?.orgId === orgId ? user : undefined
}
