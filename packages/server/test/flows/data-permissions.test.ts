import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyPrefixes, recordIdOf } from '../../src/record-id.ts'
import type { User } from '../../src/users/user.ts'
import { callsOf, type DataOrg, openDataOrg } from './data-org.ts'
import type { TestServer } from './test-server.ts'
import { isAlive, tokensFor } from './test-tokens.ts'

let org: DataOrg
let server: TestServer
let admin: User
let standard: User
let standardToken: string

const { send, soql, column } = callsOf(() => org)

beforeAll(async () => {
  org = await openDataOrg()
  ;({ server, admin, standard, standardToken } = org)
})

afterAll(() => org.server.close())

describe('apps', () => {
  it('has external client apps apart from connected apps, and in no menu', async () => {
    const profile = await server.profile('System Administrator')
    const external = {
      id: recordIdOf(keyPrefixes.externalClientApplication, 1),
      external: { distributionState: 'Local' },
    } as const
    const eca = await server.addApp('Order_Sync', external, { isAdminApproved: true, profileIds: [profile.id] })
    await tokensFor(server, admin, eca)
    expect((await soql('SELECT FIELDS(ALL) FROM ExternalClientApplication LIMIT 10')).body.records).toMatchObject([
      { Id: eca.id, DeveloperName: 'Order_Sync', MasterLabel: 'Order Sync', DistributionState: 'Local' },
    ])
    expect((await send('GET', `/sobjects/ExternalClientApplication/${eca.id}`)).body.MasterLabel).toBe('Order Sync')
    expect(await column("SELECT Name FROM ConnectedApplication WHERE Name = 'Order Sync'")).toEqual([])
    expect(await column("SELECT Name FROM AppMenuItem WHERE Name = 'Order_Sync'")).toEqual([])
    expect(
      await column(
        `SELECT SetupEntityType FROM SetupEntityAccess WHERE SetupEntityId = '${eca.id}'`,
        'SetupEntityType',
      ),
    ).toEqual(['ExternalClientApplication'])
    expect(
      (await soql("SELECT AppMenuItemId FROM OauthToken WHERE AppName = 'Order Sync'")).body.records,
    ).toMatchObject([{ AppMenuItemId: null }])
    await server.stores.apps.delete(eca.id)
  })
})

describe('custom permissions', () => {
  const whoGives = (
    user: User,
    name: string,
  ) => `SELECT Parent.Name, Parent.Profile.Name, SetupEntityType FROM SetupEntityAccess
    WHERE SetupEntityId IN (SELECT Id FROM CustomPermission WHERE DeveloperName = '${name}')
    AND ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '${user.id}')`

  it('are asked for as in Salesforce: whether any permission set of a user gives one, that of the profile included', async () => {
    const set = await server.addPermissionSet('Approvers')
    const helper = await server.addUser('helper@target.example', { permissionSetIds: [set.id] })
    const profile = await server.profile('Standard User')
    await server.stores.customPermissions.add({
      id: recordIdOf(keyPrefixes.customPermission, 1),
      orgId: server.org.id,
      name: 'Approve_Orders',
      label: 'Approve Orders',
      description: undefined,
      appId: undefined,
      profileIds: [profile.id],
      permissionSetIds: [set.id],
    })
    expect((await soql(whoGives(standard, 'Approve_Orders'))).body.records).toMatchObject([
      { Parent: { Profile: { Name: 'Standard User' } }, SetupEntityType: 'CustomPermission' },
    ])
    expect((await soql(whoGives(helper, 'Approve_Orders'))).body.records).toContainEqual(
      expect.objectContaining({ Parent: expect.objectContaining({ Name: 'Approvers', Profile: null }) }),
    )
    expect((await soql(whoGives(admin, 'Approve_Orders'))).body.records).toEqual([])
    const { records } = (await soql('SELECT FIELDS(ALL) FROM CustomPermission LIMIT 1')).body
    expect(records).toMatchObject([
      { DeveloperName: 'Approve_Orders', MasterLabel: 'Approve Orders', Language: 'en_US', IsProtected: false },
    ])
    expect((await send('GET', `/sobjects/CustomPermission/${records[0].Id}`)).body).toMatchObject(records[0])
    expect((await soql('SELECT Id FROM CustomPermission', standardToken)).body[0].errorCode).toBe('INVALID_TYPE')
  })
})

describe('permission sets', () => {
  it('are there for each profile, with its permissions and its users', async () => {
    const [own] = (
      await soql(
        `SELECT Id, Type, IsCustom, PermissionsModifyAllData, Profile.Name, (SELECT Assignee.Username FROM Assignments)
        FROM PermissionSet WHERE IsOwnedByProfile = true AND Profile.Name = 'System Administrator'`,
      )
    ).body.records
    expect(own).toMatchObject({ Type: 'Profile', IsCustom: false, PermissionsModifyAllData: true })
    expect(own.Assignments.records).toMatchObject([{ Assignee: { Username: 'ada@target.example' } }])
    expect((await send('GET', `/sobjects/PermissionSet/${own.Id}`)).body).toMatchObject({ Id: own.Id, Type: 'Profile' })
    expect(await column('SELECT Name FROM PermissionSet WHERE IsOwnedByProfile = false')).not.toContain(own.Name)
  })

  it('of a profile are assigned and taken away with the profile alone', async () => {
    const [set] = await column("SELECT Id FROM PermissionSet WHERE Profile.Name = 'System Administrator'", 'Id')
    const given = await send('POST', '/sobjects/PermissionSetAssignment', {
      AssigneeId: standard.id,
      PermissionSetId: set,
    })
    expect([given.status, given.body[0].errorCode]).toEqual([400, 'FIELD_INTEGRITY_EXCEPTION'])
    const of = `AssigneeId = '${admin.id}' AND PermissionSetId = '${set}'`
    const [assignment] = await column(`SELECT Id FROM PermissionSetAssignment WHERE ${of}`, 'Id')
    const taken = await send('DELETE', `/sobjects/PermissionSetAssignment/${assignment}`)
    expect([taken.status, taken.body[0].errorCode]).toEqual([400, 'FIELD_INTEGRITY_EXCEPTION'])
  })
})

describe('conditions that are queries', () => {
  it.each([
    // Of ids that are numbers to the database, of short ones, and of those that are stored.
    ['SELECT Id FROM LoginHistory WHERE Id IN (SELECT AccountId FROM Contact)', 0],
    ['SELECT Id FROM Account WHERE Id IN (SELECT Id FROM SetupAuditTrail)', 0],
    ['SELECT Id FROM Account WHERE Id IN (SELECT Id FROM PermissionSet)', 0],
    ['SELECT Id FROM User WHERE Id NOT IN (SELECT Id FROM LoginHistory) LIMIT 1', 1],
    ['SELECT Id FROM AuthSession WHERE Id IN (SELECT ParentId FROM AuthSession WHERE IsCurrent = true)', 1],
    ["SELECT Id FROM PermissionSet WHERE ProfileId IN (SELECT Id FROM Profile WHERE Name = 'Standard User')", 1],
    ['SELECT Id FROM PermissionSetAssignment WHERE Id IN (SELECT Id FROM PermissionSetAssignment) LIMIT 1', 1],
    ["SELECT Id FROM UserLogin WHERE UserId IN (SELECT Id FROM User WHERE Username = 'jo@target.example')", 1],
  ])('compare ids, whatever they are to the database: %s', async (query, found) => {
    expect((await soql(query)).body).toMatchObject({ totalSize: found })
  })
})

describe('custom scopes', () => {
  it('are listed to those who manage connected apps', async () => {
    await server.stores.customScopes.add({
      id: recordIdOf(keyPrefixes.oauthCustomScope, 1),
      orgId: server.org.id,
      name: 'order_status',
      label: 'Order Status',
      description: 'See the status of orders',
      isPublic: true,
      isProtected: false,
    })
    const query = 'SELECT DeveloperName, MasterLabel, Description, IsPublic FROM OauthCustomScope'
    expect((await soql(query)).body.records).toMatchObject([
      { DeveloperName: 'order_status', Description: 'See the status of orders', IsPublic: true },
    ])
    expect((await send('GET', `/tooling/query?${new URLSearchParams({ q: query })}`)).body.totalSize).toBe(1)
    expect((await soql(query, standardToken)).body[0].errorCode).toBe('INVALID_TYPE')
  })
})

describe('UserLogin', () => {
  it('freezes a user, which ends every session and token at once, and lets them in again', async () => {
    const user = await server.addUser('melting@target.example', { profileId: standard.profileId })
    const { access_token } = await tokensFor(server, user, org.app)
    const [login] = (await soql(`SELECT Id, IsFrozen, IsPasswordLocked FROM UserLogin WHERE UserId = '${user.id}'`))
      .body.records
    expect(login).toMatchObject({ IsFrozen: false, IsPasswordLocked: false })
    expect(await isAlive(server, access_token)).toBe(true)
    const path = `/sobjects/UserLogin/${login.Id}`
    expect((await send('PATCH', path, { IsFrozen: true })).status).toBe(204)
    expect(await isAlive(server, access_token)).toBe(false)
    expect(await column('SELECT User.Username FROM UserLogin WHERE IsFrozen = true', 'User')).toMatchObject([
      { Username: 'melting@target.example' },
    ])
    expect((await send('PATCH', path, { IsFrozen: false })).status).toBe(204)
    expect((await tokensFor(server, user, org.app)).access_token).toBeDefined()
    expect(await column('SELECT Display FROM SetupAuditTrail ORDER BY Id DESC LIMIT 2', 'Display')).toEqual([
      'Unfroze user melting@target.example',
      'Froze user melting@target.example',
    ])
  })

  it('lets in a user who was locked out, and locks out nobody', async () => {
    const user = await server.addUser('locked@target.example')
    await server.stores.users.countFailure(user.id, 1, new Date(server.now().getTime() + 60_000))
    const [login] = await column(
      `SELECT Id FROM UserLogin WHERE UserId = '${user.id}' AND IsPasswordLocked = true`,
      'Id',
    )
    const path = `/sobjects/UserLogin/${login}`
    const refused = await send('PATCH', path, { IsPasswordLocked: true })
    expect([refused.status, refused.body[0].errorCode]).toEqual([400, 'INVALID_FIELD_FOR_INSERT_UPDATE'])
    expect((await send('PATCH', path, { IsPasswordLocked: false })).status).toBe(204)
    expect((await send('GET', path)).body).toMatchObject({ IsPasswordLocked: false, UserId: user.id })
  })

  it('is there for those who manage users, who cannot freeze themselves', async () => {
    const [own] = await column(`SELECT Id FROM UserLogin WHERE UserId = '${admin.id}'`, 'Id')
    const refused = await send('PATCH', `/sobjects/UserLogin/${own}`, { IsFrozen: true })
    expect([refused.status, refused.body[0].errorCode]).toEqual([400, 'FIELD_INTEGRITY_EXCEPTION'])
    expect((await send('PATCH', `/sobjects/UserLogin/${own}`, { IsFrozen: true }, standardToken)).status).toBe(404)
    const fixed = await send('PATCH', `/sobjects/UserLogin/${own}`, { UserId: standard.id })
    expect([fixed.status, fixed.body[0].errorCode]).toEqual([400, 'INVALID_FIELD_FOR_INSERT_UPDATE'])
    expect((await send('PATCH', '/sobjects/UserLogin/0Yw000000000001AAA', { IsFrozen: true })).status).toBe(404)
  })
})

describe('how the org believes others', () => {
  it.each(['AuthProvider', 'SamlSsoConfig', 'OauthTokenExchangeHandler'])('is listed as %s', async (object) => {
    expect((await soql(`SELECT FIELDS(ALL) FROM ${object} LIMIT 200`)).body).toMatchObject({ totalSize: 0, done: true })
    expect((await soql(`SELECT Id FROM ${object}`, standardToken)).body[0].errorCode).toBe('INVALID_TYPE')
  })
})
