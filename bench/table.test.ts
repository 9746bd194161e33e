import { expect, it } from 'vitest'
import { type Row, renderTable } from './table.ts'

const rate: Row = {
  title: 'refresh',
  unit: '1/s',
  higherIsBetter: true,
  figures: [20_000, 1500, 8250],
  bar: { timesPeer: 5 },
}
const start: Row = {
  title: 'first token',
  unit: 'ms',
  higherIsBetter: false,
  figures: [100, 500, 260],
  bar: { atMost: 250 },
}

const record: Row = {
  title: 'record',
  unit: '1/s',
  higherIsBetter: true,
  figures: [20_000, undefined, 6000],
  bar: { timesBare: 0.25 },
}

it('sets ours beside the others and against its bars', () => {
  expect(renderTable({ titles: ['bare', 'peer', 'ours'], bare: 0, peer: 1, ours: 2 }, [rate, start, record])).toBe(
    [
      '|  | bare | peer | ours | ours / peer | ours / bare | bar |',
      '| --- | --: | --: | --: | --: | --: | --: |',
      '| refresh, 1/s | 20,000 | 1,500 | 8,250 | 5.50× | 0.41× | ≥ 5× pass |',
      '| first token, ms | 100 | 500 | 260 | 1.92× | 0.38× | ≤ 250 **fail** |',
      '| record, 1/s | 20,000 | – | 6,000 | – | 0.30× | ≥ 0.25× bare pass |',
    ].join('\n'),
  )
})

it('shows figures alone where ours was not measured', () => {
  expect(
    renderTable({ titles: ['peer'], bare: undefined, peer: 0, ours: undefined }, [{ ...rate, figures: [1500.4] }]),
  ).toBe('|  | peer |\n| --- | --: |\n| refresh, 1/s | 1,500 |')
})

it('leaves out what could not be measured', () => {
  const row = { ...rate, figures: [undefined, 8250] }
  expect(renderTable({ titles: ['peer', 'ours'], bare: undefined, peer: 0, ours: 1 }, [row])).toContain(
    '| refresh, 1/s | – | 8,250 | – |  |',
  )
})
