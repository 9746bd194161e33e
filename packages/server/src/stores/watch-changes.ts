/** How a process learns of what other processes have changed. */
export interface Watch {
  /** Looks at once. */
  look(): void
  stop(): void
}

interface Needs {
  /** Finds out whether something has changed, and acts on it. */
  look(): Promise<void>
  /** Is done again and again while nothing can be found out. */
  blind(): void
  onError(error: unknown): void
}

// Milliseconds between looks.
const interval = 200
// Milliseconds without an answer after which what is known counts as too old.
const tooOld = 800

/** Looks again and again, one look at a time, for as long as nobody stops it. */
export function watchChanges({ look, blind, onError }: Needs): Watch {
  let seenAt = performance.now()
  let isLooking = false
  let isWantedAgain = false
  let hasFailed = false
  let isStopped = false
  const timer = setInterval(() => {
    if (performance.now() - seenAt > tooOld) blind()
    if (!isLooking) begin()
  }, interval)
  timer.unref()
  return {
    look: begin,
    stop() {
      isStopped = true
      clearInterval(timer)
    },
  }

  function begin(): void {
    // What is announced during a look may have come too late for it.
    if (isLooking) {
      isWantedAgain = true
      return
    }
    isLooking = true
    const begunAt = performance.now()
    look()
      .then(
        () => {
          seenAt = begunAt
          hasFailed = false
        },
        (error) => {
          // Once is enough, however long it lasts.
          if (!hasFailed && !isStopped) onError(error)
          hasFailed = true
        },
      )
      .finally(() => {
        isLooking = false
        if (!isWantedAgain || isStopped) return
        isWantedAgain = false
        begin()
      })
  }
}
