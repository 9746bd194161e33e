import type { PrometheusMeter } from '../../metrics/prometheus.ts'
import { hashSecret, sameHash } from '../../secret.ts'
import { jsonAnswer } from '../answer.ts'
import type { Answer } from '../visit.ts'

/** Who may read `/metrics` at the login host. */
export interface MetricsNeeds {
  readonly meter: Pick<PrometheusMeter, 'contentType' | 'text'>
  /** What has to be shown as a bearer token. */
  readonly token: string
}

/** `GET /metrics` for whoever shows the token: what was counted, for Prometheus. */
export function metricsAnswer({ meter, token }: MetricsNeeds): Answer {
  const expected = hashSecret(token)
  return async ({ request }) => {
    const [scheme, shown = ''] = (request.header('authorization') ?? '').split(' ')
    if (scheme?.toLowerCase() !== 'bearer' || !sameHash(hashSecret(shown), expected)) {
      const refused = jsonAnswer({ error: 'invalid_token' }, 401)
      return { ...refused, headers: { ...refused.headers, 'www-authenticate': 'Bearer realm="metrics"' } }
    }
    return {
      status: 200,
      headers: { 'content-type': meter.contentType, 'cache-control': 'no-store' },
      body: await meter.text(),
    }
  }
}
