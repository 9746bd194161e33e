import type { Display } from './page.tsx'
import { Page } from './page.tsx'
import { type FormTarget, PostForm } from './post-form.tsx'

/** What went wrong with the code that a person typed. */
export type UserCodeProblem = 'unknown' | 'too-many-tries' | 'form-expired'

/** What the page for the code of a device shows. */
export interface DevicePageProps {
  /** Takes `user_code`. */
  readonly form: FormTarget
  /** What is in the field already: out of the address that a device showed, or what was just typed. */
  readonly userCode: string | undefined
  readonly problem?: UserCodeProblem | undefined
  readonly display?: Display | undefined
}

const problems: Readonly<Record<UserCodeProblem, string>> = {
  unknown:
    'No device is waiting with this code. Check what the device shows now and type it once more. After ten minutes a device shows a new one.',
  'too-many-tries': 'Too many wrong codes were typed. Wait ten minutes and try again.',
  'form-expired': 'This page had been open for too long. Please press Connect again.',
}

/** The page on which a person types the code that a device shows. */
export function DevicePage({ form, userCode, problem, display }: DevicePageProps) {
  const heading = 'Connect a device'
  return (
    <Page title={problem === undefined ? heading : `Error: ${heading}`} display={display}>
      <h1>{heading}</h1>
      <p class="lead">Type the code that your device, terminal or app shows.</p>
      <PostForm {...form}>
        {problem !== undefined && (
          <p class="alert" role="alert" id="user-code-error">
            {problems[problem]}
          </p>
        )}
        <div class="field">
          <label for="user_code">Code</label>
          <input
            id="user_code"
            name="user_code"
            type="text"
            class="code"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            maxlength={16}
            required
            value={userCode}
            {...(problem === undefined ? {} : { 'aria-invalid': 'true', 'aria-describedby': 'user-code-error' })}
          />
        </div>
        <button class="go" type="submit" id="connect">
          Connect
        </button>
      </PostForm>
      <p class="note">
        Only type a code from a device of your own that you have just started. If somebody sent it to you, close this
        page: whoever has the device gets the access.
      </p>
    </Page>
  )
}

/** What a person is told after the answer. */
export function DeviceDonePage({ isAllowed }: { readonly isAllowed: boolean }) {
  const heading = isAllowed ? 'Device connected' : 'Access denied'
  return (
    <Page title={heading}>
      <h1>{heading}</h1>
      <p class="lead">
        {isAllowed
          ? 'You can close this page. Your device goes on by itself in a few seconds.'
          : 'The device has been told so, and gets no access. You can close this page.'}
      </p>
    </Page>
  )
}
