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

/** Another process has been writing for so long that our own write was given up. It may be tried again. */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy'
  constructor(file: string, cause: unknown) {
    super(`Another process has kept the database ${file} locked for too long. Nothing was written.`, { cause })
  }
}
