import { X509Certificate } from 'node:crypto'
import { makeSelfSigned, pemBlock } from '@sallyport/keystore'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesOf } from '../../test/applied-org-file.ts'
import { testCertificate } from '../../test/certificates.ts'
import { made, openActs, type TestActs, testNow } from '../../test/open-acts.ts'
import { importCertificate } from '../certificates/new-certificate.ts'
import { rotateSecret } from '../connected-apps/change-connected-app.ts'
import { openConsumerSecret } from '../connected-apps/consumer-secret.ts'
import { newOrg } from '../org-setup/new-org.ts'
import { type Application, applyOrgFile } from './apply.ts'
import type { OrgEntry } from './org-file.ts'
import { orgFileFrom, readOrgFile } from './read.ts'
import { orgEntryOf, orgFileYaml } from './write.ts'

const acme = `
orgs:
  - name: Acme
    myDomain: acme
    port: 8789
    type: production
    settings: { timeZone: Europe/Paris, sessionTimeout: 60, maxLoginAttempts: NoLimit, lockoutInterval: Forever }
    users:
      - username: admin@acme.example
        password: correct horse battery staple
        email: admin@acme.example
        firstName: Ada
        lastName: Admin
        profile: System Administrator
        permissionSets: [Integration_Access]
        isActive: true
      - { username: robot@acme.example, email: robot@acme.example, lastName: Robot, profile: Integration }
    profiles:
      - name: Integration
        permissions: [ApiEnabled]
        loginIpRanges: [{ start: 10.0.0.1, end: 10.0.0.9 }]
        loginHours: { mondayStart: 480, mondayEnd: 1080, sundayStart: 0, sundayEnd: 0 }
        sessionTimeout: 15
        requiredSessionLevel: HIGH_ASSURANCE
    permissionSets:
      - name: Integration_Access
        label: Integration Access
    certificates:
      - name: Acme_Integration
        certificateFile: certs/acme.crt
        privateKeyFile: certs/acme.key
      - name: Made_Here
    connectedApps:
      - fullName: Warehouse
        label: Warehouse
        contactEmail: dev@acme.example
        oauthConfig:
          callbackUrl: [https://warehouse.example/cb, http://127.0.0.1:9999/cb]
          consumerKey: Warehouse0000000000000001
          consumerSecret: Secret00000000000000001
          certificateFile: certs/acme.crt
          scopes: [Api, RefreshToken, OpenID]
          isAdminApproved: true
          isPkceRequired: false
          isDeviceFlowEnabled: true
          isClientCredentialEnabled: true
          oauthClientCredentialUser: robot@acme.example
          idTokenConfig: { idTokenValidity: 5, idTokenAudience: https://acme.example }
          isTokenExchangeEnabled: true
          isSecretRequiredForTokenExchange: false
          assetTokenConfig:
            assetSigningCertId: Made_Here
            assetAudiences: [https://telemetry.example]
            assetValidityPeriod: 30
        oauthPolicy: { ipRelaxation: ENFORCE, refreshTokenPolicy: 'specific_inactivity:30:DAYS', isTokenExchangeFlowEnabled: true, singleLogoutUrl: https://acme.example/bye }
        sessionPolicy: { sessionTimeout: 120 }
        plugin: AcceptedTerms
        pluginExecutionUser: robot@acme.example
        profileName: [System Administrator]
        permissionSetName: [Integration_Access]
    namedCredentials: []
    tokenExchangeHandlers:
      - developerName: Directory
        masterLabel: Directory
        isIdTokenSupported: true
        isUserCreationAllowed: true
        enablements: [{ connectedApp: Warehouse, apexExecutionUser: admin@acme.example, isDefault: true }]
    samlSsoConfigs:
      - fullName: Acme_IdP
        issuer: https://idp.acme.example
        samlEntityId: https://acme.example
        validationCertFile: certs/acme.crt
        identityMapping: FederationId
        identityLocation: Attribute
        attributeName: employee
    authProviders:
      - developerName: Acme_ID
        consumerKey: client-1
        consumerSecret: Secret0000-outside
        authorizeUrl: https://id.acme.example/authorize
        tokenUrl: https://id.acme.example/token
        idTokenIssuer: https://id.acme.example
        userMatching: FederationId
    records:
      Account: [{ Name: Edge Communications }, { Name: Burlington Textiles }]
`

async function beside(name: string): Promise<Buffer> {
  const { certificate, privateKey } = await testCertificate('Acme', testNow)
  if (name === 'certs/acme.crt') return Buffer.from(certificate)
  if (name === 'certs/acme.cer') return new X509Certificate(certificate).raw
  if (name === 'certs/acme.key') return Buffer.from(privateKey)
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
}

async function apply(acts: TestActs, text: string, allowsPasswords = true): Promise<Application> {
  return applyOrgFile(acts, await readOrgFile(text, 'acme.yaml', beside), { allowsPasswords })
}

function mistakesOf(application: Application): readonly string[] {
  if (application.ok) throw new Error('The org file was applied.')
  return application.mistakes.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`)
}

describe('applyOrgFile', () => {
  it('makes everything that an org file lists', async () => {
    await using acts = await openActs()
    expect(changesOf(await apply(acts, acme))).toEqual([
      'org Acme created',
      'profile Integration created',
      'permission set Integration_Access created',
      'user admin@acme.example created',
      'user robot@acme.example created',
      'certificate Acme_Integration created',
      'certificate Made_Here created',
      'connected app Warehouse created',
      'single sign-on Acme_IdP created',
      'auth. provider Acme_ID created',
      'token exchange handler Directory created',
      'record Account Edge Communications created',
      'record Account Burlington Textiles created',
    ])
    const org = await acts.orgs.findByName('Acme')
    if (org === undefined) throw new Error('The org is gone.')
    expect(org).toMatchObject({
      myDomain: 'acme',
      port: 8789,
      settings: { sessionTimeout: 3600, maxLoginAttempts: undefined, lockoutInterval: undefined },
    })
    expect(await acts.samlSsoConfigs.list(org.id)).toMatchObject([
      { label: 'Acme IdP', identityMapping: 'FederationId', attributeName: 'employee' },
    ])
    const [provider, ...others] = await acts.authProviders.list(org.id)
    expect([provider?.friendlyName, provider?.isPkceEnabled, others]).toEqual(['Acme ID', true, []])
    expect(acts.seal.open(provider?.sealedSecret ?? '', 'auth provider secret')).toBe('Secret0000-outside')
    const admin = await acts.users.findByUsername('admin@acme.example')
    expect(await acts.passwords.verify('correct horse battery staple', admin?.passwordHash)).toMatchObject({
      outcome: 'right',
    })
    expect(admin?.permissionSetIds).toHaveLength(1)
    expect(await acts.profiles.findByName(org.id, 'Integration')).toMatchObject({
      permissions: ['ApiEnabled'],
      sessionTimeout: 900,
      requiresHighAssurance: true,
    })
    const app = await acts.apps.findByConsumerKey('Warehouse0000000000000001')
    if (app === undefined) throw new Error('The app is gone.')
    expect(openConsumerSecret(acts.seal, app)).toBe('Secret00000000000000001')
    expect(app).toMatchObject({
      callbackUrls: ['https://warehouse.example/cb', 'http://127.0.0.1:9999/cb'],
      scopes: ['api', 'refresh_token', 'openid'],
      idTokenConfig: { validity: 300, audiences: ['https://acme.example'], includesStandardClaims: false },
      isTokenExchangeEnabled: true,
      isSecretRequiredForTokenExchange: false,
      assetTokenConfig: { validity: 1800, certificate: 'Made_Here', audiences: ['https://telemetry.example'] },
    })
    expect(app.certificate?.subject).toContain('CN=Acme')
    expect(await acts.apps.findPolicies(app.id, org.id)).toMatchObject({
      isAdminApproved: true,
      sessionTimeout: 7200,
      refreshTokenPolicy: { kind: 'specific_inactivity', seconds: 30 * 86_400 },
      isTokenExchangeFlowEnabled: true,
      plugin: 'AcceptedTerms',
      pluginExecutionUserId: (await acts.users.findByUsername('robot@acme.example'))?.id,
      singleLogoutUrl: 'https://acme.example/bye',
    })
    expect(await acts.tokenExchangeHandlers.list(org.id)).toMatchObject([
      {
        developerName: 'Directory',
        tokenHandlerApex: 'Directory',
        tokenTypes: ['ID_TOKEN'],
        isUserCreationAllowed: true,
        enablements: [{ appId: app.id, executionUserId: admin?.id, isDefault: true }],
      },
    ])
    expect((await acts.certificates.findByName(org.id, 'Acme_Integration'))?.sealedPrivateKey).toBeDefined()
    expect(await acts.records.list(org.id, 'Account', { offset: 0, limit: 10 })).toMatchObject([
      { fields: { Name: 'Burlington Textiles' }, ownerId: admin?.id },
      { fields: { Name: 'Edge Communications' } },
    ])
  })

  it('changes nothing when it is applied again', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, acme))
    const before = await everything(acts)
    for (const change of changesOf(await apply(acts, acme))) expect(change).toMatch(/unchanged$/)
    expect(await everything(acts)).toEqual(before)
  })

  it('takes a certificate file in DER for the same as in PEM', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, acme))
    const inDer = await apply(acts, acme.replaceAll('certs/acme.crt', 'certs/acme.cer'))
    for (const change of changesOf(inDer)) expect(change).toMatch(/unchanged$/)
  })

  it('changes what differs and leaves the rest', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, acme))
    const org = await acts.orgs.findByName('Acme')
    const app = await acts.apps.findByConsumerKey('Warehouse0000000000000001')
    const changed = acme
      .replace('lastName: Robot', 'lastName: Automaton')
      .replace('correct horse battery staple', 'another horse')
      .replace('isPkceRequired: false', 'isPkceRequired: true')
      .replace('Secret00000000000000001', 'Secret00000000000000002')
      .replace('sessionTimeout: 120', 'sessionTimeout: 30')
      .replace('    myDomain: acme\n', '')
      .replace('Edge Communications', 'Edge')
    const changes = changesOf(await apply(acts, changed)).filter((change) => !change.endsWith('unchanged'))
    expect(changes).toEqual([
      'user admin@acme.example changed',
      'user robot@acme.example changed',
      'connected app Warehouse changed',
      'record Account Edge created',
    ])
    expect(await acts.orgs.findByName('Acme')).toEqual(org)
    expect(await acts.users.findByUsername('robot@acme.example')).toMatchObject({ lastName: 'Automaton' })
    const now = await acts.apps.findByConsumerKey('Warehouse0000000000000001')
    expect(now).toMatchObject({ id: app?.id, isPkceRequired: true, createdAt: app?.createdAt })
    if (now === undefined) throw new Error('The app is gone.')
    expect(openConsumerSecret(acts.seal, now)).toBe('Secret00000000000000002')
    expect(await acts.apps.findPolicies(now.id, org?.id ?? '')).toMatchObject({
      sessionTimeout: 1800,
      isAdminApproved: true,
    })
    expect(
      await acts.passwords.verify(
        'another horse',
        (await acts.users.findByUsername('admin@acme.example'))?.passwordHash,
      ),
    ).toMatchObject({ outcome: 'right' })
  })

  it('leaves a secret alone that an admin is rotating', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, acme))
    const app = await acts.apps.findByConsumerKey('Warehouse0000000000000001')
    if (app === undefined) throw new Error('The app is gone.')
    await rotateSecret(acts, app)
    expect(changesOf(await apply(acts, acme))).toContain('connected app Warehouse unchanged')
  })

  it('reports every mistake at once, with line, column and path, and writes nothing', async () => {
    await using acts = await openActs()
    const text = `
orgs:
  - name: Acme
    myDomain: not a domain
    colour: red
    permissionSets:
      - name: Integration_Access
        lable: Integration
    users:
      - username: admin@acme.example
        email: admin@acme.example
        lastName: 123
        profile: System Administratr
      - username: ADMIN@acme.example
        email: nobody
        lastName: Admin
        profile: Standard User
        password: short
        permissionSets: [Integration_Access, Nothing]
    certificates:
      - name: 1st
      - name: Missing
        certificateFile: certs/nowhere.crt
    connectedApps:
      - fullName: Warehouse
        contactEmail: dev@acme.example
        oauthConfig:
          callbackUrl:
            - https://warehouse.example/cb
            - http://warehouse.example/cb
          consumerKey: short
          scopes: [Api, Refreshtoken]
          isIntrospectAllTokens: false
          isCodeCredentialEnabled: false
          isPkceRequired: 'yes'
        oauthPolicy: { refreshTokenPolicy: forever }
        mobileAppConfig: { applicationIconFile: '?', applicationBinaryFile: UEsD }
        profileName: Nobody
    namedCredentials: [{ fullName: Target, label: Target, namedCredentialType: SecuredEndpoint }]
    records:
      Acount: [{ Name: Edge }]
      Account: [{ Id: 1, Phone: 5, Employees: 7, NumberOfEmployees: many }]
`
    expect(mistakesOf(await apply(acts, text))).toEqual([
      '4:15 orgs[0].myDomain: A My Domain is one label of a host name: letters, digits and single hyphens inside, at most 63 characters.',
      '5:5 orgs[0].colour: An org has no field “colour”.',
      '8:9 orgs[0].permissionSets[0].lable: A permission set has no field “lable”. Did you mean “label”?',
      '12:19 orgs[0].users[0].lastName: Give text: put quotes around it.',
      '13:18 orgs[0].users[0].profile: This org has no profile “System Administratr”. Did you mean “System Administrator”?',
      '14:19 orgs[0].users[1].username: The file has this one before, in line 10.',
      '21:15 orgs[0].certificates[0].name: A name begins with a letter and has only letters, digits and single underscores, the last not at its end.',
      '23:26 orgs[0].certificates[1].certificateFile: “certs/nowhere.crt” cannot be read: there is no such file.',
      '30:15 orgs[0].connectedApps[0].oauthConfig.callbackUrl[1]: Plain http is for localhost, 127.0.0.1 and [::1] only. Use https.',
      '31:24 orgs[0].connectedApps[0].oauthConfig.consumerKey: A consumer key has 8 to 256 letters and digits.',
      '32:25 orgs[0].connectedApps[0].oauthConfig.scopes[1]: There is no scope “Refreshtoken”. Did you mean “RefreshToken”?',
      '35:27 orgs[0].connectedApps[0].oauthConfig.isPkceRequired: Give true or false, not text.',
      '36:44 orgs[0].connectedApps[0].oauthPolicy.refreshTokenPolicy: Give infinite, zero, specific_lifetime:N:UNIT or specific_inactivity:N:UNIT, with HOURS, DAYS or MONTHS for UNIT.',
      '37:49 orgs[0].connectedApps[0].mobileAppConfig.applicationIconFile: Give the file as base64, or leave this out and put the file of that name beside the org file.',
      '37:77 orgs[0].connectedApps[0].mobileAppConfig.applicationBinaryFile: Give its name, too: applicationBinaryFileName.',
      '38:22 orgs[0].connectedApps[0].profileName[0]: This org has no profile “Nobody”.',
      '39:24 orgs[0].namedCredentials[0].namedCredentialParameters: Give one parameter of the type Url.',
      '39:24 orgs[0].namedCredentials[0].namedCredentialParameters: Give one parameter of the type Authentication.',
      '41:16 orgs[0].records.Acount[0]: This org keeps no “Acount” records, only Account, Case, Contact, Event, Lead, Opportunity, Task. Did you mean “Account”?',
      '42:17 orgs[0].records.Account[0].Name: A record of Account needs a “Name”.',
      '42:23 orgs[0].records.Account[0].Id: “Id” is set by the server.',
      '42:33 orgs[0].records.Account[0].Phone: Cannot deserialize instance of phone from VALUE_NUMBER_INT value 5',
      '42:47 orgs[0].records.Account[0].Employees: Account has no field “Employees”. Fields of your own are declared under objects.',
      '42:69 orgs[0].records.Account[0].NumberOfEmployees: Cannot deserialize instance of int from VALUE_STRING value many',
    ])
    expect(await acts.orgs.list()).toEqual([])
  })

  it('says which login hours are none, and where', async () => {
    await using acts = await openActs()
    const having = (hours: string) => `
orgs:
  - name: Acme
    profiles:
      - name: Night
        loginHours: { ${hours} }
`
    expect(mistakesOf(await apply(acts, having('mondayStart: 480')))).toEqual([
      '6:36 orgs[0].profiles[0].loginHours.mondayStart: Give both, mondayStart and mondayEnd.',
    ])
    expect(mistakesOf(await apply(acts, having('fridayStart: 30, fridayEnd: 60, mondayEnd: 1500')))).toEqual([
      expect.stringMatching(/fridayEnd: Hours are full hours/),
      '6:66 orgs[0].profiles[0].loginHours.mondayEnd: Give a number of minutes since midnight from 0 to 1440.',
    ])
    expect(mistakesOf(await apply(acts, having('fryday: 1')))).toEqual([
      expect.stringContaining('has no field “fryday”'),
    ])
    expect(changesOf(await apply(acts, having('fridayStart: 60, fridayEnd: 120')))).toContain('profile Night created')
    expect(changesOf(await apply(acts, having('fridayStart: 60, fridayEnd: 120')))).toContain('profile Night unchanged')
    expect(changesOf(await apply(acts, having('')))).toContain('profile Night changed')
  })

  it('holds what it lists against what is stored: one wrong thing, and nothing is written', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, acme))
    const before = await everything(acts)
    const other = acme
      .replace('name: Acme\n    myDomain: acme\n    port: 8789', 'name: Other\n    port: 8789')
      .replaceAll('fullName: Warehouse', 'fullName: Other_Warehouse')
    expect(mistakesOf(await apply(acts, other))).toEqual([
      '4:11 orgs[0].port: Another org has the port 8789.',
      '8:19 orgs[0].users[0].username: This username is taken; each is unique on a server.',
      '16:21 orgs[0].users[1].username: This username is taken; each is unique on a server.',
      '38:24 orgs[0].connectedApps[0].oauthConfig.consumerKey: Another app has this consumer key; each is unique on a server.',
      '46:38 orgs[0].connectedApps[0].oauthConfig.oauthClientCredentialUser: This org has no user “robot@acme.example”.',
      '57:30 orgs[0].connectedApps[0].pluginExecutionUser: This org has no user “robot@acme.example”.',
    ])
    expect(
      mistakesOf(await apply(acts, acme.replace('Warehouse0000000000000001', 'Warehouse0000000000000002'))),
    ).toEqual([
      '39:24 orgs[0].connectedApps[0].oauthConfig.consumerKey: “Warehouse” has another consumer key, and that of an app is never changed. Make a new app instead.',
    ])
    expect(await everything(acts)).toEqual(before)
  })

  it('takes passwords in the clear only where they are allowed, and hashes anywhere', async () => {
    await using acts = await openActs()
    expect(mistakesOf(await apply(acts, acme, false))).toEqual([
      '10:19 orgs[0].users[0].password: Here an org file holds no passwords. Give passwordHash instead, an argon2id hash in PHC form.',
    ])
    const hashing = await acts.passwords.hash('correct horse')
    if (hashing.outcome === 'busy') throw new Error('Nobody else was hashing.')
    const hashed = acme.replace('password: correct horse battery staple', `passwordHash: ${hashing.passwordHash}`)
    changesOf(await apply(acts, hashed, false))
    expect(changesOf(await apply(acts, hashed, false))).toContain('user admin@acme.example unchanged')
    expect(await acts.users.findByUsername('admin@acme.example')).toMatchObject({ passwordHash: hashing.passwordHash })
    const broken = hashed.replace('$argon2id$', '$argon2i$')
    expect(mistakesOf(await apply(acts, broken, false))).toEqual([
      expect.stringContaining('10:23 orgs[0].users[0].passwordHash: This is no argon2id hash in PHC form'),
    ])
  })

  it('refuses a certificate that has expired or cannot be read', async () => {
    await using acts = await openActs()
    const { certificate } = await testCertificate('Old', new Date('2020-05-05T00:00:00Z'))
    const readOld = async (name: string) => Buffer.from(name.endsWith('.crt') ? certificate : 'junk')
    const file = await readOrgFile(acme, 'acme.yaml', readOld)
    expect(mistakesOf(await applyOrgFile(acts, file, { allowsPasswords: true }))).toEqual([
      expect.stringMatching(/certificates\[0\]\.certificateFile: This certificate expired on 2021-05-05/),
      expect.stringMatching(/oauthConfig\.certificateFile: This certificate expired on 2021-05-05/),
    ])
    const junk = await readOrgFile(acme, 'acme.yaml', async () => Buffer.from('junk'))
    expect(mistakesOf(await applyOrgFile(acts, junk, { allowsPasswords: true }))).toEqual([
      expect.stringMatching(/certificateFile: This is no X\.509 certificate/),
      expect.stringMatching(/privateKeyFile: This is no private key/),
      expect.stringMatching(/oauthConfig\.certificateFile: This is no X\.509 certificate/),
      expect.stringMatching(/samlSsoConfigs\[0\]\.validationCertFile: This is no X\.509 certificate/),
    ])
  })

  it('tells one mistake once: who names a thing with a mistake in it names it rightly', async () => {
    await using acts = await openActs()
    const text = acme.replace('permissions: [ApiEnabled]', 'permissions: [ApiEnable]').replace('port: 8789', 'port: 0')
    expect(mistakesOf(await apply(acts, text))).toEqual([
      '5:11 orgs[0].port: Give a port from 1 to 65535.',
      expect.stringContaining('20:23 orgs[0].profiles[0].permissions[0]: There is no permission “ApiEnable”.'),
    ])
  })
})

const withCustomThings = acme
  .replace('label: Integration Access', 'label: Integration Access\n        customPermissions: [Approve]')
  .replace('sessionTimeout: 15', 'sessionTimeout: 15\n        customPermissions: [Approve, See]')
  .replace(
    '    namedCredentials: []\n',
    `        attributes: [{ key: mail, formula: $User.Email }]
    customScopes:
      - { developerName: Read_Orders, description: Read the orders, isPublic: true, assignedTo: Warehouse }
      - { developerName: Write_Orders, masterLabel: Writing, description: Write orders }
    customPermissions:
      - { fullName: Approve, label: Approve orders, connectedApp: Warehouse }
      - { fullName: See }\n`,
  )
  .replace('isPkceRequired: false', 'isPkceRequired: false\n          isNamedUserJwtEnabled: true')
  .replace('idTokenValidity: 5', 'idTokenValidity: 5, idTokenIncludeAttributes: true, idTokenIncludeCustomPerms: true')
  .replace(
    'ipRelaxation: ENFORCE',
    'ipRelaxation: ENFORCE, namedUserJwtSessionTimeoutType: Custom, namedUserJwtTimeout: 5',
  )

describe('custom scopes, permissions and attributes of an org file', () => {
  it('are made, assigned and given', async () => {
    await using acts = await openActs()
    expect(changesOf(await apply(acts, withCustomThings)).filter((change) => change.includes('custom'))).toEqual([
      'custom scope Read_Orders created',
      'custom scope Write_Orders created',
      'custom permission Approve created',
      'custom permission See created',
    ])
    const org = await acts.orgs.findByName('Acme')
    const app = await acts.apps.findByConsumerKey('Warehouse0000000000000001')
    if (org === undefined || app === undefined) throw new Error('They are gone.')
    expect(app).toMatchObject({
      scopes: ['api', 'refresh_token', 'openid', 'Read_Orders'],
      attributes: [{ key: 'mail', formula: '$User.Email' }],
      isNamedUserJwtEnabled: true,
      idTokenConfig: { includesAttributes: true, includesCustomPermissions: true },
    })
    expect((await acts.apps.findPolicies(app.id, org.id))?.namedUserJwtTimeout).toBe(300)
    const integration = await acts.profiles.findByName(org.id, 'Integration')
    const access = await acts.permissionSets.findByName(org.id, 'Integration_Access')
    expect(await acts.customPermissions.list(org.id)).toMatchObject([
      { name: 'Approve', appId: app.id, profileIds: [integration?.id], permissionSetIds: [access?.id] },
      { name: 'See', appId: undefined, profileIds: [integration?.id], permissionSetIds: [] },
    ])
  })

  it('are written back, and change nothing when they are applied again', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, withCustomThings))
    const org = await acts.orgs.findByName('Acme')
    if (org === undefined) throw new Error('The org is gone.')
    const yaml = orgFileYaml({ orgs: [await orgEntryOf(acts, org)] })
    for (const text of [withCustomThings, yaml]) {
      for (const change of changesOf(await apply(acts, text))) expect(change).toMatch(/unchanged$/)
    }
  })

  it('are refused where they name what is not there, or cannot be read', async () => {
    await using acts = await openActs()
    const wrong = withCustomThings
      .replace('assignedTo: Warehouse', 'assignedTo: [Warehouse, Warehose]')
      .replace('description: Write orders', 'description: Write orders!')
      .replace('connectedApp: Warehouse', 'connectedApp: Wherehouse')
      .replace('[Approve, See]', '[Approve, Seee]')
    const messages = mistakesOf(await apply(acts, wrong)).map((line) => line.replace(/^\S+ /, ''))
    for (const expected of [
      'orgs[0].customScopes[0].assignedTo[1]: This org has made no app “Warehose”.',
      'orgs[0].customScopes[1].description: Use letters, digits and blanks only.',
      'orgs[0].customPermissions[0].connectedApp: This org has made no app “Wherehouse”. Did you mean “Warehouse”?',
      'orgs[0].profiles[0].customPermissions[1]: This org has no custom permission “Seee”.',
    ]) {
      expect(messages).toContain(expected)
    }
    const app = withCustomThings
      .replace('formula: $User.Email', 'formula: $User.Mail')
      .replace('namedUserJwtTimeout: 5', 'namedUserJwtTimeout: 7')
    // What belongs to the app is not told of as well.
    expect(mistakesOf(await apply(acts, app)).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      expect.stringContaining(
        'connectedApps[0].oauthPolicy.namedUserJwtTimeout: Give a number of minutes that Salesforce offers: 1, 5,',
      ),
      expect.stringContaining(
        'connectedApps[0].attributes[0]: The formula of “mail”: “$User” has no field “Mail”. Did you mean “Email”?',
      ),
    ])
  })
})

describe('orgEntryOf', () => {
  it('writes an org back without what is secret; applied again it changes nothing', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, acme))
    const org = await acts.orgs.findByName('Acme')
    if (org === undefined) throw new Error('The org is gone.')
    const yaml = orgFileYaml({ orgs: [await orgEntryOf(acts, org)] })
    expect(yaml).toContain('consumerKey: Warehouse0000000000000001')
    for (const secret of ['PRIVATE KEY', 'argon2id', 'Secret0000', 'correct horse']) expect(yaml).not.toContain(secret)
    for (const change of changesOf(await apply(acts, yaml))) expect(change).toMatch(/unchanged$/)
  })

  it('writes a certificate with those that vouch for it', async () => {
    await using acts = await openActs()
    const org = made(await newOrg(acts, { name: 'Acme' }))
    const authority = await makeSelfSigned({ uniqueName: 'Authority', now: acts.now() })
    const { certificate } = await testCertificate('Leaf', acts.now())
    const held = made(await importCertificate(acts, org, { name: 'Leaf', certificate }))
    const voucher = pemBlock('CERTIFICATE', authority.certificate)
    await acts.certificates.update({ ...held, chain: [voucher] })
    const { certificates } = await orgEntryOf(acts, org)
    expect(certificates).toMatchObject([{ name: 'Leaf', certificate: held.certificate.pem + voucher }])
  })

  it('carries whatever an org file can say to another server, and back', async () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((some) => /^[^\p{C}\p{Z}]+$/u.test(some))
    const flag = fc.boolean()
    const entry = fc.record({
      name: text,
      type: fc.constantFrom('production' as const, 'sandbox' as const, 'scratch' as const),
      settings: fc.record({
        sessionTimeout: fc.integer({ min: 1, max: 1440 }),
        isPkceRequired: flag,
        maxLoginAttempts: fc.oneof(fc.constant('NoLimit' as const), fc.integer({ min: 1, max: 100 })),
        dailyApiRequests: fc.oneof(fc.constant('NoLimit' as const), fc.integer({ min: 1, max: 100_000_000 })),
        lockoutInterval: fc.oneof(fc.constant('Forever' as const), fc.integer({ min: 1, max: 10_000 })),
      }),
      permissionSets: fc.constant([{ name: 'Access' }]),
      users: fc
        .record({ lastName: text, isActive: flag, permissionSets: fc.subarray(['Access']) })
        .map((user) => [
          { ...user, username: 'ada@acme.example', email: 'ada@acme.example', profile: 'Standard User' },
        ]),
      connectedApps: fc
        .record({
          label: text,
          description: fc.string({ maxLength: 50, unit: 'grapheme-ascii' }),
          oauthConfig: fc.record({
            callbackUrl: fc.constantFrom('https://a.example/cb', 'https://a.example/cb\nmyapp://cb', [
              'http://localhost/',
            ]),
            scopes: fc.subarray(['Api', 'Web', 'RefreshToken', 'OpenID', 'Full'], { minLength: 1 }),
            isAdminApproved: flag,
            isPkceRequired: flag,
            isConsumerSecretOptional: flag,
            isIntrospectAllTokens: flag,
            idTokenConfig: fc.record({
              idTokenValidity: fc.integer({ min: 1, max: 720 }),
              idTokenIncludeStandardClaims: flag,
            }),
          }),
          oauthPolicy: fc.record({
            ipRelaxation: fc.constantFrom('ENFORCE' as const, 'BYPASS' as const),
            refreshTokenPolicy: fc.constantFrom(
              'infinite',
              'zero',
              'specific_lifetime:7:HOURS',
              'specific_inactivity:2:MONTHS',
            ),
          }),
          profileName: fc.subarray(['Standard User']),
        })
        .map((app) => [{ ...app, fullName: 'Warehouse', contactEmail: 'dev@acme.example' }]),
      objects: fc.constant<NonNullable<OrgEntry['objects']>>([
        { fullName: 'Account', fields: [{ fullName: 'Key__c', type: 'Text', externalId: true }] },
        { fullName: 'Invoice__c', label: 'Invoice', fields: [{ fullName: 'Due__c', type: 'DateTime' }] },
      ]),
      records: fc.record({
        Account: fc.array(
          fc.record({ Name: text, Key__c: text, NumberOfEmployees: fc.integer({ min: 0, max: 9 ** 8 }) }),
          {
            maxLength: 3,
          },
        ),
        Contact: fc.array(fc.record({ FirstName: text, LastName: text, DoNotCall: flag }), { maxLength: 2 }),
        Invoice__c: fc.constant([{ Name: 'One', Due__c: '2026-03-01T12:00:00Z' }]),
      }),
    })
    await fc.assert(
      fc.asyncProperty(entry, async (org) => {
        await using here = await openActs()
        await using there = await openActs()
        const rules = { allowsPasswords: false }
        changesOf(await applyOrgFile(here, await orgFileFrom({ orgs: [org] }, 'made'), rules))
        const [stored] = await here.orgs.list()
        if (stored === undefined) throw new Error('The org is gone.')
        const written = { orgs: [await orgEntryOf(here, stored)] }
        for (const change of changesOf(await apply(here, orgFileYaml(written), false)))
          expect(change).toMatch(/unchanged$/)
        changesOf(await apply(there, orgFileYaml(written), false))
        const [copy] = await there.orgs.list()
        if (copy === undefined) throw new Error('The copy is gone.')
        expect({ orgs: [await orgEntryOf(there, copy)] }).toEqual(written)
      }),
      { numRuns: 15 },
    )
  })
})

async function everything(acts: TestActs): Promise<unknown> {
  const orgs = await acts.orgs.list()
  return Promise.all(
    orgs.map(async (org) => {
      const apps = await acts.apps.list(org.id)
      return [
        org,
        apps.map((app) => ({ ...app, certificate: app.certificate?.pem })),
        await Promise.all(apps.map((app) => acts.apps.findPolicies(app.id, org.id))),
        await acts.profiles.list(org.id),
        await acts.permissionSets.list(org.id),
        await acts.users.list(org.id, { limit: 100 }),
        (await acts.certificates.list(org.id)).map((held) => ({ ...held, certificate: held.certificate.pem })),
        await acts.tokenExchangeHandlers.list(org.id),
        await acts.records.list(org.id, 'Account', { offset: 0, limit: 100 }),
      ]
    }),
  )
}
