import { type KeyObject, randomUUID, sign } from 'node:crypto'

/** What an assertion of the JWT bearer flow says. */
export interface TrialClaims {
  readonly consumerKey: string
  readonly username: string
  readonly audience: string
}

/** Signs an assertion of the JWT bearer flow as a server elsewhere would, good for a minute and for one use (RFC 7523 §3). */
export function trialAssertion(key: KeyObject, { consumerKey, username, audience }: TrialClaims, now: Date): string {
  const claims = {
    iss: consumerKey,
    sub: username,
    aud: audience,
    exp: Math.floor(now.getTime() / 1000) + 60,
    jti: randomUUID(),
  }
  const input = [{ alg: 'RS256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), key).toString('base64url')}`
}
