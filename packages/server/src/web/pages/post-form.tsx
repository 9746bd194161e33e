import type { Child } from 'hono/jsx'

/** Where a form goes and what proves that we rendered it for this browser. */
export interface FormTarget {
  /** Local path, with query if need be. */
  readonly action: string
  /** Tied to the browser's session and to what the form is about (RFC 9700 §4.7). */
  readonly csrfToken: string
}

/** What a {@link PostForm} shows: its target, a class for its look, and its fields and buttons. */
export interface PostFormProps extends FormTarget {
  readonly class?: string
  /** Whether a field of it is a file. */
  readonly sendsFiles?: boolean
  readonly children: Child
}

/** The only form of our pages: it posts to ourselves and always carries the `csrf_token` that its handler checks. */
export function PostForm({ action, csrfToken, class: look, sendsFiles = false, children }: PostFormProps) {
  return (
    <form method="post" action={action} class={look} enctype={sendsFiles ? 'multipart/form-data' : undefined}>
      <input type="hidden" name="csrf_token" value={csrfToken} />
      {children}
    </form>
  )
}
