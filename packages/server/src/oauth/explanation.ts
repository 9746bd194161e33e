import type { Facts } from '../journal/journal.ts'
export interface Explanation {
  check: string
  expected: string
  found: string
  whatToDo: string
  whereInSetup?: string | undefined
}
export function explain(r: { reason: string; facts: Facts }): Explanation {
  return { check: r.reason, expected: '', found: '', whatToDo: '' }
}
export function causeHeader(r: { reason: string; facts: Facts }): string {
  return r.reason
}
export function readRefusal(reason: string, facts: Facts): { reason: string; facts: Facts } | undefined {
  return { reason, facts }
}
