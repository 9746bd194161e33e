import { type Display, Page } from './page.tsx'

/** Why a check refused, for the person who has to mend it. Only `sallyport dev` shows it. */
export interface ErrorExplanation {
  /** The check that refused, as the journal names it. */
  readonly check: string
  readonly expected: string
  readonly found: string
  readonly whatToDo: string
  /** Where the setting is in Salesforce, from "Setup" on. */
  readonly whereInSetup?: string | undefined
}

/** What the page of a refused authorization shows. */
export interface ErrorPageProps {
  /** The wire's `error`, unchanged. */
  readonly error: string
  /** The wire's `error_description`, unchanged. */
  readonly errorDescription: string
  /** As in the `x-request-id` header; the journal finds the request by it. */
  readonly requestId: string
  readonly explanation?: ErrorExplanation | undefined
  /** `saml`: somebody on the way to an app by single sign-on. */
  readonly flow?: keyof typeof leads
  readonly display?: Display | undefined
}

const leads = {
  saml: 'You could not be signed in. Nothing was told to the other side.',
  'saml-logout': 'This message about signing out was not taken. Nothing was told to the other side.',
  oauth: 'The app that sent you here was refused. It has been given no access.',
} as const

/** The page for a refusal that cannot be sent back to its app (RFC 6749 §4.1.2.1). It says what the wire says. */
export function ErrorPage({
  error,
  errorDescription,
  requestId,
  explanation,
  flow = 'oauth',
  display,
}: ErrorPageProps) {
  const title = flow === 'oauth' ? 'OAuth Error' : 'Single Sign-On Error'
  return (
    <Page title={title} width="wide" display={display}>
      <h1>{title}</h1>
      <p class="lead">{leads[flow]}</p>
      <dl class="wire">
        <dt>Error</dt>
        <dd>
          <code>{error}</code>
        </dd>
        <dt>Description</dt>
        <dd>
          <code>{errorDescription}</code>
        </dd>
        <RequestId value={requestId} />
      </dl>
      {explanation === undefined ? (
        <p>Give these lines to the people who run the app, or to your administrator.</p>
      ) : (
        <Explanation {...explanation} />
      )}
    </Page>
  )
}

/** What the page of a failed request shows that is not about OAuth. */
export interface FailedRequestProps {
  /** As in the `x-request-id` header. */
  readonly requestId: string
}

/** The page for an address that leads nowhere (404). */
export function NotFoundPage({ requestId }: FailedRequestProps) {
  return (
    <Page title="Page not found">
      <h1>Page not found</h1>
      <p class="lead">Nothing is at this address.</p>
      <p>
        Check how it is spelled, or <a href="/">start from the front page</a>.
      </p>
      <dl class="wire">
        <RequestId value={requestId} />
      </dl>
    </Page>
  )
}

/** The page for a failure of our own (500). What failed is in the log and not here. */
export function ServerErrorPage({ requestId }: FailedRequestProps) {
  return (
    <Page title="Something went wrong">
      <h1>Something went wrong</h1>
      <p class="lead">The fault is on this server, not in what you did.</p>
      <p>Try again in a moment. If it happens again, give this line to your administrator:</p>
      <dl class="wire">
        <RequestId value={requestId} />
      </dl>
    </Page>
  )
}

/** What the page of a form that came too late shows. */
export interface FormExpiredProps extends FailedRequestProps {
  /** The local path at which the person can begin again. */
  readonly startUrl: string
}

/** The page for a form without a valid `csrf_token` (403): too old, or not from this browser. */
export function FormExpiredPage({ requestId, startUrl }: FormExpiredProps) {
  return (
    <Page title="This form has expired">
      <h1>This form has expired</h1>
      <p class="lead">Nothing was changed.</p>
      <p>It was open for too long, or was opened in another browser or before you signed in.</p>
      <p>
        <a class="go" href={startUrl}>
          Begin again
        </a>
      </p>
      <dl class="wire">
        <RequestId value={requestId} />
      </dl>
    </Page>
  )
}

/** What the page of somebody who may not be where they are shows. */
export interface InsufficientPrivilegesProps extends FailedRequestProps {
  /** API names of the permissions that are lacking. */
  readonly needed: readonly string[]
}

/** The page for somebody who is signed in and may not do this (403). */
export function InsufficientPrivilegesPage({ requestId, needed }: InsufficientPrivilegesProps) {
  return (
    <Page title="Insufficient Privileges">
      <h1>Insufficient Privileges</h1>
      <p class="lead">You are signed in, but may not see or do this.</p>
      <p>An administrator can give you what is lacking, by a permission set:</p>
      <ul>
        {needed.map((permission) => (
          <li>
            <code>{permission}</code>
          </li>
        ))}
      </ul>
      <p>
        <a class="go" href="/">
          Front page
        </a>
      </p>
      <dl class="wire">
        <RequestId value={requestId} />
      </dl>
    </Page>
  )
}

/** What the page of an address that is not let in shows. */
export interface AddressNotAllowedProps {
  readonly address: string
  readonly profile: string
  readonly requestId: string
}

/** Says to somebody who is signed in that their profile opens these pages from other addresses alone. */
export function AddressNotAllowedPage({ address, profile, requestId }: AddressNotAllowedProps) {
  return (
    <Page title="Not from this address">
      <h1>Not from this address</h1>
      <p class="lead">Users of the profile {profile} may work here only from the addresses in its Login IP Ranges.</p>
      <p>
        Yours is <code>{address}</code>. An app whose policy relaxes this lets you in all the same, and opens nothing
        else.
      </p>
      <dl class="wire">
        <RequestId value={requestId} />
      </dl>
    </Page>
  )
}

/** What the page of a form that cannot be read shows. */
export interface RefusedFormProps extends FormExpiredProps {
  readonly expected: string
  readonly found: string
}

/** The page for a form that no page of ours would send (400). */
export function RefusedFormPage({ requestId, startUrl, expected, found }: RefusedFormProps) {
  return (
    <Page title="This form was refused">
      <h1>This form was refused</h1>
      <p class="lead">Nothing was changed.</p>
      <dl class="wire">
        <dt>Expected</dt>
        <dd>{expected}</dd>
        <dt>Found</dt>
        <dd>{found}</dd>
        <RequestId value={requestId} />
      </dl>
      <p>
        <a class="go" href={startUrl}>
          Begin again
        </a>
      </p>
    </Page>
  )
}

function RequestId({ value }: { readonly value: string }) {
  return (
    <>
      <dt>Request id</dt>
      <dd>
        <code>{value}</code>
      </dd>
    </>
  )
}

function Explanation({ check, expected, found, whatToDo, whereInSetup }: ErrorExplanation) {
  return (
    <section class="explanation" aria-labelledby="why">
      <h2 id="why">Why, and what to do</h2>
      <dl>
        <dt>Check</dt>
        <dd>{check}</dd>
        <dt>Expected</dt>
        <dd>
          <code>{expected}</code>
        </dd>
        <dt>Found</dt>
        <dd>
          <code class="found">{found}</code>
        </dd>
        <dt>What to do</dt>
        <dd>
          <Words text={whatToDo} />
        </dd>
        {whereInSetup !== undefined && (
          <>
            <dt>In Salesforce</dt>
            <dd>{whereInSetup}</dd>
          </>
        )}
      </dl>
    </section>
  )
}

/** Explanations are written for terminals, too, where commands stand between backticks. */
export function Words({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 === 0 ? part : <code>{part}</code>))}</>
}
