import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { User } from '../../src/users/user.ts'
import { callsOf, type DataOrg, data, openDataOrg } from './data-org.ts'
import { type TestServer, targetBase } from './test-server.ts'

let org: DataOrg
let server: TestServer
let admin: User
let adminToken: string

const { ask, send, create, column } = callsOf(() => org)

beforeAll(async () => {
  org = await openDataOrg()
  ;({ server, admin, adminToken } = org)
})

afterAll(() => org.server.close())

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

  it('have external ids that may end as a format does', async () => {
    expect((await send('PATCH', '/sobjects/Account/Key__c/page.xml', { Name: 'Page' })).status).toBe(201)
    expect((await send('GET', '/sobjects/Account/Key__c/page.xml')).body).toMatchObject({ Key__c: 'page.xml' })
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
    [
      'a number for a text',
      'POST',
      '/sobjects/Account',
      { Name: 5 },
      400,
      'JSON_PARSER_ERROR',
      'Cannot deserialize instance of string from VALUE_NUMBER_INT value 5',
    ],
    [
      'yes for a phone',
      'POST',
      '/sobjects/Account',
      { Name: 'A', Phone: true },
      400,
      'JSON_PARSER_ERROR',
      'Cannot deserialize instance of phone from VALUE_TRUE value true',
    ],
    [
      'a name of every object in JavaScript',
      'POST',
      '/sobjects/Account',
      JSON.parse('{ "Name": "A", "__proto__": { "Phone": "1" } }'),
      400,
      'INVALID_FIELD',
      "No such column '__proto__' on sobject of type Account",
    ],
    [
      'another such name',
      'POST',
      '/sobjects/Account',
      { Name: 'A', constructor: 'B' },
      400,
      'INVALID_FIELD',
      "No such column 'constructor' on sobject of type Account",
    ],
    [
      'an object with such a name',
      'POST',
      '/sobjects/toString',
      {},
      404,
      'NOT_FOUND',
      'The requested resource does not',
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

  it.each(['/sobjects', '/sobjects/Account', '/sobjects/Account/describe', '/sobjects/OauthToken/describe.xml'])(
    'are described again only when that has changed: %s',
    async (path) => {
      const etag = (await send('GET', path)).headers.get('etag') ?? ''
      const again = (headers: Record<string, string>) => ask(`${data}${path}`, { headers })
      expect((await again({ 'if-none-match': etag })).status).toBe(304)
      expect((await again({ 'if-none-match': '"other"' })).status).toBe(200)
    },
  )

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
