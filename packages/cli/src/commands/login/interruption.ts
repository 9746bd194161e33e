import { Failure } from '../../failure.ts'

/** Ctrl-C ends the waiting for a person, so that what is held is given back and the exit code is right. */
export function interruption(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const stop = () => controller.abort(new Failure('Nobody was signed in.'))
  process.once('SIGINT', stop)
  return { signal: controller.signal, [Symbol.dispose]: () => process.off('SIGINT', stop) }
}
