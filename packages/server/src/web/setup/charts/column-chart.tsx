import { scaleBand, scaleLinear } from 'd3-scale'
import { stack } from 'd3-shape'
import { DataTable } from '../table.tsx'
import { drawable, Figure, type SeriesLook, units } from './figure.tsx'

/** Something that is counted, with a figure for each column. */
export interface ColumnSeries {
  readonly label: string
  readonly look: SeriesLook
  /** One for each column. */
  readonly values: readonly number[]
}

interface ColumnChartProps {
  readonly label: string
  /** What a column stands for: `Hour`, `Day`. */
  readonly columnName: string
  /** What each column is called in the table. */
  readonly columns: readonly string[]
  /** What stands under a column; none under those that would have no room. */
  readonly tickOf: (column: string, index: number) => string | undefined
  readonly series: readonly ColumnSeries[]
}

const width = 640
const height = 220
const margin = { top: 12, right: 8, bottom: 28, left: 46 }

/** Columns in which series stand on one another. */
export function ColumnChart({ label, columnName, columns, tickOf, series }: ColumnChartProps) {
  const rows = columns.map((_, index) => series.map(({ values }) => drawable(values[index] ?? 0)))
  const layers = stack<readonly number[], number>()
    .keys(series.map((_, index) => index))
    .value((row, key) => row[key] ?? 0)(rows)
  // Sums of very large figures may be too large to be drawn.
  const most = Math.min(Math.max(1, ...rows.map((row) => row.reduce((sum, value) => sum + value, 0))), 1e300)
  const x = scaleBand(
    columns.map((_, index) => index),
    [margin.left, width - margin.right],
  ).padding(0.2)
  const y = scaleLinear([0, most], [height - margin.bottom, margin.top])
    .nice(4)
    .clamp(true)
  const ticks = y.ticks(4).filter((tick) => Number.isInteger(tick) || most > 1e6)
  const written = y.tickFormat(4, most < 10_000 ? 'd' : '~s')
  return (
    <Figure
      label={label}
      width={width}
      height={height}
      legend={series}
      table={<ColumnTable label={label} columnName={columnName} columns={columns} series={series} />}
    >
      {ticks.map((tick) => (
        <>
          <line class="rule" x1={margin.left} x2={width - margin.right} y1={units(y(tick))} y2={units(y(tick))} />
          <text class="scale" x={margin.left - 6} y={units(y(tick)) + 4}>
            {written(tick)}
          </text>
        </>
      ))}
      {layers.map((layer, index) => (
        <g class={`series-${series[index]?.look ?? 1}`}>
          {layer.map(([low, high], column) => {
            if (high <= low) return null
            const [bottom, top] = [y(Math.min(low, most)), y(Math.min(high, most))]
            // However little it is, it is to be seen that it is there.
            const shown = Math.max(1, units(bottom - top))
            return (
              <rect x={units(x(column) ?? 0)} y={units(bottom - shown)} width={units(x.bandwidth())} height={shown} />
            )
          })}
        </g>
      ))}
      {columns.map((column, index) => {
        const tick = tickOf(column, index)
        return tick === undefined ? null : (
          <text class="tick-label" x={units((x(index) ?? 0) + x.bandwidth() / 2)} y={height - 8}>
            {tick}
          </text>
        )
      })}
    </Figure>
  )
}

type ColumnTableProps = Pick<ColumnChartProps, 'label' | 'columnName' | 'columns' | 'series'>

function ColumnTable({ label, columnName, columns, series }: ColumnTableProps) {
  return (
    <DataTable
      caption={label}
      // Without those columns in which nothing happened: they make the table long and say nothing.
      rows={columns.map((name, index) => ({ name, index })).filter(({ index }) => hasAny(series, index))}
      columns={[
        { heading: columnName, cell: ({ name }) => name },
        ...series.map((one) => ({
          heading: one.label,
          align: 'right' as const,
          cell: ({ index }: { readonly index: number }) => String(drawable(one.values[index] ?? 0)),
        })),
      ]}
      empty={<p>There is nothing to count.</p>}
    />
  )
}

function hasAny(series: readonly ColumnSeries[], column: number): boolean {
  return series.some(({ values }) => drawable(values[column] ?? 0) > 0)
}
