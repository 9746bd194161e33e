import type { Meter } from './meter.ts'

/** What tells of requests as spans. */
export interface Traces {
  readonly meter: Meter
  /** Sends what is left. */
  close(): Promise<void>
}

// Whoever uses the server as a library and wants no traces need not install them.
const tracePackages = [
  '@opentelemetry/api',
  '@opentelemetry/core',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
] as const

/** Traces are wanted, and what makes them is not installed. */
export class TracesMissing extends Error {
  override readonly name = 'TracesMissing'
  constructor(cause: unknown) {
    super(`Traces are wanted, and OpenTelemetry is not installed: npm install ${tracePackages.join(' ')}`, { cause })
  }
}

/**
 * Traces, where the standard environment variables of OpenTelemetry name a place for them; `undefined` where they do not.
 * @throws {TracesMissing}
 */
export async function openTraces(environment: NodeJS.ProcessEnv): Promise<Traces | undefined> {
  const place = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? ''
  const isOff = environment['OTEL_SDK_DISABLED'] === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none'
  if (place === '' || isOff) return undefined
  const { traces } = await import('./traces.ts').catch((cause) => {
    throw new TracesMissing(cause)
  })
  return traces(environment)
}
