import { sha256 } from './crypto.ts'
import { base64Of } from './encoding.ts'

// A fragment never leaves the browser by itself. It is out of the address before it is sent, so that no history keeps it.
const script =
  "const fragment = location.hash.slice(1); history.replaceState(null, '', location.pathname);" +
  "const form = document.querySelector('form'); form.elements.fragment.value = fragment; form.submit()"

/** The part of a page that hands the fragment of its own address to the server that it is from. */
export const fragmentPage = {
  body: `<form method="post"><input type="hidden" name="fragment"></form><script>${script}</script>`,
  /** What the page may do: run this script, and send this form home. */
  policy: `default-src 'none'; script-src 'sha256-${base64Of(sha256(script))}'; form-action 'self'; frame-ancestors 'none'`,
  /** Without a referrer, a form would not say which page it is from. */
  referrer: 'same-origin',
} as const
