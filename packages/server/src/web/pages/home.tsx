import { excerpt } from './excerpt.ts'
import { Page } from './page.tsx'
import { type FormTarget, PostForm } from './post-form.tsx'

/** Who looks at the front page. */
export type Visitor =
  | { readonly signedIn: false; readonly signInUrl: string }
  | {
      readonly signedIn: true
      readonly name: string
      readonly username: string
      readonly orgName: string
      readonly profileName: string
      readonly signOut: FormTarget
    }

/** A way on from the front page. */
export interface HomeLink {
  readonly href: string
  readonly label: string
  /** What is there, in a few words. */
  readonly hint: string
}

/** What the front page shows. */
export interface HomePageProps {
  /** The org at whose address this is, or the login host that serves all orgs. */
  readonly placeName: string
  readonly visitor: Visitor
  readonly links: readonly HomeLink[]
}

/** The page at `/`: where you are, who you are here, and where you can go. */
export function HomePage({ placeName, visitor, links }: HomePageProps) {
  const place = excerpt(placeName, 80)
  return (
    <Page title={place} width="wide">
      <h1>{place}</h1>
      {visitor.signedIn ? <Signed {...visitor} /> : <Unsigned {...visitor} />}
      {links.length > 0 && (
        <nav aria-label="From here">
          <ul class="links">
            {links.map(({ href, label, hint }) => (
              <li>
                <a href={href}>{label}</a>
                <span>{hint}</span>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </Page>
  )
}

function Signed({ name, username, orgName, profileName, signOut }: Visitor & { signedIn: true }) {
  return (
    <>
      <p class="lead">
        You are signed in as <strong>{excerpt(name, 120)}</strong>
      </p>
      <dl class="who">
        <dt>Username</dt>
        <dd>{excerpt(username, 120)}</dd>
        <dt>Org</dt>
        <dd>{excerpt(orgName, 80)}</dd>
        <dt>Profile</dt>
        <dd>{excerpt(profileName, 80)}</dd>
      </dl>
      <PostForm {...signOut}>
        <button class="stay" type="submit" id="signout">
          Sign out
        </button>
      </PostForm>
    </>
  )
}

function Unsigned({ signInUrl }: Visitor & { signedIn: false }) {
  return (
    <>
      <p class="lead">You are not signed in.</p>
      <p>
        <a class="go" href={signInUrl}>
          Sign in
        </a>
      </p>
    </>
  )
}
