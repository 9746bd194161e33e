import type { Client, Login } from '../../logins.ts'

/** What is done with tokens of an app beyond getting them. */
export function flowOf(client: Client, login: Login) {
  if (login.kind === 'web') return client.webServerFlow(login)
  const { loginHost } = login
  // No app stands behind the assertion of an identity provider.
  const consumerKey = 'consumerKey' in login ? login.consumerKey : ''
  const consumerSecret = 'consumerSecret' in login ? login.consumerSecret : undefined
  return client.webServerFlow({ loginHost, consumerKey, consumerSecret, redirectUri: 'http://localhost/' })
}
