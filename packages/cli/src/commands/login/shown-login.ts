import type { Login } from '../../logins.ts'

/** A sign-in as programs read it, without its secrets. */
export function loginJson(login: Login): Readonly<Record<string, unknown>> {
  const { name, kind, username, organizationId, loginHost, consumerKey, at } = login
  return { name, kind, username, organizationId, loginHost, consumerKey, at }
}
