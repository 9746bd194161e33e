import type { PrometheusMeter } from './prometheus.ts'

/** A meter for Prometheus; its library is loaded with the first one. */
export async function openPrometheusMeter(): Promise<PrometheusMeter> {
  const { prometheusMeter } = await import('./prometheus.ts')
  return prometheusMeter()
}

/** What all workers of this process have counted, in one: each of them has a meter of its own. */
export async function openWorkersMeter(): Promise<Pick<PrometheusMeter, 'contentType' | 'text'>> {
  const { workersMeter } = await import('./prometheus.ts')
  return workersMeter()
}
