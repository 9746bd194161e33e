import { openBrowser } from '../../open-browser.ts'
import type { Terminal } from '../../terminal.ts'
import { interruption } from './interruption.ts'

type AccessToken = import('@sallyport/client').AccessToken
type LoopbackListener = import('@sallyport/client').LoopbackListener
type SignIn = import('@sallyport/client').SignIn

/** Sends the person to a browser, and waits on this machine until it comes back. */
export async function throughBrowser(
  terminal: Terminal,
  { signIn, listener }: { readonly signIn: SignIn; readonly listener: LoopbackListener },
  options: { readonly browser: boolean; readonly timeout: number },
): Promise<AccessToken> {
  const interrupted = interruption()
  const isOpen = options.browser && (await openBrowser(signIn.url.href))
  terminal.note(
    isOpen
      ? `Sign in with the browser. If none has opened, open this address:\n  ${signIn.url.href}`
      : `Open this address with a browser of this machine:\n  ${signIn.url.href}`,
  )
  const waiting = { timeout: options.timeout * 1000, signal: interrupted.signal }
  return terminal
    .busy('Waiting for the browser', async () => {
      const callback = await listener.callback((back) => signIn.isFor(back), waiting)
      return signIn.finish(callback)
    })
    .finally(() => interrupted[Symbol.dispose]())
}
