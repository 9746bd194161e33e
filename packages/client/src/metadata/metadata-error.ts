/** Where in a file something stands: `NamedCredential.namedCredentialParameters[0].parameterType`. */
export interface MetadataPlace {
  readonly file: string
  readonly path: string
}

/** A file of metadata that is refused: the message names file and path, and never repeats a value. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError'
  readonly file: string
  readonly path: string

  constructor({ file, path }: MetadataPlace, problem: string, options?: ErrorOptions) {
    super(`${file}: ${path}: ${problem}`, options)
    this.file = file
    this.path = path
  }
}
