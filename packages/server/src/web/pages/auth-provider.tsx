import type { RemotePerson } from '../../auth-providers/remote-person.ts'
import { excerpt } from './excerpt.ts'
import { Page } from './page.tsx'
import { type FormTarget, PostForm } from './post-form.tsx'

/** What the page shows on which somebody links their account at a provider. */
export interface LinkAccountPageProps extends FormTarget {
  readonly providerName: string
  readonly username: string
  readonly startUrl: string
}

/** Asks whether an account elsewhere is to open this one from now on. */
export function LinkAccountPage({ action, csrfToken, providerName, username, startUrl }: LinkAccountPageProps) {
  const name = excerpt(providerName, 80)
  return (
    <Page title={`Link your account at ${name}`}>
      <h1>Link your account at {name}</h1>
      <p class="lead">
        Whoever can sign in to that account can sign in as <strong>{username}</strong> from then on.
      </p>
      <p>You sign in at {name} next. Make sure that it is with an account of your own.</p>
      <PostForm action={action} csrfToken={csrfToken} class="decision">
        <input type="hidden" name="startURL" value={startUrl} />
        <a class="stay" href={startUrl}>
          Cancel
        </a>
        <button class="go" type="submit" id="link">
          Continue
        </button>
      </PostForm>
    </Page>
  )
}

/** Says that two accounts are linked. */
export function LinkedAccountPage({ providerName, startUrl }: Pick<LinkAccountPageProps, 'providerName' | 'startUrl'>) {
  const name = excerpt(providerName, 80)
  return (
    <Page title="Your accounts are linked">
      <h1>Your accounts are linked</h1>
      <p class="lead">From now on you can sign in here with your account at {name}.</p>
      <p>
        <a class="go" href={startUrl}>
          Continue
        </a>
      </p>
    </Page>
  )
}

/** What a provider says of whoever tried it out. */
export function ProviderTestPage({
  providerName,
  person,
}: {
  readonly providerName: string
  readonly person: RemotePerson
}) {
  const name = excerpt(providerName, 80)
  return (
    <Page title={`${name} answers`} width="wide">
      <h1>{name} answers</h1>
      <p class="lead">This is what can be used of what it says of you. Nobody has been signed in.</p>
      <dl class="wire">
        {claimsOf(person).map(([claim, value]) => (
          <>
            <dt>{claim}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </>
        ))}
      </dl>
    </Page>
  )
}

function claimsOf(person: RemotePerson): readonly (readonly [string, string])[] {
  const { id, username, email, isEmailVerified, name, givenName, familyName } = person
  const said: readonly (readonly [string, string | undefined])[] = [
    ['sub', id],
    ['preferred_username', username],
    ['email', email],
    ['email_verified', email === undefined ? undefined : String(isEmailVerified)],
    ['name', name],
    ['given_name', givenName],
    ['family_name', familyName],
  ]
  return said.flatMap(([claim, value]) => (value === undefined ? [] : [[claim, value] as const]))
}
