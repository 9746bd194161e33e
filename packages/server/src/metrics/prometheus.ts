import cluster from 'node:cluster'
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { watchKeptHeap } from './kept-heap.ts'
import type { Meter } from './meter.ts'

/** A meter that Prometheus reads. */
export interface PrometheusMeter extends Meter {
  /** The media type of {@link PrometheusMeter.text}. */
  readonly contentType: string
  /** Everything counted so far, in Prometheus' text format. */
  text(): Promise<string>
}

// Seconds: from what a look-up takes to what nobody waits for.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/**
 * Counts for Prometheus, with what Node.js says of its process. Every label takes few values, whatever callers send: names,
 * units and meanings are in docs/operations/metrics.md.
 */
export function prometheusMeter(): PrometheusMeter {
  const registry = new Registry()
  if (cluster.isWorker) {
    // Whoever started this process may ask for what it counted.
    AggregatorRegistry.setRegistries(registry)
    new AggregatorRegistry()
  }
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'sallyport_request_duration_seconds',
    help: 'Seconds from the arrival of a request until its answer was ready, by endpoint and outcome.',
    labelNames: ['endpoint', 'outcome'] as const,
    buckets,
    registers,
  })
  const refusals = new Counter({
    name: 'sallyport_refusals_total',
    help: 'Refused requests by endpoint and reason.',
    labelNames: ['endpoint', 'reason'] as const,
    registers,
  })
  const tokens = new Counter({
    name: 'sallyport_tokens_issued_total',
    help: 'Token requests that were granted, by grant type.',
    labelNames: ['flow'] as const,
    registers,
  })
  const faults = new Counter({
    name: 'sallyport_faults_total',
    help: 'What must never happen, and is in the log with level error.',
    registers,
  })
  faults.inc(0)
  // To find a child by its labels costs as much as to count; both are done for every request.
  const durationOf = kept((endpoint, outcome) => durations.labels({ endpoint, outcome }))
  const refusalsOf = kept((endpoint, reason) => refusals.labels({ endpoint, reason }))
  const tokensOf = kept((flow) => tokens.labels({ flow }))

  const watch: Meter['watch'] = (name, help, read) => {
    new Gauge({
      name: `sallyport_${name}`,
      help,
      registers,
      aggregator: name.endsWith('_seconds') ? 'max' : 'sum',
      collect() {
        this.set(read())
      },
    })
  }
  watch('heap_kept_bytes', 'Bytes of objects that outlived the last full collection of garbage.', watchKeptHeap())

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered({ endpoint, flow, outcome, reason, seconds }) {
      durationOf(endpoint, outcome).observe(seconds)
      if (reason !== undefined) refusalsOf(endpoint, reason).inc()
      if (endpoint === 'token' && outcome === 'passed') tokensOf(flow ?? 'none', '').inc()
    },
    failed: () => faults.inc(),
    watch,
  }
}

/** What the workers of this process have counted: sums, and for what is no sum the largest. */
export function workersMeter(): Pick<PrometheusMeter, 'contentType' | 'text'> {
  const registry = new AggregatorRegistry()
  return { contentType: registry.contentType, text: () => registry.clusterMetrics() }
}

function kept<Child>(make: (one: string, other: string) => Child): (one: string, other: string) => Child {
  const children = new Map<string, Child>()
  return (one, other) => {
    const key = `${one}\n${other}`
    const found = children.get(key)
    if (found !== undefined) return found
    const made = make(one, other)
    children.set(key, made)
    return made
  }
}
