import { spacedSecret } from '../../sessions/totp.ts'
import { excerpt } from './excerpt.ts'
import { Page } from './page.tsx'
import { type FormTarget, PostForm } from './post-form.tsx'
import { QrCode } from './qr-code.tsx'

/** An authenticator app to be connected, since the person has none yet. */
export interface ShownOffer {
  readonly secret: string
  readonly uri: string
  /** The same for the form to bring back. */
  readonly sealed: string
}

/** What the page on which people verify their identity shows. */
export interface VerificationPageProps extends FormTarget {
  readonly username: string
  /** Label of the connected app that wants it. */
  readonly appName: string | undefined
  /** The local path to go on with. */
  readonly startUrl: string
  /** `undefined` when the person can verify their identity already. */
  readonly offer: ShownOffer | undefined
  /** Whether the password is asked for, too: not of somebody who gave it a moment ago. */
  readonly asksPassword: boolean
  /** What is wrong with what was entered. */
  readonly problem: { readonly field: 'code' | 'password'; readonly message: string } | undefined
  readonly leave: FormTarget
}

/** *Verify Your Identity*: a code of the authenticator app; and for whoever has none, how to connect one. */
export function VerificationPage(props: VerificationPageProps) {
  const { username, appName, startUrl, offer, asksPassword, problem, leave } = props
  const heading = offer === undefined ? 'Verify your identity' : 'Connect an authenticator app'
  return (
    <Page title={problem === undefined ? heading : `Error: ${heading}`}>
      <h1>{heading}</h1>
      <p class="lead">
        {appName === undefined ? (
          <>to sign in: {username}</>
        ) : (
          <>
            to continue to <strong>{excerpt(appName, 80)}</strong>: {username}
          </>
        )}
      </p>
      {offer !== undefined && <Offer offer={offer} />}
      <PostForm action={props.action} csrfToken={props.csrfToken}>
        <input type="hidden" name="startURL" value={startUrl} />
        {offer !== undefined && <input type="hidden" name="offer" value={offer.sealed} />}
        <div class="field">
          <label for="code">Verification code</label>
          <input
            id="code"
            name="code"
            type="text"
            inputmode="numeric"
            autocomplete="one-time-code"
            required
            {...faulty('code', problem)}
          />
          <Fault field="code" problem={problem} />
          <p class="hint">
            {offer === undefined
              ? 'The six digits that your authenticator app shows now, or a temporary code that an administrator gave you.'
              : 'The six digits that the app shows for it.'}
          </p>
        </div>
        {asksPassword && (
          <div class="field">
            <label for="password">Your password</label>
            <input
              id="password"
              name="pw"
              type="password"
              autocomplete="current-password"
              required
              {...faulty('password', problem)}
            />
            <Fault field="password" problem={problem} />
          </div>
        )}
        <button class="go" type="submit">
          {offer === undefined ? 'Verify' : 'Connect'}
        </button>
      </PostForm>
      <PostForm {...leave}>
        <p>
          Not you, or no app at hand?{' '}
          <button class="link" type="submit">
            Sign out
          </button>
        </p>
      </PostForm>
    </Page>
  )
}

function Offer({ offer }: { readonly offer: ShownOffer }) {
  return (
    <>
      <p>
        Scan this with an authenticator app on your phone or computer. From then on it shows a new code every 30
        seconds.
      </p>
      <QrCode text={offer.uri} label="QR code with the key for your authenticator app" />
      <p>
        No camera? Enter this key: <code class="key">{spacedSecret(offer.secret)}</code>
      </p>
    </>
  )
}

type Problem = VerificationPageProps['problem']

function Fault({ field, problem }: { readonly field: 'code' | 'password'; readonly problem: Problem }) {
  if (problem?.field !== field) return null
  return (
    <p class="fault" role="alert" id={`${field}-error`}>
      {problem.message}
    </p>
  )
}

function faulty(field: 'code' | 'password', problem: Problem): Record<string, string> {
  return problem?.field === field ? { 'aria-invalid': 'true', 'aria-describedby': `${field}-error` } : {}
}
