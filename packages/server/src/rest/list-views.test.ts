import { beforeEach, describe, expect, it } from 'vitest'
import { recordIdOf } from '../record-id.ts'
import type { User } from '../users/user.ts'
import {
  describeListView,
  type ListView,
  listViewEntry,
  listViewList,
  listViewResults,
  listViewsOf,
  readListView,
  readListViewPage,
} from './list-views.ts'
import { readObject, storedObjects } from './objects.ts'
import type { FieldValue, RecordStore, StoredRecord } from './record.ts'

const orgId = '00D5g000004ExmPEAS'
const tess: Pick<User, 'id' | 'orgId'> = { id: '0055g00000BnX2QAAV', orgId }
const joe = '0055g00000CnX2QAAV'

/** Records in memory, as a store keeps them: by org, object and name. */
function recordsOf(stored: readonly StoredRecord[]): Pick<RecordStore, 'find' | 'list'> {
  return {
    find: async (org, id) => stored.find((record) => record.orgId === org && record.id === id),
    list: async (org, object, { offset, limit }) =>
      stored
        .filter((record) => record.orgId === org && record.object === object)
        .toSorted((one, other) => (String(one.fields['Name']) < String(other.fields['Name']) ? -1 : 1))
        .slice(offset, offset + limit),
  }
}

const users = {
  find: async (id: string): Promise<User | undefined> =>
    id === tess.id
      ? {
          ...tess,
          username: 'tess@example.com',
          email: 'tess@example.com',
          firstName: 'Tess',
          lastName: 'User',
          nickname: 'tess',
          profileId: '00e5g000000aAaAAAU',
          permissionSetIds: [],
          isActive: true,
          isFrozen: false,
          passwordHash: undefined,
          failedLogins: 0,
          lockedUntil: undefined,
          epoch: 1,
          timeZone: 'UTC',
          locale: 'en_US',
          language: 'en_US',
          country: undefined,
          mobilePhone: undefined,
          lastLoginAt: undefined,
          createdAt: new Date(0),
          modifiedAt: new Date(0),
        }
      : undefined,
}

let number: number
beforeEach(() => {
  number = 0
})

function record(object: string, fields: Readonly<Record<string, FieldValue>>, ownerId = tess.id): StoredRecord {
  number++
  const at = new Date(Date.UTC(2014, 7, 1, 21, 15, 46) + number * 1000)
  return { id: recordIdOf('001', number), orgId, object, fields, ownerId, createdAt: at, modifiedAt: at }
}

function view(object: string, kind: ListView['kind']): ListView {
  const found = listViewsOf(readObject(object)).find((listView) => listView.kind === kind)
  if (found === undefined) throw new Error(`${object} has no list view ${kind}`)
  return found
}

const firstPage = { offset: 0, limit: 25 }

describe('listViewList', () => {
  it("has the shape of Salesforce's answer", () => {
    expect(listViewList('66.0', readObject('Account'))).toEqual({
      done: true,
      listviews: [
        {
          describeUrl: '/services/data/v66.0/sobjects/Account/listviews/00B000000000001EAA/describe',
          developerName: 'RecentlyViewedAccounts',
          id: '00B000000000001EAA',
          label: 'Recently Viewed Accounts',
          resultsUrl: '/services/data/v66.0/sobjects/Account/listviews/00B000000000001EAA/results',
          soqlCompatible: true,
          url: '/services/data/v66.0/sobjects/Account/listviews/00B000000000001EAA',
        },
        {
          describeUrl: '/services/data/v66.0/sobjects/Account/listviews/00B000000000002EAA/describe',
          developerName: 'AllAccounts',
          id: '00B000000000002EAA',
          label: 'All Accounts',
          resultsUrl: '/services/data/v66.0/sobjects/Account/listviews/00B000000000002EAA/results',
          soqlCompatible: true,
          url: '/services/data/v66.0/sobjects/Account/listviews/00B000000000002EAA',
        },
        {
          describeUrl: '/services/data/v66.0/sobjects/Account/listviews/00B000000000003EAA/describe',
          developerName: 'MyAccounts',
          id: '00B000000000003EAA',
          label: 'My Accounts',
          resultsUrl: '/services/data/v66.0/sobjects/Account/listviews/00B000000000003EAA/results',
          soqlCompatible: true,
          url: '/services/data/v66.0/sobjects/Account/listviews/00B000000000003EAA',
        },
      ],
      nextRecordsUrl: null,
      size: 3,
      sobjectType: 'Account',
    })
  })

  it('gives no id twice', () => {
    const ids = storedObjects.flatMap(listViewsOf).map(({ id }) => id)
    expect(new Set(ids).size).toBe(21)
  })

  it('exists from version 32.0 on', () => {
    expect(() => listViewList('31.0', readObject('Account'))).toThrow('The requested resource does not exist')
  })
})

describe('readListView', () => {
  it('knows ids of 15 and of 18 characters', () => {
    const all = view('Account', 'all')
    expect(readListView(readObject('Account'), '00B000000000002')).toEqual(all)
    expect(readListView(readObject('Account'), '00B000000000002EAA')).toEqual(all)
    expect(listViewEntry('67.0', all).url).toBe('/services/data/v67.0/sobjects/Account/listviews/00B000000000002EAA')
  })

  it.each(['00B000000000009EAA', '00B000000000002AAA', 'recent', '', '00B00000000000BEAA'])('knows no %j', (id) => {
    expect(() => readListView(readObject('Account'), id)).toThrow('The requested resource does not exist')
  })

  it("knows no other object's", () => {
    expect(() => readListView(readObject('Contact'), '00B000000000002EAA')).toThrow('The requested resource')
  })
})

describe('readObject', () => {
  it('does not mind capitals', () => {
    expect(readObject('account').name).toBe('Account')
    expect(readObject('CASE').name).toBe('Case')
  })

  it('knows nothing but the objects that are kept', () => {
    expect(() => readObject('Accounts')).toThrow('The requested resource does not exist')
    expect(() => readObject('__proto__')).toThrow('The requested resource does not exist')
  })
})

describe('listViewResults', () => {
  it("has the shape of Salesforce's answer", async () => {
    const fields = {
      Name: 'Burlington Textiles',
      BillingState: 'NC',
      Phone: '(336) 222-7000',
      Type: 'Customer - Direct',
    }
    const records = recordsOf([record('Account', fields)])
    const results = await listViewResults('66.0', view('Account', 'all'), tess, firstPage, { records, users })
    expect({ ...results, columns: results.columns.length }).toEqual({
      columns: 10,
      developerName: 'AllAccounts',
      done: true,
      id: '00B000000000002',
      label: 'All Accounts',
      records: [
        {
          columns: [
            { fieldNameOrPath: 'Name', value: 'Burlington Textiles' },
            { fieldNameOrPath: 'Site', value: null },
            { fieldNameOrPath: 'BillingState', value: 'NC' },
            { fieldNameOrPath: 'Phone', value: '(336) 222-7000' },
            { fieldNameOrPath: 'Type', value: 'Customer - Direct' },
            { fieldNameOrPath: 'Owner.Alias', value: 'TUser' },
            { fieldNameOrPath: 'Id', value: '001000000000001AAA' },
            { fieldNameOrPath: 'CreatedDate', value: 'Fri Aug 01 21:15:47 GMT 2014' },
            { fieldNameOrPath: 'LastModifiedDate', value: 'Fri Aug 01 21:15:47 GMT 2014' },
            { fieldNameOrPath: 'SystemModstamp', value: 'Fri Aug 01 21:15:47 GMT 2014' },
          ],
        },
      ],
      size: 1,
    })
    expect(results.columns[0]).toEqual({
      ascendingLabel: 'Z-A',
      descendingLabel: 'A-Z',
      fieldNameOrPath: 'Name',
      hidden: false,
      label: 'Account Name',
      selectListItem: 'Name',
      sortDirection: 'ascending',
      sortIndex: 0,
      sortable: true,
      type: 'string',
    })
    expect(results.columns[4]).toMatchObject({ ascendingLabel: 'Low to High', selectListItem: 'toLabel(Type)' })
    expect(results.columns[6]).toEqual({
      ascendingLabel: null,
      descendingLabel: null,
      fieldNameOrPath: 'Id',
      hidden: true,
      label: 'Account ID',
      selectListItem: 'Id',
      sortDirection: null,
      sortIndex: null,
      sortable: false,
      type: 'id',
    })
  })

  const names = (results: Awaited<ReturnType<typeof listViewResults>>) =>
    results.records.map(({ columns }) => columns[0]?.value)

  it('selects all, mine, and those that changed last', async () => {
    const records = recordsOf([
      record('Account', { Name: 'C' }),
      record('Account', { Name: 'A' }, joe),
      record('Account', { Name: 'B' }),
      record('Contact', { Name: 'X' }),
    ])
    const results = (kind: ListView['kind']) =>
      listViewResults('67.0', view('Account', kind), tess, firstPage, { records, users })
    expect(names(await results('all'))).toEqual(['A', 'B', 'C'])
    expect(names(await results('mine'))).toEqual(['B', 'C'])
    expect(names(await results('recent'))).toEqual(['B', 'A', 'C'])
  })

  it('shows page after page, and says when it is done', async () => {
    const records = recordsOf(['A', 'B', 'C', 'D', 'E'].map((Name) => record('Account', { Name })))
    for (const kind of ['all', 'mine'] as const) {
      const page = (offset: number) =>
        listViewResults('67.0', view('Account', kind), tess, { offset, limit: 2 }, { records, users })
      expect(names(await page(0))).toEqual(['A', 'B'])
      expect(await page(0)).toMatchObject({ done: false, size: 2 })
      expect(await page(4)).toMatchObject({ done: true, size: 1 })
      expect(await page(99)).toMatchObject({ done: true, size: 0, records: [] })
    }
  })

  it('follows references, puts names of people together, and writes every value as text', async () => {
    const account = record('Account', { Name: 'Edge' })
    const records = recordsOf([
      account,
      record('Contact', { FirstName: 'Rose', LastName: 'Gonzalez', AccountId: account.id }, joe),
      record('Opportunity', {
        Name: 'Generators',
        AccountId: recordIdOf('001', 999),
        Amount: 15000.5,
        CloseDate: '2026-03-01',
      }),
    ])
    const row = async (object: string) => {
      const results = await listViewResults('67.0', view(object, 'all'), tess, firstPage, { records, users })
      return results.records[0]?.columns.slice(0, 6).map(({ value }) => value)
    }
    expect(await row('Contact')).toEqual(['Rose Gonzalez', 'Edge', null, null, null, null])
    expect(await row('Opportunity')).toEqual(['Generators', null, '15000.5', '2026-03-01', null, 'TUser'])
  })

  it('shows nothing of other orgs', async () => {
    const records = recordsOf([record('Account', { Name: 'A' })])
    const stranger = { id: tess.id, orgId: '00D5g000009ZzzZEAS' }
    const results = await listViewResults('67.0', view('Account', 'mine'), stranger, firstPage, { records, users })
    expect(results).toMatchObject({ done: true, size: 0 })
  })
})

describe('describeListView', () => {
  it('says what is selected and how it is sorted', () => {
    expect(describeListView('67.0', view('Account', 'all'))).toMatchObject({
      id: '00B000000000002',
      orderBy: [
        { fieldNameOrPath: 'Name', nullsPosition: 'first', sortDirection: 'ascending' },
        { fieldNameOrPath: 'Id', nullsPosition: 'first', sortDirection: 'ascending' },
      ],
      query:
        'SELECT name, site, billingstate, phone, tolabel(type), owner.alias, id, createddate, lastmodifieddate, systemmodstamp FROM Account ORDER BY Name ASC NULLS FIRST, Id ASC NULLS FIRST',
      scope: null,
      sobjectType: 'Account',
      whereCondition: { conditions: [], conjunction: 'and' },
    })
    expect(describeListView('67.0', view('Case', 'mine'))).toMatchObject({
      scope: 'mine',
      query: expect.stringContaining('FROM Case USING SCOPE mine ORDER BY CaseNumber ASC NULLS FIRST'),
    })
    expect(describeListView('67.0', view('Lead', 'recent'))).toMatchObject({
      scope: 'mru',
      query: expect.stringContaining('FROM Lead USING SCOPE mru ORDER BY LastViewedDate DESC NULLS LAST'),
    })
  })
})

describe('readListViewPage', () => {
  it('shows 25 records from the first on, unless told otherwise', () => {
    expect(readListViewPage(undefined, undefined)).toEqual({ limit: 25, offset: 0 })
    expect(readListViewPage('2000', '10')).toEqual({ limit: 2000, offset: 10 })
  })

  it.each([
    ['0', undefined],
    ['2001', undefined],
    ['-1', undefined],
    ['ten', undefined],
    ['', undefined],
    ['1e3', undefined],
    [undefined, '-1'],
    [undefined, '99999999999999999999'],
  ])('refuses limit %j and offset %j', (limit, offset) => {
    expect(() => readListViewPage(limit, offset)).toThrow(/is not a value for the query parameter (limit|offset)/)
  })
})
