import type { Child } from 'hono/jsx'

/** A box with a heading, for things that belong together. */
export function Card(props: {
  readonly title: string
  /** A button or link at the right of the heading. */
  readonly action?: Child
  readonly id?: string
  readonly children: Child
}) {
  const { title, action, id, children } = props
  return (
    <section class="slds-card" id={id}>
      <div class="slds-card__header slds-grid">
        <h2 class="slds-card__header-title slds-has-flexi-truncate">{title}</h2>
        {action !== undefined && <div class="slds-no-flex actions">{action}</div>}
      </div>
      <div class="slds-card__body slds-card__body_inner">{children}</div>
    </section>
  )
}

/** Something to mind, or something that was done. */
export function Notice(props: {
  readonly look: 'success' | 'warning' | 'error' | 'info'
  readonly role?: 'status' | 'alert'
  readonly children: Child
}) {
  return (
    <div class={`slds-scoped-notification slds-theme_${props.look}`} role={props.role}>
      <div>{props.children}</div>
    </div>
  )
}

/** What is known of a thing, each with its name. */
export function Details({ rows }: { readonly rows: readonly (readonly [label: string, value: Child] | undefined)[] }) {
  return (
    <dl class="details">
      {rows
        .filter((row) => row !== undefined)
        .map(([label, value]) => (
          <div>
            <dt class="slds-form-element__label">{label}</dt>
            <dd>{value === '' || value === undefined || value === null ? <Nothing /> : value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Stands where there is no value. */
export function Nothing() {
  return <span class="slds-text-color_weak">–</span>
}

/** Texts one below the other; a dash when there are none. */
export function Lines({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return <Nothing />
  return (
    <ul>
      {texts.map((text) => (
        <li>{text}</li>
      ))}
    </ul>
  )
}

/** A word that says how something stands. */
export function Badge({ look = 'plain', children }: { readonly look?: BadgeLook; readonly children: Child }) {
  return <span class={look === 'plain' ? 'slds-badge' : `slds-badge slds-theme_${look}`}>{children}</span>
}

/** How a badge looks. */
export type BadgeLook = 'plain' | 'success' | 'warning' | 'error'

/** Yes or no, as a mark with its word. */
export function YesNo({ value }: { readonly value: boolean }) {
  return <span class={value ? 'yes' : 'no'}>{value ? 'Yes' : 'No'}</span>
}

/** A list that has nothing in it yet: why, and what to do next. */
export function EmptyState(props: { readonly title: string; readonly children?: Child }) {
  return (
    <div class="empty">
      <h3 class="slds-text-heading_medium">{props.title}</h3>
      {props.children !== undefined && <div class="slds-text-longform">{props.children}</div>}
    </div>
  )
}

/** Text that people copy elsewhere: keys, URLs, commands. Script adds the button. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <span class="copyable" data-copy={label}>
      <code>{text}</code>
    </span>
  )
}

/** Lines of code or a command to copy. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div class="code" data-copy={label}>
      <pre tabindex={0}>
        <code>{text}</code>
      </pre>
    </div>
  )
}

/** An instant, in UTC: `2026-11-28 12:34`, to the minute unless seconds are wanted. */
export function Instant({
  at,
  withSeconds = false,
}: {
  readonly at: Date | undefined
  readonly withSeconds?: boolean
}) {
  if (at === undefined) return <Nothing />
  const iso = at.toISOString()
  const whole = iso.slice(0, 19).replace('T', ' ')
  return (
    <time datetime={iso} title={`${whole} UTC`}>
      {withSeconds ? whole : whole.slice(0, 16)}
    </time>
  )
}
