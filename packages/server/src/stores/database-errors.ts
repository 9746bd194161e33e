import { Unavailable } from '../unavailable.ts'

/** The database was made by a newer version of the program, which knows what this one does not. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew'
  constructor(file: string, found: number, known: number) {
    super(
      `The database ${file} has schema version ${found}, and this program knows versions up to ${known}. ` +
        'It was last opened by a newer Sallyport: run that version, or restore a backup from before the upgrade.',
    )
  }
}

/** The database is there, but its sealed values were made under another encryption key. */
export class WrongEncryptionKey extends Error {
  override readonly name = 'WrongEncryptionKey'
  constructor(file: string, cause: unknown) {
    super(
      `The database ${file} was made with another encryption key. Nothing in it has been changed: ` +
        'start again with the key it was made with.',
      { cause },
    )
  }
}

/** There is no database to be had at that place: no such folder, no permission, another program's file, a damaged one. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable'
  constructor(file: string, problem: string, cause?: unknown) {
    super(`The database ${file} cannot be used: ${problem}`, cause === undefined ? {} : { cause })
  }
}

/** Whether an error says already, in words of ours, why there is no database to be had. */
export function saysWhy(error: unknown): boolean {
  return error instanceof DatabaseUnusable || error instanceof DatabaseTooNew || error instanceof WrongEncryptionKey
}

/** Others have been at the same things for so long that our own write was given up. It may be tried again. */
export class DatabaseBusy extends Unavailable {
  override readonly name = 'DatabaseBusy'
  constructor(place: string, cause: unknown) {
    super(`Another process has kept the database ${place} locked for too long. Nothing was written.`, { cause })
  }
}

/** What a job went by has changed since it was kept ready. It is no longer kept: done again, the job goes by what is so now. */
export class OutOfDate extends Unavailable {
  override readonly name = 'OutOfDate'
  constructor(cause: unknown) {
    super('What was kept ready had been changed by others again and again. Nothing was written.', { cause })
  }
}

/**
 * Another process has just taken what may be there once: a username, the name of an app. Asked again, whoever looks before
 * writing finds it and can say so.
 */
export class JustTaken extends Unavailable {
  override readonly name = 'JustTaken'
  constructor(cause: unknown) {
    super('Another process has just taken a name that may be there once. Nothing was written.', { cause })
  }
}

/** The disk of the database is full. Reading goes on. */
export class DatabaseFull extends Unavailable {
  override readonly name = 'DatabaseFull'
  constructor(place: string, cause: unknown) {
    super(
      `The database ${place} has no room left: give its disk more, or delete what else is there. Nothing was written.`,
      {
        cause,
      },
    )
  }
}

/** The database has gone while the server runs, or does not answer in time. It is tried again with each request. */
export class DatabaseUnreachable extends Unavailable {
  override readonly name = 'DatabaseUnreachable'
  constructor(place: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`The database ${place} cannot be reached, or does not answer in time: ${reason}.`, { cause })
  }
}
