import type { RefreshCutoffs } from './approval.ts'
import type { RefreshTokenPolicy } from './connected-app.ts'

/** The instants before which refresh tokens are dead by a policy. It is applied at use, so a change holds for tokens already issued. */
export function refreshCutoffs(policy: RefreshTokenPolicy, now: Date): RefreshCutoffs {
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
  switch (policy.kind) {
    case 'infinite':
      return { issuedSince: undefined, usedSince: undefined }
    case 'zero':
      return { issuedSince: new Date(now.getTime() + 1), usedSince: undefined }
    case 'specific_lifetime':
      return { issuedSince: ago(policy.seconds), usedSince: undefined }
    case 'specific_inactivity':
      return { issuedSince: undefined, usedSince: ago(policy.seconds) }
  }
}

/** Since when a refresh token is too old or too long unused for a policy, or `undefined` while it holds. */
export function endedBy(
  policy: RefreshTokenPolicy,
  token: { readonly issuedAt: Date; readonly lastUsedAt: Date },
  now: Date,
): Date | undefined {
  const { issuedSince, usedSince } = refreshCutoffs(policy, now)
  if (issuedSince !== undefined && token.issuedAt < issuedSince) return token.issuedAt
  return usedSince !== undefined && token.lastUsedAt < usedSince ? token.lastUsedAt : undefined
}

/** The words of metadata for a policy: `infinite`, `zero`, `specific_lifetime:30:DAYS` … */
export function writeRefreshTokenPolicy(policy: RefreshTokenPolicy): string {
  if (policy.kind === 'infinite' || policy.kind === 'zero') return policy.kind
  const hours = Math.round(policy.seconds / 3600)
  if (hours % (30 * 24) === 0) return `${policy.kind}:${hours / (30 * 24)}:MONTHS`
  return hours % 24 === 0 ? `${policy.kind}:${hours / 24}:DAYS` : `${policy.kind}:${hours}:HOURS`
}

const unitSeconds = new Map([
  ['HOURS', 3600],
  ['DAYS', 86_400],
  ['MONTHS', 30 * 86_400],
])

/** Reads the words of metadata for a policy, or `undefined` when they are none. */
export function readRefreshTokenPolicy(text: string): RefreshTokenPolicy | undefined {
  if (text === 'infinite' || text === 'zero') return { kind: text }
  const [, kind, count, unit] =
    /^(specific_lifetime|specific_inactivity):([1-9][0-9]{0,4}):(HOURS|DAYS|MONTHS)$/.exec(text) ?? []
  if (kind !== 'specific_lifetime' && kind !== 'specific_inactivity') return undefined
  return { kind, seconds: Number(count) * (unitSeconds.get(unit ?? '') ?? 0) }
}
