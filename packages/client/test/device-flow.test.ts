import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldsOf, signInOn, testBrowser } from '../../server/test/flows/test-browser.ts'
import { consumerSecret, type TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { type DeviceSignIn, deviceFlow, type Transport } from '../src/index.ts'

let server: TestServer

beforeAll(async () => {
  server = await startHttpServer()
  await server.addUser('ada@target.example')
  await server.addApp('Kiosk', { isDeviceFlowEnabled: true })
  await server.addApp('Off')
})
afterAll(() => server.close())

const kiosk = () => ({ consumerKey: '3MVG9Kiosk', consumerSecret, loginHost: server.base })

async function answer({ verificationUriComplete }: DeviceSignIn, decision: 'allow' | 'deny'): Promise<void> {
  const browser = testBrowser(server)
  const connect = async () =>
    browser.submit('/setup/connect', fieldsOf((await browser.open(verificationUriComplete.href)).html, 'user_code'))
  await signInOn(browser, await connect(), 'ada@target.example')
  await browser.submit('/setup/connect', { ...fieldsOf((await connect()).html, 'decision'), decision })
}

describe('deviceFlow', () => {
  it('shows a code, waits until somebody has allowed it, and gives tokens that can be refreshed', async () => {
    const flow = deviceFlow({ ...kiosk(), scope: ['api', 'refresh_token'] })
    const signIn = await flow.begin()
    expect(signIn.userCode).toMatch(/^[A-Z0-9]{8}$/)
    expect(signIn.verificationUri.href).toBe(`${server.base}/setup/connect`)
    expect(signIn.verificationUriComplete.href).toBe(`${server.base}/setup/connect?user_code=${signIn.userCode}`)
    expect(signIn.expiresAt.getTime()).toBeGreaterThan(Date.now() + 590_000)
    const paused: number[] = []
    const left: number[] = []
    const token = await signIn.finish({
      onWait: (seconds) => left.push(seconds),
      async pause(seconds) {
        paused.push(seconds)
        server.advance(paused.length === 2 ? 1 : seconds)
        if (paused.length === 3) await answer(signIn, 'allow')
      },
    })
    // Too fast once, so five seconds more from then on.
    expect(paused).toEqual([5, 5, 10])
    expect(left.every((seconds) => seconds > 0 && seconds <= 600)).toBe(true)
    expect(token).toMatchObject({ scope: ['api', 'refresh_token', 'id'], refreshToken: expect.stringMatching(/^5Aep/) })
    expect(await flow.refresh(token)).toMatchObject({ accessToken: expect.stringMatching(/^00D/) })
  })

  it('says when the person said no', async () => {
    const signIn = await deviceFlow(kiosk()).begin()
    await answer(signIn, 'deny')
    await expect(signIn.finish({ pause: async () => undefined })).rejects.toMatchObject({
      error: 'access_denied',
      explanation: { meaning: 'The person clicked Deny. Nothing is broken.' },
    })
  })

  it('gives up when nobody came in time', async () => {
    const signIn = await deviceFlow(kiosk()).begin()
    server.advance(600)
    await expect(signIn.finish({ pause: async () => undefined })).rejects.toMatchObject({
      error: 'invalid_grant',
      errorDescription: 'expired device code',
    })
  })

  it('ends at once when it is told to', async () => {
    const signIn = await deviceFlow(kiosk()).begin()
    await expect(signIn.finish({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  it('says what a refusal means', async () => {
    await expect(deviceFlow({ ...kiosk(), consumerKey: '3MVG9Off' }).begin()).rejects.toMatchObject({
      error: 'oauth_flow_disabled',
      explanation: { meaning: '“Enable for Device Flow” is off for this app.' },
    })
    await expect(deviceFlow(kiosk()).refresh(undefined)).rejects.toMatchObject({ reason: 'not-signed-in' })
  })

  it.each([
    ['javascript:alert(1)', { reason: 'device-answer-unusable' }],
    ['', { error: 'unusable_answer' }],
  ])('sends nobody to %j', async (verification_uri, refusal) => {
    const transport: Transport = async () => ({
      status: 200,
      statusText: 'OK',
      headers: new Headers(),
      body: new TextEncoder().encode(JSON.stringify({ device_code: 'd', user_code: 'U', verification_uri })),
    })
    await expect(deviceFlow(kiosk()).begin({ transport })).rejects.toMatchObject(refusal)
  })
})
