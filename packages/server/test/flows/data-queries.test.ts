import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { callsOf, type DataOrg, data, openDataOrg } from './data-org.ts'
import type { TestServer } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

let org: DataOrg
let server: TestServer
let admin: User
let app: ConnectedApp
let standardToken: string

const { ask, send, soql, create, column } = callsOf(() => org)

beforeAll(async () => {
  org = await openDataOrg()
  ;({ server, admin, app, standardToken } = org)
})

afterAll(() => org.server.close())

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

  it.each([
    `SELECT Name FROM Account WHERE Site = 'Query' OFFSET 4`,
    `SELECT Name FROM Account WHERE Site IN ('Query', 'OFFSET 1') OFFSET 4 `,
    `SELECT Name FROM Account WHERE Site = 'Query' ORDER BY Name OFFSET 4`,
    `SELECT Name FROM Account WHERE Site = 'Query' ORDER BY Name LIMIT 2 OFFSET 4`,
  ])('leave out as many as they say: %s', async (query) => {
    expect((await soql(query)).body).toMatchObject({ totalSize: 0, done: true })
    expect((await soql(query.replace('4', '3'))).body).toMatchObject({ totalSize: 1 })
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
    [
      "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
      'MALFORMED_QUERY',
      "\nnt WHERE Name = 'a' AND Name = 'b' OR Name = 'c'\n                                   ^\nERROR at Row:1:Column:56\nunexpected token: AND and OR",
    ],
    [
      "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Email = 'a' OR Email = 'b')\nOR Name = 'c' AND Name = 'd'",
      'MALFORMED_QUERY',
      'ERROR at Row:2:Column:15\nunexpected token: AND and OR',
    ],
    // What stands in several places is wrong where it is compared or sorted, not where it is selected.
    ['SELECT Name FROM Account WHERE Name = 5', 'INVALID_FIELD', 'ERROR at Row:1:Column:32\nvalue of filter criterion'],
    ["SELECT Id FROM Account WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR', 'ERROR at Row:1:Column:30\ninvalid ID'],
    [
      'SELECT Description FROM Account ORDER BY Description',
      'MALFORMED_QUERY',
      "ERROR at Row:1:Column:42\nfield 'Description' can not be sorted",
    ],
    [
      'SELECT Type, COUNT(Id) FROM Account WHERE Type != null GROUP BY Type HAVING Type = 5',
      'INVALID_FIELD',
      'ERROR at Row:1:Column:77\nvalue of filter criterion',
    ],
    [
      "SELECT Id, (SELECT Id FROM Contacts WHERE LastName = 5) FROM Account WHERE Name = 'WHERE'",
      'INVALID_FIELD',
      'ERROR at Row:1:Column:43\nvalue of filter criterion',
    ],
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

  it('never fail, whatever they ask', { timeout: 180_000 }, async () => {
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
      anyText({ maxLength: 60 }),
    )
    await fc.assert(
      fc.asyncProperty(nonsense, async (query) => {
        const { status } = await soql(query)
        expect([200, 400]).toContain(status)
      }),
      { numRuns: 600 },
    )
  })

  it('take a value for what it is, whatever is in it', { timeout: 180_000 }, async () => {
    const hostile = fc.constantFrom('a', 'B', '\0', '\ud800', '%', '_', '\\', "'", '\n', ' ')
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc.string({ unit: hostile, minLength: 1, maxLength: 10 }),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (name) => {
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
    // A character that ends a text elsewhere ends no pattern.
    expect(await column(`SELECT Id FROM Account WHERE Site = 'Query' AND Name LIKE '%\0'`, 'Id')).toEqual([])
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
