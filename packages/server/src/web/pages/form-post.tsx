import { Page } from './page.tsx'

/** The path of the script that posts the form. */
export const submitScriptPath = '/assets/submit.js'

/** What is posted to an app, and where. */
export interface FormPostPageProps {
  /** The checked redirect URI. */
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

/** The page that posts an answer to its app by itself, or by the button where no script runs (Form Post Response Mode §2). */
export function FormPostPage({ action, fields }: FormPostPageProps) {
  return (
    <Page title="Back to the app">
      <h1>Back to the app</h1>
      <form method="post" action={action}>
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button class="go" type="submit">
          Continue
        </button>
      </form>
      <script src={submitScriptPath} defer />
    </Page>
  )
}
