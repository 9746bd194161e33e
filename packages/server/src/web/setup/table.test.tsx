import { describe, expect, it } from 'vitest'
import { listPage, readListQuery, withQuery } from './table.tsx'

const sorts = ['name', 'uses'] as const
const rows = Array.from({ length: 120 }, (_, index) => ({
  name: `App ${String(index).padStart(3, '0')}`,
  uses: index % 7,
}))
const keys = { name: (row: { name: string }) => row.name, uses: (row: { uses: number }) => row.uses }

function listed(query: string) {
  const read = readListQuery(new URLSearchParams(query), sorts)
  return listPage(rows, read, ({ name }) => name, keys)
}

describe('a list', () => {
  it('is searched, sorted and cut', () => {
    expect(listed('')).toMatchObject({ total: 120, pages: 3 })
    expect(listed('').rows[0]?.name).toBe('App 000')
    expect(listed('sort=-name').rows[0]?.name).toBe('App 119')
    expect(listed('sort=-uses').rows[0]?.uses).toBe(6)
    expect(listed('page=3').rows.length).toBe(20)
    expect(listed('q=APP+11').rows.map(({ name }) => name)).toEqual(
      Array.from({ length: 10 }, (_, index) => `App 11${index}`),
    )
  })

  it.each(['page=0', 'page=-1', 'page=x', 'page=1e9', 'sort=evil', 'sort=__proto__', 'sort=-'])(
    'is shown all the same at a mangled address: %s',
    (query) => {
      expect(listed(query).rows.length).toBeGreaterThan(0)
    },
  )

  it('keeps its other parameters when one of them changes', () => {
    const query = new URLSearchParams('q=a&sort=name&page=2')
    expect(withQuery('/setup/x', query, { page: undefined, sort: '-name' })).toBe('/setup/x?q=a&sort=-name')
    expect(withQuery('/setup/x', query, { page: undefined, sort: undefined, q: '' })).toBe('/setup/x')
  })
})
