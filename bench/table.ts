/** One row of figures: a figure for each column that has one, in the order of the columns. */
export interface Row {
  readonly title: string
  readonly unit: string
  /** Whether a larger figure is a better one. */
  readonly higherIsBetter: boolean
  readonly figures: readonly (number | undefined)[]
  readonly bar: Bar | undefined
}

/** What ours is to reach: so many times the peer or the bare server, or a figure of its own. */
export type Bar = { readonly timesPeer: number } | { readonly timesBare: number } | { readonly atMost: number }

/** Which columns are set against each other; `undefined` where one was not measured. */
export interface Columns {
  readonly titles: readonly string[]
  readonly ours: number | undefined
  readonly peer: number | undefined
  readonly bare: number | undefined
}

/** The figures as a Markdown table: absolute ones by column, then ours over the peer's with its bar, ours over bare. */
export function renderTable({ titles, ours, peer, bare }: Columns, rows: readonly Row[]): string {
  const versus = [
    { title: 'ours / peer', column: peer },
    { title: 'ours / bare', column: bare },
  ].filter(({ column }) => ours !== undefined && column !== undefined)
  const withBars = ours !== undefined
  const lines = rows.map(({ title, unit, figures, higherIsBetter, bar }) => {
    const own = at(figures, ours)
    const ratios = versus.map(({ column }) => ratio(own, at(figures, column), higherIsBetter))
    const verdict = withBars ? [renderBar(bar, own, at(figures, peer), at(figures, bare))] : []
    return [`${title}, ${unit}`, ...titles.map((_, index) => renderFigure(figures[index])), ...ratios, ...verdict]
  })
  const head = ['', ...titles, ...versus.map(({ title }) => title), ...(withBars ? ['bar'] : [])]
  return [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...lines].map(renderLine).join('\n')
}

function at(figures: readonly (number | undefined)[], column: number | undefined): number | undefined {
  return column === undefined ? undefined : figures[column]
}

/** How many times better ours is, whichever direction is better. */
function ratio(own: number | undefined, other: number | undefined, higherIsBetter: boolean): string {
  if (own === undefined || other === undefined) return '–'
  return `${(higherIsBetter ? own / other : other / own).toFixed(2)}×`
}

function renderBar(
  bar: Bar | undefined,
  own: number | undefined,
  peer: number | undefined,
  bare: number | undefined,
): string {
  if (bar === undefined || own === undefined) return ''
  if ('atMost' in bar) return verdict(own <= bar.atMost, `≤ ${bar.atMost}`)
  if ('timesBare' in bar)
    return bare === undefined ? '' : verdict(own / bare >= bar.timesBare, `≥ ${bar.timesBare}× bare`)
  return peer === undefined ? '' : verdict(own / peer >= bar.timesPeer, `≥ ${bar.timesPeer}×`)
}

function verdict(reached: boolean, bar: string): string {
  return `${bar} ${reached ? 'pass' : '**fail**'}`
}

function renderFigure(figure: number | undefined): string {
  return figure === undefined ? '–' : Math.round(figure).toLocaleString('en-US')
}

function renderLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
