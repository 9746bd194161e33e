import type { DemoApp } from './demo.ts'

/**
 * What the walkthrough in the browser has to choose from at its start: what `sallyport dev` prints on its screen anyway.
 * Empty where there is no demo; one types one's own then.
 */
export interface WalkthroughOffer {
  readonly apps: readonly WalkthroughApp[]
  readonly users: readonly WalkthroughUser[]
}

/** An app to go through a flow with. */
export interface WalkthroughApp extends DemoApp {
  /** PEM of the key whose certificate the app trusts, for apps that sign. */
  readonly privateKey: string | undefined
  /** Who goes first with it. */
  readonly username: string
  /** Somebody who may not use it, to see how that is refused. */
  readonly outsider: string | undefined
}

/** Somebody to act for or to sign in as. */
export interface WalkthroughUser {
  readonly username: string
  readonly note: string
}
