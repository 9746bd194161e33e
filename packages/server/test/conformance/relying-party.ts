import { hash, randomBytes } from 'node:crypto'
import { createLocalJWKSet, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose'
import { expect } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import type { User } from '../../src/users/user.ts'
import {
  authorizeUrl,
  decideOn,
  fieldsOf,
  type Stop,
  signInOn,
  type TestBrowser,
  testBrowser,
} from '../flows/test-browser.ts'
import {
  type Answer,
  answerOf,
  callbackUrl,
  consumerSecret,
  startTestServer,
  type TestServer,
} from '../flows/test-server.ts'

/** How the answer of an authorization comes back: the plans of the suite differ in nothing else. */
export type ResponseMode = 'query' | 'form_post'

/** What came back to the app. */
export type Callback = ReadonlyMap<string, string>

/** An ID token that has been verified. */
export interface VerifiedToken {
  readonly header: ProtectedHeaderParameters
  readonly claims: JWTPayload
}

/**
 * An app as the conformance suite of the OpenID Foundation is one, at a server as `sallyport serve` starts it: where
 * Salesforce and OpenID Connect differ, the suite asks for OpenID Connect.
 */
export interface RelyingParty {
  readonly server: TestServer
  readonly user: User
  readonly app: ConnectedApp
  readonly issuer: string
  /** A person's browser in which nobody is signed in. */
  browser(): TestBrowser
  /** An authorize URL with PKCE, state and nonce, unless told otherwise; a parameter that is empty is left out. */
  url(parameters?: Record<string, string>): string
  /** The state, nonce and verifier of every request. */
  readonly kept: { readonly state: string; readonly nonce: string; readonly verifier: string }
  /** Sends a browser, signs in and allows where asked, and answers what comes back. How often it signed in is told, too. */
  authorize(parameters?: Record<string, string>, browser?: TestBrowser): Promise<Authorized>
  /** What has come back where the browser is now. */
  callbackAt(stop: Stop): Callback
  /** Signs in and allows, where the page asks for it. */
  goOn(browser: TestBrowser, stop: Stop): Promise<Authorized>
  exchange(code: string, more?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>
  /** Authorizes and exchanges; everything has to go well. */
  tokens(parameters?: Record<string, string>, browser?: TestBrowser): Promise<Tokens>
  verify(idToken: string): Promise<VerifiedToken>
  userinfo(accessToken: string): Promise<Answer>
  close(): Promise<void>
}

/** A callback, and what a person had to do for it. */
export interface Authorized {
  readonly callback: Callback
  readonly signIns: number
}

/** Tokens, and what is in them. */
export interface Tokens extends Authorized {
  readonly answer: Answer['body']
  readonly idToken: VerifiedToken
}

const origin = 'https://login.acme.example'

/** Starts a server in the strict posture, with a person and an app. */
export async function relyingParty(responseMode: ResponseMode = 'query'): Promise<RelyingParty> {
  const server = await startTestServer({
    posture: strictPosture,
    showsCauses: false,
    place: { base: origin, targetPort: 8789, otherPort: 8788 },
  })
  const user = await server.addUser('ada@target.example', { country: 'FR', mobilePhone: '+33 1 00 00 00 00' })
  const app = await server.addApp('Suite', {
    scopes: ['openid', 'id', 'refresh_token'],
    isRefreshTokenRotationEnabled: true,
  })
  const keySet = createLocalJWKSet((await answerOf(await server.request('/id/keys'))).body)
  const kept = { state: random(), nonce: random(), verifier: random() }
  const basic = `Basic ${Buffer.from(`${app.consumerKey}:${consumerSecret}`).toString('base64')}`
  const party: RelyingParty = {
    server,
    user,
    app,
    issuer: origin,
    kept,
    browser: () => testBrowser(server),
    url: (parameters = {}) =>
      authorizeUrl(app.consumerKey, {
        scope: 'openid',
        state: kept.state,
        nonce: kept.nonce,
        code_challenge: hash('sha256', kept.verifier, 'base64url'),
        code_challenge_method: 'S256',
        response_mode: responseMode === 'form_post' ? responseMode : '',
        ...parameters,
      }),
    async authorize(parameters, browser = party.browser()) {
      return party.goOn(browser, await browser.open(party.url(parameters)))
    },
    callbackAt(stop) {
      if (responseMode === 'query') {
        expect([stop.hasLeft, stop.url.origin + stop.url.pathname]).toEqual([true, callbackUrl])
        return new Map(stop.url.searchParams)
      }
      expect([stop.hasLeft, actionOn(stop.html)]).toEqual([false, callbackUrl])
      return new Map(Object.entries(fieldsOf(stop.html, 'iss')))
    },
    async goOn(browser, page) {
      let stop = page
      let signIns = 0
      while (stop.html.includes('name="pw"') && signIns < 3) {
        stop = await signInOn(browser, stop, user.username)
        signIns += 1
      }
      if (stop.html.includes('oaapprove')) stop = await decideOn(browser, stop, 'allow')
      return { callback: party.callbackAt(stop), signIns }
    },
    exchange: (code, more = { code_verifier: kept.verifier }, headers = { authorization: basic }) =>
      server.post(
        '/services/oauth2/token',
        { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...more },
        headers,
      ),
    async tokens(parameters = {}, browser) {
      const authorized = await party.authorize(parameters, browser)
      const { callback } = authorized
      expect(callback.get('error')).toBe(undefined)
      expect([callback.get('state'), callback.get('iss')]).toEqual([kept.state, origin])
      const hasChallenge = parameters['code_challenge'] !== ''
      const answer = await party.exchange(
        callback.get('code') ?? '',
        hasChallenge ? { code_verifier: kept.verifier } : {},
      )
      expect(answer.status).toBe(200)
      expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) })
      const idToken = await party.verify(answer.body.id_token)
      expect(idToken.claims).toMatchObject({
        iss: origin,
        aud: app.consumerKey,
        sub: expect.any(String),
        ...(parameters['nonce'] === '' ? {} : { nonce: kept.nonce }),
        at_hash: leftHalfOfHash(answer.body.access_token),
      })
      return { ...authorized, answer: answer.body, idToken }
    },
    async verify(idToken) {
      const { payload, protectedHeader } = await jwtVerify(idToken, keySet, { currentDate: server.now() })
      return { header: protectedHeader, claims: payload }
    },
    userinfo: async (accessToken) =>
      answerOf(
        await server.request('/services/oauth2/userinfo', { headers: { authorization: `Bearer ${accessToken}` } }),
      ),
    close: () => server.close(),
  }
  return party
}

function leftHalfOfHash(accessToken: string): string {
  return hash('sha256', accessToken, 'buffer').subarray(0, 16).toString('base64url')
}

function random(): string {
  return randomBytes(32).toString('base64url')
}

function actionOn(html: string): string | undefined {
  return /<form[^>]*\baction="([^"]*)"/.exec(html)?.[1]
}
