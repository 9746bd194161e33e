import type { Child } from 'hono/jsx'

/** How a series looks: one of the colours `--series-1` to `--series-5`. The second is for what went wrong. */
export type SeriesLook = 1 | 2 | 3 | 4 | 5

interface FigureProps {
  /** What the picture says, for those who cannot see it. */
  readonly label: string
  /** In units of the drawing. */
  readonly width: number
  readonly height: number
  readonly legend?: readonly { readonly label: string; readonly look: SeriesLook }[]
  /** The drawing. */
  readonly children: Child
  /** The same figures as a table. */
  readonly table: Child
}

/** A chart: the picture, what its colours mean, and its figures as a table. */
export function Figure({ label, width, height, legend = [], children, table }: FigureProps) {
  return (
    <figure class="chart">
      {legend.length > 0 && (
        <ul class="legend">
          {legend.map((series) => (
            <li class={`series-${series.look}`}>{series.label}</li>
          ))}
        </ul>
      )}
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        <title>{label}</title>
        {children}
      </svg>
      <details>
        <summary>Figures</summary>
        {table}
      </details>
    </figure>
  )
}

/** A figure as it can be drawn: what is no number, or less than nothing, is nothing. */
export function drawable(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0
}

/** A length or place in the drawing, to a tenth of a unit. */
export function units(value: number): number {
  return Math.round(value * 10) / 10
}
