/**
 * What the server stands on cannot be had at the moment. The request came to nothing, or was at least not answered, and may
 * be sent again.
 */
export class Unavailable extends Error {
  override readonly name: string = 'Unavailable'
}
