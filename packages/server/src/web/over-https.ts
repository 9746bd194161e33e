import { refusal } from '../oauth/refusal.ts'
import type { Answer } from './visit.ts'

/**
 * The answer to requests that came by https, where the server is reached so: tokens and what buys them are readable for
 * everybody on the way of a plain one. @throws {OAuthError} for those
 */
export function overHttps(mainUrl: string, answer: Answer): Answer {
  if (!mainUrl.startsWith('https:')) return answer
  return (visit) => {
    if (visit.isPlain) throw refusal({ reason: 'https-required', facts: { address: visit.site.base } })
    return answer(visit)
  }
}
