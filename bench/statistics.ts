/** The middle value; of an even number of values the mean of the two in the middle. `undefined` when there is none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2
}

/** The smallest value that at least `percent` of 100 of all values do not exceed (nearest rank). */
export function percentile(values: readonly number[], percent: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
}

/** A value at a time. */
export interface Sample {
  readonly at: number
  readonly value: number
}

/**
 * By how much values rise in one unit of time: the middle of the slopes between any two of them (Theil and Sen), which a few
 * that lie far off do not move. `undefined` for fewer than two.
 */
export function slope(samples: readonly Sample[]): number | undefined {
  return median(
    samples.flatMap((one, index) =>
      samples.slice(index + 1).map((other) => (other.value - one.value) / (other.at - one.at)),
    ),
  )
}

/** The smallest value of each stretch of time, at its middle: what stays of memory once garbage has been collected. */
export function floors(samples: readonly Sample[], stretch: number): readonly Sample[] {
  const byStretch = Map.groupBy(samples, ({ at }) => Math.floor(at / stretch))
  return [...byStretch].map(([number, within]) => ({
    at: (number + 0.5) * stretch,
    value: Math.min(...within.map(({ value }) => value)),
  }))
}
