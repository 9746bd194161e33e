import type { PrometheusMeter } from './prometheus.ts'

/** A meter for Prometheus; its library is loaded with the first one. */
export async function openPrometheusMeter(): Promise<PrometheusMeter> {
  const { prometheusMeter } = await import('./prometheus.ts')
  return prometheusMeter()
}
