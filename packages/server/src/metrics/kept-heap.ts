import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { z } from 'zod'

const fullCollection = z.object({ detail: z.object({ kind: z.literal(constants.NODE_PERFORMANCE_GC_MAJOR) }) })

/**
 * What objects took right after the last full collection, in bytes; before the first, what they take now. What is in use between two
 * collections is mostly garbage and says nothing of leaks: this does.
 */
export function watchKeptHeap(): () => number {
  let kept: number | undefined
  new PerformanceObserver((list) => {
    if (list.getEntries().some(isFullCollection)) kept = getHeapStatistics().used_heap_size
  }).observe({ entryTypes: ['gc'] })
  return () => kept ?? getHeapStatistics().used_heap_size
}

function isFullCollection(entry: PerformanceEntry): boolean {
  return fullCollection.safeParse(entry).success
}
