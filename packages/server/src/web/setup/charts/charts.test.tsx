import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderPart } from '../../pages/page.tsx'
import { BarChart } from './bar-chart.tsx'
import { ColumnChart } from './column-chart.tsx'
import { TimelineChart } from './timeline-chart.tsx'

const looks = fc.constantFrom(1, 2, 3, 4, 5)
const anyNumber = fc.oneof(fc.double(), fc.nat(), fc.constant(0))
const anyText = fc.oneof(fc.string(), fc.constant('<script>alert(1)</script>'), fc.constant('" onload="x'))

/** What must be so of every drawing: it is whole, and every place and length in it is a number. */
function expectWhole(html: string) {
  const svg = /<svg[\s\S]*<\/svg>/.exec(html)?.[0] ?? ''
  expect(svg).toMatch(/role="img" aria-label="[^"]+"/)
  const attributes = [...svg.matchAll(/ (x|y|x1|x2|y1|y2|cx|cy|r|width|height)="([^"]*)"/g)]
  for (const [, name, value] of attributes) {
    expect([name, value, Number.isFinite(Number(value)) && value !== '']).toEqual([name, value, true])
    if (name === 'width' || name === 'height' || name === 'r') expect(Number(value)).toBeGreaterThanOrEqual(0)
  }
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  expect(html).not.toContain('style=')
  expect(html).not.toMatch(/<script| onload="/)
  expect(html).toContain('<details>')
}

describe('a chart', () => {
  it('of columns is drawn of whatever figures there are', () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.array(fc.record({ label: anyText, look: looks, values: fc.array(anyNumber) }), { maxLength: 5 }),
        (count, series) => {
          const columns = Array.from({ length: count }, (_, index) => `c${index}`)
          expectWhole(
            renderPart(
              <ColumnChart label="Some" columnName="Hour" columns={columns} tickOf={(name) => name} series={series} />,
            ),
          )
        },
      ),
    )
  })

  it('of bars is drawn of whatever figures there are', () => {
    const bar = fc.record({ label: anyText, value: anyNumber, href: fc.constant('/setup') })
    fc.assert(
      fc.property(fc.array(bar, { maxLength: 12 }), looks, (bars, look) => {
        expectWhole(renderPart(<BarChart label="Some" barName="Cause" valueName="Count" bars={bars} look={look} />))
      }),
    )
  })

  it('of what ends is drawn of whatever dates there are', () => {
    const ending = fc.record({
      label: anyText,
      at: fc.date({ noInvalidDate: true }),
      look: looks,
      state: fc.constant('valid'),
      href: fc.constant('/setup'),
    })
    fc.assert(
      fc.property(
        fc.array(ending, { maxLength: 12 }),
        fc.date({ noInvalidDate: true }),
        fc.date({ noInvalidDate: true }),
        (endings, from, to) => {
          expectWhole(renderPart(<TimelineChart label="Some" name="Thing" endings={endings} from={from} to={to} />))
        },
      ),
    )
  })

  it('stands series on one another, and shows the smallest of them', () => {
    const html = renderPart(
      <ColumnChart
        label="Requests"
        columnName="Hour"
        columns={['12:00']}
        tickOf={(name) => name}
        series={[
          { label: 'Passed', look: 1, values: [3000] },
          { label: 'Refused', look: 2, values: [1] },
        ]}
      />,
    )
    const rects = [...html.matchAll(/<rect x="[^"]*" y="([^"]*)" width="[^"]*" height="([^"]*)"/g)]
    const [passed, refused] = rects.map(([, y, height]) => ({ y: Number(y), height: Number(height) }))
    expect(refused?.height).toBe(1)
    expect(passed?.height).toBeGreaterThan(100)
    expect(refused?.y).toBeLessThan(passed?.y ?? 0)
    expect(html).toMatch(/<td data-label="Passed" class="right">3000<\/td><td data-label="Refused" class="right">1</)
  })

  it('makes bars as long as what they stand for', () => {
    const bars = [4, 2, 1].map((value) => ({ label: `b${value}`, value, href: '/setup' }))
    const html = renderPart(<BarChart label="Some" barName="B" valueName="N" bars={bars} look={1} />)
    expect([...html.matchAll(/<rect [^>]*width="([^"]*)"/g)].map(([, width]) => width)).toEqual(['640', '320', '160'])
  })
})
