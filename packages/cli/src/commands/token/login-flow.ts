import { type Client, type Login, proofOf } from '../../logins.ts'

/** What is done with tokens of an app beyond getting them. */
export function flowOf(client: Client, login: Login) {
  const { loginHost } = login
  // No app stands behind the assertion of an identity provider: its key is none that an app could show.
  if (login.kind === 'saml-assertion')
    return client.webServerFlow({ loginHost, consumerKey: '', redirectUri: anywhere })
  const redirectUri = login.kind === 'web' ? login.redirectUri : anywhere
  const { consumerKey, consumerSecret, privateKey } = { consumerSecret: undefined, privateKey: undefined, ...login }
  const proof = proofOf(client, { consumerSecret, privateKey })
  return client.webServerFlow({ loginHost, consumerKey, redirectUri, ...proof })
}

const anywhere = 'http://localhost/'
