import type { Certificate } from './certificate.ts'

/** Days before its end from which a certificate is to be minded: Salesforce sends its first notice then. */
export const noticeDays = 60

/** How a certificate stands in time. */
export type Standing = 'not-yet-valid' | 'valid' | 'expires-soon' | 'expired'

/** How a certificate stands at an instant, and how many whole days are left of it. */
export function standingOf(
  { notBefore, notAfter }: Pick<Certificate, 'notBefore' | 'notAfter'>,
  at: Date,
): { readonly standing: Standing; readonly daysLeft: number } {
  const daysLeft = Math.floor((notAfter.getTime() - at.getTime()) / 86_400_000)
  if (at > notAfter) return { standing: 'expired', daysLeft: 0 }
  if (at < notBefore) return { standing: 'not-yet-valid', daysLeft }
  return { standing: daysLeft < noticeDays ? 'expires-soon' : 'valid', daysLeft }
}
