/** Something that was given and cannot be used, such as a login host that is no URL. The message says what would do. */
export class InputError extends TypeError {
  override readonly name = 'InputError'
}
