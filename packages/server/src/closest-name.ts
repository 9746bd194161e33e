/** The name a person most likely meant by a mistyped one, or `undefined` when none is near. */
export function closestName(typed: string, names: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase()
  let closest: string | undefined
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) >= least) continue
    const distance = editDistance(wanted, name.toLowerCase())
    if (distance < least) {
      least = distance
      closest = name
    }
  }
  return closest
}

/** ` Did you mean “api”?`, to append to a sentence; empty when no name is near. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const name = closestName(typed, names)
  return name === undefined ? '' : ` Did you mean “${name}”?`
}

/** How many letters must be added, dropped or changed to get from one text to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1]
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
