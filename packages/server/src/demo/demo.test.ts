import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openActs } from '../../test/open-acts.ts'
import { readDemo } from './demo.ts'
import { makeDemo } from './make-demo.ts'
import { memorablePassword } from './memorable-password.ts'

const addresses = { mainUrl: 'http://localhost:8787', ports: { source: 8788, target: 8789 } }

describe('makeDemo', () => {
  it('makes an org that calls and an org that trusts it, with people who may and one who may not', async () => {
    await using acts = await openActs()
    const demo = await makeDemo(acts, addresses)
    const target = await acts.orgs.findByPort(8789)
    if (target === undefined) throw new Error('There is no target.')
    expect(demo.target.org).toEqual({ id: target.id, name: 'Target', myDomain: 'target', port: 8789 })
    expect(demo.source.org).toMatchObject({ name: 'Source', port: 8788 })

    const { certificate, privateKey } = demo.source.certificate
    expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))).toBe(true)
    const app = await acts.apps.findByConsumerKey(demo.target.integrationApp.consumerKey)
    expect(app?.certificate?.fingerprint256).toBe(new X509Certificate(certificate).fingerprint256)
    expect(app?.scopes).toEqual(['api', 'refresh_token'])
    const policies = await acts.apps.findPolicies(app?.id ?? '', target.id)
    expect(policies).toMatchObject({ isAdminApproved: true })

    const mayUse = async (username: string) => {
      const user = await acts.users.findByUsername(username)
      return user?.permissionSetIds.some((id) => policies?.permissionSetIds.includes(id))
    }
    expect(await mayUse(demo.target.integration.username)).toBe(true)
    expect(await mayUse(demo.target.outsider.username)).toBe(false)

    expect(demo.target.webApp.callbackUrls).toEqual([
      'http://localhost:8787/services/oauth2/success',
      'http://127.0.0.1:9999/cb',
      'http://localhost:8787/walkthrough/callback',
    ])
    expect(await acts.records.list(target.id, 'Account', { offset: 0, limit: 10 })).toHaveLength(4)
    for (const { username, password } of [demo.source.admin, demo.target.admin, demo.target.standard]) {
      const user = await acts.users.findByUsername(username)
      expect(await acts.passwords.verify(password, user?.passwordHash)).toMatchObject({ outcome: 'right' })
    }
  })

  it('completes a demo that was cut short: the same orgs, keys and certificate, new passwords', async () => {
    await using acts = await openActs()
    const first = await makeDemo(acts, addresses)
    const second = await makeDemo(acts, addresses)
    expect(second.target.integrationApp).toEqual(first.target.integrationApp)
    expect(second.target.webApp).toEqual(first.target.webApp)
    expect(second.source.certificate).toEqual(first.source.certificate)
    expect(second.target.admin.password).not.toBe(first.target.admin.password)
    expect(await acts.orgs.list()).toHaveLength(2)
  })

  it('survives being kept as JSON', async () => {
    await using acts = await openActs()
    const demo = await makeDemo(acts, addresses)
    expect(readDemo(JSON.parse(JSON.stringify(demo)))).toEqual(demo)
    expect(readDemo({ source: {} })).toBeUndefined()
  })
})

describe('memorablePassword', () => {
  it('is three words and four digits, and another each time', () => {
    const some = Array.from({ length: 100 }, memorablePassword)
    for (const password of some) expect(password).toMatch(/^[a-z]+-[a-z]+-[a-z]+-[0-9]{4}$/)
    expect(new Set(some).size).toBe(100)
  })
})
