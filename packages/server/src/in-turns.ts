/** Does what it is given, so many things at a time; what comes later waits, first come first served. */
export interface Turns {
  take<Result>(act: () => Promise<Result>): Promise<Result>
  load(): { readonly running: number; readonly waiting: number }
}

/** @param most things that are done at once */
export function inTurns(most: number): Turns {
  const queue: (() => void)[] = []
  let running = 0
  return {
    load: () => ({ running, waiting: queue.length }),
    async take(act) {
      if (running < most) running += 1
      // Whoever ends hands its place on, so `running` stays as it is.
      else await new Promise<void>((start) => queue.push(start))
      try {
        return await act()
      } finally {
        const next = queue.shift()
        if (next === undefined) running -= 1
        else next()
      }
    },
  }
}
