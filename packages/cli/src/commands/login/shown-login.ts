import type { Login } from '../../logins.ts'

/** A sign-in as programs read it, without its secrets. */
export function loginJson(login: Login): Readonly<Record<string, unknown>> {
  const { name, kind, username, organizationId, loginHost, at } = login
  const consumerKey = 'consumerKey' in login ? login.consumerKey : undefined
  const isBoundToKey = login.dpopKey !== undefined
  return { name, kind, username, organizationId, loginHost, consumerKey, isBoundToKey, at }
}
