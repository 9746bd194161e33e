import { hashSecret, randomText, tokenText } from '../../secret.ts'
import { type AuthorizationCodeStore, authorizationCodeShape } from '../../tokens/authorization-code.ts'
import type { Granted, ResponseType } from './response-type.ts'

interface Needs {
  readonly codes: Pick<AuthorizationCodeStore, 'add'>
  readonly now: () => Date
}

/** OAuth 2.0 Web Server Flow, first half: the browser carries a code that the app exchanges for tokens (RFC 6749 §4.1.2). */
export function code(needs: Needs): ResponseType {
  return {
    type: 'code',
    flow: 'web-server',
    modes: ['query', 'fragment', 'form_post'],
    usesPkce: true,
    signsIn: 'here',
    checkRequest: () => undefined,
    checkOrg: () => undefined,
    checkScopes: () => undefined,
    answer: (granted) => newCode(needs, granted),
  }
}

/** Keeps a code for what was granted. */
export async function newCode({ codes, now }: Needs, granted: Granted): Promise<{ readonly code: string }> {
  const { app, org, user, redirectUri, scopes, codeChallenge, dpopKey, nonce, authTime, session } = granted
  const secret = randomText(authorizationCodeShape.length)
  const id = await codes.add({
    hash: hashSecret(secret),
    orgId: org.id,
    userId: user.id,
    appId: app.id,
    redirectUri,
    scopes,
    codeChallenge,
    dpopKey,
    nonce,
    authTime,
    session: { level: session.level, sid: session.sid },
    issuedAt: now(),
  })
  return { code: tokenText(authorizationCodeShape, id, secret) }
}
