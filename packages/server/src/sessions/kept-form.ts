/** A form that came back to whoever sent it: what its page shows then, for a short time and for their session alone. */
export interface KeptForm {
  /** Random; it stands in an address and opens nothing for anybody else. */
  readonly id: string
  readonly sessionId: number
  /** Sealed. */
  readonly content: string
  readonly expiresAt: Date
}

/** Keeps forms that came back. */
export interface KeptFormStore {
  /** Keeps a form; of one session no more than the newest few. */
  add(form: KeptForm): Promise<void>
  /** One that is still kept, for the session that sent it. */
  find(form: Pick<KeptForm, 'id' | 'sessionId'>, now: Date): Promise<KeptForm | undefined>
  /** Deletes at most `limit` forms whose time was over before; answers how many. */
  deleteExpired(before: Date, limit: number): Promise<number>
}
