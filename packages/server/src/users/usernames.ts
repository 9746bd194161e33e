import type { UserStore } from './user.ts'

/** The username of a user by id; the id of one who is not there. */
export type UsernameOf = (userId: string) => Promise<string>

/** Looks up usernames, each once, for lists that name the same few users again and again. */
export function usernamesFrom({ find }: Pick<UserStore, 'find'>): UsernameOf {
  const known = new Map<string, Promise<string>>()
  return (userId) => {
    const username = known.get(userId) ?? find(userId).then((user) => user?.username ?? userId)
    known.set(userId, username)
    return username
  }
}
