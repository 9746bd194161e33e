import { setTimeout as sleep } from 'node:timers/promises'
import type { AccessToken } from './access-token.ts'
import { type AppIdentity, appToken, issuerOf, refreshedToken } from './app-token.ts'
import { clientParameters } from './client-proof.ts'
import { membersOf, readJson, textOf } from './encoding.ts'
import { endpointOf, loginUrl } from './login-host.ts'
import { SignInError } from './sign-in-error.ts'
import { TokenError } from './token-error.ts'
import type { Asking } from './token-request.ts'
import { readRefusal } from './token-response.ts'
import { type IncomingAnswer, transport } from './transport.ts'

/** An app that runs where there is no browser. */
export interface DeviceAppSettings extends AppIdentity {
  /** Scopes, if not all that the app has. */
  readonly scope?: readonly string[] | undefined
}

/** How long and how to wait for the person. */
export interface DeviceWaiting extends Asking {
  /** Is told before each question how many seconds are left. */
  readonly onWait?: ((secondsLeft: number) => void) | undefined
  /** Waits so many seconds; the platform's timer unless given. */
  readonly pause?: ((seconds: number, signal: AbortSignal | undefined) => Promise<unknown>) | undefined
}

/** A device that waits for somebody to allow it. What it has to remember is in it, and nowhere else. */
export interface DeviceSignIn {
  /** What the person types. */
  readonly userCode: string
  /** Where, with a browser on any machine. */
  readonly verificationUri: URL
  /** The same with the code in it. */
  readonly verificationUriComplete: URL
  /** When the code ends; ten minutes from the start where the server does not say, as Salesforce does not. */
  readonly expiresAt: Date
  /**
   * Asks for the token until somebody has allowed or denied it, no faster than the server wants (RFC 8628 §3.5).
   * @throws {TokenError} `access_denied` when they said no; `invalid_grant` or `expired_token` when nobody came in time
   */
  finish(waiting?: DeviceWaiting): Promise<AccessToken>
}

/** The device flow for one app, as Salesforce speaks it (RFC 8628 in other words). */
export interface DeviceFlow {
  /** Asks for the two codes. @throws {TokenError} when the app may not use this flow */
  begin(asking?: Asking): Promise<DeviceSignIn>
  /** @throws {TokenError} @throws {SignInError} `not-signed-in` when there is no refresh token */
  refresh(held: AccessToken | undefined, asking?: Asking): Promise<AccessToken>
}

// Salesforce's, in seconds: it says neither.
const usualLifetime = 600
const usualInterval = 5
// RFC 8628 §3.5.
const slowdown = 5

/**
 * The device flow: a program without a browser shows a code, and somebody allows it with a browser elsewhere.
 * @throws {InputError} for a login host that is none
 */
export function deviceFlow(app: DeviceAppSettings): DeviceFlow {
  const tokenEndpoint = endpointOf(loginUrl(app.loginHost ?? 'production'), '/services/oauth2/token')
  return {
    async begin(asking = {}) {
      const { transport: send = transport(), now = () => new Date(), signal, timeout } = asking
      const parameters = {
        response_type: 'device_code',
        ...(await clientParameters(app, issuerOf(app), now())),
        ...(app.scope === undefined ? {} : { scope: app.scope.join(' ') }),
      }
      const answer = await send(
        {
          method: 'POST',
          url: tokenEndpoint,
          headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
          body: new URLSearchParams(parameters).toString(),
        },
        { signal, timeout },
      )
      const codes = answer.status === 200 ? readCodes(answer) : undefined
      if (codes === undefined) {
        throw readRefusal(answer, {
          tokenEndpoint,
          grantType: 'device',
          needsInstanceUrl: false,
          isBound: false,
          now: now(),
        })
      }
      const expiresAt = new Date(now().getTime() + codes.lifetime * 1000)
      return {
        userCode: codes.userCode,
        verificationUri: codes.verificationUri,
        verificationUriComplete: codes.verificationUriComplete,
        expiresAt,
        finish: (waiting = asking) => finish(codes, expiresAt, waiting),
      }
    },
    refresh: (held, asking) => refreshedToken(app, held, asking),
  }

  async function finish(codes: Codes, expiresAt: Date, waiting: DeviceWaiting): Promise<AccessToken> {
    const { pause = pauseFor, onWait, now = () => new Date(), signal } = waiting
    let { interval } = codes
    for (;;) {
      const left = Math.ceil((expiresAt.getTime() - now().getTime()) / 1000)
      onWait?.(Math.max(0, left))
      await pause(interval, signal)
      try {
        return await appToken(app, { grant_type: 'device', code: codes.deviceCode }, waiting)
      } catch (error) {
        if (!(error instanceof TokenError) || left <= 0) throw error
        if (error.error === 'slow_down') interval += slowdown
        else if (error.error !== 'authorization_pending') throw error
      }
    }
  }
}

interface Codes {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUri: URL
  readonly verificationUriComplete: URL
  readonly interval: number
  readonly lifetime: number
}

/** The codes of an answer; `undefined` for what is none. @throws {SignInError} for a page that nobody should open */
function readCodes(answer: IncomingAnswer): Codes | undefined {
  const members = membersOf(readJson(textOf(answer.body)))
  const text = (name: string) => {
    const value = members?.get(name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const seconds = (name: string, otherwise: number) => {
    const value = members?.get(name)
    return typeof value === 'number' && Number.isFinite(value) && value > 0 && value <= 86_400 ? value : otherwise
  }
  const [deviceCode, userCode] = [text('device_code'), text('user_code')]
  const page = text('verification_uri')
  if (deviceCode === undefined || userCode === undefined || page === undefined) return undefined
  const verificationUri = pageUrl(page)
  const complete = new URL(verificationUri)
  complete.searchParams.set('user_code', userCode)
  const given = text('verification_uri_complete')
  return {
    deviceCode,
    userCode,
    verificationUri,
    verificationUriComplete: given === undefined ? complete : pageUrl(given),
    interval: seconds('interval', usualInterval),
    lifetime: seconds('expires_in', usualLifetime),
  }
}

/** What a person is sent to must be a page: no other program may be started by it. */
function pageUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new SignInError(
    'device-answer-unusable',
    'The address that the server wants people to open is no http or https URL.',
  )
}

async function pauseFor(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    // Whoever ends the waiting has said why; the timer only knows that it was ended.
    signal?.throwIfAborted()
    throw error
  }
}
