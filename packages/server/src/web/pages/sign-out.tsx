import { excerpt } from './excerpt.ts'
import { Page } from './page.tsx'
import { type FormTarget, PostForm } from './post-form.tsx'

/** What the question before signing out shows. */
export interface SignOutPageProps extends FormTarget {
  readonly user: { readonly name: string; readonly username: string }
  readonly orgName: string
  /** Label of the connected app that sent the person here, when it said which it is. */
  readonly appName?: string | undefined
  /** The local path for those who stay. */
  readonly stayUrl: string
}

/** Asks before signing out, because the request for it carried no valid hint and anybody can send a browser here
 *  (OpenID Connect RP-Initiated Logout §2). */
export function SignOutPage({ user, orgName, appName, stayUrl, action, csrfToken }: SignOutPageProps) {
  const org = excerpt(orgName, 80)
  return (
    <Page title={`Sign out of ${org}?`}>
      <h1>Sign out of {org}?</h1>
      <p class="lead">
        You are signed in as <strong>{excerpt(user.name, 120)}</strong>
        <span class="aside">{excerpt(user.username, 120)}</span>
      </p>
      {appName !== undefined && (
        <p>
          <strong>{excerpt(appName, 80)}</strong> sent you here to sign out.
        </p>
      )}
      <PostForm action={action} csrfToken={csrfToken} class="decision">
        <a class="stay" href={stayUrl}>
          Stay signed in
        </a>
        <button class="go" type="submit" id="signout" name="decision" value="sign-out">
          Sign out
        </button>
      </PostForm>
    </Page>
  )
}
