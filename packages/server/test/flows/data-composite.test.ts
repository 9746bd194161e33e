import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf, type DataOrg, data, openDataOrg } from './data-org.ts'

let org: DataOrg

const { ask, send, create, column } = callsOf(() => org)

beforeAll(async () => {
  org = await openDataOrg()
})

afterAll(() => org.server.close())

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
