import type { FoundUser, WantedUsers } from './handler-tools.ts'

/** The functions of handlers: those of token exchange, those of connected apps, and those that make users just in time. */
export type HandlerAct =
  | 'validateIncomingToken'
  | 'getUserForTokenSubject'
  | 'authorize'
  | 'refresh'
  | 'customAttributes'
  | 'modifySAMLResponse'
  | 'createUser'
  | 'updateUser'

/** What a function is called with, to which `tools` are added; `undefined` where it is to be looked for and not called. */
export type HandlerArguments = readonly unknown[] | undefined

/** What the server tells the thread of a handler. */
export type ToHandler =
  /** To call a function, or to look whether there is one. */
  | { readonly kind: 'call'; readonly id: number; readonly act: HandlerAct; readonly args: HandlerArguments }
  /** The users that were asked for. */
  | { readonly kind: 'found'; readonly lookup: number; readonly users: readonly FoundUser[] }

/** What the thread of a handler tells the server. */
export type FromHandler =
  /** What a function answered, as JSON; `undefined` for nothing. */
  | { readonly kind: 'answered'; readonly id: number; readonly json: string | undefined }
  | { readonly kind: 'failed'; readonly id: number; readonly problem: string; readonly isLeftOut?: true }
  /** Asks for users, on behalf of a call. */
  | {
      readonly kind: 'find'
      readonly id: number
      readonly lookup: number
      readonly wanted: WantedUsers
    }
