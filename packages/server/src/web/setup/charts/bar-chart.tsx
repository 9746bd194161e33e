import { scaleLinear } from 'd3-scale'
import { excerpt } from '../../pages/excerpt.ts'
import { DataTable } from '../table.tsx'
import { drawable, Figure, type SeriesLook, units } from './figure.tsx'

/** Something with a figure of its own. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** A page about it. */
  readonly href: string
}

interface BarChartProps {
  readonly label: string
  /** What a bar stands for: `Cause`, `App`. */
  readonly barName: string
  /** What its length stands for: `Refusals`, `Tokens`. */
  readonly valueName: string
  readonly bars: readonly Bar[]
  readonly look: SeriesLook
}

const width = 640
const rowHeight = 44

/** Bars below one another, each with its name above it. */
export function BarChart({ label, barName, valueName, bars, look }: BarChartProps) {
  const most = Math.max(1, ...bars.map(({ value }) => drawable(value)))
  const length = scaleLinear([0, most], [0, width]).clamp(true)
  return (
    <Figure
      label={label}
      width={width}
      height={Math.max(1, bars.length) * rowHeight}
      table={
        <DataTable<Bar>
          caption={label}
          rows={bars}
          columns={[
            { heading: barName, cell: (bar) => <a href={bar.href}>{excerpt(bar.label, 80)}</a> },
            { heading: valueName, align: 'right', cell: ({ value }) => String(drawable(value)) },
          ]}
          empty={<p>There is nothing to count.</p>}
        />
      }
    >
      {bars.map((bar, index) => (
        <g class={`series-${look}`}>
          <text class="bar-label" x={0} y={index * rowHeight + 18}>
            {excerpt(bar.label, 40)}
          </text>
          <text class="bar-value" x={width} y={index * rowHeight + 18}>
            {String(drawable(bar.value))}
          </text>
          <rect x={0} y={index * rowHeight + 25} width={Math.max(1, units(length(drawable(bar.value))))} height={11} />
        </g>
      ))}
    </Figure>
  )
}
