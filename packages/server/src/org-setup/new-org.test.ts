import { describe, expect, it } from 'vitest'
import { made, madeOrg, openActs, problemsOf } from '../../test/open-acts.ts'
import { installPlatformCli } from '../connected-apps/platform-cli.ts'
import { changeOrg } from '../orgs/change-org.ts'
import { newOrg } from './new-org.ts'

describe('newOrg', () => {
  it('makes an org with the standard profiles and the built-in apps', async () => {
    await using acts = await openActs()
    await installPlatformCli(acts)
    const org = made(await newOrg(acts, { name: 'Acme', myDomain: 'ACME', port: 8789, type: 'sandbox' }))
    expect(org).toMatchObject({ myDomain: 'acme', port: 8789, type: 'sandbox', settings: { sessionTimeout: 7200 } })
    expect(org.id).toMatch(/^00D[0-9A-Za-z]{15}$/)
    expect((await acts.profiles.list(org.id)).map(({ name }) => name)).toEqual([
      'Minimum Access - Salesforce',
      'Standard User',
      'System Administrator',
    ])
    const app = await acts.apps.findByConsumerKey('PlatformCLI')
    expect(await acts.apps.findPolicies(app?.id ?? '', org.id)).toMatchObject({
      isBlocked: false,
      isAdminApproved: false,
    })
    expect(await acts.orgs.findByPort(8789)).toEqual(org)
  })

  it('is a production org without an address of its own, unless told otherwise', async () => {
    await using acts = await openActs()
    expect(await madeOrg(acts)).toMatchObject({
      type: 'production',
      myDomain: undefined,
      port: undefined,
      isActive: true,
    })
  })

  it.each([
    ["Spring '23", false, false, true],
    ["Summer '23", true, true, true],
    ["Summer '25", true, true, true],
    ["Winter '26", true, true, false],
    ['latest', true, true, false],
  ])(
    'as of %s has the ways in that are dying out as Salesforce had them',
    async (release, userAgent, password, soap) => {
      await using acts = await openActs()
      const org = made(await newOrg(acts, { name: 'Acme', settings: { release } }))
      expect(org.settings).toMatchObject({
        blockOAuthUsrAgtFlow: userAgent,
        blockOAuthUnPwFlow: password,
        enableSoapLogin: soap,
      })
      const said = { release, blockOAuthUsrAgtFlow: false, blockOAuthUnPwFlow: false, enableSoapLogin: true }
      expect(made(await newOrg(acts, { name: 'Other', settings: said })).settings).toMatchObject(said)
    },
  )

  it('says everything that is wrong at once, and writes nothing', async () => {
    await using acts = await openActs()
    const settings = { sessionTimeout: 5, maxLoginAttempts: 0, minimumPasswordLength: 4.5 }
    const outcome = await newOrg(acts, { name: ' ', myDomain: 'a.b', port: 70_000, settings })
    expect(problemsOf(outcome)).toEqual({
      name: 'Enter a value.',
      myDomain: expect.stringContaining('one label of a host name'),
      port: 'Enter a port from 1 to 65535.',
      'settings.sessionTimeout': 'Enter a whole number of seconds from 60 to 86400.',
      'settings.maxLoginAttempts': 'Enter a whole number of attempts from 1 to 100.',
      'settings.minimumPasswordLength': 'Enter a whole number of characters from 5 to 50.',
    })
    expect(await acts.orgs.list()).toEqual([])
  })

  it.each(['-a', 'a-', 'a b', 'é', 'a_b', 'xn--bcher-kva', 'a'.repeat(64), 'a\nb'])(
    'takes no My Domain like %j',
    async (name) => {
      await using acts = await openActs()
      const outcome = await newOrg(acts, { name: 'Acme', myDomain: name })
      expect(problemsOf(outcome)).toHaveProperty('myDomain')
    },
  )

  it('keeps name, My Domain and port unique over the server', async () => {
    await using acts = await openActs()
    const entered = { name: 'Acme', myDomain: 'acme', port: 8789 }
    made(await newOrg(acts, entered))
    expect(problemsOf(await newOrg(acts, { ...entered, myDomain: 'Acme' }))).toEqual({
      name: 'There is an org “Acme” already.',
      myDomain: 'Another org has the My Domain “acme”.',
      port: 'Another org has the port 8789.',
    })
  })
})

describe('changeOrg', () => {
  it('changes what is entered, leaves the rest, and takes an address away again', async () => {
    await using acts = await openActs()
    const org = made(await newOrg(acts, { name: 'Acme', myDomain: 'acme', port: 8789 }))
    const changed = made(await changeOrg(acts, org, { port: 0, settings: { isPkceRequired: true } }))
    expect(changed).toEqual({ ...org, port: undefined, settings: { ...org.settings, isPkceRequired: true } })
    expect(await acts.orgs.find(org.id)).toEqual(changed)
  })

  it('ends every token when an org is closed', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    made(await changeOrg(acts, org, { isActive: false }))
    expect(await acts.orgs.find(org.id)).toMatchObject({ isActive: false, epoch: 2 })
  })
})

describe('installPlatformCli', () => {
  it('installs the app once, in orgs that were there before too', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    await installPlatformCli(acts)
    await installPlatformCli(acts)
    const builtIn = await acts.apps.listBuiltIn()
    expect(builtIn).toMatchObject([
      {
        consumerKey: 'PlatformCLI',
        callbackUrls: ['http://localhost:1717/OauthRedirect'],
        scopes: ['api', 'web', 'refresh_token'],
        isConsumerSecretOptional: true,
      },
    ])
    expect(await acts.apps.findPolicies(builtIn[0]?.id ?? '', org.id)).toMatchObject({ isAdminApproved: false })
  })
})
