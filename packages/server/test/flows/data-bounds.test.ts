import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { type Answer, answerOf, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

// What nobody should send, and what it must not do: fail, take long, or show what is another org's.

let server: TestServer
let token: string
/** Whose org the records are not in. */
let strangerToken: string
let accountId: string

const data = '/services/data/v67.0'
const secret = 'zzsecret'

beforeAll(async () => {
  server = await startTestServer()
  const admin = await server.addUser(`${secret}@target.example`, {
    firstName: secret,
    profileId: (await server.profile('System Administrator')).id,
  })
  const app = await server.addApp('Web_App')
  await server.addPermissionSet(secret)
  token = (await tokensFor(server, admin, app)).access_token
  accountId = (await send('POST', '/sobjects/Account', { Name: secret, Description: 'long '.repeat(6000) })).body.id
  const contact = { LastName: secret, AccountId: accountId, Email: `${secret}@target.example` }
  const contactId = (await send('POST', '/sobjects/Contact', contact)).body.id
  await send('POST', '/sobjects/Lead', { LastName: secret, Company: secret })
  await send('POST', '/sobjects/Case', { Subject: secret, AccountId: accountId })
  await send('POST', '/sobjects/Task', { Subject: secret, WhatId: accountId, WhoId: contactId })
  strangerToken = await tokenOfStranger(app)
}, 300_000)

afterAll(() => server.close())

async function tokenOfStranger(app: ConnectedApp): Promise<string> {
  const { otherOrg, stores } = server
  const profile = await stores.profiles.findByName(otherOrg.id, 'System Administrator')
  const stranger = await server.addUser('eve@other.example', { orgId: otherOrg.id, profileId: profile?.id ?? '' })
  const policies = await stores.apps.findPolicies(app.id, server.org.id)
  if (policies === undefined) throw new Error('The app has no policies.')
  await stores.apps.setPolicies({ ...policies, orgId: otherOrg.id })
  const { access_token } = await tokensFor(server, stranger, app)
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  const create = async (object: string, fields: Record<string, string>): Promise<Answer> => {
    const url = `${otherBase}${data}/sobjects/${object}`
    return answerOf(await server.request(url, { method: 'POST', headers, body: JSON.stringify(fields) }))
  }
  const { body } = await create('Account', { Name: 'Theirs' })
  await create('Contact', { LastName: 'Theirs', AccountId: body.id, Email: 'theirs@other.example' })
  return access_token
}

async function post(path: string, body: string, method = 'POST'): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return answerOf(await server.request(targetBase + data + path, { method, headers, body }))
}

const send = (method: string, path: string, body: unknown) => post(path, JSON.stringify(body), method)

async function soql(q: string, how: 'query' | 'queryAll' = 'query', base = targetBase, by = token): Promise<Answer> {
  const url = `${base}${data}/${how}?${new URLSearchParams({ q })}`
  return answerOf(await server.request(url, { headers: { authorization: `Bearer ${by}` } }))
}

/** Does something that has to take no more than a few seconds, however busy the machine is with other things. */
async function soon<T>(act: () => Promise<T>): Promise<T> {
  const begun = process.threadCpuUsage()
  const done = await act()
  const { user, system } = process.threadCpuUsage(begun)
  expect((user + system) / 1000).toBeLessThan(3000)
  return done
}

const many = (count: number, of: (number: number) => string, between: string) =>
  Array.from({ length: count }, (_, number) => of(number)).join(between)
const accountsWhere = (condition: string) => `SELECT Id FROM Account WHERE ${condition}`

describe('queries', () => {
  it.each<readonly [string, string, number]>([
    ['quotes that nothing opens', accountsWhere(`Name = ${"\\'".repeat(49_000)}`), 400],
    ['characters that are not of SOQL', accountsWhere('%'.repeat(99_000)), 400],
    ['spaces at the end', `SELECT Id FROM Account${' '.repeat(99_000)}`, 200],
    ['spaces in what is wrong', `SELECT Id FROM Account '${' '.repeat(99_000)}'`, 400],
    ['a long name', `SELECT ${'a'.repeat(99_000)} FROM Account`, 400],
    ['a name for a field again and again', accountsWhere(many(4000, (number) => `Email = '${number}'`, ' OR ')), 400],
    [
      'values of an indexed field',
      `SELECT Id FROM Contact WHERE ${many(4000, (number) => `Email = '${number}@a.b'`, ' OR ')}`,
      200,
    ],
    ['values of a name', accountsWhere(many(5500, (number) => `Name = '${number}'`, ' OR ')), 200],
    [
      'conditions that an index has',
      accountsWhere(many(1800, (number) => `(Name = '${number}' AND ParentId != null)`, ' OR ')),
      200,
    ],
    ['NOT', accountsWhere(`${'NOT '.repeat(20_000)}Name = 'x'`), 200],
    ['a pattern that matches in many ways', accountsWhere(`Name LIKE '${'%z'.repeat(20_000)}b'`), 200],
    ['a list of values', accountsWhere(`Name IN (${many(12_000, (number) => `'${number}'`, ',')})`), 200],
    ['aggregates', `SELECT ${many(5000, (number) => `COUNT(Id) a${number}`, ',')} FROM Account`, 200],
    ['sub-queries', `SELECT Id, ${many(2000, () => '(SELECT Id FROM Contacts)', ',')} FROM Account`, 400],
    ['what to sort by', `SELECT Id FROM Account ORDER BY ${many(6000, () => 'Name', ',')}`, 400],
    ['what to group by', `SELECT COUNT(Id) FROM Account GROUP BY ${many(6000, () => 'Name', ',')}`, 400],
    [
      'queries in queries',
      accountsWhere(
        `${'Id IN (SELECT AccountId FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE '.repeat(25)}Id != null${'))'.repeat(25)}`,
      ),
      400,
    ],
    ['queries in conditions', accountsWhere(many(900, () => 'Id IN (SELECT AccountId FROM Contact)', ' AND ')), 400],
  ])('are answered at once, with any number of %s', { timeout: 120_000 }, async (_, query, status) => {
    const answer = await soon(() => soql(query))
    expect([answer.status, answer.text.slice(0, 200)]).toEqual([status, expect.any(String)])
  })

  it('follow as many relationships as a statement can, and no more', async () => {
    const paths = ['Owner', 'CreatedBy', 'LastModifiedBy'].flatMap((last) =>
      Array.from({ length: 5 }, (_, depth) => `${'Parent.'.repeat(depth)}${last}`),
    )
    const fields = (all: readonly string[]) => all.map((path) => `${path}.Name`).join(', ')
    expect((await soql(`SELECT ${fields(paths)} FROM Account`)).status).toBe(200)
    const ofContact = [...paths.map((path) => `Account.${path}`), ...paths.map((path) => `ReportsTo.Account.${path}`)]
    const within = ofContact.filter((path) => path.split('.').length <= 5)
    const profiles = within.filter((path) => path.split('.').length < 5).map((path) => `${path}.Profile`)
    const refused = await soql(`SELECT ${fields([...within, ...profiles, ...morePaths()])} FROM Contact`)
    expect([refused.status, refused.body[0].message]).toEqual([
      400,
      expect.stringContaining('more than 55 relationships'),
    ])
  })

  function morePaths(): readonly string[] {
    const people = ['ReportsTo', 'ReportsTo.ReportsTo', 'ReportsTo.ReportsTo.ReportsTo']
    return people.flatMap((path) => ['Owner', 'CreatedBy', 'LastModifiedBy'].map((last) => `${path}.${last}.Profile`))
  }

  it('never show what is another org’s', { timeout: 300_000 }, async () => {
    const queries = await queriesOf(otherBase, strangerToken)
    const ids = await idsOf()
    await fc.assert(
      fc.asyncProperty(queries(ids), fc.constantFrom('query', 'queryAll'), async (query, how) => {
        const { status, text } = await soql(query, how, otherBase, strangerToken)
        expect([200, 400]).toContain(status)
        expect(status === 200 ? ids.filter((id) => text.includes(id)) : []).toEqual([])
        expect(status === 200 && text.includes(secret)).toBe(false)
      }),
      { numRuns: 400 },
    )
    // The same queries show them to whom they belong.
    const { text } = await soql('SELECT Name, (SELECT LastName FROM Contacts) FROM Account')
    expect(text.split(secret)).toHaveLength(3)
  })

  /** The ids of what the org has. */
  async function idsOf(): Promise<readonly string[]> {
    const objects = ['Organization', 'User', 'Profile', 'PermissionSet', 'Account', 'Contact', 'Lead', 'Case', 'Task']
    const answers = await Promise.all(objects.map((object) => soql(`SELECT Id FROM ${object}`)))
    return answers.flatMap(({ body }) => body.records.map(({ Id }: { Id: string }) => Id))
  }

  interface Described {
    readonly name: string
    readonly fields: readonly {
      readonly name: string
      readonly relationshipName: string | null
      readonly referenceTo: readonly string[]
      readonly filterable: boolean
    }[]
    readonly childRelationships: readonly { readonly relationshipName: string | null }[]
  }

  /** Queries of all that there is, as its descriptions have it. */
  async function queriesOf(base: string, by: string): Promise<(ids: readonly string[]) => fc.Arbitrary<string>> {
    const headers = { authorization: `Bearer ${by}` }
    const read = async (path: string) =>
      (await answerOf(await server.request(`${base}${data}${path}`, { headers }))).body
    const { sobjects } = await read('/sobjects')
    const objects: readonly Described[] = await Promise.all(
      sobjects.map(({ name }: { name: string }) => read(`/sobjects/${name}/describe`)),
    )
    return (ids) =>
      fc.constantFrom(...objects).chain((object) => {
        const field = fc.constantFrom(...object.fields.map(({ name }) => name))
        const id = fc.constantFrom(...ids)
        const up = fc.constantFrom(
          'Id',
          ...object.fields.flatMap(({ relationshipName }) =>
            relationshipName === null ? [] : [`${relationshipName}.Name`, `${relationshipName}.Id`],
          ),
        )
        const relationships = object.childRelationships.flatMap(({ relationshipName }) => relationshipName ?? [])
        const down =
          relationships.length === 0
            ? fc.constant('Id')
            : fc.constantFrom(...relationships).map((name) => `(SELECT FIELDS(STANDARD) FROM ${name})`)
        const condition = fc.oneof(
          fc.tuple(field, fc.constantFrom('=', '!='), id).map(([name, by, value]) => `${name} ${by} '${value}'`),
          fc.tuple(field, fc.constantFrom('=', '!=')).map(([name, by]) => `${name} ${by} null`),
          fc.tuple(up, id).map(([name, value]) => `${name} = '${value}'`),
          fc.tuple(field, fc.constantFrom('%', secret)).map(([name, text]) => `${name} LIKE '%${text}%'`),
          fc.array(id, { minLength: 1, maxLength: 3 }).map((list) => `Id IN ('${list.join("','")}')`),
          fc.constantFrom('IN', 'NOT IN').map((by) => `Id ${by} (SELECT AccountId FROM Contact WHERE Id != null)`),
          fc.constantFrom('Id != null', 'Id = null', '(NOT Id = null)'),
        )
        const where = fc
          .tuple(fc.array(condition, { minLength: 1, maxLength: 3 }), fc.constantFrom(' AND ', ' OR '))
          .map(([parts, by]) => ` WHERE ${parts.join(by)}`)
        const what = fc.oneof(
          fc.constant('FIELDS(ALL)'),
          up,
          fc.tuple(up, down).map((both) => [...new Set(both)].join(', ')),
        )
        const end = fc.constantFrom('', ' ORDER BY Id DESC', ' OFFSET 1')
        return fc.oneof(
          fc.tuple(what, fc.option(where, { nil: '' }), end).map(([fields, conditions, rest]) => {
            const [order, offset] = rest.startsWith(' OFFSET') ? ['', rest] : [rest, '']
            return `SELECT ${fields} FROM ${object.name}${conditions}${order} LIMIT 200${offset}`
          }),
          fc
            .tuple(field, fc.option(where, { nil: '' }))
            .map(([name, conditions]) => `SELECT ${name}, COUNT(Id) FROM ${object.name}${conditions} GROUP BY ${name}`),
        )
      })
  }
})

describe('bodies', () => {
  const deepList = '['.repeat(20_000) + ']'.repeat(20_000)
  const deepObject = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
  const part = (body: string) =>
    `{"compositeRequest":[{"method":"POST","url":"${data}/sobjects/Account","referenceId":"a","body":${body}}]}`

  it.each<readonly [string, string, string, string]>([
    ['POST', '/sobjects/Account', '['.repeat(5_000_000), 'a record'],
    ['POST', '/sobjects/Account', `{"Name":${deepList}}`, 'a field'],
    ['POST', '/composite', part(deepObject), 'a part of a composite call'],
    ['POST', '/composite/sobjects/Account', `{"ids":[${deepList}],"fields":["Id"]}`, 'an id'],
    ['PATCH', '/composite/sobjects', `{"records":[{"attributes":{"type":"Account"},"id":${deepList}}]}`, 'an id'],
    [
      'POST',
      '/composite/tree/Account',
      `{"records":[{"attributes":{"type":"Account","referenceId":${deepList}},"Name":"x"}]}`,
      'a name',
    ],
  ])('are refused where they are too deep: %s %s', { timeout: 120_000 }, async (method, path, body) => {
    const { status, body: refused } = await soon(() => post(path, body, method))
    expect([status, refused[0].errorCode]).toEqual([400, 'JSON_PARSER_ERROR'])
  })

  const names = (many: number) => Array.from({ length: many }, (_, number) => `"k${number}":1`).join(',')

  it.each<readonly [string, string, string]>([
    ['POST', '/sobjects/Account', `{${names(700_000)}}`],
    ['POST', '/composite', part(`{${names(700_000)}}`)],
    ['POST', '/composite/sobjects', `{"records":[${'{"a":1},'.repeat(1_200_000)}{}]}`],
    ['POST', '/composite/tree/Account', `{"records":[${'[],'.repeat(3_000_000)}[]]}`],
    ['POST', '/composite/sobjects/Account', `{"ids":[${'{},'.repeat(3_000_000)}{}],"fields":["Id"]}`],
  ])(
    'are refused before they are parsed where they have too much in them: %s %s',
    {
      timeout: 120_000,
    },
    async (method, path, body) => {
      const { status, body: refused } = await soon(() => post(path, body, method))
      expect([status, refused[0]]).toEqual([
        400,
        { errorCode: 'JSON_PARSER_ERROR', message: 'The body has more than 100000 members' },
      ])
    },
  )

  it('may have as much as the largest calls have', async () => {
    const fields = Object.fromEntries(Array.from({ length: 400 }, (_, number) => [`Field${number}__c`, 'x']))
    const records = Array.from({ length: 200 }, () => ({ attributes: { type: 'Account' }, ...fields }))
    const { status, body } = await send('POST', '/composite/sobjects', { records })
    expect([status, body.length, body[0].errors[0].statusCode]).toEqual([200, 200, 'INVALID_FIELD'])
  })

  it('may have brackets in texts', async () => {
    const Name = `"${'['.repeat(200)}\\`
    const made = await send('POST', '/sobjects/Lead', { LastName: 'Brackets', Company: Name })
    expect(made.status).toBe(201)
    const read = await server.request(`${targetBase}${data}/sobjects/Lead/${made.body.id}?fields=Company`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await read.json()).toMatchObject({ Company: Name })
  })

  it('cannot be made longer than the memory by what they refer to', { timeout: 120_000 }, async () => {
    const read = { method: 'GET', url: `${data}/sobjects/Account/${accountId}`, referenceId: 'read' }
    const write = (Name: string) => ({
      method: 'POST',
      url: `${data}/sobjects/Account`,
      referenceId: 'write',
      body: { Name },
    })
    const parts = [read, write('@{read.Description}'.repeat(300_000))]
    const long = await soon(() => send('POST', '/composite', { compositeRequest: parts }))
    expect(long.body.compositeResponse[1]).toMatchObject({ httpStatusCode: 400 })
    const odd = await send('POST', '/composite', { compositeRequest: [read, write('@{read.constructor}')] })
    expect(odd.body.compositeResponse[1].body[0].message).toContain('Invalid reference specified')
  })

  it('and paths and verbs never make it fail, whatever they are', { timeout: 300_000 }, async () => {
    const [{ DeleteToken: deleteToken }] = (await soql('SELECT DeleteToken FROM OauthToken')).body.records
    const known = [
      ...['Account', 'Contact', 'OauthToken', 'PermissionSetAssignment', 'User', 'UserLogin', 'AppMenuItem', 'Nothing'],
      ...[accountId, 'toString', '__proto__', `${deleteToken}x`],
    ]
    const name = fc.constantFrom(
      ...['Name', 'LastName', 'Id', 'id', 'attributes', 'type', 'records', 'referenceId', 'ids', 'fields', 'method'],
      ...['url', 'body', 'httpHeaders', 'allOrNone', 'compositeRequest', 'batchRequests', 'richInput', 'haltOnError'],
      ...['AccountId', 'Account', 'Contacts', 'AssigneeId', 'PermissionSetId', 'StartDateTime', 'IsFrozen', ''],
      ...['AnnualRevenue', 'NumberOfEmployees', 'Birthdate', 'Email', 'IsPasswordLocked', 'SortOrder', 'Type'],
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '\ud800', 'a\0b', 'Name.Name'],
    )
    const text = fc.oneof(
      fc.constantFrom(
        ...known,
        'GET',
        'POST',
        `${data}/query?q=SELECT+Id+FROM+Account`,
        `${data}/composite`,
        '@{a.id}',
      ),
      fc.constantFrom(
        `${data}/sobjects/Account`,
        'v67.0/limits',
        '@{a}',
        '@{[1]}',
        'x@{a.id}%',
        '\ud800',
        'a\0b',
        '2026-01-01',
        '9999-99-99T99:99:99Z',
        '1e400',
      ),
      anyText({ maxLength: 12 }),
    )
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        text,
        fc.constantFrom<unknown>(null, true, 0, -1, -0, 1.5, 1e-320, 1e308, -1e308, 2 ** 53, 2 ** 63),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(name, tie('json'), { maxKeys: 5 }),
      ),
    }))
    const body = fc.oneof(
      json,
      fc.record({ records: fc.array(json, { maxLength: 3 }), allOrNone: fc.boolean() }),
      fc.record({
        compositeRequest: fc.array(
          fc.record({ method: text, url: text, referenceId: fc.constantFrom('a', 'b', 'c'), body: json }),
          { maxLength: 4 },
        ),
        allOrNone: fc.boolean(),
      }),
    )
    const segment = fc.oneof(
      fc.constantFrom(...known, 'sobjects', 'composite', 'tree', 'batch', 'query', 'describe', 'listviews', 'Id'),
      fc.constantFrom('results', 'limits', 'chatter', 'users', 'me', 'tooling', 'search', 'recent', '..', '%', '%00'),
      fc.constantFrom('Account.xml', 'limits.json', '.xml', 'Id.xml.json', '%ED%A0%80', '%2F', '%252F'),
      anyText({ maxLength: 8 }).map((one) => encodeURIComponent(one.toWellFormed())),
    )
    const path = fc.oneof(
      fc.array(segment, { maxLength: 5 }).map((segments) => segments.map((one) => `/${one}`).join('')),
      fc
        .constantFrom(...known)
        .chain((one) =>
          fc.constantFrom(
            ...[`/sobjects/${one}`, `/sobjects/${one}/${accountId}`, `/sobjects/${one}/Id/${accountId}`, '/composite'],
            ...['/composite/sobjects', '/composite/batch', `/composite/tree/${one}`, `/composite/sobjects/${one}`],
            ...[`/composite/sobjects/${one}/Id`, `/sobjects/${one}/listviews`, `/sobjects/${one}/describe`],
          ),
        ),
    )
    const parameter = fc.tuple(
      fc.constantFrom('q', 'fields', 'ids', 'limit', 'offset', 'columns', '_HttpMethod', 'allOrNone'),
      text,
    )
    const headers = fc.dictionary(
      fc.constantFrom('if-modified-since', 'if-unmodified-since', 'if-none-match', 'sforce-query-options', 'accept'),
      fc.constantFrom('x', '*', 'application/xml', 'Sat, 29 Oct 1994 19:43:31 GMT', 'batchSize=0', '"x", W/"y"'),
    )
    const method = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD')
    await fc.assert(
      fc.asyncProperty(
        ...([method, path, fc.array(parameter, { maxLength: 2 }), headers] as const),
        body,
        fc.boolean(),
        async (verb, where, parameters, more, sent, isTwice) => {
          const query = new URLSearchParams(parameters.map(([key, value]): [string, string] => [key, value]))
          const url = new URL(`${targetBase}${data}${where}?${query}`)
          const answer = await server.request(url.href, {
            method: verb,
            headers: { ...more, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            ...(verb === 'GET' || verb === 'HEAD'
              ? {}
              : { body: isTwice ? withNameTwice(sent) : JSON.stringify(sent) }),
          })
          const text = await answer.text()
          expect([answer.status, answer.status < 500 ? '' : text]).toEqual([answer.status, ''])
          expect([answer.status, answer.status < 500]).toEqual([answer.status, true])
          const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true
          const isOfData = url.pathname.startsWith(`${data}/`)
          if (answer.status >= 400 && isJson && isOfData && verb !== 'HEAD')
            expect(isRefusal(JSON.parse(text))).toBe(true)
          // What a part of a call says is no more a failure of the server.
          expect(text).not.toContain('"httpStatusCode":5')
        },
      ),
      { numRuns: 1500 },
    )
  })

  /** What JSON allows and no object has: a name that stands there twice. */
  function withNameTwice(sent: unknown): string {
    return JSON.stringify(sent).replace(/^\{(?=")/, '{"Name":"once","Name":"twice",')
  }

  /** Whether this is how Salesforce refuses: a list of errors, or, for a tree, its results. */
  function isRefusal(body: unknown): boolean {
    const list = Array.isArray(body) ? body : []
    const isList =
      list.length > 0 && list.every((one) => typeof one.message === 'string' && /^[A-Z_]+$/.test(one.errorCode))
    return isList || (typeof body === 'object' && body !== null && 'hasErrors' in body)
  }
})
