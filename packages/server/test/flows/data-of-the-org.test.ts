import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { sealWith } from '../../src/seal.ts'
import type { User } from '../../src/users/user.ts'
import { callsOf, type DataOrg, data, openDataOrg, strangerTokenOf } from './data-org.ts'
import { otherBase, type TestServer, targetBase } from './test-server.ts'
import { refresh, tokensFor } from './test-tokens.ts'

let org: DataOrg
let server: TestServer
let admin: User
let standard: User
let app: ConnectedApp
let standardToken: string
let strangerToken: string

const { ask, send, soql, create, column } = callsOf(() => org)

beforeAll(async () => {
  org = await openDataOrg()
  ;({ server, admin, standard, app, standardToken } = org)
  strangerToken = await strangerTokenOf(org)
})

afterAll(() => org.server.close())

describe('what the org is made of', () => {
  it('can be queried', async () => {
    const [org] = (
      await soql(
        'SELECT Name, InstanceName, IsSandbox, TrialExpirationDate, NamespacePrefix, OrganizationType FROM Organization',
      )
    ).body.records
    expect(org).toMatchObject({
      Name: 'Target',
      IsSandbox: false,
      TrialExpirationDate: null,
      OrganizationType: 'Developer Edition',
    })
    expect(
      (await soql(`SELECT Username, Profile.Name, Alias FROM User WHERE Id = '${admin.id}'`)).body.records,
    ).toMatchObject([{ Username: 'ada@target.example', Profile: { Name: 'System Administrator' }, Alias: 'ALove' }])
    expect(await column('SELECT Name FROM Profile WHERE PermissionsModifyAllData = true')).toEqual([
      'System Administrator',
    ])
    expect(
      await column(
        "SELECT Name FROM ConnectedApplication WHERE OptionsAllowAdminApprovedUsersOnly = false AND Name = 'Web App'",
      ),
    ).toHaveLength(1)
    expect(await column('SELECT UserId, Status FROM LoginHistory LIMIT 1', 'Status')).toHaveLength(1)
    for (const name of [
      'PermissionSet',
      'SetupEntityAccess',
      'AuthSession',
      'LoginIp',
      'Certificate',
      'PermissionSetAssignment',
    ]) {
      expect((await soql(`SELECT FIELDS(ALL) FROM ${name} LIMIT 200`)).status).toBe(200)
    }
  })

  describe('OauthToken', () => {
    const revoke = (token: string) => server.post('/services/oauth2/revoke', { token })
    const rowsOf = async (app: string, fields = 'DeleteToken, UseCount') =>
      (await soql(`SELECT ${fields} FROM OauthToken WHERE AppName = '${app}'`)).body.records

    it('is ended by the DeleteToken of its row, which is good for nothing else', async () => {
      const other = await server.addApp('Short_Lived')
      const { access_token, refresh_token } = await tokensFor(server, standard, other)
      expect((await send('GET', '/limits', undefined, access_token)).status).toBe(200)
      const [row] = await rowsOf('Short Lived', 'Id, UseCount, DeleteToken, AppMenuItemId, User.Username')
      expect(row).toEqual({
        attributes: { type: 'OauthToken' },
        Id: null,
        UseCount: 1,
        DeleteToken: expect.stringMatching(/^5Del2\.[\w.-]+$/),
        AppMenuItemId: expect.stringMatching(/^0DS\w{15}$/),
        User: expect.objectContaining({ Username: 'jo@target.example' }),
      })
      for (const use of [
        () => send('GET', '/limits', undefined, row.DeleteToken),
        () => refresh(server, other, row.DeleteToken),
      ]) {
        expect((await use()).status).toBeGreaterThanOrEqual(400)
      }
      const ended = await revoke(row.DeleteToken)
      expect([ended.status, ended.text]).toEqual([200, ''])
      expect((await server.journalOf(ended)).passed).toContainEqual({
        check: 'token-ended',
        found: { was: 'delete token' },
      })
      expect((await send('GET', '/limits', undefined, access_token)).status).toBe(401)
      expect((await refresh(server, other, refresh_token)).status).toBe(400)
      expect(await rowsOf('Short Lived')).toEqual([])
      expect((await revoke(row.DeleteToken)).status).toBe(200)
    })

    it('has a row for each refresh token, and each ends alone', async () => {
      const other = await server.addApp('Several')
      const [first, second] = [await tokensFor(server, standard, other), await tokensFor(server, standard, other)]
      await refresh(server, other, first.refresh_token)
      const rows = await rowsOf('Several', 'UseCount, DeleteToken, AccessToken, RequestToken')
      expect(rows.map(({ UseCount }: { UseCount: number }) => UseCount)).toEqual([2, 1])
      await revoke(rows[0].DeleteToken)
      expect((await refresh(server, other, first.refresh_token)).status).toBe(400)
      expect((await refresh(server, other, second.refresh_token)).status).toBe(200)
      // Nothing of the tokens themselves, and nothing that would open anything.
      for (const shown of rows.flatMap(({ AccessToken, RequestToken }: Record<string, string>) => [
        AccessToken,
        RequestToken,
      ])) {
        expect(shown).not.toContain(second.refresh_token.slice(16, 40))
        expect((await refresh(server, other, shown)).status).toBe(400)
        await revoke(shown)
      }
      expect((await refresh(server, other, second.refresh_token)).status).toBe(200)
    })

    it('has a row for what a user allowed an app that holds no refresh token', async () => {
      const other = await server.addApp('No_Refresh')
      const { access_token } = await tokensFor(server, standard, other, { scope: 'api' })
      const [row] = await rowsOf('No Refresh', 'DeleteToken, AccessToken, RequestToken')
      expect(row).toMatchObject({ AccessToken: null, RequestToken: null })
      await revoke(row.DeleteToken)
      expect((await send('GET', '/limits', undefined, access_token)).status).toBe(401)
      const again = await tokensFor(server, standard, other, { scope: 'api' })
      // What was shown before is about what was allowed before.
      await revoke(row.DeleteToken)
      expect((await send('GET', '/limits', undefined, again.access_token)).status).toBe(200)
    })

    it('takes no DeleteToken that was not shown: changed, of another server, or a guess', async () => {
      const other = await server.addApp('Guarded')
      const { refresh_token } = await tokensFor(server, standard, other)
      const [{ DeleteToken }] = await rowsOf('Guarded')
      const foreign = sealWith(Buffer.alloc(32, 9))
      for (const text of [
        `${DeleteToken.slice(0, -3)}AAA`,
        `5Del${foreign.close('r1', 'OauthToken.DeleteToken')}`,
        `5Del${server.seal.close('r1', 'consumer secret')}`,
        '5Del',
        '5Delr1',
        `5Del${'A'.repeat(60_000)}`,
      ]) {
        expect((await revoke(text)).status).toBe(200)
      }
      expect((await refresh(server, other, refresh_token)).status).toBe(200)
    })

    it('is deleted by its DeleteToken, which stands for the id that it has not', async () => {
      const other = await server.addApp('Deleted')
      const [first, second] = [await tokensFor(server, standard, other), await tokensFor(server, standard, other)]
      const remove = (token: string, by?: string) => send('DELETE', `/sobjects/OauthToken/${token}`, undefined, by)
      const rows = await rowsOf('Deleted')
      expect((await remove(rows[0].DeleteToken, standardToken)).status).toBe(204)
      expect((await refresh(server, other, first.refresh_token)).status).toBe(400)
      expect((await send('GET', '/limits', undefined, first.access_token)).status).toBe(401)
      expect((await send('GET', '/limits', undefined, second.access_token)).status).toBe(200)
      // An admin ends what is another's, and the trail says so.
      expect((await remove(rows[1].DeleteToken)).status).toBe(204)
      expect((await refresh(server, other, second.refresh_token)).status).toBe(400)
      const [told] = (await soql('SELECT Display, CreatedById FROM SetupAuditTrail ORDER BY Id DESC LIMIT 1')).body
        .records
      expect(told).toMatchObject({
        Display: 'Revoked connected app Deleted of user jo@target.example',
        CreatedById: admin.id,
      })
      for (const gone of [rows[0].DeleteToken, rows[1].DeleteToken, `${rows[1].DeleteToken}A`, '0CQ000000000001AAA']) {
        const refused = await remove(gone)
        expect([refused.status, refused.body[0].errorCode]).toEqual([404, 'NOT_FOUND'])
        expect((await server.journalOf(refused)).refusal).toEqual({
          reason: 'record-unknown',
          facts: { found: 'a DeleteToken', object: 'OauthToken' },
        })
      }
      expect((await send('GET', '/sobjects/OauthToken/describe')).body).toMatchObject({
        createable: false,
        updateable: false,
        deletable: true,
      })
      expect((await soql("SELECT UseCount FROM OauthToken WHERE DeleteToken = 'x'")).body[0].errorCode).toBe(
        'INVALID_FIELD',
      )
    })

    it('is deleted with other parts of a composite call, or stays with them', async () => {
      const other = await server.addApp('Composed')
      const { access_token } = await tokensFor(server, standard, other, { scope: 'api' })
      const [{ DeleteToken }] = await rowsOf('Composed')
      const end = { method: 'DELETE', url: `${data}/sobjects/OauthToken/${DeleteToken}`, referenceId: 'end' }
      const fail = { method: 'POST', url: `${data}/sobjects/Account`, referenceId: 'fail', body: {} }
      const both = (allOrNone: boolean) => send('POST', '/composite', { allOrNone, compositeRequest: [end, fail] })
      expect((await both(true)).body.compositeResponse[0].httpStatusCode).toBe(400)
      expect((await send('GET', '/limits', undefined, access_token)).status).toBe(200)
      expect((await both(false)).body.compositeResponse[0].httpStatusCode).toBe(204)
      expect((await send('GET', '/limits', undefined, access_token)).status).toBe(401)
    })

    it('is deleted by nobody else: neither by a user without Customize Application, nor from another org', async () => {
      const other = await server.addApp('Kept')
      const { refresh_token } = await tokensFor(server, admin, other)
      const [{ DeleteToken }] = await rowsOf('Kept')
      const path = `/sobjects/OauthToken/${DeleteToken}`
      const refused = await send('DELETE', path, undefined, standardToken)
      expect([refused.status, refused.body[0].errorCode]).toEqual([403, 'INSUFFICIENT_ACCESS_OR_READONLY'])
      const elsewhere = await ask(`${otherBase}${data}${path}`, { method: 'DELETE' }, strangerToken)
      expect([elsewhere.status, elsewhere.body[0].errorCode]).toEqual([404, 'NOT_FOUND'])
      expect((await refresh(server, other, refresh_token)).status).toBe(200)
    })

    it('comes 500 rows at a time', async () => {
      const crowd = await server.addApp('Crowd')
      const user = await server.addUser('crowd@target.example')
      const at = server.now()
      for (let one = 0; one < 501; one++) {
        const each = await server.addUser(`crowd${one}@target.example`)
        await server.stores.approvals.allow(
          { orgId: each.orgId, userId: each.id, appId: crowd.id, scopes: ['api'] },
          at,
        )
      }
      await server.stores.approvals.allow({ orgId: user.orgId, userId: user.id, appId: crowd.id, scopes: ['api'] }, at)
      const first = await soql("SELECT UserId, DeleteToken FROM OauthToken WHERE AppName = 'Crowd'")
      expect(first.body).toMatchObject({ totalSize: 502, done: false })
      expect(first.body.records).toHaveLength(500)
      const next = await ask(`${targetBase}${first.body.nextRecordsUrl}`)
      expect(next.body.records).toHaveLength(2)
      const users = [...first.body.records, ...next.body.records].map(({ UserId }: { UserId: string }) => UserId)
      expect(new Set(users).size).toBe(502)
      await server.stores.approvals.revokeAll(crowd.id, server.org.id, at)
    })
  })

  it('ends a session, of a browser or of an app, when its AuthSession is deleted', async () => {
    const other = await server.addApp('Short_Session')
    const { access_token } = await tokensFor(server, standard, other)
    const own = "SELECT Id, LoginType, NumSecondsValid, Users.Username FROM AuthSession WHERE SessionType = 'Oauth2'"
    const found = await soql(`${own} ORDER BY Id DESC LIMIT 1`, access_token)
    expect(found.body.records).toMatchObject([
      { LoginType: 'Remote Access 2.0', NumSecondsValid: 7200, Users: { Username: 'jo@target.example' } },
    ])
    const [session] = found.body.records
    expect((await send('GET', `/sobjects/AuthSession/${session.Id}`)).body).toMatchObject({ ParentId: session.Id })
    expect(await column('SELECT Id FROM AuthSession WHERE IsCurrent = true', 'Id', access_token)).toEqual([session.Id])
    expect(await column('SELECT UsersId FROM AuthSession', 'UsersId', access_token)).not.toContain(admin.id)
    expect((await send('DELETE', `/sobjects/AuthSession/${session.Id}`)).status).toBe(204)
    expect((await send('GET', '/limits', undefined, access_token)).status).toBe(401)
    expect((await send('DELETE', `/sobjects/AuthSession/${session.Id}`)).status).toBe(404)
    const browsers = await column("SELECT Id FROM AuthSession WHERE SessionType = 'UI'", 'Id')
    expect(browsers.length).toBeGreaterThan(0)
    expect((await send('DELETE', `/sobjects/AuthSession/${browsers[0]}`)).status).toBe(204)
    expect(await column("SELECT Id FROM AuthSession WHERE SessionType = 'UI'", 'Id')).toEqual(browsers.slice(1))
  })

  it('has the fields that Salesforce documents', async () => {
    for (const [object, fields] of [
      ['Organization', 'Name, InstanceName, IsSandbox, OrganizationType, TrialExpirationDate, NamespacePrefix'],
      ['User', 'Username, Name, Email, Alias, IsActive, ProfileId, Profile.Name, LastLoginDate, CommunityNickname'],
      ['Profile', 'Name, UserType, PermissionsApiEnabled, PermissionsModifyAllData, PermissionsViewSetup'],
      ['PermissionSet', 'Name, Label, IsOwnedByProfile, PermissionsApiEnabled'],
      ['PermissionSetAssignment', 'AssigneeId, PermissionSetId, Assignee.Username, PermissionSet.Name'],
      [
        'ConnectedApplication',
        'Name, StartUrl, MobileStartUrl, PinLength, UvidTimeout, OptionsAllowAdminApprovedUsersOnly',
      ],
      [
        'ConnectedApplication',
        'RefreshTokenValidityPeriod, OptionsRefreshTokenValidityMetric, OptionsHasSessionLevelPolicy',
      ],
      [
        'OauthToken',
        'AppName, AppMenuItemId, UseCount, LastUsedDate, UserId, User.Username, AccessToken, RequestToken, DeleteToken',
      ],
      ['SetupEntityAccess', 'ParentId, SetupEntityId, SetupEntityType'],
      [
        'AuthSession',
        'UsersId, CreatedDate, LastModifiedDate, NumSecondsValid, UserType, SourceIp, LoginType, LogoutUrl',
      ],
      ['LoginHistory', 'UserId, LoginTime, LoginType, LoginSubType, SourceIp, LoginUrl, Browser, Platform, Status'],
      [
        'LoginHistory',
        'Application, ApiType, ApiVersion, ClientVersion, CipherSuite, TlsProtocol, CountryIso, OptionsIsPost',
      ],
      ['LoginIp', 'UsersId, SourceIp, IsAuthenticated, ChallengeMethod, ChallengeSentDate'],
      [
        'SetupAuditTrail',
        'Action, CreatedById, CreatedDate, CreatedByContext, CreatedByIssuer, DelegateUser, Display, Section',
      ],
      ['NamedCredential', 'DeveloperName, MasterLabel, Endpoint'],
      ['Certificate', 'DeveloperName, MasterLabel, OptionsIsPrivateKeyExportable'],
    ] as const) {
      const answer = await soql(`SELECT Id, ${fields} FROM ${object}`)
      expect([object, answer.status, answer.text.slice(0, 200)]).toEqual([object, 200, expect.any(String)])
    }
    const refused = await soql("SELECT Id FROM LoginHistory WHERE Status = 'Success'")
    expect(refused.body[0].message).toContain("field 'Status' can not be filtered in a query call")
  })

  it('assigns permission sets', async () => {
    const set = await server.addPermissionSet('Helpers')
    const made = await send('POST', '/sobjects/PermissionSetAssignment', {
      AssigneeId: standard.id,
      PermissionSetId: set.id,
    })
    expect(made.status).toBe(201)
    const found = await soql(
      `SELECT Id, Assignee.Username FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Helpers'`,
    )
    expect(found.body.records).toMatchObject([{ Id: made.body.id, Assignee: { Username: 'jo@target.example' } }])
    expect((await send('DELETE', `/sobjects/PermissionSetAssignment/${made.body.id}`)).status).toBe(204)
    expect((await server.stores.users.find(standard.id))?.permissionSetIds).toEqual([])
    const refused = await send(
      'POST',
      '/sobjects/PermissionSetAssignment',
      { AssigneeId: standard.id, PermissionSetId: set.id },
      standardToken,
    )
    expect([refused.status, refused.body[0].errorCode]).toEqual([403, 'INSUFFICIENT_ACCESS_OR_READONLY'])
  })

  it('tells every change of how it is set up, and who made it by the API', async () => {
    const set = await server.addPermissionSet('Audited')
    await send('POST', '/sobjects/PermissionSetAssignment', { AssigneeId: standard.id, PermissionSetId: set.id })
    const changed = await server.addApp('Audited_App')
    await server.stores.apps.update({ ...changed, label: 'Changed App' })
    await server.stores.apps.endAll(changed.id, server.org.id, true)
    await server.stores.apps.delete(changed.id)
    await server.stores.users.setFrozen(standard.id, true)
    await server.stores.users.setFrozen(standard.id, false)
    standardToken = (await tokensFor(server, standard, app)).access_token
    const { body } = await soql(
      'SELECT Section, Action, Display, CreatedBy.Username FROM SetupAuditTrail ORDER BY Id DESC LIMIT 8',
    )
    const told = body.records.map(
      ({
        Section,
        Display,
        CreatedBy,
      }: {
        Section: string
        Display: string
        CreatedBy: { Username: string } | null
      }) => [Section, Display, CreatedBy?.Username ?? null],
    )
    expect(told.toReversed()).toEqual([
      ['Manage Users', 'Created permission set Audited', null],
      ['Manage Users', 'Changed user jo@target.example', 'ada@target.example'],
      ['Connected Apps', 'Created connected app Audited App', null],
      ['Connected Apps', 'Changed connected app Audited App', null],
      ['Connected Apps', 'Blocked connected app Changed App', null],
      ['Connected Apps', 'Deleted connected app Changed App', null],
      ['Manage Users', 'Froze user jo@target.example', null],
      ['Manage Users', 'Unfroze user jo@target.example', null],
    ])
    expect((await soql('SELECT Id FROM SetupAuditTrail', standardToken)).body[0].errorCode).toBe('INVALID_TYPE')
  })

  it('is described', async () => {
    const { body } = await send('GET', '/sobjects')
    expect(body.sobjects.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['Account', 'Invoice__c', 'OauthToken', 'User']),
    )
    const described = await send('GET', '/sobjects/Contact/describe')
    const field = (name: string) => described.body.fields.find((one: { name: string }) => one.name === name)
    expect(field('AccountId')).toMatchObject({
      type: 'reference',
      referenceTo: ['Account'],
      relationshipName: 'Account',
    })
    expect(field('LastName')).toMatchObject({ nillable: false, createable: true, length: 80 })
    const account = await send('GET', '/sobjects/Account/describe')
    expect(account.body.childRelationships).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ childSObject: 'Contact', relationshipName: 'Contacts', field: 'AccountId' }),
        expect.objectContaining({ childSObject: 'Invoice__c', relationshipName: 'Invoices__r' }),
      ]),
    )
    expect((await send('GET', '/sobjects/Account')).body.objectDescribe).toMatchObject({
      name: 'Account',
      keyPrefix: '001',
    })
    await create('Account', { Name: 'Recent' })
    expect((await send('GET', '/recent')).body).toEqual(
      expect.arrayContaining([expect.objectContaining({ Id: expect.any(String) })]),
    )
    expect((await send('GET', '/chatter/users/me')).body).toMatchObject({
      id: admin.id,
      username: 'ada@target.example',
    })
    expect((await send('GET', '/search?q=FIND+{x}')).body[0].errorCode).toBe('FUNCTIONALITY_NOT_ENABLED')
  })
})

describe('who may do what', () => {
  it('is said by profiles', async () => {
    const id = await create('Account', { Name: 'Everybody’s' }, standardToken)
    expect((await send('DELETE', `/sobjects/Account/${id}`, undefined, standardToken)).status).toBe(204)
    const refused = await send('POST', '/sobjects/Invoice__c', { Amount__c: 1 }, standardToken)
    expect(refused.status).toBe(404)
    expect((await soql('SELECT Id FROM Invoice__c', standardToken)).body[0].errorCode).toBe('INVALID_TYPE')
    expect((await soql('SELECT Id FROM ConnectedApplication', standardToken)).body[0].errorCode).toBe('INVALID_TYPE')
    expect((await soql('SELECT Id FROM SetupEntityAccess', standardToken)).body[0].errorCode).toBe('INVALID_TYPE')
  })

  it('is said by permission sets, for each act', async () => {
    const set = await server.addPermissionSet('Readers')
    const readers = [
      { object: 'Invoice__c', allowRead: true, allowCreate: false, allowEdit: false, allowDelete: false },
    ]
    await server.stores.permissionSets.update({ ...set, objectPermissions: readers })
    const reader = await server.addUser('reader@target.example', {
      profileId: (await server.profile('Standard User')).id,
      permissionSetIds: [set.id],
    })
    const { access_token } = await tokensFor(server, reader, app)
    expect((await soql('SELECT Id FROM Invoice__c', access_token)).status).toBe(200)
    const refused = await send('POST', '/sobjects/Invoice__c', { Amount__c: 1 }, access_token)
    expect([refused.status, refused.body]).toEqual([
      403,
      [{ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'insufficient access rights on object id' }],
    ])
    expect((await server.journalOf(refused)).refusal).toEqual({
      reason: 'object-permission-missing',
      facts: { object: 'Invoice__c', act: 'create' },
    })
  })

  it('shows users their own sign-ins and tokens, and admins everybody’s', async () => {
    expect(new Set(await column('SELECT UserId FROM OauthToken', 'UserId', standardToken))).toEqual(
      new Set([standard.id]),
    )
    expect(new Set(await column('SELECT UserId FROM OauthToken', 'UserId'))).toContain(admin.id)
    const foreign = await column(
      `SELECT DeleteToken FROM OauthToken WHERE UserId = '${admin.id}'`,
      'DeleteToken',
      standardToken,
    )
    expect(foreign).toEqual([])
  })

  it('never reaches another org', async () => {
    const id = await create('Account', { Name: 'Ours' })
    const token = strangerToken
    const asked = (path: string, init: RequestInit = {}) => ask(otherBase + data + path, init, token)
    expect((await asked(`/sobjects/Account/${id}`)).status).toBe(404)
    const headers = { 'content-type': 'application/json' }
    expect(
      (await asked(`/sobjects/Account/${id}`, { method: 'PATCH', body: '{"Name":"Theirs"}', headers })).status,
    ).toBe(404)
    expect((await asked(`/sobjects/Account/${id}`, { method: 'DELETE' })).status).toBe(404)
    for (const query of [
      'SELECT Id FROM Account',
      'SELECT Id FROM Contact',
      'SELECT Id FROM Lead',
      `SELECT Id FROM User WHERE Id = '${admin.id}'`,
      `SELECT Id FROM OauthToken WHERE UserId = '${admin.id}'`,
      `SELECT Id FROM LoginHistory WHERE UserId = '${admin.id}'`,
    ]) {
      expect((await asked(`/query?${new URLSearchParams({ q: query })}`)).body).toMatchObject({ totalSize: 0 })
    }
    const contact = await asked('/sobjects/Contact', {
      method: 'POST',
      body: JSON.stringify({ LastName: 'E', AccountId: id }),
      headers,
    })
    expect(contact.body[0].errorCode).toBe('INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY')
    expect((await asked('/sobjects/Invoice__c')).status).toBe(404)
  })
})
