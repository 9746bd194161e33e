import { scaleUtc } from 'd3-scale'
import { excerpt } from '../../pages/excerpt.ts'
import { Instant } from '../blocks.tsx'
import { DataTable } from '../table.tsx'
import { Figure, type SeriesLook, units } from './figure.tsx'

/** Something that ends. */
export interface Ending {
  readonly label: string
  readonly at: Date
  readonly look: SeriesLook
  /** How it stands, in a word. */
  readonly state: string
  /** A page about it. */
  readonly href: string
}

interface TimelineChartProps {
  readonly label: string
  /** What each of them is: `Certificate`. */
  readonly name: string
  readonly endings: readonly Ending[]
  readonly from: Date
  /** What ends later is drawn as ending here. */
  readonly to: Date
}

const width = 640
const rowHeight = 40
const foot = 30

/** When things end, from now on: a line for each, as long as it still has. */
export function TimelineChart({ label, name, endings, from, to }: TimelineChartProps) {
  const end = endings.length * rowHeight
  const x = scaleUtc([from, to], [0, width]).clamp(true)
  const ticks = x.ticks(4).filter((tick) => x(tick) > 24 && x(tick) < width - 24)
  const written = x.tickFormat(4, '%b %Y')
  return (
    <Figure
      label={label}
      width={width}
      height={end + foot}
      table={
        <DataTable<Ending>
          caption={label}
          rows={endings}
          columns={[
            { heading: name, cell: (ending) => <a href={ending.href}>{excerpt(ending.label, 80)}</a> },
            { heading: 'Expires', cell: ({ at }) => <Instant at={at} /> },
            { heading: 'State', cell: ({ state }) => state },
          ]}
          empty={<p>There is nothing that ends.</p>}
        />
      }
    >
      {ticks.map((tick) => (
        <>
          <line class="rule" x1={units(x(tick))} x2={units(x(tick))} y1={0} y2={end + 4} />
          <text class="tick-label" x={units(x(tick))} y={end + foot - 8}>
            {written(tick)}
          </text>
        </>
      ))}
      {endings.map((ending, index) => {
        const place = units(drawn(x(ending.at)))
        const middle = index * rowHeight + 30
        return (
          <g class={`series-${ending.look}`}>
            <text class="bar-label" x={0} y={index * rowHeight + 18}>
              {excerpt(`${ending.label}: ${ending.state}`, 60)}
            </text>
            <rect x={0} y={middle - 3} width={Math.max(1, place)} height={6} />
            <circle cx={Math.min(width - 6, Math.max(6, place))} cy={middle} r={6} />
          </g>
        )
      })}
    </Figure>
  )
}

/** A date that is none has no place: it counts as over. */
function drawn(place: number): number {
  return Number.isFinite(place) ? place : 0
}
