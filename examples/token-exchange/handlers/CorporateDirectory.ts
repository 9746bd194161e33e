// A token exchange handler: it takes ID tokens of the company's OpenID provider, finds the user by e-mail address, and makes
// one for whoever is new. It belongs into the folder `handlers` of the data folder.
import type { Oauth2TokenExchangeHandler } from '@sallyport/server'

// What the provider calls itself (`iss`), and what it calls the app that its tokens are for (`aud`).
const issuer = process.env['DIRECTORY_ISSUER'] ?? 'https://login.company.example'
const audience = process.env['DIRECTORY_AUDIENCE'] ?? 'portal'

/** What of an ID token goes on to the second step. */
interface Person {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
}

const handler: Oauth2TokenExchangeHandler = {
  async validateIncomingToken(_app, _appType, token, _tokenType, { verifyJwt }) {
    const verified = await verifyJwt(token, { issuer, audience, algorithms: ['RS256'] })
    if (!verified.isValid)
      return { isValid: false, customErrorMessage: `The ID token is not good: ${verified.problem}.` }
    const { email, email_verified, given_name, family_name, preferred_username } = verified.claims
    // An address that nobody has verified may be anybody's.
    if (typeof email !== 'string' || email_verified !== true) {
      return { isValid: false, customErrorMessage: 'The ID token has no verified e-mail address.' }
    }
    const data: Person = {
      email,
      firstName: String(given_name ?? ''),
      lastName: String(family_name ?? preferred_username ?? email),
    }
    return { isValid: true, data }
  },

  async getUserForTokenSubject(_networkId, { data }, canCreateUser, _app, _appType, { findUsers }) {
    const { email, firstName, lastName } = data as Person
    const [user, ...others] = await findUsers({ Email: email })
    // Two users with one address: nobody can tell which of them it is.
    if (others.length > 0) return undefined
    if (user !== undefined) return { Id: user.Id }
    if (!canCreateUser) return undefined
    return {
      Username: `${email}.portal`,
      Email: email,
      FirstName: firstName,
      LastName: lastName,
      Profile: 'Standard User',
    }
  },
}

export const { validateIncomingToken, getUserForTokenSubject } = handler
