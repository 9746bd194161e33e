import { describe, expect, it } from 'vitest'
import { standardSchema } from './access.ts'
import {
  describeListView,
  type ListView,
  listViewEntry,
  listViewList,
  listViewsOf,
  readListedObject,
  readListView,
  readListViewPage,
} from './list-views.ts'
import { listedObjects } from './listed-objects.ts'
import { readObject } from './schema.ts'

const listed = (name: string) => readListedObject(readObject(standardSchema, name))

function view(object: string, kind: ListView['kind']): ListView {
  const found = listViewsOf(listed(object)).find((listView) => listView.kind === kind)
  if (found === undefined) throw new Error(`${object} has no list view ${kind}`)
  return found
}

describe('listViewList', () => {
  it("has the shape of Salesforce's answer", () => {
    expect(listViewList('66.0', listed('Account'))).toEqual({
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
    const ids = listedObjects.flatMap(listViewsOf).map(({ id }) => id)
    expect(new Set(ids).size).toBe(21)
  })

  it('exists from version 32.0 on', () => {
    expect(() => listViewList('31.0', listed('Account'))).toThrow('The requested resource does not exist')
  })
})

describe('readListView', () => {
  it('knows ids of 15 and of 18 characters', () => {
    const all = view('Account', 'all')
    expect(readListView(listed('Account'), '00B000000000002')).toEqual(all)
    expect(readListView(listed('Account'), '00B000000000002EAA')).toEqual(all)
    expect(listViewEntry('67.0', all).url).toBe('/services/data/v67.0/sobjects/Account/listviews/00B000000000002EAA')
  })

  it.each(['00B000000000009EAA', '00B000000000002AAA', 'recent', '', '00B00000000000BEAA'])('knows no %j', (id) => {
    expect(() => readListView(listed('Account'), id)).toThrow('The requested resource does not exist')
  })

  it("knows no other object's", () => {
    expect(() => readListView(listed('Contact'), '00B000000000002EAA')).toThrow('The requested resource')
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
