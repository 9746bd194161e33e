import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { sealWith } from '../../src/seal.ts'
import type { User } from '../../src/users/user.ts'
import { type Answer, answerOf, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { refresh, tokensFor } from './test-tokens.ts'

let server: TestServer
let admin: User
let standard: User
let app: ConnectedApp
let adminToken: string
let standardToken: string

const data = '/services/data/v67.0'

beforeAll(async () => {
  server = await startTestServer()
  admin = await server.addUser('ada@target.example', {
    firstName: 'Ada',
    lastName: 'Lovelace',
    profileId: (await server.profile('System Administrator')).id,
  })
  standard = await server.addUser('jo@target.example', { profileId: (await server.profile('Standard User')).id })
  app = await server.addApp('Web_App')
  adminToken = (await tokensFor(server, admin, app)).access_token
  standardToken = (await tokensFor(server, standard, app)).access_token
  await server.stores.objects.put(server.org.id, {
    fullName: 'Account',
    fields: [{ fullName: 'Key__c', type: 'Text', length: 20, externalId: true, unique: true }],
  })
  await server.stores.objects.put(server.org.id, {
    fullName: 'Invoice__c',
    pluralLabel: 'Invoices',
    keyPrefix: 'a00',
    nameField: { type: 'AutoNumber' },
    fields: [
      { fullName: 'Amount__c', type: 'Currency', required: true },
      { fullName: 'Account__c', type: 'Lookup', referenceTo: 'Account', relationshipName: 'Invoices' },
      { fullName: 'Tags__c', type: 'MultiselectPicklist', values: ['red', 'green', 'blue'], restricted: true },
      { fullName: 'Paid__c', type: 'Checkbox' },
      { fullName: 'Due__c', type: 'DateTime' },
    ],
  })
})

afterAll(() => server.close())

async function ask(path: string, init: RequestInit = {}, token = adminToken): Promise<Answer> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${token}`)
  return answerOf(await server.request(path.startsWith('http') ? path : targetBase + path, { ...init, headers }))
}

function send(method: string, path: string, body?: unknown, token = adminToken): Promise<Answer> {
  const init = { method, headers: { 'content-type': 'application/json' } }
  return ask(data + path, body === undefined ? init : { ...init, body: JSON.stringify(body) }, token)
}

const soql = (query: string, token = adminToken) => ask(`${data}/query?${new URLSearchParams({ q: query })}`, {}, token)

async function create(object: string, fields: Record<string, unknown>, token = adminToken): Promise<string> {
  const answer = await send('POST', `/sobjects/${object}`, fields, token)
  expect([answer.status, answer.text]).toEqual([201, expect.anything()])
  return answer.body.id
}

/** The values of one column of a query's records. */
async function column(query: string, name = 'Name', token = adminToken): Promise<unknown[]> {
  const { status, body, text } = await soql(query, token)
  expect([status, text]).toEqual([200, expect.anything()])
  return body.records.map((record: Record<string, unknown>) => record[name])
}

describe('records', () => {
  it('are created, read, updated and deleted', async () => {
    const made = await send('POST', '/sobjects/Account', {
      Name: 'Edge',
      NumberOfEmployees: 7,
      AnnualRevenue: '1.005e3',
    })
    expect([made.status, made.body]).toEqual([
      201,
      { id: expect.stringMatching(/^001\w{15}$/), success: true, errors: [] },
    ])
    expect(made.headers.get('location')).toBe(`${data}/sobjects/Account/${made.body.id}`)
    const path = `/sobjects/Account/${made.body.id}`
    const read = await send('GET', path)
    expect(read.body).toMatchObject({
      attributes: { type: 'Account', url: data + path },
      Id: made.body.id,
      IsDeleted: false,
      Name: 'Edge',
      NumberOfEmployees: 7,
      AnnualRevenue: 1005,
      Phone: null,
      OwnerId: admin.id,
      CreatedById: admin.id,
      CreatedDate: '2026-11-23T12:00:00.000+0000',
    })
    server.advance(1)
    const updated = await send('PATCH', path, { name: 'Edge Communications', Phone: '' })
    expect([updated.status, updated.text]).toEqual([204, ''])
    expect((await send('GET', `${path}?fields=Name,lastmodifieddate`)).body).toEqual({
      attributes: { type: 'Account', url: data + path },
      Name: 'Edge Communications',
      LastModifiedDate: '2026-11-23T12:00:01.000+0000',
    })
    expect((await send('DELETE', path)).status).toBe(204)
    const gone = await send('GET', path)
    expect([gone.status, gone.body]).toEqual([404, [{ errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted' }]])
    expect(await column(`SELECT Name FROM Account WHERE Id = '${made.body.id}'`)).toEqual([])
    const all = await ask(
      `${data}/queryAll?${new URLSearchParams({ q: `SELECT Name, IsDeleted FROM Account WHERE Id = '${made.body.id}'` })}`,
    )
    expect(all.body.records).toMatchObject([{ Name: 'Edge Communications', IsDeleted: true }])
  })

  it('are found, created and updated by an external id', async () => {
    const path = '/sobjects/Account/Key__c/K%2F1'
    const made = await send('PATCH', path, { Name: 'Keyed' })
    expect([made.status, made.body]).toEqual([
      201,
      { id: expect.any(String), success: true, errors: [], created: true },
    ])
    const again = await send('PATCH', path, { Phone: '1' })
    expect([again.status, again.body]).toEqual([200, { id: made.body.id, success: true, errors: [], created: false }])
    expect((await send('GET', path)).body).toMatchObject({ Id: made.body.id, Key__c: 'K/1', Phone: '1', Name: 'Keyed' })
    const twice = await send('POST', '/sobjects/Account', { Name: 'Other', Key__c: 'k/1' })
    expect(twice.body).toEqual([
      {
        errorCode: 'DUPLICATE_VALUE',
        message: `duplicate value found: Key__c duplicates value on record with id: ${made.body.id}`,
        fields: ['Key__c'],
      },
    ])
    const child = await create('Contact', { LastName: 'Keyed', Account: { Key__c: 'K/1' } })
    expect((await send('GET', `/sobjects/Contact/${child}?fields=AccountId`)).body.AccountId).toBe(made.body.id)
    expect((await send('GET', '/sobjects/Account/Phone/1')).body).toEqual([
      { errorCode: 'NOT_FOUND', message: 'Provided external ID field does not exist or is not accessible: Phone' },
    ])
    expect((await send('DELETE', path)).status).toBe(204)
    expect((await send('GET', path)).status).toBe(404)
  })

  it('are one record, however many upsert the same external id at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, number) =>
        send('PATCH', '/sobjects/Account/Key__c/RACE', { Name: 'Race', Phone: String(number) }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(await column("SELECT Name FROM Account WHERE Key__c = 'race'")).toEqual(['Race'])
    const numbers = await Promise.all(Array.from({ length: 20 }, () => create('Case', { Subject: 'Race' })))
    const names = await column("SELECT CaseNumber FROM Case WHERE Subject = 'Race'", 'CaseNumber')
    expect([new Set(numbers).size, new Set(names).size]).toEqual([20, 20])
  })

  it('get what the server makes of them', async () => {
    const number = await create('Case', { Subject: 'Help' })
    expect((await send('GET', `/sobjects/Case/${number}`)).body).toMatchObject({
      CaseNumber: '00000021',
      Status: 'New',
      Priority: 'Medium',
      IsClosed: false,
    })
    const next = await create('Case', { Subject: 'More', Status: 'Closed' })
    expect((await send('GET', `/sobjects/Case/${next}`)).body).toMatchObject({ CaseNumber: '00000022', IsClosed: true })
    const invoice = await create('Invoice__c', {
      Amount__c: 12.345,
      Tags__c: 'red;blue',
      Due__c: '2026-12-01T10:00:00+0100',
    })
    expect((await send('GET', `/sobjects/Invoice__c/${invoice}`)).body).toMatchObject({
      Name: '00000001',
      Amount__c: 12.35,
      Tags__c: 'red;blue',
      Paid__c: false,
      Due__c: '2026-12-01T09:00:00.000+0000',
    })
    expect(invoice).toMatch(/^a00/)
  })

  it.each<readonly [string, string, string, unknown, number, string, string]>([
    [
      'a missing name',
      'POST',
      '/sobjects/Account',
      {},
      400,
      'REQUIRED_FIELD_MISSING',
      'Required fields are missing: [Name]',
    ],
    [
      'an unknown field',
      'POST',
      '/sobjects/Account',
      { Name: 'A', Nam: 1 },
      400,
      'INVALID_FIELD',
      "No such column 'Nam' on sobject of type Account",
    ],
    ['an unknown object', 'POST', '/sobjects/Acount', {}, 404, 'NOT_FOUND', 'The requested resource does not exist'],
    [
      'an id',
      'POST',
      '/sobjects/Account',
      { Name: 'A', Id: '001000000000001AAA' },
      400,
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'Unable to create/update fields: Id. ',
    ],
    [
      'too much text',
      'POST',
      '/sobjects/Account',
      { Name: 'A'.repeat(256) },
      400,
      'STRING_TOO_LONG',
      'Account Name: data value too large: ',
    ],
    [
      'no number',
      'POST',
      '/sobjects/Account',
      { Name: 'A', NumberOfEmployees: 'many' },
      400,
      'JSON_PARSER_ERROR',
      'Cannot deserialize instance of int from VALUE_STRING value many',
    ],
    [
      'too large a number',
      'POST',
      '/sobjects/Account',
      { Name: 'A', AnnualRevenue: 1e20 },
      400,
      'NUMBER_OUTSIDE_VALID_RANGE',
      'Annual Revenue: value outside',
    ],
    [
      'no date',
      'POST',
      '/sobjects/Contact',
      { LastName: 'A', Birthdate: '2026-02-30' },
      400,
      'JSON_PARSER_ERROR',
      'Cannot deserialize instance of date',
    ],
    [
      'no time',
      'POST',
      '/sobjects/Event',
      { StartDateTime: 'soon' },
      400,
      'JSON_PARSER_ERROR',
      'Cannot deserialize instance of datetime',
    ],
    [
      'no yes or no',
      'POST',
      '/sobjects/Contact',
      { LastName: 'A', DoNotCall: 'perhaps' },
      400,
      'JSON_PARSER_ERROR',
      'Cannot deserialize instance of boolean',
    ],
    [
      'no address',
      'POST',
      '/sobjects/Contact',
      { LastName: 'A', Email: 'me@here' },
      400,
      'INVALID_EMAIL_ADDRESS',
      'Email: invalid email address: me@here',
    ],
    [
      'no id',
      'POST',
      '/sobjects/Contact',
      { LastName: 'A', AccountId: 'x' },
      400,
      'MALFORMED_ID',
      'Account ID: id value of incorrect type: x',
    ],
    [
      'an id of something else',
      'POST',
      '/sobjects/Contact',
      { LastName: 'A', AccountId: '005000000000001AAA' },
      400,
      'FIELD_INTEGRITY_EXCEPTION',
      'Account ID: id value of incorrect type',
    ],
    [
      'an id of nothing',
      'POST',
      '/sobjects/Contact',
      { LastName: 'A', AccountId: '001000000000001AAA' },
      400,
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
      'insufficient access rights on cross-reference id: 001000000000001AAA',
    ],
    [
      'an owner who is nobody',
      'POST',
      '/sobjects/Account',
      { Name: 'A', OwnerId: '005000000000001AAA' },
      400,
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
      'insufficient access',
    ],
    [
      'a value that the picklist does not have',
      'POST',
      '/sobjects/Invoice__c',
      { Amount__c: 1, Tags__c: 'red;pink' },
      400,
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'Tags: bad value for restricted picklist field: red;pink',
    ],
    [
      'a list',
      'POST',
      '/sobjects/Account',
      [],
      400,
      'JSON_PARSER_ERROR',
      'Cannot deserialize instance of a record from START_ARRAY value',
    ],
    [
      'no body',
      'POST',
      '/sobjects/Account',
      undefined,
      400,
      'JSON_PARSER_ERROR',
      'The HTTP entity body is required, but this request has no entity body.',
    ],
    [
      'an id that names nothing',
      'PATCH',
      '/sobjects/Account/001000000000001AAA',
      { Name: 'A' },
      404,
      'NOT_FOUND',
      'The requested resource does not exist',
    ],
    [
      'an id that is none',
      'GET',
      '/sobjects/Account/1',
      undefined,
      404,
      'NOT_FOUND',
      'The requested resource does not exist',
    ],
    [
      'a part of the org',
      'PATCH',
      '/sobjects/Profile/00e000000000001AAA',
      {},
      403,
      'INSUFFICIENT_ACCESS_OR_READONLY',
      'insufficient access rights on object id',
    ],
    [
      'a wrong verb',
      'PUT',
      '/sobjects/Account',
      {},
      405,
      'METHOD_NOT_ALLOWED',
      "HTTP Method 'PUT' not allowed. Allowed are GET,HEAD,POST",
    ],
  ])('are refused for %s', async (_, method, path, body, status, errorCode, message) => {
    const answer = await send(method, path, body)
    expect([answer.status, answer.body]).toEqual([
      status,
      [expect.objectContaining({ errorCode, message: expect.stringContaining(message) })],
    ])
    expect((await server.journalOf(answer)).refusal).toBeDefined()
  })

  it('keep what they must have', async () => {
    const id = await create('Account', { Name: 'Kept' })
    const answer = await send('PATCH', `/sobjects/Account/${id}`, { Name: null })
    expect(answer.body[0]).toMatchObject({ errorCode: 'REQUIRED_FIELD_MISSING', fields: ['Name'] })
    expect(await column(`SELECT Name FROM Account WHERE Id = '${id.slice(0, 15)}'`)).toEqual(['Kept'])
  })

  it('are not overwritten after they changed', async () => {
    const id = await create('Account', { Name: 'Old' })
    const since = { 'if-unmodified-since': server.now().toUTCString(), 'content-type': 'application/json' }
    const patch = () =>
      ask(`${data}/sobjects/Account/${id}`, { method: 'PATCH', body: '{"Phone":"1"}', headers: since })
    expect((await patch()).status).toBe(204)
    server.advance(5)
    expect((await send('PATCH', `/sobjects/Account/${id}`, { Phone: '2' })).status).toBe(204)
    const late = await patch()
    expect([late.status, late.body[0].errorCode]).toEqual([412, 'PRECONDITION_FAILED'])
    expect((await ask(`${data}/sobjects/Account/${id}`, { method: 'DELETE', headers: since })).status).toBe(412)
    const now = { 'if-unmodified-since': server.now().toUTCString() }
    expect((await ask(`${data}/sobjects/Account/${id}`, { method: 'DELETE', headers: now })).status).toBe(204)
  })

  it('are sent again only when they changed', async () => {
    const id = await create('Account', { Name: 'Read' })
    const path = `${data}/sobjects/Account/${id}`
    const first = await ask(path)
    const tag = first.headers.get('etag') ?? ''
    expect((await ask(path, { headers: { 'if-none-match': tag } })).status).toBe(304)
    expect((await ask(path, { headers: { 'if-modified-since': server.now().toUTCString() } })).status).toBe(304)
    server.advance(5)
    await send('PATCH', `/sobjects/Account/${id}`, { Phone: '2' })
    expect((await ask(path, { headers: { 'if-none-match': tag } })).status).toBe(200)
  })

  it('come and go packed, where that is asked for', async () => {
    const id = await create('Account', { Name: 'Packed', Description: 'long '.repeat(1000) })
    const response = await server.request(`${targetBase}${data}/sobjects/Account/${id}`, {
      headers: { authorization: `Bearer ${adminToken}`, 'accept-encoding': 'br, gzip' },
    })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(JSON.parse(gunzipSync(await response.arrayBuffer()).toString()).Name).toBe('Packed')
    const packed = await ask(`${data}/sobjects/Account`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync('{"Name":"From far"}'),
    })
    expect(packed.status).toBe(201)
    const bomb = await ask(`${data}/sobjects/Account`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(20_000_000, 0x20)),
    })
    expect([bomb.status, bomb.body[0].errorCode]).toEqual([400, 'JSON_PARSER_ERROR'])
  })

  describe('as XML', () => {
    const xml = (method: string, path: string, body: string) =>
      ask(`${data}${path}`, { method, headers: { 'content-type': 'application/xml', accept: 'application/xml' }, body })

    it('are written and read', async () => {
      const declared = '<?xml version="1.0" encoding="UTF-8"?>'
      const made = await xml(
        'POST',
        '/sobjects/Account',
        `${declared}<Account><Name>A &amp; B</Name><NumberOfEmployees>7</NumberOfEmployees><Phone>1</Phone></Account>`,
      )
      expect([made.status, made.text]).toEqual([
        201,
        expect.stringMatching(/<Result><id>001\w{15}<\/id><success>true<\/success>/),
      ])
      const id = /<id>(\w+)</.exec(made.text)?.[1] ?? ''
      const nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
      const path = `/sobjects/Account/${id}`
      const patched = await xml('PATCH', path, `<Account ${nil}><Phone xsi:nil="true"/><Site>x</Site></Account>`)
      expect([patched.status, patched.text]).toEqual([204, ''])
      const read = await ask(`${data}${path}?fields=Name,NumberOfEmployees,Phone,Site`, {
        headers: { accept: 'application/xml' },
      })
      expect(read.text).toContain('<Name>A &amp; B</Name><NumberOfEmployees>7</NumberOfEmployees>')
      expect(read.text).toContain('<Site>x</Site>')
      expect((await send('GET', path)).body).toMatchObject({ Phone: null, Site: 'x' })
      const key = '<Contact><LastName>Xml</LastName><Account><Key__c>X-1</Key__c></Account></Contact>'
      await xml('PATCH', '/sobjects/Account/Key__c/X-1', '<Account><Name>Keyed by XML</Name></Account>')
      expect((await xml('POST', '/sobjects/Contact', key)).status).toBe(201)
      expect(await column("SELECT Name FROM Contact WHERE Account.Name = 'Keyed by XML'")).toEqual(['Xml'])
    })

    it.each([
      ['nothing that is XML', '{"Name":"A"}'],
      ['half of it', '<Account><Name>A</Name>'],
      ['a field twice', '<Account><Name>A</Name><Name>B</Name></Account>'],
      ['entities', '<!DOCTYPE a [<!ENTITY b "c">]><Account><Name>&b;</Name></Account>'],
      ['elements without end', `<a>${'<b>'.repeat(100_000)}`],
      ['elements too deep', `${'<a>'.repeat(500)}x${'</a>'.repeat(500)}`],
    ])('are refused for %s', async (_, body) => {
      const refused = await xml('POST', '/sobjects/Account', body)
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringContaining('<errorCode>XML_PARSER_ERROR</errorCode></Error></Errors>'),
      ])
    })
  })

  it('are as large as a body may be, and no larger', async () => {
    const large = await ask(`${data}/sobjects/Account`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"Name":"${'A'.repeat(10_485_760)}"}`,
    })
    expect([large.status, large.body[0].errorCode]).toEqual([413, 'REQUEST_ENTITY_TOO_LARGE'])
    const text = await ask(`${data}/sobjects/Account`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'Name',
    })
    expect([text.status, text.body[0].errorCode]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  })
})

describe('queries', () => {
  let accounts: readonly string[]
  let mark: string
  beforeAll(async () => {
    mark = 'Query'
    const rows = [
      { Name: 'Alpha', Type: 'Prospect', NumberOfEmployees: 5, Site: mark },
      { Name: 'beta', Type: 'Other', NumberOfEmployees: 50, Site: mark },
      { Name: 'Gamma_x', Type: 'Other', NumberOfEmployees: 500, Site: mark },
      { Name: "D'Arcy", Site: mark, AnnualRevenue: 10.5 },
    ]
    accounts = await Promise.all(rows.map((row) => create('Account', row)))
    const [alpha, beta] = accounts
    await create('Contact', { FirstName: 'Rose', LastName: 'Gonzalez', AccountId: alpha, Email: 'Rose@Edge.example' })
    await create('Contact', { LastName: 'Young', AccountId: alpha, Birthdate: '1990-05-01' })
    await create('Contact', { LastName: 'Barr', AccountId: beta })
    await create('Task', { Subject: 'Call', WhatId: alpha, Status: 'Completed' })
  })

  const names = (where: string) => column(`SELECT Name FROM Account WHERE Site = '${mark}' AND ${where} ORDER BY Name`)

  it('select fields, those of related records, and records that refer to them', async () => {
    const { body } = await soql(
      `SELECT Name, Owner.Name, Owner.Profile.Name, (SELECT LastName, Account.Name FROM Contacts ORDER BY LastName DESC LIMIT 1) FROM Account WHERE Site = '${mark}' ORDER BY Name LIMIT 3`,
    )
    expect(body).toMatchObject({ totalSize: 3, done: true })
    expect(body.records[0]).toEqual({
      attributes: { type: 'Account', url: `${data}/sobjects/Account/${accounts[0]}` },
      Name: 'Alpha',
      Owner: {
        attributes: { type: 'User', url: `${data}/sobjects/User/${admin.id}` },
        Name: 'Ada Lovelace',
        Profile: { attributes: expect.objectContaining({ type: 'Profile' }), Name: 'System Administrator' },
      },
      Contacts: {
        totalSize: 1,
        done: true,
        records: [
          {
            attributes: expect.objectContaining({ type: 'Contact' }),
            LastName: 'Young',
            Account: { attributes: expect.objectContaining({ type: 'Account' }), Name: 'Alpha' },
          },
        ],
      },
    })
    expect(body.records[2].Contacts).toBeNull()
  })

  it('take the old form of aliases, in which FROM names relationships', async () => {
    const plain = `SELECT LastName, Account.Name, Account.Owner.Name FROM Contact WHERE Account.Site = '${mark}' AND LastName LIKE 'Y%' ORDER BY Account.Name`
    const expected = (await soql(plain)).body
    expect(expected).toMatchObject({ totalSize: 1, records: [{ LastName: 'Young', Account: { Name: 'Alpha' } }] })
    for (const from of [
      'Contact c, c.Account a, a.Owner o',
      'Contact c,c.Account a , a.Owner o',
      'contact C, C.account A, A.owner O',
    ]) {
      const query = `SELECT c.LastName, a.Name, o.Name FROM ${from} WHERE a.Site = '${mark}' AND LastName LIKE 'Y%' ORDER BY a.Name`
      expect([from, (await soql(query)).body]).toEqual([from, expected])
    }
    const grouped = await soql(
      `SELECT a.Name, COUNT(c.Id) FROM Contact c, Contact.Account a WHERE a.Site = '${mark}' GROUP BY a.Name ORDER BY a.Name`,
    )
    expect(grouped.body.records).toMatchObject([
      { Name: 'Alpha', expr0: 2 },
      { Name: 'beta', expr0: 1 },
    ])
    const within = await soql(
      `SELECT Name, (SELECT c.LastName, a.Name FROM Contacts c, c.Account a WHERE a.Name = 'beta') FROM Account WHERE Site = '${mark}' AND Id IN (SELECT x.AccountId FROM Contact x, x.Account y WHERE y.Name = 'beta')`,
    )
    expect(within.body.records).toMatchObject([
      { Name: 'beta', Contacts: { records: [{ LastName: 'Barr', Account: { Name: 'beta' } }] } },
    ])
    const inText = await soql("SELECT Id FROM Contact WHERE LastName = 'FROM Contact c, c.Account a'")
    expect(inText.body).toMatchObject({ totalSize: 0 })
  })

  it('reach records that may be of several objects', async () => {
    const { body } = await soql("SELECT Subject, What.Name, What.Type, Who.Name FROM Task WHERE Subject = 'Call'")
    expect(body.records).toMatchObject([
      { What: { attributes: { type: 'Account' }, Name: 'Alpha', Type: 'Account' }, Who: null },
    ])
  })

  it.each<readonly [string, readonly string[]]>([
    ["Name = 'ALPHA'", ['Alpha']],
    ["Name != 'alpha'", ['beta', "D'Arcy", 'Gamma_x']],
    ["Name <> 'alpha'", ['beta', "D'Arcy", 'Gamma_x']],
    ["Account.Name = 'beta'", ['beta']],
    ["(Name = 'beta' OR Name = 'Alpha' OR Type = null)", ['Alpha', 'beta', "D'Arcy"]],
    ["(Type = null OR Type = 'Prospect')", ['Alpha', "D'Arcy"]],
    ['CreatedDate <= TODAY', ['Alpha', 'beta', "D'Arcy", 'Gamma_x']],
    ["Type != 'Other'", ['Alpha', "D'Arcy"]],
    ['Type = null', ["D'Arcy"]],
    ["Type = ''", ["D'Arcy"]],
    ['Type != null', ['Alpha', 'beta', 'Gamma_x']],
    ["Name LIKE '%a'", ['Alpha', 'beta']],
    ["Name LIKE 'gamma\\_x'", ['Gamma_x']],
    ["Name LIKE 'g_mma_x'", ['Gamma_x']],
    ["(NOT Name LIKE '%a%')", []],
    ["Name = 'D\\'Arcy'", ["D'Arcy"]],
    ['NumberOfEmployees > 5', ['beta', 'Gamma_x']],
    ['NumberOfEmployees >= 5 AND NumberOfEmployees < 500', ['Alpha', 'beta']],
    ['(NumberOfEmployees = 5 OR AnnualRevenue = 10.5)', ['Alpha', "D'Arcy"]],
    ["Type IN ('other', 'Prospect')", ['Alpha', 'beta', 'Gamma_x']],
    ["Type NOT IN ('Other')", ['Alpha', "D'Arcy"]],
    ['(NOT (NumberOfEmployees > 5))', ['Alpha', "D'Arcy"]],
    ['CreatedDate = TODAY', ['Alpha', 'beta', "D'Arcy", 'Gamma_x']],
    ['CreatedDate < YESTERDAY', []],
    ['CreatedDate = LAST_N_DAYS:3', ['Alpha', 'beta', "D'Arcy", 'Gamma_x']],
    ['CreatedDate > 2026-01-01T00:00:00Z', ['Alpha', 'beta', "D'Arcy", 'Gamma_x']],
    ["Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Barr')", ['beta']],
    ['Id NOT IN (SELECT AccountId FROM Contact)', ["D'Arcy", 'Gamma_x']],
    ["Owner.Username = 'ada@target.example' AND Owner.IsActive = TRUE AND Name > 'c'", ["D'Arcy", 'Gamma_x']],
  ])('select by %s', async (where, found) => {
    expect(await names(where)).toEqual(found)
  })

  it('have texts that go on in the next line', async () => {
    for (const end of ['\n', '\r\n', '\u2028', '\u2029']) {
      const Name = `One${end}Two`
      await create('Account', { Name, BillingCity: 'Lines' })
      expect(await column(`SELECT Name FROM Account WHERE BillingCity = 'Lines' AND Name = '${Name}'`)).toEqual([Name])
    }
  })

  it('look up by indexed fields, and sort as told', async () => {
    expect(await column("SELECT Name FROM Contact WHERE Email = 'rose@edge.EXAMPLE'")).toEqual(['Rose Gonzalez'])
    expect(
      await column(
        `SELECT LastName FROM Contact WHERE AccountId = '${accounts[0]?.slice(0, 15)}' ORDER BY LastName`,
        'LastName',
      ),
    ).toEqual(['Gonzalez', 'Young'])
    const sorted = (order: string) => column(`SELECT Name FROM Account WHERE Site = '${mark}' ORDER BY ${order}`)
    expect(await sorted('NumberOfEmployees DESC NULLS LAST')).toEqual(['Gamma_x', 'beta', 'Alpha', "D'Arcy"])
    expect(await sorted('NumberOfEmployees DESC NULLS FIRST')).toEqual(["D'Arcy", 'Gamma_x', 'beta', 'Alpha'])
    expect(await sorted('NumberOfEmployees')).toEqual(["D'Arcy", 'Alpha', 'beta', 'Gamma_x'])
    expect(await sorted('Name LIMIT 2 OFFSET 1')).toEqual(['beta', "D'Arcy"])
    expect(await column('SELECT Name FROM Contact WHERE Birthdate < 2000-01-01')).toEqual(['Young'])
  })

  it('ask for multi-select picklists', async () => {
    await create('Invoice__c', { Amount__c: 1, Tags__c: 'red;green' })
    await create('Invoice__c', { Amount__c: 2, Tags__c: 'blue', Paid__c: true })
    const amounts = (where: string) =>
      column(`SELECT Amount__c FROM Invoice__c WHERE Amount__c < 3 AND ${where}`, 'Amount__c')
    expect(await amounts("Tags__c INCLUDES ('red;green', 'pink')")).toEqual([1])
    expect(await amounts("Tags__c EXCLUDES ('red')")).toEqual([2])
    expect(await amounts('Paid__c = true')).toEqual([2])
  })

  it('count and group', async () => {
    expect((await soql(`SELECT COUNT() FROM Account WHERE Site = '${mark}'`)).body).toEqual({
      totalSize: 4,
      done: true,
      records: [],
    })
    const { body } = await soql(
      `SELECT Type, COUNT(Id) amount, SUM(NumberOfEmployees), AVG(NumberOfEmployees), MIN(Name), MAX(CreatedDate), COUNT_DISTINCT(Type) FROM Account WHERE Site = '${mark}' GROUP BY Type HAVING COUNT(Id) > 1`,
    )
    expect(body.records).toEqual([
      {
        attributes: { type: 'AggregateResult' },
        Type: 'Other',
        amount: 2,
        expr0: 550,
        expr1: 275,
        expr2: 'Gamma_x',
        expr3: expect.stringMatching(/^2026-11-23T12:/),
        expr4: 1,
      },
    ])
    const byOwner = await soql(
      `SELECT Owner.Username, COUNT(Id) FROM Account WHERE Site = '${mark}' GROUP BY Owner.Username`,
    )
    expect(byOwner.body.records).toMatchObject([{ Username: 'ada@target.example', expr0: 4 }])
  })

  it('select all fields', async () => {
    const { body } = await soql('SELECT FIELDS(ALL) FROM Account LIMIT 1')
    expect(Object.keys(body.records[0])).toEqual(
      expect.arrayContaining(['Id', 'Key__c', 'BillingCity', 'SystemModstamp']),
    )
    const own = await soql('SELECT FIELDS(CUSTOM) FROM Account LIMIT 1')
    expect(Object.keys(own.body.records[0])).toEqual(['attributes', 'Key__c'])
    const standard = await soql('SELECT FIELDS(STANDARD) FROM Account')
    expect(Object.keys(standard.body.records[0])).toEqual(
      Object.keys(body.records[0]).filter((name) => name !== 'Key__c'),
    )
  })

  it('call objects and what they compute by other names', async () => {
    const { body } = await soql(
      `SELECT a.Name, a.Owner.Name FROM Account a WHERE a.Site = '${mark}' AND a.Owner.IsActive = TRUE ORDER BY a.Name`,
    )
    expect(body.records[0]).toMatchObject({ Name: 'Alpha', Owner: { Name: 'Ada Lovelace' } })
    const groups = await soql(
      `SELECT Type kind, COUNT(Id) amount, MAX(NumberOfEmployees) FROM Account WHERE Site = '${mark}' AND Type != null GROUP BY Type ORDER BY COUNT(Id) DESC`,
    )
    expect(groups.body.records).toMatchObject([
      { kind: 'Other', amount: 2, expr0: 500 },
      { kind: 'Prospect', amount: 1, expr0: 5 },
    ])
  })

  it('say what their columns are', async () => {
    const q = 'SELECT Id, Owner.Profile.Name, COUNT(Id) FROM Account GROUP BY Id, Owner.Profile.Name'
    const { body } = await ask(`${data}/query?${new URLSearchParams({ q, columns: 'true' })}`)
    expect(body.columnMetadata).toMatchObject([
      { columnName: 'Id', aggregate: false, joinColumns: [] },
      { columnName: 'Owner', joinColumns: [{ columnName: 'Profile', joinColumns: [{ columnName: 'Name' }] }] },
      { columnName: 'expr0', displayName: 'COUNT(Id)', aggregate: true },
    ])
  })

  it('show page after page', async () => {
    const all = Array.from({ length: 450 }, (_, number) => ({
      attributes: { type: 'Lead' },
      LastName: `L${number}`,
      Company: 'Pages',
    }))
    for (let start = 0; start < all.length; start += 150) {
      const { body } = await send('POST', '/composite/sobjects', { records: all.slice(start, start + 150) })
      expect(body.every(({ success }: { success: boolean }) => success)).toBe(true)
    }
    const q = new URLSearchParams({ q: "SELECT LastName FROM Lead WHERE Company = 'Pages'" })
    const headers = { 'sforce-query-options': 'batchSize=200' }
    const found: string[] = []
    let page = await ask(`${data}/query?${q}`, { headers })
    const first = page.body
    expect(first).toMatchObject({
      totalSize: 450,
      done: false,
      nextRecordsUrl: expect.stringMatching(/query\/01g\w{15}-200$/),
    })
    for (;;) {
      found.push(...page.body.records.map(({ LastName }: { LastName: string }) => LastName))
      if (page.body.done) break
      page = await ask(page.body.nextRecordsUrl, { headers })
    }
    expect(new Set(found).size).toBe(450)
    expect(page.body).toMatchObject({ totalSize: 450, done: true })
    // Of each user the latest ten can be gone on with.
    for (let number = 0; number < 10; number++) await ask(`${data}/query?${q}`, { headers })
    expect((await ask(first.nextRecordsUrl, { headers })).body[0].errorCode).toBe('INVALID_QUERY_LOCATOR')
    const latest = await ask(`${data}/query?${q}`, { headers })
    expect((await ask(latest.body.nextRecordsUrl, { headers })).status).toBe(200)
    const stranger = await ask(latest.body.nextRecordsUrl, {}, standardToken)
    expect([stranger.status, stranger.body]).toEqual([
      400,
      [{ errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' }],
    ])
  })

  it.each<readonly [string, string, string]>([
    [
      'SELECT Id FROM Acount',
      'INVALID_TYPE',
      "\nSELECT Id FROM Acount\n               ^\nERROR at Row:1:Column:16\nsObject type 'Acount' is not supported.",
    ],
    [
      'SELECT Id, Nam FROM Account',
      'INVALID_FIELD',
      "\nSELECT Id, Nam FROM Account\n           ^\nERROR at Row:1:Column:12\nNo such column 'Nam' on entity 'Account'.",
    ],
    [
      'SELECT c.Id, a.Nam FROM Contact c, c.Account a',
      'INVALID_FIELD',
      "\nSELECT c.Id, a.Nam FROM Contact c, c.Account a\n             ^\nERROR at Row:1:Column:14\nNo such column 'Nam' on entity 'Account'.",
    ],
    [
      "SELECT c.Id\nFROM Contact c, c.Account a\nWHERE a.Name = 'x' AND a.Nam = 1",
      'INVALID_FIELD',
      "ERROR at Row:3:Column:24\nNo such column 'Nam' on entity 'Account'",
    ],
    [
      'SELECT Id FROM Contact c, c.Acount a',
      'INVALID_FIELD',
      "\nSELECT Id FROM Contact c, c.Acount a\n                          ^\nERROR at Row:1:Column:27\nDidn't understand relationship 'Acount' in field path.",
    ],
    [
      'SELECT Id FROM Contact c, d.Account a',
      'INVALID_TYPE',
      "ERROR at Row:1:Column:27\nsObject type 'd.Account' is not supported.",
    ],
    ['SELECT Id FROM Contact c, c.Account a WHRE a.Name = 1', 'MALFORMED_QUERY', "unexpected token: 'WHRE'"],
    ['SELECT Id FROM Contact c, c.Account', 'MALFORMED_QUERY', "ERROR at Row:1:Column:25\nunexpected token: ','"],
    ['SELECT Id FROM Contact c, Account a', 'MALFORMED_QUERY', "ERROR at Row:1:Column:25\nunexpected token: ','"],
    ['SELECT Id\nFROM Account\nWHERE Nam = 1', 'INVALID_FIELD', "ERROR at Row:3:Column:7\nNo such column 'Nam'"],
    ['SELECT Ownr.Name FROM Account', 'INVALID_FIELD', "Didn't understand relationship 'Ownr' in field path."],
    [
      'SELECT Id, (SELECT Id FROM Persons) FROM Account',
      'INVALID_TYPE',
      "Didn't understand relationship 'Persons' in FROM part of query call.",
    ],
    ['SELECT Id FRM Account', 'MALFORMED_QUERY', "unexpected token: 'Account'"],
    ['SELECT Id FROM Account WHERE', 'MALFORMED_QUERY', "unexpected token: '<EOF>'"],
    ["SELECT Id FROM Account WHERE Name = 'x", 'MALFORMED_QUERY', 'ERROR at Row:1:Column:37'],
    ['SELECT Id FROM Account WHERE Name = :name', 'MALFORMED_QUERY', 'Bind variables only allowed in Apex code'],
    ["SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", 'MALFORMED_QUERY', 'unexpected token'],
    [
      "SELECT Id FROM Account WHERE NumberOfEmployees = '5'",
      'INVALID_FIELD',
      "value of filter criterion for field 'NumberOfEmployees' must be of type int and should not be enclosed in quotes",
    ],
    [
      'SELECT Id FROM Account WHERE Name = 5',
      'INVALID_FIELD',
      "value of filter criterion for field 'Name' must be of type string and should be enclosed in quotes",
    ],
    ["SELECT Id FROM Account WHERE Id = '5'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: 5'],
    ["SELECT Id FROM Account WHERE CreatedDate = '2026'", 'INVALID_FIELD', 'must be of type dateTime'],
    [
      "SELECT Id FROM Account WHERE Description = 'x'",
      'INVALID_FIELD',
      "field 'Description' can not be filtered in a query call",
    ],
    ["SELECT Id FROM Account WHERE Id LIKE '0%'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on id field'],
    ['SELECT Name, COUNT(Id) FROM Account', 'MALFORMED_QUERY', 'Field must be grouped or aggregated: Name'],
    ['SELECT Id FROM Account WHERE COUNT(Id) > 1', 'MALFORMED_QUERY', 'Aggregates stand in HAVING, not in WHERE: Id'],
    [
      "SELECT Type, COUNT(Id) FROM Account GROUP BY Type HAVING Name = 'x'",
      'MALFORMED_QUERY',
      'Field must be grouped or aggregated: Name',
    ],
    ['SELECT Id FROM Account ORDER BY COUNT(Id)', 'MALFORMED_QUERY', 'Ordered field must be grouped or aggregated: Id'],
    [
      'SELECT COUNT(Id) FROM Account ORDER BY Name',
      'MALFORMED_QUERY',
      'Ordered field must be grouped or aggregated: Name',
    ],
    ['SELECT SUM(Name) FROM Account', 'INVALID_FIELD', 'field Name does not support aggregate operator SUM'],
    ['SELECT Id, Id FROM Account', 'INVALID_FIELD', 'duplicate field selected: Id'],
    ['SELECT FIELDS(ALL) FROM Account', 'MALFORMED_QUERY', 'The SOQL FIELDS function must have a LIMIT of at most 200'],
    ['SELECT Id FROM Account OFFSET 2001', 'MALFORMED_QUERY', 'Maximum SOQL offset allowed is 2000'],
    ['SELECT TYPEOF What WHEN Account THEN Phone END FROM Task', 'MALFORMED_QUERY', 'TYPEOF is not supported here'],
    [
      'SELECT CALENDAR_YEAR(CreatedDate) FROM Account',
      'MALFORMED_QUERY',
      "The function 'CALENDAR_YEAR' is not supported here",
    ],
    [
      `SELECT Id FROM Account WHERE ${'('.repeat(100)}Name = 'x'${')'.repeat(100)}`,
      'MALFORMED_QUERY',
      'SOQL statement is too complicated',
    ],
    [
      `SELECT Id FROM Account WHERE Name = '${'x'.repeat(100_000)}'`,
      'MALFORMED_QUERY',
      'SOQL statements cannot be longer than 100000 characters.',
    ],
    [' ', 'MALFORMED_QUERY', 'SOQL statement cannot be empty'],
    ['SELECT Id, , Name FROM Account, Contact', 'MALFORMED_QUERY', "ERROR at Row:1:Column:12\nunexpected token: ','"],
    [
      "SELECT Id FROM Account WHERE Name = 'and' AND AND Site = 'a' AND Phone = 'b'",
      'MALFORMED_QUERY',
      "ERROR at Row:1:Column:47\nunexpected token: 'AND'",
    ],
    ['SELECT Id FROM Account WHERE Name = "x"', 'MALFORMED_QUERY', 'ERROR at Row:1:Column:37\nunexpected character'],
    [
      'SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE OwnerId IN (SELECT Id FROM User))',
      'MALFORMED_QUERY',
      'Nesting of semi join sub-selects is not supported',
    ],
    ['SELECT Id FROM ScratchOrgInfo limit 1', 'INVALID_TYPE', "sObject type 'ScratchOrgInfo' is not supported."],
  ])('refuse %s', async (query, errorCode, message) => {
    const answer = await soql(query)
    expect([answer.status, answer.body]).toEqual([400, [{ errorCode, message: expect.stringContaining(message) }]])
    expect((await server.journalOf(answer)).refusal).toBeDefined()
  })

  it('take long lists and many conditions', async () => {
    const many = Array.from({ length: 3000 }, (_, number) => `'n${number}'`).join(', ')
    expect(await names(`Name IN (${many}, 'beta')`)).toEqual(['beta'])
    const conditions = Array.from({ length: 1500 }, (_, number) => `NumberOfEmployees != ${number + 1000}`).join(
      ' AND ',
    )
    expect(await names(conditions)).toHaveLength(4)
  })

  it('never fail, whatever they ask', { timeout: 60_000 }, async () => {
    const word = fc.constantFrom(
      'SELECT',
      'Id',
      'Name',
      'FROM',
      'Account',
      'Contact',
      'WHERE',
      'AND',
      'OR',
      'NOT',
      '(',
      ')',
      ',',
      '=',
      '!=',
      '>',
      "'x'",
      '5',
      'NULL',
      'TODAY',
      'LAST_N_DAYS:',
      '3',
      'IN',
      'LIKE',
      'LIMIT',
      'ORDER BY',
      'GROUP BY',
      'COUNT()',
      'COUNT(Id)',
      'Owner.Name',
      'FIELDS(ALL)',
      'HAVING',
      'OFFSET',
      "'",
      '\\',
      '%',
      ';',
      '--',
      '"',
      'NULLS LAST',
      'IsDeleted',
      'CreatedDate',
      'Contacts',
      'TRUE',
    )
    const nonsense = fc.oneof(
      fc.array(word, { maxLength: 25 }).map((words) => words.join(' ')),
      fc.array(word, { maxLength: 12 }).map((words) => `SELECT Id FROM Account WHERE ${words.join(' ')}`),
      fc.string({ unit: 'binary', maxLength: 60 }),
    )
    await fc.assert(
      fc.asyncProperty(nonsense, async (query) => {
        const { status } = await soql(query)
        expect([200, 400]).toContain(status)
      }),
      { numRuns: 600 },
    )
  })

  it('take a value for what it is, whatever is in it', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), async (name) => {
        const text = name.trim()
        fc.pre(text !== '')
        const id = await create('Account', { Name: text, Site: 'Property' })
        const quoted = text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
        expect(await column(`SELECT Id FROM Account WHERE Site = 'Property' AND Name = '${quoted}'`, 'Id')).toContain(
          id,
        )
        const pattern = quoted.replace(/[%_]/g, '\\$&')
        expect(
          await column(`SELECT Id FROM Account WHERE Site = 'Property' AND Name LIKE '${pattern}'`, 'Id'),
        ).toContain(id)
      }),
      { numRuns: 60 },
    )
  })
})

describe('list views', () => {
  it('show all records, one’s own, and those that changed last, with what they refer to', async () => {
    const own = await server.addUser('lister@target.example', {
      firstName: 'Lee',
      lastName: 'Lister',
      profileId: (await server.profile('Standard User')).id,
    })
    const { access_token: token } = await tokensFor(server, own, app)
    const account = await create('Account', { Name: 'zz Viewed' })
    await create('Opportunity', { Name: 'zz B', StageName: 'Prospecting', CloseDate: '2026-12-01', Amount: 1.5 }, token)
    await create('Opportunity', { Name: 'zz A', StageName: 'Closed Won', CloseDate: '2026-12-01', AccountId: account })
    const { body } = await send('GET', '/sobjects/Opportunity/listviews', undefined, token)
    const results = async (developerName: string, page = '') => {
      const view = body.listviews.find((one: { developerName: string }) => one.developerName === developerName)
      const answer = await ask(`${view.resultsUrl}${page}`, {}, token)
      return {
        done: answer.body.done,
        rows: answer.body.records.map(({ columns }: { columns: { value: unknown }[] }) =>
          columns.slice(0, 6).map(({ value }) => value),
        ),
      }
    }
    const [a, b] = [
      ['zz A', 'zz Viewed', null, '2026-12-01', 'Closed Won', 'ALove'],
      ['zz B', null, '1.5', '2026-12-01', 'Prospecting', 'LList'],
    ]
    expect(await results('AllOpportunities')).toEqual({ done: true, rows: [a, b] })
    expect(await results('AllOpportunities', '?limit=1')).toEqual({ done: false, rows: [a] })
    expect(await results('AllOpportunities', '?limit=1&offset=1')).toEqual({ done: true, rows: [b] })
    expect(await results('MyOpportunities')).toEqual({ done: true, rows: [b] })
    expect((await results('RecentlyViewedOpportunities')).rows).toHaveLength(2)
  })
})

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

    it('is not deleted as a record is, because it has no id', async () => {
      const refused = await send('DELETE', '/sobjects/OauthToken/0CQ000000000001AAA')
      expect(refused.status).toBe(403)
      expect((await soql("SELECT UseCount FROM OauthToken WHERE DeleteToken = 'x'")).body[0].errorCode).toBe(
        'INVALID_FIELD',
      )
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
    const profile = await server.stores.profiles.findByName(server.otherOrg.id, 'System Administrator')
    const stranger = await server.addUser('eve@other.example', {
      orgId: server.otherOrg.id,
      profileId: profile?.id ?? '',
    })
    await server.stores.apps.setPolicies({ ...(await policiesOf()), orgId: server.otherOrg.id })
    const token = (await tokensFor(server, stranger, app)).access_token
    const other = 'http://localhost:8788'
    const asked = (path: string, init: RequestInit = {}) => ask(other + data + path, init, token)
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

  async function policiesOf() {
    const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
    if (policies === undefined) throw new Error('The app has no policies.')
    return policies
  }
})

describe('composite calls', () => {
  it('use what earlier parts answered', async () => {
    const { status, body } = await send('POST', '/composite', {
      compositeRequest: [
        { method: 'POST', url: `${data}/sobjects/Account`, referenceId: 'account', body: { Name: 'Composite' } },
        {
          method: 'POST',
          url: `${data}/sobjects/Contact`,
          referenceId: 'contact',
          body: { LastName: 'Part', AccountId: '@{account.id}' },
        },
        { method: 'GET', url: `${data}/sobjects/Account/@{account.id}?fields=Name`, referenceId: 'read' },
        {
          method: 'GET',
          url: `${data}/query?q=SELECT+Id+FROM+Contact+WHERE+AccountId='@{account.id}'`,
          referenceId: 'found',
        },
      ],
    })
    expect(status).toBe(200)
    expect(body.compositeResponse).toMatchObject([
      {
        referenceId: 'account',
        httpStatusCode: 201,
        httpHeaders: { Location: expect.stringContaining('/sobjects/Account/001') },
        body: { success: true },
      },
      { referenceId: 'contact', httpStatusCode: 201 },
      { referenceId: 'read', httpStatusCode: 200, body: { Name: 'Composite' } },
      { referenceId: 'found', httpStatusCode: 200, body: { totalSize: 1 } },
    ])
  })

  it('write all or none where that is asked for', async () => {
    const parts = (Name: string) => [
      { method: 'POST', url: `${data}/sobjects/Account`, referenceId: 'good', body: { Name } },
      { method: 'POST', url: `${data}/sobjects/Account`, referenceId: 'bad', body: {} },
    ]
    const none = await send('POST', '/composite', { allOrNone: true, compositeRequest: parts('None') })
    expect(none.body.compositeResponse).toMatchObject([
      { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
      { httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] },
    ])
    expect(await column("SELECT Name FROM Account WHERE Name = 'None'")).toEqual([])
    const some = await send('POST', '/composite', { compositeRequest: parts('Some') })
    expect(some.body.compositeResponse).toMatchObject([{ httpStatusCode: 201 }, { httpStatusCode: 400 }])
    expect(await column("SELECT Name FROM Account WHERE Name = 'Some'")).toEqual(['Some'])
  })

  it('write collections and trees', async () => {
    const record = (fields: Record<string, unknown>) => ({ attributes: { type: 'Account' }, ...fields })
    const made = await send('POST', '/composite/sobjects', { records: [record({ Name: 'One' }), record({})] })
    expect(made.body).toMatchObject([
      { success: true },
      { success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] },
    ])
    const none = await send('POST', '/composite/sobjects', {
      allOrNone: true,
      records: [record({ Name: 'Two' }), record({})],
    })
    expect(none.body).toMatchObject([
      { success: false, errors: [{ statusCode: 'PROCESSING_HALTED' }] },
      { success: false },
    ])
    expect(await column("SELECT Name FROM Account WHERE Name = 'Two'")).toEqual([])
    const { id } = made.body[0]
    const changed = await send('PATCH', '/composite/sobjects', { records: [record({ id, Phone: '9' })] })
    expect(changed.body).toEqual([{ id, success: true, errors: [] }])
    const upserted = await send('PATCH', '/composite/sobjects/Account/Key__c', {
      records: [record({ Key__c: 'C1', Name: 'Three' }), record({ Key__c: 'C1', Phone: '3' })],
    })
    expect(upserted.body).toMatchObject([
      { success: true, created: true },
      { success: true, created: false },
    ])
    expect(
      (await send('GET', `/composite/sobjects/Account?ids=${id},001000000000009AAA&fields=Phone`)).body,
    ).toMatchObject([{ Id: id, Phone: '9' }, null])
    expect((await send('DELETE', `/composite/sobjects?ids=${id}`)).body).toEqual([{ id, success: true, errors: [] }])
    const tree = await send('POST', '/composite/tree/Account', {
      records: [
        {
          attributes: { type: 'Account', referenceId: 'a' },
          Name: 'Tree',
          Contacts: { records: [{ attributes: { type: 'Contact', referenceId: 'c' }, LastName: 'Leaf' }] },
        },
      ],
    })
    expect([tree.status, tree.body]).toMatchObject([
      201,
      { hasErrors: false, results: [{ referenceId: 'a' }, { referenceId: 'c' }] },
    ])
    expect(await column("SELECT Name FROM Contact WHERE Account.Name = 'Tree'")).toEqual(['Leaf'])
    const bad = await send('POST', '/composite/tree/Account', {
      records: [
        {
          attributes: { type: 'Account', referenceId: 'a' },
          Name: 'Felled',
          Contacts: { records: [{ attributes: { referenceId: 'c' } }] },
        },
      ],
    })
    expect([bad.status, bad.body]).toMatchObject([
      400,
      { hasErrors: true, results: [{ referenceId: 'c', errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] }] },
    ])
    expect(await column("SELECT Name FROM Account WHERE Name = 'Felled'")).toEqual([])
  })

  it('go on with queries, inside of their transaction', async () => {
    const records = Array.from({ length: 200 }, (_, number) => ({
      attributes: { type: 'Contact' },
      LastName: `P${number}`,
      Department: 'Composite',
    }))
    await send('POST', '/composite/sobjects', { records })
    await create('Contact', { LastName: 'P200', Department: 'Composite' })
    const q = new URLSearchParams({ q: "SELECT Id FROM Contact WHERE Department = 'Composite'" })
    const first = await ask(`${data}/query?${q}`, { headers: { 'sforce-query-options': 'batchSize=200' } })
    const { body } = await send('POST', '/composite', {
      compositeRequest: [
        { method: 'GET', url: first.body.nextRecordsUrl, referenceId: 'next' },
        { method: 'GET', url: `${data}/query/01g000000000001AAA-200`, referenceId: 'lost' },
      ],
    })
    expect(body.compositeResponse).toMatchObject([
      { httpStatusCode: 200, body: { totalSize: 201, done: true, records: [{}] } },
      { httpStatusCode: 400, body: [{ errorCode: 'INVALID_QUERY_LOCATOR' }] },
    ])
  })

  it('run as batches, each part for itself', async () => {
    const { body } = await send('POST', '/composite/batch', {
      batchRequests: [
        { method: 'GET', url: 'v67.0/limits' },
        { method: 'GET', url: 'v67.0/nothing' },
        { method: 'POST', url: 'v67.0/sobjects/Account', richInput: { Name: 'Batch' } },
      ],
    })
    expect(body).toMatchObject({
      hasErrors: true,
      results: [{ statusCode: 200 }, { statusCode: 404 }, { statusCode: 201 }],
    })
  })

  it.each<readonly [string, string, unknown, string]>([
    ['no parts', '/composite', {}, 'JSON_PARSER_ERROR'],
    [
      'too many parts',
      '/composite',
      { compositeRequest: Array.from({ length: 26 }, () => ({})) },
      'FIELD_INTEGRITY_EXCEPTION',
    ],
    [
      'a name twice',
      '/composite',
      { compositeRequest: [1, 2].map(() => ({ method: 'GET', url: `${data}/limits`, referenceId: 'a' })) },
      'JSON_PARSER_ERROR',
    ],
    [
      'too many records',
      '/composite/sobjects',
      { records: Array.from({ length: 201 }, () => ({})) },
      'FIELD_INTEGRITY_EXCEPTION',
    ],
    ['records of no object', '/composite/sobjects', { records: [1] }, 'JSON_PARSER_ERROR'],
  ])('are refused with %s', async (_, path, body, errorCode) => {
    const answer = await send('POST', path, body)
    expect([answer.status, answer.body[0].errorCode]).toEqual([400, errorCode])
  })

  it('hold no composite call of their own, and refer to nothing that is not there', async () => {
    const { body } = await send('POST', '/composite', {
      compositeRequest: [
        { method: 'POST', url: `${data}/composite`, referenceId: 'inner', body: {} },
        { method: 'GET', url: `${data}/sobjects/Account/@{nothing.id}`, referenceId: 'lost' },
      ],
    })
    expect(body.compositeResponse).toMatchObject([{ httpStatusCode: 404 }, { httpStatusCode: 400 }])
  })
})
