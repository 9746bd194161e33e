import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { totpCode, totpStep } from '../../src/sessions/totp.ts'
import { password } from '../flows/test-server.ts'
import { type SetupServer, sendForm, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer
beforeEach(async () => {
  setup = await startSetupServer()
})
afterEach(() => setup.server.close())

const path = '/personal/authenticator'

async function connect() {
  const { server, standard } = setup
  const page = await standard.browser.open(`${path}/connect`)
  const secret = /<code>((?:[A-Z2-7]{4} ?){8})<\/code>/.exec(page.html)?.[1]?.replaceAll(' ', '') ?? ''
  const code = () => totpCode(secret, totpStep(server.now()))
  return { code, answer: await sendForm(standard, page, { code: code(), ownPassword: password }) }
}

describe('one’s own authenticator app', () => {
  it('is connected by its code and the password, and disconnected by another code', async () => {
    const { server, standard } = setup
    const { code, answer } = await connect()
    expect(answer.html).toContain('The app is connected.')
    const kept = await server.stores.verifications.find(standard.user.id)
    expect(kept?.authenticator?.sealedSecret).toMatch(/^2\./)
    const again = await standard.browser.open(`${path}/connect`)
    expect((await sendForm(standard, again, { code: code(), ownPassword: password })).html).toContain(
      'connected already',
    )
    // The code that connected it was taken then.
    const page = await standard.browser.open(`${path}/disconnect`)
    expect((await sendForm(standard, page, { code: code() })).status).toBe(422)
    server.advance(60)
    expect((await sendForm(standard, page, { code: code() })).html).toContain('The app is disconnected.')
  })

  it('takes no key of another user, nor an old one', async () => {
    const { server, standard, admin } = setup
    const theirs = await admin.browser.open(`${path}/connect`)
    const offer = /name="offer" value="([^"]+)"/.exec(theirs.html)?.[1] ?? ''
    const page = await standard.browser.open(`${path}/connect`)
    const answer = await sendForm(standard, page, { offer, code: '000000', ownPassword: password })
    expect(answer.html).toContain('open for too long')
    server.advance(901)
    expect((await sendForm(standard, page, { code: '000000', ownPassword: password })).html).toContain(
      'open for too long',
    )
  })
})

describe('an admin', () => {
  it('gives a temporary code, ends it, and disconnects an app: all of it in Setup Audit Trail', async () => {
    const { server, standard, admin } = setup
    await connect()
    const own = `/setup/users/${standard.user.id}`
    const told = await submitForm(admin, `${own}/temporary-code`, { hours: '2' })
    expect(/<code>(\d{10})<\/code>/.exec(told.html)?.[1]).toBeDefined()
    expect((await submitForm(admin, `${own}/temporary-code`, { hours: '25' })).status).toBe(422)
    expect((await admin.browser.open(own)).html).toContain('Expire Now')
    await submitForm(admin, `${own}/expire-temporary-code`)
    await submitForm(admin, `${own}/disconnect-authenticator`)
    expect(await server.stores.verifications.find(standard.user.id)).toMatchObject({
      authenticator: undefined,
      temporaryCode: undefined,
    })
    const trail = await server.stores.auditTrail.list(server.org.id, { limit: 3 })
    expect(trail.map(({ display }) => display)).toEqual([
      'Disconnected the authenticator app of user user@target.example',
      'Expired the temporary verification code of user user@target.example',
      'Generated a temporary verification code for user user@target.example',
    ])
  })

  it('reads who verified their identity, for what, and who failed', async () => {
    const { server, standard, admin } = setup
    const app = await server.addApp('High')
    const { org, stores } = server
    const about = { orgId: org.id, userId: standard.user.id, at: server.now(), sourceIp: '127.0.0.1' }
    await stores.verificationHistory.add({
      ...about,
      activity: 'ConnectedApp',
      policy: 'HighAssurance',
      method: 'Totp',
      status: 'FailedInvalidCode',
      resourceId: app.id,
    })
    const { html } = await admin.browser.open('/setup/verification-history')
    for (const words of ['user@target.example', 'High assurance session required', 'Failed: Invalid code', 'High<'])
      expect(html).toContain(words)
  })
})
