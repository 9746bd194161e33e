import type { LogoutCall } from '../../oidc/front-channel-logout.ts'
import { excerpt } from './excerpt.ts'
import { Page } from './page.tsx'

/** What the page after sign-out shows. */
export interface SignedOutPageProps {
  /** The local path at which a person signs in. */
  readonly signInUrl: string
  /** The apps that are told by this page. */
  readonly calls?: readonly LogoutCall[]
  /** Where the person goes on to. */
  readonly next?: string | undefined
}

/** Says that the browser session is over, and calls the Single Logout URLs of the apps that were opened from it. */
export function SignedOutPage({ signInUrl, calls = [], next }: SignedOutPageProps) {
  return (
    <Page title="Signed out">
      <h1>You are signed out</h1>
      <p class="lead">This browser can no longer act as you here.</p>
      {calls.length > 0 && <AppsToTell calls={calls} />}
      <p>Apps that you have allowed keep their access until it is revoked.</p>
      <p>
        {next === undefined ? (
          <a class="go" href={signInUrl}>
            Sign in
          </a>
        ) : (
          <a class="go" href={next}>
            Continue
          </a>
        )}
      </p>
    </Page>
  )
}

/** Frames call the apps; where an app lets itself not be framed, or a browser keeps its cookies back, the links do. */
function AppsToTell({ calls }: { readonly calls: readonly LogoutCall[] }) {
  return (
    <section>
      <p>
        These apps, which you opened from here, are being told to sign you out. If one still knows you, open its link.
      </p>
      <ul>
        {calls.map(({ appName, url }) => (
          <li>
            <a href={url} rel="noreferrer">
              Sign out of {excerpt(appName, 80)}
            </a>
          </li>
        ))}
      </ul>
      {calls.map(({ appName, url }) => (
        <iframe
          class="unseen"
          src={url}
          title={`Signs you out of ${excerpt(appName, 80)}`}
          sandbox="allow-scripts allow-same-origin"
          tabindex={-1}
          aria-hidden="true"
        />
      ))}
    </section>
  )
}
