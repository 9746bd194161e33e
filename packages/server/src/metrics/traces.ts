import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Meter } from './meter.ts'
import type { Traces } from './open-traces.ts'

/**
 * A span for every answered request, sent by OTLP over HTTP to where the standard environment variables say
 * (`OTEL_EXPORTER_OTLP_ENDPOINT` and its relatives).
 */
export function traces(environment: NodeJS.ProcessEnv): Traces {
  const named = resourceFromAttributes({ 'service.name': 'sallyport' })
  const provider = new TracerProvider({
    sampler: samplerOf(environment),
    resource: defaultResource()
      .merge(named)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  const tracer = provider.getTracer('sallyport')
  const propagator = new W3CTraceContextPropagator()

  const meter: Meter = {
    answered({ endpoint, flow, outcome, reason, requestId, method, status, at, seconds, traceparent }) {
      const attributes = {
        'http.request.method': method,
        'http.response.status_code': status,
        'sallyport.endpoint': endpoint,
        'sallyport.outcome': outcome,
        'sallyport.request_id': requestId,
        ...(outcome === 'passed' && flow !== undefined ? { 'sallyport.flow': flow } : {}),
        ...(reason === undefined ? {} : { 'sallyport.reason': reason }),
      }
      const span = tracer.startSpan(
        `${method} ${endpoint}`,
        { kind: SpanKind.SERVER, startTime: at, attributes },
        parentOf(traceparent),
      )
      // A refusal is an answer like any other; only a fault of ours is an error of the server.
      if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(new Date(at.getTime() + seconds * 1000))
    },
    failed() {},
    watch() {},
  }
  return { meter, close: () => provider.shutdown() }

  function parentOf(traceparent: string | undefined): Context {
    if (traceparent === undefined) return ROOT_CONTEXT
    return propagator.extract(ROOT_CONTEXT, traceparent, {
      keys: () => ['traceparent'],
      get: (carried, key) => (key === 'traceparent' ? carried : undefined),
    })
  }
}

/** The sampler of `OTEL_TRACES_SAMPLER` and its argument; every request where none is named. */
function samplerOf(environment: NodeJS.ProcessEnv): Sampler {
  const name = environment['OTEL_TRACES_SAMPLER'] ?? 'parentbased_always_on'
  const ratio = Number(environment['OTEL_TRACES_SAMPLER_ARG'] ?? '1')
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  }
  const root = roots[name.replace('parentbased_', '')]?.() ?? new AlwaysOnSampler()
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}
