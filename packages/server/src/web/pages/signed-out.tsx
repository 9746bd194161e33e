import { Page } from './page.tsx'

/** What the page after sign-out shows. */
export interface SignedOutPageProps {
  /** The local path at which a person signs in. */
  readonly signInUrl: string
}

/** Says that the browser session is over. */
export function SignedOutPage({ signInUrl }: SignedOutPageProps) {
  return (
    <Page title="Signed out">
      <h1>You are signed out</h1>
      <p class="lead">This browser can no longer act as you here.</p>
      <p>Apps that you have allowed keep their access until it is revoked.</p>
      <p>
        <a class="go" href={signInUrl}>
          Sign in
        </a>
      </p>
    </Page>
  )
}
