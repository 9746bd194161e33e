import { Page } from './page.tsx'

/** The landing page of apps that have no page of their own to come back to (`/services/oauth2/success`): the app reads
 *  the result from the address. */
export function SuccessPage() {
  return (
    <Page title="You may close this window">
      <h1>You may close this window</h1>
      <p class="lead">The app that sent you here takes over now.</p>
    </Page>
  )
}
