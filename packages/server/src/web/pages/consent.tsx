import { excerpt } from './excerpt.ts'
import { type Display, Page } from './page.tsx'
import { type FormTarget, PostForm } from './post-form.tsx'

/** What a connected app says about itself. None of it is trusted: shown escaped, in one line, and cut. */
export interface ConsentApp {
  /** Its label. */
  readonly name: string
  /** Name of the org the app was made in. */
  readonly publisher: string
  readonly contactEmail: string
  readonly description?: string | undefined
  /** Linked only when it is an `http` or `https` URL. */
  readonly infoUrl?: string | undefined
  /** By https, and only where an admin of the person's org answers for the app. */
  readonly logoUrl?: string | undefined
}

/** A scope in the words an admin knows. */
export interface ConsentScope {
  /** As on the wire: `api`, `refresh_token`. */
  readonly name: string
  /** Salesforce's label, without the names in brackets. */
  readonly label: string
  /** One plain sentence about what it lets the app do, where the label does not say it all. */
  readonly hint?: string | undefined
}

/** Where an approval leads: to the checked callback URL, or to a device, named by the code that it shows. */
export type ConsentDestination = { readonly redirectUri: string } | { readonly device: string }

/** What the consent page shows. */
export interface ConsentPageProps {
  readonly app: ConsentApp
  readonly scopes: readonly ConsentScope[]
  readonly user: { readonly name: string; readonly username: string }
  readonly orgName: string
  /** Who gets the access: the host that the browser goes to next, or the device that shows a code. */
  readonly goesTo: ConsentDestination
  /** The earlier approval that ends when this one is given, because there would be too many. */
  readonly ends?: { readonly issuedAt: Date; readonly lastUsedAt: Date } | undefined
  /** Takes `decision` (`allow` or `deny`) and `source`. */
  readonly decision: FormTarget
  /** Opaque reference to the authorize request under decision; posted as `source`. */
  readonly source: string
  /** Signs out and comes back to the request: "Not you?". Also takes `source`. */
  readonly switchUser: FormTarget
  readonly display?: Display | undefined
}

/** Where the pictures of the page come from, which the browser has to be let fetch. */
export function logoOrigins({ logoUrl }: Pick<ConsentApp, 'logoUrl'>): readonly string[] {
  return logoUrl === undefined ? [] : [new URL(logoUrl).origin]
}

/** The page that asks whether an app may act for the person, and names everything the answer depends on
 *  (RFC 9700 §4.10, ASVS 10.4.7). */
export function ConsentPage(props: ConsentPageProps) {
  const { app, scopes, user, orgName, goesTo, ends, decision, source, switchUser, display } = props
  const appName = excerpt(app.name, 80)
  return (
    <Page title="Allow Access?" display={display}>
      <h1>Allow Access?</h1>
      {app.logoUrl !== undefined && (
        <img class="logo" src={app.logoUrl} alt="" width="48" height="48" referrerpolicy="no-referrer" />
      )}
      <p class="lead">
        <strong>{appName}</strong> is asking to:
      </p>
      <ul class="scopes">
        {scopes.map(({ name, label, hint }) => (
          <li data-scope={name}>
            <strong>{excerpt(label, 120)}</strong>
            {hint !== undefined && <span>{excerpt(hint, 200)}</span>}
          </li>
        ))}
      </ul>
      <section class="facts" aria-label="Who and where">
        <div class="person">
          <p>
            For <strong>{excerpt(user.name, 120)}</strong> in <strong>{excerpt(orgName, 80)}</strong>
            <span class="aside">{excerpt(user.username, 120)}</span>
          </p>
          <PostForm {...switchUser}>
            <input type="hidden" name="source" value={source} />
            <button class="link" type="submit" id="notyou">
              Not you?
            </button>
          </PostForm>
        </div>
        <Destination goesTo={goesTo} />
        {ends !== undefined && <Ending ends={ends} />}
      </section>
      <AboutApp app={app} />
      <PostForm {...decision} class="decision">
        <input type="hidden" name="source" value={source} />
        <button class="stay" type="submit" id="oadeny" name="decision" value="deny">
          Deny
        </button>
        <button class="go" type="submit" id="oaapprove" name="decision" value="allow">
          Allow
        </button>
      </PostForm>
      <p class="note">You or an administrator can revoke this access at any time.</p>
    </Page>
  )
}

function Destination({ goesTo }: Pick<ConsentPageProps, 'goesTo'>) {
  if ('redirectUri' in goesTo) {
    return (
      <p>
        Next, your browser goes to <strong>{destination(goesTo.redirectUri)}</strong>
      </p>
    )
  }
  return (
    <p>
      The access goes to the device that shows the code <strong class="code">{goesTo.device}</strong>
      <span class="aside">
        Choose Deny unless you see this code on a device of your own that you have just started.
      </span>
    </p>
  )
}

/** Salesforce keeps five approvals of a user for an app. */
function Ending({ ends }: { readonly ends: NonNullable<ConsentPageProps['ends']> }) {
  return (
    <p>
      You have connected this app in five places. If you allow it here as well, the oldest loses its access: the one of{' '}
      <Day at={ends.issuedAt} />, last used <Day at={ends.lastUsedAt} />.
    </p>
  )
}

function Day({ at }: { readonly at: Date }) {
  const iso = at.toISOString()
  return (
    <time datetime={iso} title={`${iso.slice(0, 19).replace('T', ' ')} UTC`}>
      {iso.slice(0, 10)}
    </time>
  )
}

function AboutApp({ app }: { readonly app: ConsentApp }) {
  const { description = '', infoUrl = '' } = app
  const info = URL.parse(infoUrl)
  return (
    <section class="about" aria-label="About this app">
      {description !== '' && <blockquote>{excerpt(description, 256)}</blockquote>}
      <p>
        Published by <bdi>{excerpt(app.publisher, 80)}</bdi>, <bdi>{excerpt(app.contactEmail, 120)}</bdi>.
        {info !== null && isWeb(info) && (
          <>
            {' '}
            <a href={info.href} target="_blank" rel="noopener noreferrer">
              More at {excerpt(info.host, 80)} (new tab)
            </a>
          </>
        )}
      </p>
    </section>
  )
}

/** Where a callback URL leads, in words: people judge a host, not a path. */
function destination(redirectUri: string): string {
  const url = URL.parse(redirectUri)
  if (url === null) return excerpt(redirectUri, 80)
  if (!isWeb(url)) return `an app on this device (${excerpt(url.protocol, 80)})`
  if (['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return `this computer (${url.host})`
  return excerpt(url.host, 255)
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}
