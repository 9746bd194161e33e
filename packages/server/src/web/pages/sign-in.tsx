import { excerpt } from './excerpt.ts'
import { type Display, Page } from './page.tsx'
import { type FormTarget, PostForm } from './post-form.tsx'

/** Where a person signs in: at an org's own address, or at the login host that serves all orgs. */
export type SignInPlace =
  | { readonly at: 'org'; readonly orgName: string }
  | { readonly at: 'login-host'; readonly host: string }

/** Why the form is shown again. `refused` stands for every reason a sign-in can be refused for, so that nobody learns
 *  from this page which users exist (ASVS V6). */
export type SignInProblem = 'refused' | 'username-missing' | 'password-missing' | 'form-expired'

/** A user of the demo, shown with the password. Only `sallyport dev` has any. */
export interface DemoUser {
  readonly username: string
  readonly password: string
  /** What this user is there to show, in a few words. */
  readonly note: string
}

/** What the sign-in page shows. */
export interface SignInPageProps extends FormTarget {
  readonly place: SignInPlace
  /** Label of the connected app the person is on the way to. */
  readonly appName?: string | undefined
  /** The local path to go on with after sign-in; posted as `startURL`. */
  readonly startUrl: string
  /** What is already in the username field: `login_hint`, a remembered username, or what was just typed. */
  readonly username?: string | undefined
  /** Whether "Remember me" is ticked. */
  readonly rememberUsername?: boolean | undefined
  readonly problem?: SignInProblem | undefined
  readonly display?: Display | undefined
  /** Where people sign in who have their account elsewhere. */
  readonly providers?: readonly { readonly label: string; readonly href: string }[] | undefined
  readonly demoUsers?: readonly DemoUser[] | undefined
}

/** The sign-in page. The names and ids of its fields are those that programs which sign in to Salesforce look for. */
export function SignInPage(props: SignInPageProps) {
  const { place, appName, problem, display, providers = [], demoUsers = [] } = props
  const heading = place.at === 'org' ? `Sign in to ${excerpt(place.orgName, 80)}` : 'Sign in'
  return (
    <Page title={problem === undefined ? heading : `Error: ${heading}`} display={display}>
      <h1>{heading}</h1>
      <WhereAndWhy place={place} appName={appName} />
      <SignInForm {...props} />
      {providers.length > 0 && <Providers links={providers} />}
      {demoUsers.length > 0 && <DemoUsers users={demoUsers} />}
    </Page>
  )
}

function Providers({ links }: { readonly links: NonNullable<SignInPageProps['providers']> }) {
  return (
    <section class="elsewhere" aria-labelledby="elsewhere">
      <h2 id="elsewhere">Or sign in with</h2>
      <ul>
        {links.map(({ label, href }) => (
          <li>
            <a class="stay" href={href}>
              {excerpt(label, 80)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function WhereAndWhy({ place, appName }: Pick<SignInPageProps, 'place' | 'appName'>) {
  if (place.at === 'org' && appName === undefined) return null
  return (
    <p class="lead">
      {place.at === 'login-host' && `at ${place.host} `}
      {appName !== undefined && (
        <>
          to continue to <strong>{excerpt(appName, 80)}</strong>
        </>
      )}
    </p>
  )
}

function SignInForm({ action, csrfToken, startUrl, username, rememberUsername, problem }: SignInPageProps) {
  const refused = problem === 'refused'
  return (
    <PostForm action={action} csrfToken={csrfToken}>
      <input type="hidden" name="startURL" value={startUrl} />
      {refused && (
        <Alert>
          You could not be signed in. Check the username and the password and try again. If it still fails, ask your
          administrator.
        </Alert>
      )}
      {problem === 'form-expired' && <Alert>This page had been open for too long. Please sign in again.</Alert>}
      <div class="field">
        <label for="username">Username</label>
        <input
          id="username"
          name="username"
          type="text"
          inputmode="email"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          value={username}
          {...faulty(refused ? 'sign-in-error' : problem === 'username-missing' ? 'username-error' : undefined)}
        />
        {problem === 'username-missing' && (
          <p class="fault" id="username-error">
            Enter your username.
          </p>
        )}
      </div>
      <div class="field">
        <label for="password">Password</label>
        <input
          id="password"
          name="pw"
          type="password"
          autocomplete="current-password"
          required
          {...faulty(refused ? 'sign-in-error' : problem === 'password-missing' ? 'password-error' : undefined)}
        />
        {problem === 'password-missing' && (
          <p class="fault" id="password-error">
            Enter your password.
          </p>
        )}
      </div>
      <button class="go" type="submit" id="Login" name="Login" value="Login">
        Sign in
      </button>
      <div class="choice">
        <input id="rememberUn" name="rememberUn" type="checkbox" checked={rememberUsername === true} />
        <label for="rememberUn">Remember me</label>
      </div>
    </PostForm>
  )
}

function Alert({ children }: { readonly children: string }) {
  return (
    <p class="alert" role="alert" id="sign-in-error">
      {children}
    </p>
  )
}

/** Ties a field to the message that says what is wrong with it. */
function faulty(message: string | undefined): Record<string, string> {
  return message === undefined ? {} : { 'aria-invalid': 'true', 'aria-describedby': message }
}

function DemoUsers({ users }: { readonly users: readonly DemoUser[] }) {
  return (
    <details class="demo">
      <summary>Demo users</summary>
      <p>Type or paste one of these pairs into the two fields above. A click selects the whole text.</p>
      <ul>
        {users.map(({ username, password, note }) => (
          <li>
            <p>{note}</p>
            <dl>
              <dt>Username</dt>
              <dd>
                <code>{username}</code>
              </dd>
              <dt>Password</dt>
              <dd>
                <code>{password}</code>
              </dd>
            </dl>
          </li>
        ))}
      </ul>
    </details>
  )
}
