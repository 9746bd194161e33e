import type { FlowName, StepName } from '../flow-steps.ts'

/** A way to break a flow on purpose. */
export interface Break {
  readonly name: BreakName
  readonly flow: FlowName
  /** Whose request is changed. */
  readonly step: StepName
  /** On its button. */
  readonly title: string
  /** What is changed, and why somebody would do so by mistake. */
  readonly about: string
}

/** The name of one. */
export type BreakName =
  | 'wrong-audience'
  | 'old-expiry'
  | 'foreign-key'
  | 'unknown-user'
  | 'user-without-approval'
  | 'other-callback'
  | 'missing-pkce'
  | 'wrong-verifier'
  | 'replayed-code'
  | 'wrong-secret'

/** All ten. */
export const breaks: readonly Break[] = [
  {
    name: 'wrong-audience',
    flow: 'jwt-bearer',
    step: 'token',
    title: 'Wrong aud',
    about: 'The JWT is made out to another server: a sandbox instead of production, or the other way round.',
  },
  {
    name: 'old-expiry',
    flow: 'jwt-bearer',
    step: 'token',
    title: 'Old exp',
    about: 'The JWT expired ten minutes ago: a clock that is slow, or a JWT that was kept.',
  },
  {
    name: 'foreign-key',
    flow: 'jwt-bearer',
    step: 'token',
    title: 'Foreign key',
    about: 'Signed with another key than that of the certificate the app has.',
  },
  {
    name: 'unknown-user',
    flow: 'jwt-bearer',
    step: 'token',
    title: 'Unknown user',
    about: 'The username in sub is nobody’s here: an e-mail address, or a sandbox username without its suffix.',
  },
  {
    name: 'user-without-approval',
    flow: 'jwt-bearer',
    step: 'token',
    title: 'User without approval',
    about: 'A user who is here, but whom no profile and no permission set lets use the app.',
  },
  {
    name: 'other-callback',
    flow: 'web-server',
    step: 'authorize',
    title: 'Other callback',
    about: 'The redirect_uri has a slash more than the callback URL that the app has.',
  },
  {
    name: 'missing-pkce',
    flow: 'web-server',
    step: 'token',
    title: 'Missing PKCE',
    about: 'The code is shown without the code_verifier: the app did not keep it, or a thief has only the code.',
  },
  {
    name: 'wrong-verifier',
    flow: 'web-server',
    step: 'token',
    title: 'Wrong verifier',
    about: 'Another code_verifier than the one whose challenge was sent: it was made anew in between.',
  },
  {
    name: 'replayed-code',
    flow: 'web-server',
    step: 'token',
    title: 'Replayed code',
    about: 'A code that has been used already: a page that was loaded again, or a request that was sent twice.',
  },
  {
    name: 'wrong-secret',
    flow: 'web-server',
    step: 'token',
    title: 'Wrong secret',
    about: 'Another consumer secret than that of the app: of another org’s app, or one that was rotated.',
  },
]

/** Whether a text, such as one out of a link, names one. */
export function isBreakName(text: unknown): text is BreakName {
  return breaks.some(({ name }) => name === text)
}

/** The template of a step, broken in this way. What is broken elsewhere, in the JWT or by asking twice, stays as it is. */
export function brokenTemplate(name: BreakName, template: string): string {
  switch (name) {
    case 'other-callback':
      return template.replace(/(redirect_uri=[^&\n]*)/, '$1%2F')
    case 'missing-pkce':
      return template.replace(/&code_verifier=[^&\n]*\n?/, '')
    case 'wrong-verifier':
      return template.replace(/(code_verifier=)[^&\n]*/, '$1this-is-not-the-verifier-that-the-challenge-was-made-of')
    case 'wrong-secret':
      return template.replace(/(client_secret=)[^&\n]*/, '$1not-the-secret')
    default:
      return template
  }
}

/** The claims of a JWT, broken in this way. */
export function brokenClaims(name: BreakName, claims: string, outsider: string, now: Date): string {
  const change: Partial<Record<BreakName, Readonly<Record<string, unknown>>>> = {
    'wrong-audience': { aud: 'https://wrong.example' },
    'old-expiry': { exp: Math.floor(now.getTime() / 1000) - 600 },
    'unknown-user': { sub: 'nobody@nowhere.example' },
    'user-without-approval': { sub: outsider },
  }
  const changed: unknown = JSON.parse(claims)
  return JSON.stringify({ ...Object(changed), ...change[name] }, undefined, 2)
}
