import type { TokenShape } from '../secret.ts'

/** How the `request_uri` of a pushed request looks (RFC 9126 §2.2). */
export const requestUriShape: TokenShape = { prefix: 'urn:ietf:params:oauth:request_uri:', length: 43, suffix: '' }

/** An authorize request that its app has sent here by itself, for a browser to refer to (RFC 9126). */
export interface PushedRequest {
  readonly id: number
  readonly appId: string
  readonly parameters: ReadonlyMap<string, string>
  readonly pushedAt: Date
  /** When a browser first came with it. */
  readonly openedAt: Date | undefined
}

/** One that a browser is on its way with. */
export interface OpenedRequest {
  readonly id: number
  readonly openedAt: Date
}

/** A pushed request found: still to be answered, answered before, or none of ours. */
export type PushedRequestFinding =
  | { readonly state: 'unanswered' | 'answered'; readonly request: PushedRequest }
  | { readonly state: 'unknown' }

/** Keeps pushed requests; of their `request_uri` only a hash. */
export interface PushedRequestStore {
  /** Answers the number of the new row. */
  add(request: Omit<PushedRequest, 'id' | 'openedAt'> & { readonly hash: Buffer }): Promise<number>
  find(presented: { readonly id: number; readonly hash: Buffer }): Promise<PushedRequestFinding>
  /** Notes when a browser first came with it; answers when that was. */
  open(id: number, now: Date): Promise<Date>
  /** Notes that its app has been answered; `false` when it had been. Atomic: of two browsers at once one is answered. */
  answer(id: number, now: Date): Promise<boolean>
  /** Deletes at most `limit` that were pushed before `before`; answers how many. */
  deleteExpired(before: Date, limit: number): Promise<number>
}
