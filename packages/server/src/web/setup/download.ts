import type { Reply } from '../reply.ts'

/** A file for the person to keep. */
export interface Download {
  /** Letters, digits, `.`, `_` and `-` only. */
  readonly fileName: string
  readonly type: string
  readonly body: string | Uint8Array
}

/** Answers with a file. It is kept nowhere on its way, and no browser takes it for a page. */
export function download({ fileName, type, body }: Download): Reply {
  if (!/^[\w.-]+$/.test(fileName)) throw new Error('This is no name for a file that is downloaded.')
  return {
    status: 200,
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  }
}
