import { describe, expect, it } from 'vitest'
import { applyBesideCertificate, changesOf } from '../../test/applied-org-file.ts'
import { openActs, type TestActs } from '../../test/open-acts.ts'
import type { Application } from './apply.ts'
import { orgEntryOf, orgFileYaml } from './write.ts'

const acme = `orgs:
  - name: Acme
    permissionSets: [{ name: Sync_Access }]
    users:
      - username: robot@acme.example
        email: robot@acme.example
        lastName: Robot
        profile: Standard User
    certificates: [{ name: Assets }]
    externalClientApps:
      - fullName: Order_Sync
        label: Order Sync
        contactEmail: dev@acme.example
        distributionState: Packaged
        globalOauthSettings:
          callbackUrl: [https://sync.example/cb, http://127.0.0.1:9999/cb]
          consumerKey: OrderSync0000000001
          consumerSecret: Secret00000000000000001
          certificateFile: certs/sync.crt
          isClientCredentialsFlowEnabled: true
          isCodeCredFlowEnabled: true
          isCodeCredPostOnly: true
          isDeviceFlowEnabled: true
          isPkceRequired: false
          isTokenExchangeEnabled: true
          idTokenConfig: { idTokenValidityInMinutes: 5, idTokenAudience: https://acme.example }
        oauthSettings:
          commaSeparatedOauthScopes: Api, RefreshToken, OpenID
          customAttributes: [{ key: mail, formula: $User.Email }]
          trustedIpRanges: [{ startIpAddress: 10.0.0.1, endIpAddress: 10.0.0.9 }]
          singleLogoutUrl: https://sync.example/bye
          assetTokenSigningCertificate: Assets
          assetTokenAudiences: [https://telemetry.example]
          assetTokenValidity: 30
        policies: { isEnabled: false, isOauthPluginEnabled: false, startPage: Custom, startUrl: https://sync.example/ }
        oauthPolicies:
          permittedUsersPolicyType: AdminApprovedPreAuthorized
          commaSeparatedProfile: System Administrator, Standard User
          commaSeparatedPermissionSet: Sync_Access
          ipRelaxationPolicyType: Enforce_RelaxRefresh
          refreshTokenPolicyType: SpecificInactivity
          refreshTokenValidityPeriod: 45
          refreshTokenValidityUnit: Days
          sessionTimeoutInMinutes: 120
          requiredSessionLevel: HIGH_ASSURANCE
          policyAction: RaiseSessionLevel
          isClientCredentialsFlowEnabled: true
          clientCredentialsFlowUser: robot@acme.example
          isTokenExchangeFlowEnabled: true
          namedUserJwtSessionTimeoutType: Custom
          namedUserJwtTimeout: 10
          apexHandler: AcceptedTerms
          executeHandlerAs: robot@acme.example
    tokenExchangeHandlers:
      - developerName: Corporate
        enablements: [{ externalClientApp: Order_Sync, apexExecutionUser: robot@acme.example, isDefault: true }]
`

const apply = (acts: TestActs, text: string) => applyBesideCertificate(acts, text, 'Sync')

function mistakesOf(application: Application): readonly string[] {
  if (application.ok) throw new Error('It was applied.')
  return application.mistakes.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`)
}

async function stored(acts: TestActs) {
  const org = await acts.orgs.findByName('Acme')
  const app = await acts.apps.findByName(org?.id ?? '', 'Order_Sync')
  if (org === undefined || app === undefined) throw new Error('It was not made.')
  return { org, app, policies: await acts.apps.findPolicies(app.id, org.id) }
}

const app = (settings: string) => `orgs:
  - name: Acme
    externalClientApps:
      - fullName: Order_Sync
        contactEmail: dev@acme.example
${settings}`

const least = `        globalOauthSettings: { callbackUrl: https://sync.example/cb }
        oauthSettings: { commaSeparatedOauthScopes: Api }
`

describe('external client apps of an org file', () => {
  it('are made with the words of their metadata, settings and policies', async () => {
    await using acts = await openActs()
    expect(changesOf(await apply(acts, acme))).toContain('external client app Order_Sync created')
    const { org, app, policies } = await stored(acts)
    const profileNamed = async (name: string) => (await acts.profiles.findByName(org.id, name))?.id
    const robot = await acts.users.findByUsername('robot@acme.example')
    expect(app).toMatchObject({
      label: 'Order Sync',
      external: { distributionState: 'Packaged' },
      consumerKey: 'OrderSync0000000001',
      callbackUrls: ['https://sync.example/cb', 'http://127.0.0.1:9999/cb'],
      scopes: ['api', 'refresh_token', 'openid'],
      startUrl: 'https://sync.example/',
      singleLogoutUrl: 'https://sync.example/bye',
      isPkceRequired: false,
      isClientCredentialEnabled: true,
      isCodeCredentialEnabled: true,
      isCodeCredentialPostOnly: true,
      isDeviceFlowEnabled: true,
      isTokenExchangeEnabled: true,
      idTokenConfig: { validity: 300, audiences: ['https://acme.example'] },
      attributes: [{ key: 'mail', formula: '$User.Email' }],
      ipRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }],
      assetTokenConfig: { certificate: 'Assets', audiences: ['https://telemetry.example'], validity: 1800 },
    })
    expect(app.certificate).toBeDefined()
    expect(policies).toMatchObject({
      isEnabled: false,
      isOauthPluginEnabled: false,
      isAdminApproved: true,
      profileIds: [await profileNamed('System Administrator'), await profileNamed('Standard User')],
      permissionSetIds: [(await acts.permissionSets.findByName(org.id, 'Sync_Access'))?.id],
      ipRelaxation: 'ENFORCE_RELAXREFRESH',
      refreshTokenPolicy: { kind: 'specific_inactivity', seconds: 45 * 86_400 },
      sessionTimeout: 7200,
      requiresHighAssurance: true,
      assuranceAction: 'RaiseSessionLevel',
      isClientCredentialsFlowEnabled: true,
      clientCredentialUserId: robot?.id,
      isTokenExchangeFlowEnabled: true,
      namedUserJwtTimeout: 600,
      plugin: 'AcceptedTerms',
      pluginExecutionUserId: robot?.id,
    })
    expect((await acts.tokenExchangeHandlers.list(org.id))[0]?.enablements).toMatchObject([{ appId: app.id }])
  })

  it('are written back in the same words, which change nothing', async () => {
    await using acts = await openActs()
    await apply(acts, acme)
    const written = await orgEntryOf(acts, (await stored(acts)).org)
    expect(written.connectedApps).toEqual([])
    expect(written.externalClientApps?.[0]).toMatchObject({
      fullName: 'Order_Sync',
      distributionState: 'Packaged',
      globalOauthSettings: { isClientCredentialsFlowEnabled: true, idTokenConfig: { idTokenValidityInMinutes: 5 } },
      oauthSettings: {
        commaSeparatedOauthScopes: 'Api, RefreshToken, OpenID',
        trustedIpRanges: [{ startIpAddress: '10.0.0.1', endIpAddress: '10.0.0.9' }],
        assetTokenValidity: 30,
      },
      policies: { isEnabled: false, startPage: 'Custom' },
      oauthPolicies: {
        permittedUsersPolicyType: 'AdminApprovedPreAuthorized',
        commaSeparatedProfile: 'System Administrator, Standard User',
        ipRelaxationPolicyType: 'Enforce_RelaxRefresh',
        refreshTokenPolicyType: 'SpecificInactivity',
        refreshTokenValidityPeriod: 45,
        refreshTokenValidityUnit: 'Days',
        clientCredentialsFlowUser: 'robot@acme.example',
      },
    })
    const text = orgFileYaml({ orgs: [written] })
    for (const change of changesOf(await apply(acts, text))) expect(change).toMatch(/ unchanged$/)
  })

  it('are on the safe side where a file says no more than it must', async () => {
    await using acts = await openActs()
    expect(changesOf(await apply(acts, app(least)))).toContain('external client app Order_Sync created')
    const { app: made, policies } = await stored(acts)
    expect(made).toMatchObject({ external: { distributionState: 'Local' }, isPkceRequired: true })
    expect(policies).toMatchObject({ isEnabled: true, isClientCredentialsFlowEnabled: false })
  })

  it('are changed, and not made anew', async () => {
    await using acts = await openActs()
    await apply(acts, app(least))
    const more = `        distributionState: Packaged\n        oauthPolicies: { refreshTokenPolicyType: Zero }\n        policies: { isEnabled: false }\n`
    expect(changesOf(await apply(acts, app(least + more)))).toContain('external client app Order_Sync changed')
    expect(await stored(acts)).toMatchObject({
      app: { external: { distributionState: 'Packaged' } },
      policies: { isEnabled: false, refreshTokenPolicy: { kind: 'zero' } },
    })
  })

  it('have every mistake told, with its line and what may have been meant', async () => {
    await using acts = await openActs()
    const wrong = `        distributionState: Locale
        isUserAgentEnabled: true
        globalOauthSettings:
          callbackUrl: [http://sync.example/cb]
          isClientCredentialEnabled: true
          shouldRotateConsumerKey: true
        oauthSettings:
          commaSeparatedOauthScopes: [Api, Refreshtoken]
        oauthPolicies:
          commaSeparatedProfile: [Standard Usr]
          clientCredentialsFlowUser: nobody@acme.example
          refreshTokenPolicyType: SpecificLifetime
          refreshTokenValidityPeriod: 3
`
    expect(mistakesOf(await apply(acts, app(wrong)))).toEqual([
      '6:28 orgs[0].externalClientApps[0].distributionState: Choose one of Local, Packaged. Did you mean “Local”?',
      '7:9 orgs[0].externalClientApps[0].isUserAgentEnabled: An external client app has no field “isUserAgentEnabled”.',
      expect.stringMatching(
        /^9:\d+ orgs\[0\].externalClientApps\[0\].globalOauthSettings.callbackUrl\[0\]: Plain http/,
      ),
      expect.stringContaining('Did you mean “isClientCredentialsFlowEnabled”?'),
      expect.stringContaining('“shouldRotateConsumerKey” is known to Salesforce, but not supported by this version.'),
      expect.stringMatching(
        /^13:\d+ orgs\[0\].externalClientApps\[0\].oauthSettings.commaSeparatedOauthScopes\[1\]: There is no scope/,
      ),
      expect.stringContaining('oauthPolicies.commaSeparatedProfile[0]: This org has no profile “Standard Usr”.'),
      expect.stringContaining('oauthPolicies.clientCredentialsFlowUser: This org has no user “nobody@acme.example”.'),
      expect.stringContaining('oauthPolicies.refreshTokenPolicyType: Give refreshTokenValidityPeriod and'),
    ])
  })

  it('do not become connected apps, nor these external client apps', async () => {
    await using acts = await openActs()
    await apply(acts, app(least))
    const connected = `orgs:
  - name: Acme
    connectedApps:
      - fullName: Order_Sync
        contactEmail: dev@acme.example
        oauthConfig: { callbackUrl: https://sync.example/cb, scopes: [Api] }
`
    expect(mistakesOf(await apply(acts, connected))).toEqual([
      '4:19 orgs[0].connectedApps[0].fullName: “Order_Sync” is an external client app here, and no app becomes one of the other kind. Make a new app instead.',
    ])
    const both = `${connected}    externalClientApps:
      - fullName: Order_Sync
        contactEmail: dev@acme.example
${least}`
    await using there = await openActs()
    expect(mistakesOf(await apply(there, both))).toEqual([
      '8:19 orgs[0].externalClientApps[0].fullName: The file has this one before, in line 4.',
    ])
  })

  it('are enabled for a token exchange handler by their own word, and by one of the two', async () => {
    await using acts = await openActs()
    const unclear = acme.replace(
      'externalClientApp: Order_Sync,',
      'externalClientApp: Order_Sync, connectedApp: Order_Sync,',
    )
    expect(mistakesOf(await apply(acts, unclear))).toEqual([
      expect.stringContaining(
        'Name either a connected app (connectedApp) or an external client app (externalClientApp).',
      ),
    ])
  })
})
