/**
 * Every check a request can pass or fail, with the sentence that is true once it is passed. In the order in which a
 * request meets them; no request meets them all.
 */
export const checkTitles = {
  request: 'The request can be read',
  'grant-type': 'The grant type (grant_type) is offered here',
  'client-known': 'The app (client_id, or iss of an assertion) is known',
  'redirect-uri': 'The callback URL (redirect_uri) is the right one',
  'response-type': 'The kind of answer (response_type) is offered here',
  branding: 'The look that was asked for (expid) is there',
  'response-mode': 'The way of the answer (response_mode) is offered here',
  nonce: 'The request has a nonce, if it asks for an ID token at once',
  pkce: 'The proof of the code (PKCE) is right',
  'request-kept': 'The authorize request that its app pushed is here, and still good',
  proof: 'The proof of the key (DPoP) is right',
  prompt: 'The wish for pages (prompt) can be met',
  'assertion-well-formed': 'The assertion is a JWT that can be read',
  algorithm: 'The assertion is signed with RS256 (alg)',
  certificate: 'The app has a certificate that is valid now',
  signature: "The signature was made with the key of the app's certificate",
  expiry: 'The assertion is valid now (exp, nbf, iat)',
  audience: 'The audience (aud) names this server',
  'saml-read': 'The assertion is one of SAML 2.0 that can be read',
  'sso-settings': 'The org is known, and has single sign-on settings',
  'saml-issuer': 'The issuer is the one of single sign-on settings of the org',
  'saml-status': 'The identity provider has signed somebody in',
  'saml-certificate': 'The certificate of the settings is valid now',
  'saml-signed': 'The assertion is signed as a whole, and once',
  'saml-algorithm': 'It is signed with algorithms that are taken here',
  'saml-signature': 'The signature was made with the key of the certificate that is registered here',
  'saml-subject': 'The assertion says whom it is about, and that its bearer may be believed',
  'saml-audience': 'The Audience names this server',
  'saml-recipient': 'The Recipient is the address that it was sent to',
  'saml-time': 'The assertion is valid now (NotBefore, NotOnOrAfter)',
  idp: 'The org is an identity provider (SAML), and was asked at its own address',
  'saml-request': 'The message of the app can be read',
  'saml-app': 'The app is a service provider of the org',
  'saml-request-signed': 'The message was signed with the key that the app has registered',
  'saml-request-fit': 'The answer is wanted as the app has registered it',
  'saml-request-fresh': 'The message is young enough',
  'saml-name': 'The user has the name that the app knows people by',
  'saml-key': 'The org can sign with its certificate',
  'saml-logout': 'The message is about the session that is open here',
  'client-authenticated': 'The app has shown who it is',
  domain: 'The request came to an address where it may be made',
  flow: 'The app may use this flow',
  form: 'The form was made for this browser',
  credentials: 'Name and password are there',
  provider: 'The auth. provider is one of the org',
  'provider-state': 'The sign-in was begun in this browser, a short while ago',
  'provider-answer': 'The auth. provider has signed somebody in',
  'provider-identity': 'What the auth. provider says of them can be believed',
  'account-linked': 'The account at the auth. provider belongs to nobody else',
  'user-known': 'The user is known here',
  password: 'The password is right',
  'security-token': 'The security token is right, or the address is trusted',
  'signed-in': 'Somebody is signed in',
  'user-active': 'The org is open, and the user may be let in',
  address: 'The address the request comes from is allowed',
  'app-installed': 'The app is installed in the org, or may be used there without, and is not blocked',
  'api-access': 'The org lets this app use its API (API Access Control)',
  approved: 'The user is allowed to use the app, or has allowed it',
  'app-handler': 'The custom handler of the app has nothing against it',
  assurance: 'The session is as strong as the app asks for',
  permission: 'The user has the permission that this needs',
  target: 'The token is wanted for this org (audience, resource)',
  'subject-token': 'The token to be exchanged (subject_token) is of a kind that is taken',
  'token-handler': 'The token exchange handler knows the token, and whose it is',
  'actor-token': "The device's own token (actor_token) is right",
  'asset-token': 'The asset token can be signed',
  'code-known': 'The authorization code is known, and is of this app',
  'code-unspent': 'The authorization code has not been used before',
  'code-fresh': 'The authorization code is young enough',
  'device-code-known': 'The device code is known, is of this app, and has not been used',
  'device-code-fresh': 'The device code is young enough',
  answered: 'Somebody has answered for the device',
  pace: 'The device waits long enough between its questions',
  'user-code': 'The code of the device (user_code) is the one that it shows',
  'refresh-token-known': 'The refresh token is known, of this app, and not revoked',
  'refresh-token-current': 'The refresh token is the latest one',
  'refresh-token-policy': "The refresh token is alive by the app's Refresh Token Policy",
  otp: 'The one-time password is known, unused and young enough',
  token: 'The access token is alive, and good here',
  scope: 'The scopes are allowed',
  silent: 'The answer needs nobody at the browser',
  'token-format': 'The access token is of the format that the app is set to',
  'initial-token': 'The initial access token is one that registers apps',
  registration: 'The app can be made, or changed, as it says of itself',
  'registration-token': 'The registration access token is the one of the app',
  'approvals-kept': 'The user keeps as many refresh tokens of the app as Salesforce lets them: the oldest ended',
  'not-replayed': 'The assertion has not been used before (jti, or ID)',
  'login-rate': 'The user has logins left in this hour',
  'token-ended': 'The token has ended',
  introspected: 'The token has been looked up',
  limit: 'The org has API requests left today',
  resource: 'What is asked for exists',
} as const satisfies Readonly<Record<string, string>>

/** The name of a check. */
export type CheckName = keyof typeof checkTitles

/** Every check there is. */
export const checkNames: readonly CheckName[] = Object.keys(checkTitles).filter(isCheckName)

/** Whether a text, such as one from the journal, names a check. */
export function isCheckName(text: string): text is CheckName {
  return Object.hasOwn(checkTitles, text)
}

/** What a check says when it is passed; the name itself for one that this version no longer knows. */
export function checkTitle(check: string): string {
  return isCheckName(check) ? checkTitles[check] : check
}
