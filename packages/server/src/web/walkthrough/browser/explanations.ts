const parameters: Readonly<Record<string, string>> = {
  response_type: 'What is to come back: code, for this flow.',
  client_id: 'Which app asks: its Consumer Key. It is no secret.',
  redirect_uri: 'Where the browser is to come back to. It must be one of the app’s Callback URLs, to the letter.',
  scope: 'What the token is to be good for. Left out: all that the app has. A refresh token needs refresh_token.',
  state: 'Comes back unchanged. The app compares it, so that nobody can slip it another’s answer (CSRF).',
  code_challenge: 'PKCE: the SHA-256 of a secret that the app keeps to itself until it shows the code.',
  code_challenge_method: 'How the challenge was made. Salesforce knows S256 alone.',
  login_hint: 'The username that stands in the sign-in page already.',
  prompt: 'login: sign in even if somebody is. consent: ask again. none: ask nobody, or refuse.',
  nonce: 'Comes back in the ID token, which is thereby tied to this request.',
  display: 'How much room the pages may take: page, popup or touch.',
  response_mode: 'How the answer comes back: query, fragment or form_post.',
  immediate: 'true: answer at once, without a page, or refuse.',
  grant_type: 'What is shown for a token: a code, a signed JWT or a refresh token. Each flow has its own.',
  code: 'What the browser brought. Good for a few minutes, once, and only with what belongs to it.',
  code_verifier: 'PKCE: the secret of the code_challenge. It shows that the one who began is the one who ends.',
  client_secret: 'The Consumer Secret: shows that it is the app. Nobody else may see it, no browser either.',
  assertion: 'The signed JWT: says which app, for whom, where and until when. The signature is the proof.',
  refresh_token: 'Gets new access tokens until it is revoked or its policy ends it. Keep it like a password.',
  Authorization: 'Carries the access token: Bearer and a space before it. Never put a token into a URL.',
  format: 'How the answer is written: json, xml or urlencoded.',
}

/** What a parameter of a request means; of those that nobody knows, that it is so. */
export function explainParameter(name: string): string {
  const known = Object.entries(parameters).find(([one]) => one.toLowerCase() === name.toLowerCase())
  return known?.[1] ?? 'No parameter of these flows. Servers ignore what they do not know (RFC 6749 §3.1).'
}

const claims: Readonly<Record<string, string>> = {
  iss: 'Issuer: the Consumer Key of the app whose certificate belongs to the key.',
  sub: 'Subject: the username (not the e-mail address) to act for.',
  aud: 'Audience: the authorization server it is made out to. In production https://login.salesforce.com, in a sandbox https://test.salesforce.com, or the My Domain URL; here the address of this server.',
  exp: 'Expiry, in seconds since 1970. Salesforce promises to take three minutes from now.',
  nbf: 'Not before, in seconds since 1970.',
  iat: 'Issued at, in seconds since 1970.',
  jti: 'An id of its own: with it the JWT is taken only once.',
  alg: 'How it is signed. Salesforce takes RS256 alone.',
  typ: 'That it is a JWT. May be left out.',
  kid: 'Which key signed. Salesforce looks at the app’s certificate instead.',
}

/** What a member of a JWT's header or claims means. */
export function explainClaim(name: string): string {
  return claims[name] ?? 'A claim of your own, which nobody here looks at.'
}

const fields: Readonly<Record<string, string>> = {
  access_token: 'Opens the API. Begins with the id of the org and an exclamation mark. Treat it like a password.',
  refresh_token:
    'Gets the next access token with nobody at the browser. Only where the scope refresh_token was granted.',
  signature: 'HMAC-SHA256 of id and issued_at with the consumer secret: shows that nobody changed them on the way.',
  scope: 'What was granted, which may be less than was asked for.',
  instance_url: 'Where the API of the org is. Send calls there, and never to where you signed in.',
  id: 'The identity URL: of which org and which user the token is. With the token it tells more of them.',
  token_type: 'Bearer: whoever has it may use it.',
  issued_at: 'When it was made, in milliseconds since 1970.',
  id_token: 'A JWT of the authorization server that says who signed in (OpenID Connect). For the scope openid.',
  expires_in: 'Seconds until it ends. Salesforce leaves it out: the session timeout decides.',
  error: 'The code of the refusal. Programs look at this.',
  error_description: 'Salesforce’s words for it. The checklist beside says what was meant.',
}

/** What a member of a token answer means. */
export function explainField(name: string): string {
  return fields[name] ?? 'Further information of Salesforce’s that no flow needs.'
}
